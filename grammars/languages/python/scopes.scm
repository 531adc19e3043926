; Definitions bind their names in symbols.scm, imports in imports.scm.

(function_definition) @scope
(lambda) @scope.function
(class_definition) @scope.class
(list_comprehension) @scope
(set_comprehension) @scope
(dictionary_comprehension) @scope
(generator_expression) @scope

(identifier) @reference
(attribute attribute: (identifier) @member)
(keyword_argument name: (identifier) @member)
(dotted_name (identifier) . (identifier) @member)
(import_from_statement module_name: (dotted_name (identifier) @member))
(import_from_statement module_name: (relative_import (dotted_name (identifier) @member)))
(import_from_statement name: (aliased_import name: (dotted_name (identifier) @member)))
(import_statement name: (aliased_import name: (dotted_name (identifier) @member)))

(global_statement (identifier) @global)
(nonlocal_statement (identifier) @outer)

(parameters (identifier) @binding.parameter)
(lambda_parameters (identifier) @binding.parameter)
(default_parameter name: (identifier) @binding.parameter)
(typed_parameter . (identifier) @binding.parameter)
(typed_default_parameter name: (identifier) @binding.parameter)
(parameters (list_splat_pattern (identifier) @binding.parameter))
(parameters (dictionary_splat_pattern (identifier) @binding.parameter))
(lambda_parameters (list_splat_pattern (identifier) @binding.parameter))
(lambda_parameters (dictionary_splat_pattern (identifier) @binding.parameter))
(typed_parameter [(list_splat_pattern (identifier) @binding.parameter) (dictionary_splat_pattern (identifier) @binding.parameter)])
(function_definition type_parameters: (type_parameter (type (identifier) @binding.parameter)))
(class_definition type_parameters: (type_parameter (type (identifier) @binding.parameter)))

; Every assignment binds in the function around; the second of a name is a write.
(assignment left: (identifier) @binding.variable)
(for_statement left: (identifier) @binding.variable)
(for_in_clause left: (identifier) @binding.variable)
(pattern_list (identifier) @binding.variable)
(tuple_pattern (identifier) @binding.variable)
(list_pattern (identifier) @binding.variable)
(pattern_list (list_splat_pattern (identifier) @binding.variable))
(tuple_pattern (list_splat_pattern (identifier) @binding.variable))
(as_pattern_target (identifier) @binding.variable)
(as_pattern_target (tuple (identifier) @binding.variable))
; `:=` in a comprehension binds outside of it.
(named_expression name: (identifier) @hoist.variable)

; A single name in a pattern captures; a dotted one is looked up.
(case_pattern (dotted_name . (identifier) @binding.variable .))
(case_pattern (as_pattern (case_pattern) (identifier) @binding.variable))
(splat_pattern (identifier) @binding.variable)
(keyword_pattern . (identifier) @member)
(keyword_pattern (dotted_name . (identifier) @binding.variable .))

(augmented_assignment left: (identifier) @write)
(delete_statement (identifier) @write)
