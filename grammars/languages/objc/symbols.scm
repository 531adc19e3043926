(comment) @comment

(class_interface . (identifier) @name) @def.class
; A category or class extension adds to a class, as the implementation does.
(class_interface . (identifier) @name category: (identifier)) @def.impl
(class_interface . (identifier) @name "(") @def.impl
(class_implementation . (identifier) @name) @def.impl
(protocol_declaration . (identifier) @name) @def.interface

; The first part of the selector is the name.
(method_declaration . (method_type) . (identifier) @name) @def.method
(method_definition . (method_type) . (identifier) @name (compound_statement) @body) @def.method
(property_declaration (struct_declaration (struct_declarator [
  (identifier) @name
  (pointer_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name))
]))) @def.property
(property_declaration (struct_declaration (struct_declarator (function_declarator declarator: (parenthesized_declarator (block_pointer_declarator declarator: (identifier) @name)))))) @def.property
(instance_variable (struct_declaration (struct_declarator [
  (identifier) @name
  (pointer_declarator declarator: (identifier) @name)
]))) @def.field

(function_definition declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters) body: (_) @body) @def.function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters)) body: (_) @body) @def.function
(function_definition (storage_class_specifier) @visibility.private @_storage declarator: (function_declarator declarator: (identifier) @name parameters: (_) @parameters) body: (_) @body
  (#eq? @_storage "static")) @def.function
(struct_specifier name: (type_identifier) @name body: (_) @body) @def.struct
(union_specifier name: (type_identifier) @name body: (_) @body) @def.union
(enum_specifier name: (type_identifier) @name body: (_) @body) @def.enum
(enumerator name: (identifier) @name) @def.enum_member
(field_declaration declarator: [
  (field_identifier) @name
  (pointer_declarator declarator: (field_identifier) @name)
  (array_declarator declarator: (field_identifier) @name)
]) @def.field
(type_definition declarator: (type_identifier) @name) @def.type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @def.type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator [(block_pointer_declarator declarator: (type_identifier) @name) (pointer_declarator declarator: (type_identifier) @name)]))) @def.type

(preproc_def name: (identifier) @name) @def.constant
(preproc_function_def name: (identifier) @name) @def.macro

; Variables of the file; the engine drops locals.
(declaration declarator: (init_declarator declarator: [(identifier) @name (pointer_declarator declarator: (identifier) @name)])) @def.variable
(declaration declarator: [(identifier) @name (pointer_declarator declarator: (identifier) @name)]) @def.variable
(declaration declarator: (init_declarator declarator: (pointer_declarator (type_qualifier) declarator: (identifier) @name))) @def.constant
