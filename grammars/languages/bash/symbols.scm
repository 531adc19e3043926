(comment) @comment

(function_definition name: (word) @name @binding.definition body: (_) @body) @def.function

; Variables of the script; those of functions are dropped by the engine. `readonly X=1` and `declare -r X=1` are constants.
(declaration_command ["export" "declare" "typeset"] [
  (variable_assignment name: (variable_name) @name)
  (variable_name) @name
]) @def.variable
(program (variable_assignment name: (variable_name) @name) @def.variable)
(ERROR (variable_assignment name: (variable_name) @name) @def.variable)
(program (variable_assignments (variable_assignment name: (variable_name) @name) @def.variable))
(program (list (variable_assignment name: (variable_name) @name) @def.variable))
(program (if_statement (variable_assignment name: (variable_name) @name) @def.variable))
(program (if_statement (else_clause (variable_assignment name: (variable_name) @name) @def.variable)))
(declaration_command "readonly" (variable_assignment name: (variable_name) @name)) @def.constant
((declaration_command ["declare" "typeset"] (word) @_flags (variable_assignment name: (variable_name) @name)) @def.constant
  (#match? @_flags "^-[a-zA-Z]*r"))
