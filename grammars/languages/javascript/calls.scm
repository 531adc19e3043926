(call_expression function: (identifier) @callee) @call
(call_expression function: (member_expression
  object: (_) @receiver
  property: [(property_identifier) (private_property_identifier)] @callee)) @call
(call_expression function: (super) @callee) @call
(call_expression function: (parenthesized_expression (identifier) @callee)) @call

(new_expression constructor: (identifier) @callee) @call
(new_expression constructor: (member_expression object: (_) @receiver property: (property_identifier) @callee)) @call

(decorator (identifier) @callee) @call
(decorator (member_expression object: (_) @receiver property: (property_identifier) @callee)) @call

; A JSX element calls its component; a name in lower case is an HTML element.
(jsx_opening_element name: (identifier) @callee (#match? @callee "^[A-Z_$]")) @call
(jsx_self_closing_element name: (identifier) @callee (#match? @callee "^[A-Z_$]")) @call
(jsx_opening_element name: (member_expression object: (_) @receiver property: (property_identifier) @callee)) @call
(jsx_self_closing_element name: (member_expression object: (_) @receiver property: (property_identifier) @callee)) @call
