(call_expression function: (identifier) @callee) @call
(call_expression function: (template_function name: (identifier) @callee)) @call
(call_expression function: (field_expression argument: (_) @receiver field: [(field_identifier) @callee (template_method name: (field_identifier) @callee)])) @call
(call_expression
  function: (qualified_identifier scope: (_) @receiver name: [
    (identifier) @callee
    (template_function name: (identifier) @callee)
    (qualified_identifier scope: (_) @receiver name: [
      (identifier) @callee
      (template_function name: (identifier) @callee)
      (qualified_identifier scope: (_) @receiver name: [
        (identifier) @callee
        (template_function name: (identifier) @callee)
      ])
    ])
  ])) @call
; Through a pointer: `(*handler)(signal)`.
(call_expression function: (parenthesized_expression (pointer_expression argument: (identifier) @callee))) @call

; Constructors: `new T(…)`, `T{…}`, `T name(…)`.
(new_expression type: [
  (type_identifier) @callee
  (template_type name: (type_identifier) @callee)
  (qualified_identifier scope: (_) @receiver name: [(type_identifier) @callee (template_type name: (type_identifier) @callee)])
]) @call
(compound_literal_expression type: [
  (type_identifier) @callee
  (template_type name: (type_identifier) @callee)
  (qualified_identifier scope: (_) @receiver name: [(type_identifier) @callee (template_type name: (type_identifier) @callee)])
]) @call
(declaration
  type: [
    (type_identifier) @callee
    (template_type name: (type_identifier) @callee)
    (qualified_identifier scope: (_) @receiver name: [(type_identifier) @callee (template_type name: (type_identifier) @callee)])
  ]
  declarator: (init_declarator value: (argument_list))) @call
