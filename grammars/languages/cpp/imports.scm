; What is included is seen whole.
(preproc_include path: [(string_literal) (system_lib_string)] @module @wildcard) @import
(using_declaration "namespace" [(identifier) (qualified_identifier)] @module @wildcard) @import
((using_declaration (qualified_identifier scope: (_) @module name: [(identifier) (type_identifier)] @item @binding.import)) @import
  (#not-match? @import "^using\\s+namespace\\s"))
; (`using a::b::c`: the tree is nested to the right, the module is `a::b`.)
((using_declaration (qualified_identifier
  scope: (_) @module.prefix name: (qualified_identifier scope: (_) @module name: [(identifier) (type_identifier)] @item @binding.import))) @import
  (#not-match? @import "^using\\s+namespace\\s"))
(namespace_alias_definition name: (namespace_identifier) @alias @binding.import [(namespace_identifier) (nested_namespace_specifier)] @module .) @import
; Modules of C++20: to the grammar a type named `import`.
((declaration type: (type_identifier) @_import declarator: (identifier) @module @wildcard) @import (#eq? @_import "import"))
