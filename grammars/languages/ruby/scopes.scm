; Definitions bind their names in symbols.scm. Blocks see the variables around them; methods, classes and modules do not.

(method) @scope.closed
(singleton_method) @scope.closed
(class) @scope.closed
(module) @scope.closed
(singleton_class) @scope.closed
(block) @scope
(do_block) @scope
(lambda) @scope

(identifier) @reference
(constant) @reference
(instance_variable) @reference
(class_variable) @reference
(global_variable) @reference

; What stands after a receiver or `::` is looked up there.
(call receiver: (_) method: [(identifier) (constant)] @member)
(scope_resolution scope: (_) name: (constant) @member)
(setter name: (identifier) @member)
(alias (identifier) @member)
(undef (identifier) @member)

(method_parameters (identifier) @binding.parameter)
(block_parameters (identifier) @binding.parameter)
(lambda_parameters (identifier) @binding.parameter)
(destructured_parameter (identifier) @binding.parameter)
(optional_parameter name: (identifier) @binding.parameter)
(keyword_parameter name: (identifier) @binding.parameter)
(splat_parameter name: (identifier) @binding.parameter)
(hash_splat_parameter name: (identifier) @binding.parameter)
(block_parameter name: (identifier) @binding.parameter)

(assignment left: (identifier) @binding.assign)
(operator_assignment left: (identifier) @binding.assign)
(left_assignment_list (identifier) @binding.assign)
(destructured_left_assignment (identifier) @binding.assign)
(rest_assignment (identifier) @binding.assign)
(for pattern: (identifier) @binding.assign)
(exception_variable (identifier) @binding.assign)

; Patterns of `case … in`, `=>` and `in`.
(in_clause pattern: (identifier) @binding.assign)
(match_pattern pattern: (identifier) @binding.assign)
(array_pattern (identifier) @binding.assign)
(find_pattern (identifier) @binding.assign)
(parenthesized_pattern (identifier) @binding.assign)
(as_pattern name: (identifier) @binding.assign)
(keyword_pattern key: (hash_key_symbol) @binding.assign !value)
(keyword_pattern value: (identifier) @binding.assign)

(assignment left: [(instance_variable) (class_variable) (global_variable)] @write)
(operator_assignment left: [(instance_variable) (class_variable) (global_variable)] @write)
(left_assignment_list [(instance_variable) (class_variable) (global_variable)] @write)
