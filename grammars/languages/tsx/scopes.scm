; inherits: typescript
; A name in lower case is an HTML element.
(jsx_opening_element name: (identifier) @member (#match? @member "^[a-z]"))
(jsx_closing_element name: (identifier) @member (#match? @member "^[a-z]"))
(jsx_self_closing_element name: (identifier) @member (#match? @member "^[a-z]"))
