(function_call_expression function: (name) @callee @reference) @call
(function_call_expression function: (qualified_name prefix: (namespace_name)? @receiver (name) @callee)) @call
(member_call_expression object: (_) @receiver name: (name) @callee) @call
(nullsafe_member_call_expression object: (_) @receiver name: (name) @callee) @call
(scoped_call_expression scope: (_) @receiver name: (name) @callee) @call
(object_creation_expression (name) @callee @reference) @call
(object_creation_expression (qualified_name prefix: (namespace_name)? @receiver (name) @callee)) @call
