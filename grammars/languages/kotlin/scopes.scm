; Definitions bind their names in symbols.scm.

(class_declaration) @scope
(object_declaration) @scope
(companion_object) @scope
(object_literal) @scope
(function_declaration) @scope
(anonymous_function) @scope
(secondary_constructor) @scope
(getter) @scope
(setter) @scope
(lambda_literal) @scope
(block) @scope
(for_statement) @scope
(catch_block) @scope
(when_expression) @scope

(identifier) @reference

; What stands after a dot, and names of arguments, are not looked up here.
(navigation_expression (_) (identifier) @member .)
(callable_reference (_) (identifier) @member .)
(user_type (identifier) (identifier) @member)
(value_argument (identifier) @member . "=")
(qualified_identifier (identifier) @member)
(return_expression label: (identifier) @member)

(parameter (identifier) @binding.parameter . ":")
(class_parameter (identifier) @binding.parameter . ":")
(setter (identifier) @binding.parameter)
(type_parameter (identifier) @binding.parameter)
(lambda_parameters (variable_declaration (identifier) @binding.parameter))
(lambda_parameters (multi_variable_declaration (variable_declaration (identifier) @binding.parameter)))
(catch_block (identifier) @binding.parameter)
(for_statement (variable_declaration (identifier) @binding.variable))
(for_statement (multi_variable_declaration (variable_declaration (identifier) @binding.variable)))
(when_subject (variable_declaration (identifier) @binding.variable))

(assignment left: (identifier) @write)
(unary_expression argument: (identifier) @write operator: ["++" "--"])
(unary_expression operator: ["++" "--"] argument: (identifier) @write)
