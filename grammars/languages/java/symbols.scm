(line_comment) @comment
(block_comment) @comment

(package_declaration [(identifier) (scoped_identifier)] @name) @def.module
(module_declaration name: (_) @name body: (module_body) @body) @def.module

; ---- visibility: the kinds follow further down, the last pattern gives them

[
  (class_declaration (modifiers "public") name: (identifier) @name)
  (record_declaration (modifiers "public") name: (identifier) @name)
  (interface_declaration (modifiers "public") name: (identifier) @name)
  (annotation_type_declaration (modifiers "public") name: (identifier) @name)
  (enum_declaration (modifiers "public") name: (identifier) @name)
  (method_declaration (modifiers "public") name: (identifier) @name)
  (constructor_declaration (modifiers "public") name: (identifier) @name)
  (compact_constructor_declaration (modifiers "public") name: (identifier) @name)
  (field_declaration (modifiers "public") declarator: (variable_declarator name: (identifier) @name))
] @def.field @visibility.public

[
  (class_declaration (modifiers "protected") name: (identifier) @name)
  (record_declaration (modifiers "protected") name: (identifier) @name)
  (interface_declaration (modifiers "protected") name: (identifier) @name)
  (annotation_type_declaration (modifiers "protected") name: (identifier) @name)
  (enum_declaration (modifiers "protected") name: (identifier) @name)
  (method_declaration (modifiers "protected") name: (identifier) @name)
  (constructor_declaration (modifiers "protected") name: (identifier) @name)
  (compact_constructor_declaration (modifiers "protected") name: (identifier) @name)
  (field_declaration (modifiers "protected") declarator: (variable_declarator name: (identifier) @name))
] @def.field @visibility.protected

[
  (class_declaration (modifiers "private") name: (identifier) @name)
  (record_declaration (modifiers "private") name: (identifier) @name)
  (interface_declaration (modifiers "private") name: (identifier) @name)
  (annotation_type_declaration (modifiers "private") name: (identifier) @name)
  (enum_declaration (modifiers "private") name: (identifier) @name)
  (method_declaration (modifiers "private") name: (identifier) @name)
  (constructor_declaration (modifiers "private") name: (identifier) @name)
  (compact_constructor_declaration (modifiers "private") name: (identifier) @name)
  (field_declaration (modifiers "private") declarator: (variable_declarator name: (identifier) @name))
] @def.field @visibility.private

; ---- types

(class_declaration name: (identifier) @name body: (class_body) @body) @def.class
(record_declaration name: (identifier) @name body: (class_body) @body) @def.class
(interface_declaration name: (identifier) @name body: (interface_body) @body) @def.interface
(annotation_type_declaration name: (identifier) @name body: (annotation_type_body) @body) @def.interface
(enum_declaration name: (identifier) @name body: (enum_body) @body) @def.enum
(enum_constant name: (identifier) @name) @def.enum_member

; ---- members

(method_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (block) @body) @def.method
(method_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  !body) @def.method

(constructor_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (constructor_body) @body) @def.constructor
(compact_constructor_declaration name: (identifier) @name body: (block) @body) @def.constructor

(annotation_type_element_declaration name: (identifier) @name) @def.method

; The components of a record are read through accessors that are public.
(record_declaration parameters: (formal_parameters (formal_parameter name: (identifier) @name) @def.property @visibility.public))
(record_declaration parameters: (formal_parameters (spread_parameter (variable_declarator name: (identifier) @name)) @def.property @visibility.public))

(field_declaration declarator: (variable_declarator name: (identifier) @name)) @def.field
(field_declaration (modifiers "static" "final") declarator: (variable_declarator name: (identifier) @name)) @def.constant
(field_declaration (modifiers "final" "static") declarator: (variable_declarator name: (identifier) @name)) @def.constant
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @def.constant
