; `use a::b` imports item b of module a. Lists nest: each leaf is an import, and the paths before the lists are joined.
(use_declaration argument: (identifier) @module @binding.import) @import
(use_declaration argument: (scoped_identifier path: (_) @module name: (identifier) @item @binding.import)) @import
(use_declaration
  argument: (use_as_clause path: (identifier) @module alias: (identifier) @alias @binding.import)) @import
(use_declaration
  argument: (use_as_clause
    path: (scoped_identifier path: (_) @module name: (identifier) @item)
    alias: (identifier) @alias @binding.import)) @import
(use_declaration argument: (use_wildcard (_) @module) @wildcard) @import
(extern_crate_declaration !alias name: (identifier) @module @binding.import) @import
(extern_crate_declaration name: (identifier) @module alias: (identifier) @alias @binding.import) @import

(scoped_use_list path: (_) @module.prefix)
(use_list (identifier) @item @import @binding.import)
(use_list (scoped_identifier path: (_) @module name: (identifier) @item @binding.import) @import)
(use_list (use_as_clause path: (identifier) @item alias: (identifier) @alias @binding.import) @import)
(use_list
  (use_as_clause
    path: (scoped_identifier path: (_) @module name: (identifier) @item)
    alias: (identifier) @alias @binding.import) @import)
(use_list (use_wildcard (_)? @module) @wildcard @import)

; `use a::b::{self}` imports module b of a.
(scoped_use_list
  path: [(identifier) @binding.import (scoped_identifier name: (identifier) @binding.import)] @module
  list: (use_list (self) @import))
(scoped_use_list
  path: [(identifier) (scoped_identifier)] @module
  list: (use_list (use_as_clause path: (self) alias: (identifier) @alias @binding.import) @import))
