(call_expression function: (identifier) @callee) @call
(call_expression function: (selector_expression operand: (_) @receiver field: (field_identifier) @callee)) @call
(call_expression function: (parenthesized_expression (identifier) @callee)) @call
(call_expression function: (parenthesized_expression (selector_expression operand: (_) @receiver field: (field_identifier) @callee))) @call

; `f[T](x)` reads as a conversion to a generic type, `pkg.F[T, U](x)` too; which it is only the declaration of `f` tells.
(type_conversion_expression type: (generic_type type: (type_identifier) @callee)) @call
(type_conversion_expression type: (generic_type type: (qualified_type package: (package_identifier) @receiver name: (type_identifier) @callee))) @call
(call_expression function: (type_instantiation_expression type: (type_identifier) @callee)) @call
