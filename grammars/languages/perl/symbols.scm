(comment) @comment
(pod) @comment

(package_statement name: (package) @name (block)? @body) @def.module
(class_statement name: (package) @name (block)? @body) @def.class
(role_statement name: (package) @name (block)? @body) @def.trait

(subroutine_declaration_statement name: (bareword) @name (signature)? @parameters body: (block) @body) @def.function
(method_declaration_statement name: (bareword) @name (signature)? @parameters body: (block) @body) @def.method

(use_statement module: (package) @_module (list_expression . (autoquoted_bareword) @name)
  (#eq? @_module "constant")) @def.constant
(use_statement module: (package) @_module (anonymous_hash_expression (list_expression (autoquoted_bareword) @name @def.constant))
  (#eq? @_module "constant"))

; Variables of a file or package. Those of subs are locals. The sigil is not part of the name.
(source_file (expression_statement [
  (assignment_expression left: (variable_declaration variable: (_ (varname) @name)))
  (variable_declaration variable: (_ (varname) @name))
]) @def.variable)
(source_file (expression_statement [
  (assignment_expression left: (variable_declaration "my" @visibility.private variable: (_ (varname) @name)))
  (variable_declaration "my" @visibility.private variable: (_ (varname) @name))
]) @def.variable)
(package_statement (block (expression_statement (assignment_expression left: (variable_declaration variable: (_ (varname) @name)))) @def.variable))
