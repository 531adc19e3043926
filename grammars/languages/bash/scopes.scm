; Definitions bind their names in symbols.scm. What is not declared in a function belongs to the script.

(function_definition) @scope

(variable_name) @reference

(declaration_command ["local" "declare" "typeset" "readonly"] (variable_assignment name: (variable_name) @binding.variable))
(declaration_command ["local" "declare" "typeset" "readonly"] (variable_name) @binding.variable)
(declaration_command "export" (variable_assignment name: (variable_name) @hoist.assign))
(program (variable_assignment name: (variable_name) @hoist.assign))
(ERROR (variable_assignment name: (variable_name) @hoist.assign))
(compound_statement (variable_assignment name: (variable_name) @hoist.assign))
(do_group (variable_assignment name: (variable_name) @hoist.assign))
(if_statement (variable_assignment name: (variable_name) @hoist.assign))
(elif_clause (variable_assignment name: (variable_name) @hoist.assign))
(else_clause (variable_assignment name: (variable_name) @hoist.assign))
(case_item (variable_assignment name: (variable_name) @hoist.assign))
(subshell (variable_assignment name: (variable_name) @hoist.assign))
(list (variable_assignment name: (variable_name) @hoist.assign))
(pipeline (variable_assignment name: (variable_name) @hoist.assign))
(variable_assignments (variable_assignment name: (variable_name) @hoist.assign))
(command (variable_assignment name: (variable_name) @hoist.assign))
(while_statement (variable_assignment name: (variable_name) @hoist.assign))
(redirected_statement (variable_assignment name: (variable_name) @hoist.assign))
(negated_command (variable_assignment name: (variable_name) @hoist.assign))
(command_substitution (variable_assignment name: (variable_name) @hoist.assign))
(process_substitution (variable_assignment name: (variable_name) @hoist.assign))
(c_style_for_statement (variable_assignment name: (variable_name) @hoist.assign))
(parenthesized_expression (variable_assignment name: (variable_name) @hoist.assign))
(variable_assignment name: (subscript name: (variable_name) @write))
(for_statement variable: (variable_name) @hoist.assign)
((command name: (command_name) @_read argument: (word) @hoist.assign)
  (#any-of? @_read "read" "mapfile" "readarray" "getopts")
  (#match? @hoist.assign "^[A-Za-z_][A-Za-z0-9_]*$"))
