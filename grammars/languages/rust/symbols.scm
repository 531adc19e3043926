(line_comment) @comment
(block_comment) @comment
; `//!` is about the item in which it stands.
(line_comment inner: (_)) @comment.inner
(block_comment inner: (_)) @comment.inner
(inner_attribute_item) @attribute

(mod_item (visibility_modifier)? @visibility name: (identifier) @name @binding.definition body: (declaration_list)? @body) @def.module
(mod_item
  name: (identifier) @name
  body: (declaration_list . [(line_comment inner: (_)) (block_comment inner: (_))]+ @doc)) @def.module

(struct_item
  (visibility_modifier)? @visibility
  name: (type_identifier) @name @binding.definition
  body: (field_declaration_list)? @body) @def.struct
(union_item (visibility_modifier)? @visibility name: (type_identifier) @name @binding.definition body: (_) @body) @def.union
(enum_item (visibility_modifier)? @visibility name: (type_identifier) @name @binding.definition body: (_) @body) @def.enum
(enum_variant name: (identifier) @name) @def.enum_member
(trait_item (visibility_modifier)? @visibility name: (type_identifier) @name @binding.definition body: (_) @body) @def.trait
(type_item (visibility_modifier)? @visibility name: (type_identifier) @name @binding.definition) @def.type
(associated_type name: (type_identifier) @name) @def.type
(field_declaration (visibility_modifier)? @visibility name: (field_identifier) @name) @def.field

; An impl is named for its type.
(impl_item
  type: [
    (type_identifier) @name
    (primitive_type) @name
    (generic_type type: [(type_identifier) @name (scoped_type_identifier name: (type_identifier) @name)])
    (scoped_type_identifier name: (type_identifier) @name)
    (reference_type type: [(type_identifier) @name (generic_type type: (type_identifier) @name) (primitive_type) @name])
    (tuple_type) @name
    (array_type) @name
    (pointer_type) @name
    (function_type) @name
    (dynamic_type) @name
  ]
  body: (declaration_list)? @body) @def.impl

(function_item
  (visibility_modifier)? @visibility
  name: (identifier) @name @binding.definition
  parameters: (parameters) @parameters
  body: (block) @body) @def.function
(function_signature_item
  (visibility_modifier)? @visibility
  name: (identifier) @name @binding.definition
  parameters: (parameters) @parameters) @def.function
(const_item (visibility_modifier)? @visibility name: (identifier) @name @binding.definition) @def.constant
(static_item (visibility_modifier)? @visibility name: (identifier) @name @binding.definition) @def.variable
(macro_definition name: (identifier) @name @binding.definition) @def.macro

; What implements a trait is as visible as the trait.
(impl_item
  trait: (_)
  body: (declaration_list [
    (function_item name: (identifier) @name) @def.function
    (const_item name: (identifier) @name) @def.constant
    (type_item name: (type_identifier) @name) @def.type
  ] @visibility.public))
