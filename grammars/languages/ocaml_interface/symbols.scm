(comment) @comment

(module_definition (module_binding (module_name) @name module_type: (_)? @body)) @def.module
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

(external (value_name) @name) @def.function
(value_specification [(value_name) @name (parenthesized_operator (_) @name)]) @def.constant
(value_specification [(value_name) @name (parenthesized_operator (_) @name)] type: (function_type)) @def.function

(class_definition (class_binding (class_name) @name)) @def.class
(class_type_definition (class_type_binding (class_type_name) @name)) @def.interface
(method_specification (method_name) @name) @def.method
(method_specification "private" @visibility (method_name) @name) @def.method
(instance_variable_specification (instance_variable_name) @name) @def.field
