(comment) @comment

(contract_declaration name: (identifier) @name body: (contract_body) @body) @def.class
(interface_declaration name: (identifier) @name body: (contract_body) @body) @def.interface
(library_declaration name: (identifier) @name body: (contract_body) @body) @def.module

(function_definition name: (identifier) @name body: (function_body)? @body) @def.function
(function_definition name: (identifier) @name (visibility) @visibility @_visibility (#not-eq? @_visibility "external")) @def.function
(function_definition name: (identifier) @name (visibility) @visibility.public @_visibility (#eq? @_visibility "external")) @def.function
(modifier_definition name: (identifier) @name body: (function_body)? @body) @def.function
(constructor_definition "constructor" @name body: (function_body) @body) @def.constructor
(fallback_receive_definition ["fallback" "receive"] @name body: (function_body)? @body) @def.function

; Events and errors are records that leave the contract.
(event_definition name: (identifier) @name) @def.struct
(error_declaration name: (identifier) @name) @def.struct
(struct_declaration name: (identifier) @name body: (struct_body) @body) @def.struct
(struct_member name: (identifier) @name) @def.field
(enum_declaration name: (identifier) @name body: (enum_body) @body) @def.enum
(enum_value) @name @def.enum_member
(user_defined_type_definition name: (identifier) @name) @def.type

(constant_variable_declaration name: (identifier) @name) @def.constant
; Without a word a state variable is internal.
(state_variable_declaration !visibility name: (identifier) @name) @def.field @visibility.internal
(state_variable_declaration visibility: (visibility) @visibility name: (identifier) @name) @def.field
(state_variable_declaration "constant" name: (identifier) @name) @def.constant
