; Definitions bind their names in symbols.scm.

(function_definition) @scope
(compound_statement) @scope
(for_statement) @scope
(preproc_function_def) @scope
(for_range_loop) @scope
(if_statement) @scope
(while_statement) @scope
(switch_statement) @scope
(catch_clause) @scope
(lambda_expression) @scope
(template_declaration) @scope
(requires_expression) @scope
(field_declaration_list) @scope
; (What stands in a namespace without a name is visible around it.)
(namespace_definition name: (_)) @scope
; `enum class` keeps its members inside.
(enum_specifier ["class" "struct"] body: (enumerator_list) @scope)

(identifier) @reference
(type_identifier) @reference
(namespace_identifier) @reference
(qualified_identifier scope: (_) name: [(identifier) (type_identifier)] @member)

; The parameters of a function pointer are visible in their own parentheses only.
(function_declarator declarator: (parenthesized_declarator) parameters: (parameter_list) @scope)

(parameter_declaration
  declarator: [
    (identifier) @binding.parameter
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @binding.parameter))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (reference_declarator (identifier) @binding.parameter)
    (reference_declarator (parenthesized_declarator (identifier) @binding.parameter))
    (array_declarator declarator: (identifier) @binding.parameter)
    (array_declarator declarator: (parenthesized_declarator (reference_declarator (identifier) @binding.parameter)))
    (array_declarator declarator: (array_declarator declarator: (identifier) @binding.parameter))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @binding.parameter)))
    (function_declarator declarator: (parenthesized_declarator (reference_declarator (identifier) @binding.parameter)))
  ])
(optional_parameter_declaration
  declarator: [
    (identifier) @binding.parameter
    (pointer_declarator declarator: (identifier) @binding.parameter)
    (reference_declarator (identifier) @binding.parameter)
  ])
(preproc_params (identifier) @binding.parameter)
(variadic_declarator (identifier) @binding.parameter)
(type_parameter_declaration (type_identifier) @binding.parameter)
(variadic_type_parameter_declaration (type_identifier) @binding.parameter)
(optional_type_parameter_declaration name: (type_identifier) @binding.parameter)

(structured_binding_declarator (identifier) @binding.variable)
(lambda_capture_initializer left: (identifier) @binding.variable)
(for_range_loop
  declarator: [
    (identifier) @binding.variable
    (reference_declarator (identifier) @binding.variable)
    (pointer_declarator declarator: (identifier) @binding.variable)
  ])

(assignment_expression left: (identifier) @write)
(update_expression argument: (identifier) @write)
