(comment) @comment

(module_definition (module_binding (module_name) @name body: (_)? @body)) @def.module
(module_type_definition (module_type_name) @name body: (_)? @body) @def.interface

(exception_definition (constructor_declaration (constructor_name) @name)) @def.class
(type_definition . (type_binding name: (type_constructor) @name body: (_)? @body) .) @def.type
(type_definition . (type_binding name: (type_constructor) @name body: (record_declaration) @body) .) @def.struct
(type_definition . (type_binding name: (type_constructor) @name body: (variant_declaration) @body) .) @def.enum
; `type a = … and b = …`: each binding is a type of its own.
(type_definition (type_binding) (type_binding name: (type_constructor) @name body: (_)? @body) @def.type)
(type_definition . (type_binding name: (type_constructor) @name body: (_)? @body) @def.type . (type_binding))

(variant_declaration (constructor_declaration (constructor_name) @name) @def.enum_member)
(field_declaration (field_name) @name) @def.field

; `let` in a file or a structure; those in expressions are locals. What takes a parameter is a function.
[(compilation_unit (value_definition . (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]) .) @def.constant)
 (structure (value_definition . (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)]) .) @def.constant)]
[(compilation_unit (value_definition . (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] . (parameter) body: (_)? @body) .) @def.function)
 (structure (value_definition . (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] . (parameter) body: (_)? @body) .) @def.function)]
[(compilation_unit (value_definition . (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] body: [(fun_expression) (function_expression)] @body) .) @def.function)
 (structure (value_definition . (let_binding pattern: [(value_name) @name (parenthesized_operator (_) @name)] body: [(fun_expression) (function_expression)] @body) .) @def.function)]
; `let rec a … and b …`: each binding is a function of its own.
[(compilation_unit (value_definition (let_binding) . (let_binding pattern: (value_name) @name body: (_)? @body) @def.function))
 (structure (value_definition (let_binding) . (let_binding pattern: (value_name) @name body: (_)? @body) @def.function))]
[(compilation_unit (value_definition . (let_binding pattern: (value_name) @name body: (_)? @body) @def.function . (let_binding)))
 (structure (value_definition . (let_binding pattern: (value_name) @name body: (_)? @body) @def.function . (let_binding)))]

(external (value_name) @name) @def.function
(value_specification (value_name) @name) @def.constant
(value_specification (value_name) @name type: (function_type)) @def.function

(class_definition (class_binding (class_name) @name body: (_)? @body)) @def.class
(class_type_definition (class_type_binding (class_type_name) @name)) @def.interface
(method_definition (method_name) @name body: (_)? @body) @def.method
(method_definition "private" @visibility (method_name) @name body: (_)? @body) @def.method
(method_specification (method_name) @name) @def.method
(instance_variable_definition (instance_variable_name) @name) @def.field
