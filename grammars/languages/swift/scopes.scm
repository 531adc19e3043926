; Definitions bind their names in symbols.scm.

(class_declaration) @scope
(protocol_declaration) @scope
(function_declaration) @scope
(protocol_function_declaration) @scope
(init_declaration) @scope
(deinit_declaration) @scope
(subscript_declaration) @scope
(computed_getter) @scope
(computed_setter) @scope
(didset_clause) @scope
(lambda_literal) @scope
(if_statement) @scope
(for_statement) @scope
(while_statement) @scope
(repeat_while_statement) @scope
(do_statement) @scope
(catch_block) @scope
(switch_entry) @scope
(enum_entry) @scope
(macro_declaration) @scope

(simple_identifier) @reference
(type_identifier) @reference

; What stands after a dot, and labels of arguments, are not looked up here.
(navigation_suffix suffix: (simple_identifier) @member)
(prefix_expression "." (simple_identifier) @member)
(value_argument_label (simple_identifier) @member)
(parameter external_name: (simple_identifier) @member)
(lambda_parameter external_name: (simple_identifier) @member)
(user_type (type_identifier) (type_identifier) @member)
(identifier (simple_identifier) @member)
(switch_pattern (pattern "." (simple_identifier) @member))
(enum_entry name: (simple_identifier) @member)

(parameter name: (simple_identifier) @binding.parameter)
(lambda_parameter name: (simple_identifier) @binding.parameter)
(lambda_function_type_parameters (lambda_parameter (simple_identifier) @binding.parameter .))
(computed_setter (simple_identifier) @binding.parameter)
(capture_list_item name: (simple_identifier) @binding.variable)
(type_parameter (type_identifier) @binding.parameter)
(enum_type_parameters (simple_identifier) @member)

; `if let`, `guard let`, `while let`: a guard binds in the block around it.
(if_statement bound_identifier: (simple_identifier) @binding.variable)
(guard_statement bound_identifier: (simple_identifier) @binding.variable)
(while_statement bound_identifier: (simple_identifier) @binding.variable)
(pattern (value_binding_pattern) bound_identifier: (simple_identifier) @binding.variable)
(pattern (value_binding_pattern) (pattern (simple_identifier) @binding.variable))
(pattern (value_binding_pattern) (pattern bound_identifier: (simple_identifier) @binding.variable))
(for_statement item: (pattern bound_identifier: (simple_identifier) @binding.variable))
(for_statement item: (pattern (pattern (simple_identifier) @binding.variable)))

(assignment target: (directly_assignable_expression (simple_identifier) @write))
