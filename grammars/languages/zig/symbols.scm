(comment) @comment
; `//!` is about the file, not about what follows.
((comment) @member (#match? @member "^//!"))

(function_declaration "pub"? @visibility name: (identifier) @name body: (block)? @body) @def.function
(function_declaration "export" @visibility name: (identifier) @name body: (block)? @body) @def.function
(test_declaration (string (string_content) @name) (block) @body) @def.function
(test_declaration (identifier) @name (block) @body) @def.function

; Declarations of a file or a container. Those of blocks are locals.
(source_file (variable_declaration "pub"? @visibility "const" . (identifier) @name) @def.constant)
(source_file (variable_declaration "pub"? @visibility "var" . (identifier) @name) @def.variable)
(struct_declaration (variable_declaration "pub"? @visibility "const" . (identifier) @name) @def.constant)
(struct_declaration (variable_declaration "pub"? @visibility "var" . (identifier) @name) @def.variable)
(enum_declaration (variable_declaration "pub"? @visibility "const" . (identifier) @name) @def.constant)
(union_declaration (variable_declaration "pub"? @visibility "const" . (identifier) @name) @def.constant)

; A constant that is a type is that type.
(variable_declaration "pub"? @visibility "const" . (identifier) @name (struct_declaration) @body) @def.struct
(variable_declaration "pub"? @visibility "const" . (identifier) @name (opaque_declaration) @body) @def.struct
(variable_declaration "pub"? @visibility "const" . (identifier) @name (enum_declaration) @body) @def.enum
(variable_declaration "pub"? @visibility "const" . (identifier) @name (error_set_declaration) @body) @def.enum
(variable_declaration "pub"? @visibility "const" . (identifier) @name (union_declaration) @body) @def.union

; A field is as visible as its container.
(container_field name: (identifier) @name) @def.field @visibility.public
(enum_declaration (container_field name: (identifier) @name) @def.enum_member)
(error_set_declaration (identifier) @name @def.enum_member)
