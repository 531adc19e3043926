(comment) @comment

(object_type_definition (description)? @doc (name) @name (fields_definition)? @body) @def.class
(interface_type_definition (description)? @doc (name) @name (fields_definition)? @body) @def.interface
(input_object_type_definition (description)? @doc (name) @name (input_fields_definition)? @body) @def.struct
(union_type_definition (description)? @doc (name) @name) @def.union
(scalar_type_definition (description)? @doc (name) @name) @def.type
(enum_type_definition (description)? @doc (name) @name (enum_values_definition)? @body) @def.enum
(enum_value_definition (description)? @doc (enum_value (name) @name)) @def.enum_member
(field_definition (description)? @doc (name) @name (arguments_definition)? @parameters) @def.field
(input_fields_definition (input_value_definition (description)? @doc (name) @name) @def.field)
(directive_definition (description)? @doc (name) @name (arguments_definition)? @parameters) @def.macro

; `extend type Query` adds fields to a type defined elsewhere.
(object_type_extension (name) @name (fields_definition)? @body) @def.impl
(interface_type_extension (name) @name (fields_definition)? @body) @def.impl
(input_object_type_extension (name) @name) @def.impl
(enum_type_extension (name) @name) @def.impl

(operation_definition (name) @name (selection_set) @body) @def.function
(fragment_definition (fragment_name) @name (selection_set) @body) @def.block
