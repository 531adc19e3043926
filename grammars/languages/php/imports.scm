; use A\B\C; use A\B\C as D; use \C;
(namespace_use_declaration (namespace_use_clause
  (qualified_name prefix: (namespace_name) @module (name) @item @binding.import) !alias)) @import
(namespace_use_declaration (namespace_use_clause
  (qualified_name prefix: (namespace_name) @module (name) @item) alias: (name) @alias @binding.import)) @import
(namespace_use_declaration (namespace_use_clause (qualified_name . (name) @module @binding.import) !alias)) @import
(namespace_use_declaration (namespace_use_clause (qualified_name . (name) @module) alias: (name) @alias @binding.import)) @import
(namespace_use_declaration . (namespace_use_clause (name) @module @binding.import !alias)) @import
(namespace_use_declaration . (namespace_use_clause . (name) @module alias: (name) @alias @binding.import)) @import
; use A\{B, C\D as E};
(namespace_use_declaration (namespace_name) @module.prefix body: (namespace_use_group))
(namespace_use_group (namespace_use_clause (name) @item @binding.import !alias) @import)
(namespace_use_group (namespace_use_clause . (name) @item alias: (name) @alias @binding.import) @import)
(namespace_use_group (namespace_use_clause
  (qualified_name prefix: (namespace_name) @module (name) @item @binding.import) !alias) @import)
(namespace_use_group (namespace_use_clause
  (qualified_name prefix: (namespace_name) @module (name) @item) alias: (name) @alias @binding.import) @import)

; require 'x.php'; require __DIR__ . '/x.php';
(include_expression [(string (string_content) @module @wildcard) (encapsed_string . (string_content) @module @wildcard .)]) @import
(include_once_expression [(string (string_content) @module @wildcard) (encapsed_string . (string_content) @module @wildcard .)]) @import
(require_expression [(string (string_content) @module @wildcard) (encapsed_string . (string_content) @module @wildcard .)]) @import
(require_once_expression [(string (string_content) @module @wildcard) (encapsed_string . (string_content) @module @wildcard .)]) @import
(include_expression (binary_expression right: (string (string_content) @module @wildcard))) @import
(include_once_expression (binary_expression right: (string (string_content) @module @wildcard))) @import
(require_expression (binary_expression right: (string (string_content) @module @wildcard))) @import
(require_once_expression (binary_expression right: (string (string_content) @module @wildcard))) @import
(require_once_expression (parenthesized_expression [
  (string (string_content) @module @wildcard)
  (binary_expression right: (string (string_content) @module @wildcard))
])) @import
(require_expression (parenthesized_expression [
  (string (string_content) @module @wildcard)
  (binary_expression right: (string (string_content) @module @wildcard))
])) @import
