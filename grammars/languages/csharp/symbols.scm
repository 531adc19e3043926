(comment) @comment

; ---- namespaces; one without braces holds the rest of the file

(namespace_declaration name: (_) @name body: (declaration_list) @body) @def.namespace @visibility.public
(file_scoped_namespace_declaration name: (_) @name) @def.namespace @to_end @visibility.public

; ---- visibility: the kinds follow further down, the last pattern gives them; of two modifiers `protected` counts

; Members are private, of an interface public, unless they say otherwise.
[
  (method_declaration name: (identifier) @name)
  (constructor_declaration name: (identifier) @name)
  (property_declaration name: (identifier) @name)
  (event_declaration name: (identifier) @name)
  (field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
  (event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
  (indexer_declaration "this" @name)
  (destructor_declaration name: (identifier) @name)
] @def.field @visibility.private

(class_declaration body: (declaration_list [
    (class_declaration name: (identifier) @name)
    (record_declaration name: (identifier) @name)
    (struct_declaration name: (identifier) @name)
    (interface_declaration name: (identifier) @name)
    (enum_declaration name: (identifier) @name)
    (delegate_declaration name: (identifier) @name)
  ] @def.class @visibility.private))
(record_declaration body: (declaration_list [
    (class_declaration name: (identifier) @name)
    (record_declaration name: (identifier) @name)
    (struct_declaration name: (identifier) @name)
    (interface_declaration name: (identifier) @name)
    (enum_declaration name: (identifier) @name)
    (delegate_declaration name: (identifier) @name)
  ] @def.class @visibility.private))
(struct_declaration body: (declaration_list [
    (class_declaration name: (identifier) @name)
    (record_declaration name: (identifier) @name)
    (struct_declaration name: (identifier) @name)
    (interface_declaration name: (identifier) @name)
    (enum_declaration name: (identifier) @name)
    (delegate_declaration name: (identifier) @name)
  ] @def.class @visibility.private))
(interface_declaration body: (declaration_list [
    (method_declaration name: (identifier) @name)
    (constructor_declaration name: (identifier) @name)
    (property_declaration name: (identifier) @name)
    (event_declaration name: (identifier) @name)
    (field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
    (event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name)))
    (indexer_declaration "this" @name)
  ] @def.field @visibility.public))

[
  (class_declaration (modifier "public") name: (identifier) @name)
  (record_declaration (modifier "public") name: (identifier) @name)
  (struct_declaration (modifier "public") name: (identifier) @name)
  (interface_declaration (modifier "public") name: (identifier) @name)
  (enum_declaration (modifier "public") name: (identifier) @name)
  (delegate_declaration (modifier "public") name: (identifier) @name)
  (method_declaration (modifier "public") name: (identifier) @name)
  (constructor_declaration (modifier "public") name: (identifier) @name)
  (property_declaration (modifier "public") name: (identifier) @name)
  (event_declaration (modifier "public") name: (identifier) @name)
  (field_declaration (modifier "public") (variable_declaration (variable_declarator name: (identifier) @name)))
  (event_field_declaration (modifier "public") (variable_declaration (variable_declarator name: (identifier) @name)))
  (indexer_declaration (modifier "public") "this" @name)
  (operator_declaration (modifier "public") operator: _ @name)
  (conversion_operator_declaration (modifier "public") type: (_) @name)
] @def.field @visibility.public

[
  (class_declaration (modifier "internal") name: (identifier) @name)
  (record_declaration (modifier "internal") name: (identifier) @name)
  (struct_declaration (modifier "internal") name: (identifier) @name)
  (interface_declaration (modifier "internal") name: (identifier) @name)
  (enum_declaration (modifier "internal") name: (identifier) @name)
  (delegate_declaration (modifier "internal") name: (identifier) @name)
  (method_declaration (modifier "internal") name: (identifier) @name)
  (constructor_declaration (modifier "internal") name: (identifier) @name)
  (property_declaration (modifier "internal") name: (identifier) @name)
  (event_declaration (modifier "internal") name: (identifier) @name)
  (field_declaration (modifier "internal") (variable_declaration (variable_declarator name: (identifier) @name)))
  (event_field_declaration (modifier "internal") (variable_declaration (variable_declarator name: (identifier) @name)))
  (indexer_declaration (modifier "internal") "this" @name)
  (operator_declaration (modifier "internal") operator: _ @name)
  (conversion_operator_declaration (modifier "internal") type: (_) @name)
] @def.field @visibility.internal

[
  (class_declaration (modifier "private") name: (identifier) @name)
  (record_declaration (modifier "private") name: (identifier) @name)
  (struct_declaration (modifier "private") name: (identifier) @name)
  (interface_declaration (modifier "private") name: (identifier) @name)
  (enum_declaration (modifier "private") name: (identifier) @name)
  (delegate_declaration (modifier "private") name: (identifier) @name)
  (method_declaration (modifier "private") name: (identifier) @name)
  (constructor_declaration (modifier "private") name: (identifier) @name)
  (property_declaration (modifier "private") name: (identifier) @name)
  (event_declaration (modifier "private") name: (identifier) @name)
  (field_declaration (modifier "private") (variable_declaration (variable_declarator name: (identifier) @name)))
  (event_field_declaration (modifier "private") (variable_declaration (variable_declarator name: (identifier) @name)))
  (indexer_declaration (modifier "private") "this" @name)
  (operator_declaration (modifier "private") operator: _ @name)
  (conversion_operator_declaration (modifier "private") type: (_) @name)
] @def.field @visibility.private

[
  (class_declaration (modifier "protected") name: (identifier) @name)
  (record_declaration (modifier "protected") name: (identifier) @name)
  (struct_declaration (modifier "protected") name: (identifier) @name)
  (interface_declaration (modifier "protected") name: (identifier) @name)
  (enum_declaration (modifier "protected") name: (identifier) @name)
  (delegate_declaration (modifier "protected") name: (identifier) @name)
  (method_declaration (modifier "protected") name: (identifier) @name)
  (constructor_declaration (modifier "protected") name: (identifier) @name)
  (property_declaration (modifier "protected") name: (identifier) @name)
  (event_declaration (modifier "protected") name: (identifier) @name)
  (field_declaration (modifier "protected") (variable_declaration (variable_declarator name: (identifier) @name)))
  (event_field_declaration (modifier "protected") (variable_declaration (variable_declarator name: (identifier) @name)))
  (indexer_declaration (modifier "protected") "this" @name)
  (operator_declaration (modifier "protected") operator: _ @name)
  (conversion_operator_declaration (modifier "protected") type: (_) @name)
] @def.field @visibility.protected

; ---- types

(class_declaration name: (identifier) @name body: (declaration_list) @body) @def.class
(class_declaration name: (identifier) @name !body) @def.class
(record_declaration name: (identifier) @name body: (declaration_list) @body) @def.class
(record_declaration name: (identifier) @name !body) @def.class
(record_declaration "struct" name: (identifier) @name) @def.struct
(struct_declaration name: (identifier) @name body: (declaration_list) @body) @def.struct
(struct_declaration name: (identifier) @name !body) @def.struct
(interface_declaration name: (identifier) @name body: (declaration_list) @body) @def.interface
(enum_declaration name: (identifier) @name body: (enum_member_declaration_list) @body) @def.enum
(enum_member_declaration name: (identifier) @name) @def.enum_member
(delegate_declaration name: (identifier) @name parameters: (parameter_list) @parameters) @def.type

; ---- methods

(method_declaration
  name: (identifier) @name
  parameters: (parameter_list) @parameters
  body: (_) @body) @def.method
(method_declaration
  name: (identifier) @name
  parameters: (parameter_list) @parameters
  !body) @def.method
(method_declaration (explicit_interface_specifier (_) @qualifier) name: (identifier) @name) @def.method

(constructor_declaration
  name: (identifier) @name
  parameters: (parameter_list) @parameters
  body: (_) @body) @def.constructor
(constructor_declaration name: (identifier) @name parameters: (parameter_list) @parameters !body) @def.constructor
(destructor_declaration name: (identifier) @name parameters: (parameter_list) @parameters body: (_) @body) @def.method

(operator_declaration
  operator: _ @name
  parameters: (parameter_list) @parameters
  body: (_) @body) @def.method
(operator_declaration operator: _ @name parameters: (parameter_list) @parameters !body) @def.method
(conversion_operator_declaration
  type: (_) @name
  parameters: (parameter_list) @parameters
  body: (_) @body) @def.method

(local_function_statement
  name: (identifier) @name
  parameters: (parameter_list) @parameters
  body: (_) @body) @def.function

; ---- properties and events

(property_declaration name: (identifier) @name accessors: (accessor_list) @body) @def.property
(property_declaration name: (identifier) @name value: (arrow_expression_clause) @body) @def.property
(property_declaration (explicit_interface_specifier (_) @qualifier) name: (identifier) @name) @def.property
(indexer_declaration "this" @name accessors: (accessor_list) @body) @def.property
(indexer_declaration "this" @name value: (arrow_expression_clause) @body) @def.property
(event_declaration name: (identifier) @name accessors: (accessor_list) @body) @def.property
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @def.property

; The parameters of a record are public properties.
(record_declaration (parameter_list (parameter name: (identifier) @name) @def.property @visibility.public))

; ---- fields and constants

(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @def.field
(field_declaration (modifier "const") (variable_declaration (variable_declarator name: (identifier) @name))) @def.constant
(field_declaration (modifier "static") (modifier "readonly") (variable_declaration (variable_declarator name: (identifier) @name))) @def.constant
(field_declaration (modifier "readonly") (modifier "static") (variable_declaration (variable_declarator name: (identifier) @name))) @def.constant

; Variables of top-level statements.
(global_statement (local_declaration_statement (variable_declaration (variable_declarator name: (identifier) @name)))) @def.variable
(global_statement (local_declaration_statement (modifier "const") (variable_declaration (variable_declarator name: (identifier) @name)))) @def.constant
