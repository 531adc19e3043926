(comment) @comment
(marginalia) @comment

(create_schema (identifier) @name) @def.namespace
(create_database (identifier) @name) @def.namespace

(create_table [(keyword_table) (keyword_exists)] . (object_reference schema: (_)? @qualifier name: (_) @name) (column_definitions)? @body) @def.table
(create_view [(keyword_view) (keyword_exists)] . (object_reference schema: (_)? @qualifier name: (_) @name)) @def.table
(create_materialized_view [(keyword_view) (keyword_exists)] . (object_reference schema: (_)? @qualifier name: (_) @name)) @def.table
(column_definitions (column_definition name: (_) @name) @def.field)

(create_function (keyword_function) . (object_reference schema: (_)? @qualifier name: (_) @name) (function_arguments) @parameters (function_body)? @body) @def.function
(create_trigger (keyword_trigger) . (object_reference schema: (_)? @qualifier name: (_) @name)) @def.function
(create_type (keyword_type) . (object_reference schema: (_)? @qualifier name: (_) @name)) @def.type
(create_type (keyword_type) . (object_reference schema: (_)? @qualifier name: (_) @name) (enum_elements) @body) @def.enum
(enum_elements enum_element: (literal) @name @def.enum_member)
(create_type (keyword_type) . (object_reference schema: (_)? @qualifier name: (_) @name) (column_definitions) @body) @def.struct
(create_sequence [(keyword_sequence) (keyword_exists)] . (object_reference schema: (_)? @qualifier name: (_) @name)) @def.variable
(create_index column: (_) @name) @def.key
