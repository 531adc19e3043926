(call_expression . (identifier) @callee) @call
(call_expression . (navigation_expression . (_) @receiver (identifier) @callee .)) @call
; `class User : Base(name)` calls the constructor of Base; so does an annotation.
(constructor_invocation (user_type (identifier) @callee .)) @call
; `a to b`
(infix_expression . (_) . (identifier) @callee) @call
