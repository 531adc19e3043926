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
(call_expression function: (non_null_expression (identifier) @callee)) @call
(call_expression function: (non_null_expression (member_expression object: (_) @receiver property: (property_identifier) @callee))) @call
(call_expression function: (instantiation_expression function: (identifier) @callee)) @call
