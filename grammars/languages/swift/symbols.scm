[(comment) (multiline_comment)] @comment
(attribute) @attribute

(class_declaration (modifiers (visibility_modifier)? @visibility)? declaration_kind: "class" name: (type_identifier) @name @binding.definition body: (_) @body) @def.class
(class_declaration (modifiers (visibility_modifier)? @visibility)? declaration_kind: "actor" name: (type_identifier) @name @binding.definition body: (_) @body) @def.class
(class_declaration (modifiers (visibility_modifier)? @visibility)? declaration_kind: "struct" name: (type_identifier) @name @binding.definition body: (_) @body) @def.struct
(class_declaration (modifiers (visibility_modifier)? @visibility)? declaration_kind: "enum" name: (type_identifier) @name @binding.definition body: (_) @body) @def.enum
(class_declaration (modifiers (visibility_modifier)? @visibility)? declaration_kind: "extension" name: (_) @name body: (_) @body) @def.impl
(protocol_declaration (modifiers (visibility_modifier)? @visibility)? name: (type_identifier) @name @binding.definition body: (_) @body) @def.interface
(enum_entry name: (simple_identifier) @name) @def.enum_member
(typealias_declaration (modifiers (visibility_modifier)? @visibility)? name: (type_identifier) @name @binding.definition) @def.type
(associatedtype_declaration name: (type_identifier) @name @binding.definition) @def.type

; Parameters are children of the function itself, without a node of their own around them.
(function_declaration (modifiers (visibility_modifier)? @visibility)? name: [(simple_identifier) (custom_operator)] @name @binding.definition body: (_) @body) @def.function @parameters
(function_declaration (modifiers (visibility_modifier)? @visibility)? name: ["==" "!=" "<" ">" "<=" ">=" "+" "-" "*" "/" "%" "===" "!==" "..." "..<" "&" "|" "^" "~" "<<" ">>" "+=" "-=" "*=" "/="] @name body: (_) @body) @def.function @parameters
(protocol_function_declaration name: (simple_identifier) @name @binding.definition) @def.method
(init_declaration (modifiers (visibility_modifier)? @visibility)? "init" @name body: (_)? @body) @def.constructor @parameters
(deinit_declaration "deinit" @name body: (_) @body) @def.method
(subscript_declaration (modifiers (visibility_modifier)? @visibility)? "subscript" @name (computed_property) @body) @def.method @parameters
(macro_declaration (modifiers (visibility_modifier)? @visibility)? (simple_identifier) @name) @def.macro

; A property of a type; at file level a variable (in functions it is none, which the engine sees to).
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name @binding.variable) computed_value: (_)? @body) @def.variable
(property_declaration name: (pattern (pattern (simple_identifier) @name @binding.variable))) @def.variable
(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name @binding.definition)) @def.property)
(enum_class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name @binding.definition)) @def.property)
; (`private(set)` is about writing.)
((property_declaration (modifiers (visibility_modifier) @visibility) name: (pattern bound_identifier: (simple_identifier) @name)) @def.property
  (#not-match? @visibility "set"))
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name @binding.definition)) @def.property
