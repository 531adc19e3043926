(line_comment) @comment
(block_comment) @comment
; A string on its own before a definition documents it.
(source_file (string_literal) @comment . [
  (module_definition) (function_definition) (macro_definition) (struct_definition) (abstract_definition) (primitive_definition)
  (const_statement) (assignment) (macrocall_expression) (identifier)])
(module_definition (string_literal) @comment . [
  (module_definition) (function_definition) (macro_definition) (struct_definition) (abstract_definition) (primitive_definition)
  (const_statement) (assignment) (macrocall_expression) (identifier)])

(module_definition name: (identifier) @name) @def.module

(function_definition (signature [
  (identifier) @name
  (call_expression . [(identifier) @name (operator) @name (field_expression value: (_) @qualifier (identifier) @name .) (parametrized_type_expression . (identifier) @name)] (argument_list) @parameters)
  (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression value: (_) @qualifier (identifier) @name .)] (argument_list) @parameters))
  (where_expression . (call_expression . [(identifier) @name (operator) @name (field_expression value: (_) @qualifier (identifier) @name .) (parametrized_type_expression . (identifier) @name)] (argument_list) @parameters))
  (where_expression . (typed_expression . (call_expression . [(identifier) @name (operator) @name (field_expression value: (_) @qualifier (identifier) @name .)] (argument_list) @parameters)))
])) @def.function
; The short form: `area(r) = π * r^2`.
(assignment . [
  (call_expression . [(identifier) @name (operator) @name (field_expression value: (_) @qualifier (identifier) @name .) (parametrized_type_expression . (identifier) @name)] (argument_list) @parameters)
  (typed_expression . (call_expression . [(identifier) @name (field_expression value: (_) @qualifier (identifier) @name .)] (argument_list) @parameters))
  (where_expression . (call_expression . [(identifier) @name (field_expression value: (_) @qualifier (identifier) @name .) (parametrized_type_expression . (identifier) @name)] (argument_list) @parameters))
  (where_expression . (typed_expression . (call_expression . [(identifier) @name (field_expression value: (_) @qualifier (identifier) @name .)] (argument_list) @parameters)))
]) @def.function
(macro_definition (signature (call_expression . (identifier) @name (argument_list) @parameters))) @def.macro

(struct_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)])
])) @def.struct
(abstract_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . [(identifier) @name (parametrized_type_expression . (identifier) @name)])
])) @def.interface
(primitive_definition (type_head [
  (identifier) @name
  (binary_expression . (identifier) @name)
])) @def.struct
(struct_definition (typed_expression . (identifier) @name) @def.field)
(struct_definition (identifier) @name @def.field)
(struct_definition (assignment . [(identifier) @name (typed_expression . (identifier) @name)]) @def.field)
(macrocall_expression (macro_identifier (identifier) @_macro) (macro_argument_list . [(identifier) @name (typed_expression . (identifier) @name)])
  (#eq? @_macro "enum")) @def.enum
(macrocall_expression (macro_identifier (identifier) @_macro) (macro_argument_list . (_) (identifier) @name @def.enum_member)
  (#eq? @_macro "enum"))

; Values of a file or module. Those of functions are locals.
(const_statement (assignment . [(identifier) @name (typed_expression . (identifier) @name)])) @def.constant
(source_file (assignment . (identifier) @name) @def.variable)
(module_definition (assignment . (identifier) @name) @def.variable)
