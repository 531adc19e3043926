(comment) @comment
(documentation_comment) @comment

(library_name (dotted_identifier_list) @name) @def.module

(class_declaration name: (identifier) @name body: (class_body) @body) @def.class
(mixin_declaration name: (identifier) @name body: (class_body) @body) @def.trait
(enum_declaration name: (identifier) @name body: (enum_body) @body) @def.enum
(enum_entry name: (identifier) @name) @def.enum_member
; An extension is named for the type it extends; an extension type is a type of its own.
(extension_declaration class: (type) @name body: (extension_body) @body) @def.impl
(extension_type_declaration name: (extension_type_name (identifier) @name) body: (class_body)? @body) @def.class
(type_alias . (type_identifier) @name) @def.type

(function_declaration signature: (function_signature name: (identifier) @name parameters: (_) @parameters) body: (_) @body) @def.function
(external_function_declaration signature: (function_signature name: (identifier) @name parameters: (_) @parameters)) @def.function
(local_function_declaration (function_signature name: (identifier) @name parameters: (_) @parameters) (function_body) @body) @def.function
(getter_declaration signature: (getter_signature name: (identifier) @name) body: (_) @body) @def.property
(setter_declaration signature: (setter_signature name: (identifier) @name) body: (_) @body) @def.property

(method_declaration signature: (method_signature (function_signature name: (identifier) @name parameters: (_) @parameters)) body: (_)? @body) @def.method
(method_declaration signature: (method_signature (operator_signature operator: (_) @name)) body: (_)? @body) @def.method
(method_declaration signature: (method_signature (getter_signature name: (identifier) @name)) body: (_)? @body) @def.property
(method_declaration signature: (method_signature (setter_signature name: (identifier) @name)) body: (_)? @body) @def.property
; `Position.fromJson(…)`: the last name is the constructor's own.
(method_declaration signature: (method_signature (factory_constructor_signature name: (identifier) @name . parameters: (_) @parameters)) body: (_)? @body) @def.constructor
(method_declaration signature: (method_signature (constructor_signature name: (identifier) @name . parameters: (_) @parameters)) body: (_)? @body) @def.constructor
(declaration (constructor_signature name: (identifier) @name . parameters: (_) @parameters)) @def.constructor
(declaration (constant_constructor_signature name: (identifier) @name . parameters: (_) @parameters)) @def.constructor
(declaration (redirecting_factory_constructor_signature name: (identifier) @name . parameters: (_) @parameters)) @def.constructor
(declaration (function_signature name: (identifier) @name parameters: (_) @parameters)) @def.method
(declaration (getter_signature name: (identifier) @name)) @def.property
(declaration (setter_signature name: (identifier) @name)) @def.property
(declaration (operator_signature operator: (_) @name)) @def.method

(declaration (initialized_identifier_list (initialized_identifier name: (identifier) @name))) @def.field
(declaration (static_final_declaration_list (static_final_declaration name: (identifier) @name))) @def.constant
(top_level_variable_declaration (initialized_identifier_list (initialized_identifier name: (identifier) @name))) @def.variable
(top_level_variable_declaration (static_final_declaration_list (static_final_declaration name: (identifier) @name))) @def.constant
