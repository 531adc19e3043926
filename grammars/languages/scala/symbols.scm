(comment) @comment
(block_comment) @comment

(package_clause name: (package_identifier) @name) @def.module

(class_definition (modifiers (access_modifier) @visibility)? name: (_) @name body: (_)? @body) @def.class
(trait_definition (modifiers (access_modifier) @visibility)? name: (_) @name body: (_)? @body) @def.trait
(object_definition (modifiers (access_modifier) @visibility)? name: (_) @name body: (_)? @body) @def.module
(package_object name: (_) @name body: (_)? @body) @def.module
(enum_definition (modifiers (access_modifier) @visibility)? name: (_) @name body: (_) @body) @def.enum
(simple_enum_case name: (_) @name) @def.enum_member
(full_enum_case name: (_) @name) @def.enum_member

(type_definition (modifiers (access_modifier) @visibility)? name: (_) @name) @def.type

; `extension (line: Line)` adds methods to Line; a `given` without a name is known by its type.
(extension_definition parameters: (parameters . (parameter type: (_) @name)) body: (_) @body) @def.impl
(given_definition !name return_type: (_) @name body: (_)? @body) @def.impl
(given_definition name: (_) @name body: (_)? @body) @def.impl

(function_definition (modifiers (access_modifier) @visibility)? name: (_) @name parameters: (_)? @parameters body: (_)? @body) @def.function
(function_declaration (modifiers (access_modifier) @visibility)? name: (_) @name parameters: (_)? @parameters) @def.function
; `private[orders]` is visible in that package.
(class_definition (modifiers (access_modifier (access_qualifier) @visibility.internal)) name: (_) @name) @def.class
(function_definition (modifiers (access_modifier (access_qualifier) @visibility.internal)) name: (_) @name) @def.function
(function_definition (modifiers (access_modifier) @visibility)? name: (_) @name parameters: (_)? @parameters body: (_)? @body
  (#eq? @name "this")) @def.constructor

; A value of a class is a field, of an object or a file a constant. Values inside functions are locals.
(class_definition body: (template_body
  [(val_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name)
   (var_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name)
   (val_declaration (modifiers (access_modifier) @visibility)? name: (identifier) @name)
   (var_declaration (modifiers (access_modifier) @visibility)? name: (identifier) @name)] @def.field))
(trait_definition body: (template_body
  [(val_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name)
   (var_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name)
   (val_declaration (modifiers (access_modifier) @visibility)? name: (identifier) @name)
   (var_declaration (modifiers (access_modifier) @visibility)? name: (identifier) @name)] @def.field))
(object_definition body: (template_body (val_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name) @def.constant))
(object_definition body: (template_body (var_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name) @def.variable))
(compilation_unit (val_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name) @def.constant)
(compilation_unit (var_definition (modifiers (access_modifier) @visibility)? pattern: (identifier) @name) @def.variable)

; The parameters of a case class, and those marked val or var, are fields.
(class_definition "case" class_parameters: (class_parameters (class_parameter name: (identifier) @name) @def.field))
(class_parameter "val" name: (identifier) @name) @def.field
(class_parameter "var" name: (identifier) @name) @def.field
