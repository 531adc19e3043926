[(line_comment) (block_comment)] @comment

(package_header (qualified_identifier) @name) @def.namespace @to_end

(class_declaration (modifiers (visibility_modifier)? @visibility)? "interface" name: (identifier) @name @binding.definition (class_body)? @body) @def.interface
(class_declaration (modifiers (visibility_modifier)? @visibility)? "class" name: (identifier) @name @binding.definition (class_body)? @body) @def.class
(class_declaration name: (identifier) @name @binding.definition (enum_class_body) @body) @def.enum
; After an annotation with arguments the grammar takes `annotation class Name` for `a infix b`.
((infix_expression . (identifier) @_annotation . (identifier) @_class . (identifier) @name @binding.definition) @def.class
  (#eq? @_annotation "annotation")
  (#eq? @_class "class"))
(object_declaration (modifiers (visibility_modifier)? @visibility)? name: (identifier) @name @binding.definition (class_body)? @body) @def.class
(companion_object (modifiers (visibility_modifier)? @visibility)? name: (identifier) @name @binding.definition (class_body)? @body) @def.class
(enum_entry (identifier) @name @binding.definition) @def.enum_member
(type_alias (modifiers (visibility_modifier)? @visibility)? type: (identifier) @name @binding.definition) @def.type

; `fun String.shout()`: the type before the dot is the receiver. A function without a body is abstract.
(function_declaration
  (modifiers (visibility_modifier)? @visibility)?
  name: (identifier) @name @binding.definition
  (function_value_parameters) @parameters
  (function_body)? @body) @def.function
(function_declaration
  [
    (user_type . (identifier) @qualifier)
    (nullable_type (user_type . (identifier) @qualifier))
  ]
  . "."
  name: (identifier) @name) @def.function
(secondary_constructor (modifiers (visibility_modifier)? @visibility)? "constructor" @name (function_value_parameters) @parameters (block)? @body) @def.constructor

; A property of a class; at file level a variable (in functions it is none, which the engine sees to).
(property_declaration (modifiers (visibility_modifier)? @visibility)? (variable_declaration (identifier) @name @binding.variable)) @def.variable
(property_declaration (multi_variable_declaration (variable_declaration (identifier) @name @binding.variable))) @def.variable
(class_body (property_declaration (variable_declaration (identifier) @name @binding.definition)) @def.property)
(enum_class_body (property_declaration (variable_declaration (identifier) @name @binding.definition)) @def.property)
; `val String.isEmpty`
(property_declaration
  [
    (user_type . (identifier) @qualifier)
    (nullable_type (user_type . (identifier) @qualifier))
  ]
  . "."
  (variable_declaration (identifier) @name)) @def.property
((property_declaration (modifiers (property_modifier) @_const) (variable_declaration (identifier) @name)) @def.constant
  (#eq? @_const "const"))
; `class User(val name: String)`
(class_parameter (modifiers (visibility_modifier)? @visibility)? ["val" "var"] (identifier) @name @binding.definition . ":") @def.property
