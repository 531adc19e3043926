(method_invocation !object name: (identifier) @callee) @call
(method_invocation object: (_) @receiver name: (identifier) @callee) @call

(object_creation_expression type: (type_identifier) @callee) @call
(object_creation_expression type: (generic_type (type_identifier) @callee)) @call
(object_creation_expression type: (scoped_type_identifier (_) @receiver (type_identifier) @callee .)) @call
(object_creation_expression type: (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @callee .))) @call

(explicit_constructor_invocation constructor: _ @callee) @call
