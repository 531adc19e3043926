(invocation_expression function: (identifier) @callee) @call
(invocation_expression function: (generic_name . (identifier) @callee)) @call
(invocation_expression function: (member_access_expression expression: _ @receiver name: (identifier) @callee)) @call
(invocation_expression function: (member_access_expression expression: _ @receiver name: (generic_name . (identifier) @callee))) @call
(invocation_expression function: (conditional_access_expression
  condition: (_) @receiver
  (member_binding_expression name: (identifier) @callee))) @call
(invocation_expression function: (conditional_access_expression
  condition: (_) @receiver
  (member_binding_expression name: (generic_name . (identifier) @callee)))) @call

(object_creation_expression type: (identifier) @callee) @call
(object_creation_expression type: (generic_name . (identifier) @callee)) @call
(object_creation_expression type: (qualified_name qualifier: (_) @receiver name: (identifier) @callee)) @call
(object_creation_expression type: (qualified_name qualifier: (_) @receiver name: (generic_name . (identifier) @callee))) @call

; Foo x = new(1): the declared type is what is made.
(variable_declaration type: (identifier) @callee (variable_declarator (implicit_object_creation_expression) @call))
(variable_declaration type: (generic_name . (identifier) @callee) (variable_declarator (implicit_object_creation_expression) @call))

(constructor_initializer ["base" "this"] @callee) @call
(base_list (identifier) @callee . (argument_list)) @call
(base_list (generic_name . (identifier) @callee) . (argument_list)) @call
(primary_constructor_base_type type: (identifier) @callee) @call
