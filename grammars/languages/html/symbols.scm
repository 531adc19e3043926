(comment) @comment

; What has an id can be linked to, styled and found by scripts.
(element (start_tag (attribute (attribute_name) @_attribute [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))
  (#any-of? @_attribute "id" "ID")) @def.element
(element (self_closing_tag (attribute (attribute_name) @_attribute [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))
  (#any-of? @_attribute "id" "ID")) @def.element
(script_element (start_tag (attribute (attribute_name) @_attribute [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))
  (#eq? @_attribute "id")) @def.element
(style_element (start_tag (attribute (attribute_name) @_attribute [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))
  (#eq? @_attribute "id")) @def.element
; Custom elements have a hyphen in their name.
(element (start_tag (tag_name) @name) (#match? @name "-")) @def.element
(element (self_closing_tag (tag_name) @name) (#match? @name "-")) @def.element
