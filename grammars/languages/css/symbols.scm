(comment) @comment

; A selector with a semicolon in it is a declaration that did not parse.
(rule_set (selectors [
  (class_selector) (id_selector) (tag_name) (pseudo_class_selector) (pseudo_element_selector) (attribute_selector) (universal_selector)
  (nesting_selector) (child_selector) (descendant_selector) (sibling_selector) (adjacent_sibling_selector) (namespace_selector)
] @name) (block) @body (#not-match? @name ";")) @def.selector

(declaration (property_name) @name (#match? @name "^--")) @def.variable
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @def.block
(at_rule (at_keyword) @_at (keyword_query) @name (block)? @body (#any-of? @_at "@layer" "@container" "@counter-style")) @def.block
(at_rule (at_keyword) @_at (keyword_query) @name (block)? @body (#eq? @_at "@property")) @def.variable
