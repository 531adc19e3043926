(call_expression function: (identifier) @callee) @call
(call_expression function: (field_expression argument: (_) @receiver field: (field_identifier) @callee)) @call
; Through a pointer: `(*handler)(signal)`.
(call_expression function: (parenthesized_expression (pointer_expression argument: (identifier) @callee))) @call
(call_expression
  function: (parenthesized_expression (pointer_expression argument: (field_expression argument: (_) @receiver field: (field_identifier) @callee)))) @call
