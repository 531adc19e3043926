; Subscripts are calls with other brackets to the grammar.
(call_expression . (simple_identifier) @callee (call_suffix [(value_arguments "(") (lambda_literal)])) @call
(call_expression
  . (navigation_expression target: (_) @receiver suffix: (navigation_suffix suffix: (simple_identifier) @callee))
  (call_suffix [(value_arguments "(") (lambda_literal)])) @call
; `.shared(1)`: the type is inferred.
(call_expression . (prefix_expression (simple_identifier) @callee) (call_suffix [(value_arguments "(") (lambda_literal)])) @call
; `[Int](repeating: 0, count: 3)` has no name; `Box<Int>(1)` has.
(constructor_expression constructed_type: (user_type (type_identifier) @callee)) @call
(macro_invocation . (simple_identifier) @callee) @call
