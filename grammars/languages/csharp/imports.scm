; using System; using static System.Math; global using System.Linq: everything inside is visible
(using_directive !name [(identifier) (qualified_name) (alias_qualified_name) (generic_name)] @module @wildcard) @import

; using IO = System.IO;
(using_directive name: (identifier) @alias (_) @module .) @import

(extern_alias_directive name: (identifier) @module) @import
