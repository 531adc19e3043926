(call_expression function: (identifier) @callee) @call
(call_expression function: (field_expression value: (_) @receiver field: (field_identifier) @callee)) @call
; `Vec::<u8>::new()` is called on `Vec`.
(call_expression function: (scoped_identifier path: (generic_type type: (_) @receiver) name: (identifier) @callee)) @call
(call_expression function: (scoped_identifier path: (_) @receiver name: (identifier) @callee)) @call
(call_expression function: (generic_function function: [
  (identifier) @callee
  (field_expression value: (_) @receiver field: (field_identifier) @callee)
  (scoped_identifier path: (generic_type type: (_) @receiver) name: (identifier) @callee)
  (scoped_identifier path: (_) @receiver name: (identifier) @callee)
])) @call

((macro_invocation macro: (identifier) @callee) @call (#set! macro))
(macro_invocation macro: (scoped_identifier path: (_) @receiver name: (identifier) @callee)) @call
; The arguments of a macro are tokens: a name with a bracket directly behind it is a call.
(token_tree (identifier) @callee . (token_tree "(") (#set! tokens))
