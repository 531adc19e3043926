(comment) @comment

(script_element (start_tag . (tag_name) @name)) @def.block
(style_element (start_tag . (tag_name) @name)) @def.block
(snippet_statement (snippet_start (snippet_name) @name)) @def.function

(element (start_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_attribute "id") (#not-match? @name "[{}]")) @def.element
(element (self_closing_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_attribute "id") (#not-match? @name "[{}]")) @def.element
; Components begin with a capital letter, custom elements have a hyphen.
(element (start_tag . (tag_name) @name) (#match? @name "^[A-Z]|-")) @def.element
(element (self_closing_tag . (tag_name) @name) (#match? @name "^[A-Z]|-")) @def.element
