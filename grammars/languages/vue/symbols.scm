(comment) @comment

(document (script_element (start_tag . (tag_name) @name)) @def.block)
(document (template_element (start_tag . (tag_name) @name)) @def.block)
(document (style_element (start_tag . (tag_name) @name)) @def.block)

(element (start_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_attribute "id")) @def.element
(element (self_closing_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_attribute "id")) @def.element
; Components begin with a capital letter or have a hyphen; a named slot is what others fill.
(element (start_tag . (tag_name) @name) (#match? @name "^[A-Z]|-")) @def.element
(element (self_closing_tag . (tag_name) @name) (#match? @name "^[A-Z]|-")) @def.element
(element (start_tag . (tag_name) @_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_tag "slot") (#eq? @_attribute "name")) @def.element
(element (self_closing_tag . (tag_name) @_tag (attribute (attribute_name) @_attribute (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_tag "slot") (#eq? @_attribute "name")) @def.element
