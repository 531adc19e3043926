; Definitions bind their names in symbols.scm. A function sees no variable around it; an arrow function does.

(function_definition) @scope.closed
(method_declaration) @scope.closed
(anonymous_function) @scope.closed
(property_hook) @scope.closed
(arrow_function) @scope

(variable_name) @reference
(named_type (name) @reference)
(base_clause (name) @reference)
(class_interface_clause (name) @reference)
(use_declaration (name) @reference)
(attribute (name) @reference)
(scoped_call_expression scope: (name) @reference)
(scoped_property_access_expression scope: (name) @reference)
(class_constant_access_expression . (name) @reference)
(binary_expression right: (name) @reference)
(argument (name) @reference .)

; `User::$count` is a property.
(scoped_property_access_expression name: (variable_name) @member)
(property_element name: (variable_name) @member)

(simple_parameter name: (variable_name) @binding.parameter)
(variadic_parameter name: (variable_name) @binding.parameter)
(property_promotion_parameter name: (variable_name) @binding.parameter)
(anonymous_function_use_clause (variable_name) @binding.parameter)
(anonymous_function_use_clause (by_ref (variable_name) @binding.parameter))

(assignment_expression left: (variable_name) @binding.assign)
(reference_assignment_expression left: (variable_name) @binding.assign)
(list_literal (variable_name) @binding.assign)
(list_literal (by_ref (variable_name) @binding.assign))
(list_literal (_) . "=>" . (variable_name) @binding.assign)
(foreach_statement "as" . (variable_name) @binding.assign)
(foreach_statement "as" . (by_ref (variable_name) @binding.assign))
(foreach_statement "as" . (pair (variable_name) @binding.assign))
(foreach_statement "as" . (pair (by_ref (variable_name) @binding.assign)))
(catch_clause name: (variable_name) @binding.assign)
(static_variable_declaration name: (variable_name) @binding.assign)
(global_declaration (variable_name) @binding.assign)

(augmented_assignment_expression left: (variable_name) @write)
(update_expression argument: (variable_name) @write)
