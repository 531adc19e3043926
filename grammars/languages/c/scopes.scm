; Definitions bind their names in symbols.scm.

(function_definition) @scope
(compound_statement) @scope
(for_statement) @scope
(preproc_function_def) @scope
(identifier) @reference
(type_identifier) @reference

; The parameters of a function pointer are visible in their own parentheses only.
(function_declarator declarator: (parenthesized_declarator) parameters: (parameter_list) @scope)

(parameter_declaration
  declarator: [
    (identifier) @binding.parameter
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @binding.parameter))
    (pointer_declarator declarator: (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @binding.parameter)))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (array_declarator declarator: (identifier) @binding.parameter)
    (array_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (function_declarator declarator: (identifier) @binding.parameter parameters: (parameter_list) @scope)
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @binding.parameter)))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @binding.parameter))))
    (parenthesized_declarator (pointer_declarator declarator: (identifier) @binding.parameter))
  ])
(preproc_params (identifier) @binding.parameter)
; K&R: names in the parentheses, types after them.
(parameter_list (identifier) @binding.parameter)

(assignment_expression left: (identifier) @write)
(update_expression argument: (identifier) @write)
