(comment) @comment

(package (full_ident) @name) @def.module
(message (message_name) @name (message_body) @body) @def.struct
(enum (enum_name) @name (enum_body) @body) @def.enum
(enum_field . (identifier) @name) @def.enum_member
(field (identifier) @name) @def.field
(map_field (identifier) @name) @def.field
(oneof . (identifier) @name) @def.union
(oneof_field (identifier) @name) @def.field
(group (message_name) @name (message_body) @body) @def.struct
(service (service_name) @name) @def.interface
(rpc (rpc_name) @name) @def.method
(extend (full_ident) @name (message_body) @body) @def.impl
