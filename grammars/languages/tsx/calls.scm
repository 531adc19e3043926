; inherits: typescript
; A JSX element calls its component; a name in lower case is an HTML element.
(jsx_opening_element name: (identifier) @callee (#match? @callee "^[A-Z_$]")) @call
(jsx_self_closing_element name: (identifier) @callee (#match? @callee "^[A-Z_$]")) @call
(jsx_opening_element name: (member_expression object: (_) @receiver property: (property_identifier) @callee)) @call
(jsx_self_closing_element name: (member_expression object: (_) @receiver property: (property_identifier) @callee)) @call
