(comment) @comment
(js_comment) @comment

; A selector with a semicolon in it is a declaration that did not parse.
(rule_set (selectors [
  (class_selector) (id_selector) (tag_name) (pseudo_class_selector) (pseudo_element_selector) (attribute_selector) (universal_selector)
  (nesting_selector) (child_selector) (descendant_selector) (sibling_selector) (adjacent_sibling_selector) (placeholder)
] @name) (block) @body (#not-match? @name ";")) @def.selector

(mixin_statement name: (identifier) @name (block) @body) @def.macro
(function_statement name: (identifier) @name (block) @body) @def.function
; `$name` of the file; those in blocks are locals. Custom properties everywhere.
(stylesheet (declaration (property_name) @name (#match? @name "^\\$")) @def.variable)
(declaration (property_name) @name (#match? @name "^--")) @def.variable
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @def.block
