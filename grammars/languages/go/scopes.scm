; ---- scopes
(function_declaration) @scope
(method_declaration) @scope
(func_literal) @scope
(function_type) @scope
(method_elem) @scope
(type_spec) @scope
(type_alias) @scope
; The body of a function is one scope with its parameters, so it has none of its own.
(statement_list (block) @scope)
(labeled_statement (block) @scope)
(if_statement consequence: (block) @scope)
(if_statement alternative: (block) @scope)
(for_statement body: (block) @scope)
(if_statement) @scope
(for_statement) @scope
(expression_switch_statement) @scope
(type_switch_statement) @scope
(expression_case) @scope
(type_case) @scope
(communication_case) @scope
(default_case) @scope

; ---- bindings
(function_declaration name: (identifier) @binding.definition)
(type_spec name: (type_identifier) @binding.definition)
(type_alias name: (type_identifier) @binding.definition)
(type_parameter_declaration name: (identifier) @binding.parameter)
(parameter_declaration name: (identifier) @binding.parameter (#not-eq? @binding.parameter "_"))
(method_declaration receiver: (parameter_list (parameter_declaration type:
  (generic_type type_arguments: (type_arguments (type_elem (type_identifier) @binding.parameter))))))
(method_declaration receiver: (parameter_list (parameter_declaration type: (pointer_type
  (generic_type type_arguments: (type_arguments (type_elem (type_identifier) @binding.parameter)))))))
(variadic_parameter_declaration name: (identifier) @binding.parameter)

(import_spec name: (package_identifier) @binding.import)
(import_spec !name path: (_) @binding.import)

(const_spec name: (identifier) @binding.variable (#not-eq? @binding.variable "_"))
(var_spec name: (identifier) @binding.variable (#not-eq? @binding.variable "_"))

; `x := x + 1`: the new name is known behind its declaration only.
(short_var_declaration) @declaration
(const_spec) @declaration
(var_spec) @declaration

; `a, err := f()` declares what this scope does not have yet and assigns the rest.
(short_var_declaration left: (expression_list (identifier) @binding.redeclare (#not-eq? @binding.redeclare "_")))
(range_clause left: (expression_list (identifier) @binding.variable) ":=" (#not-eq? @binding.variable "_"))
(receive_statement left: (expression_list (identifier) @binding.variable) ":=" (#not-eq? @binding.variable "_"))
(type_switch_statement alias: (expression_list (identifier) @binding.variable))

; ---- writes
(assignment_statement left: (expression_list (identifier) @write))
(range_clause left: (expression_list (identifier) @write) "=")
(receive_statement left: (expression_list (identifier) @write) "=")
(inc_statement (identifier) @write)
(dec_statement (identifier) @write)

; ---- references
(identifier) @reference
(type_identifier) @reference
(qualified_type package: (package_identifier) @reference)

; Names that belong to a package or a struct, not to a scope.
(qualified_type name: (type_identifier) @member)
(composite_literal
  type: [(type_identifier) (qualified_type) (generic_type)]
  body: (literal_value (keyed_element key: (literal_element (identifier) @member))))
(literal_element (literal_value (keyed_element key: (literal_element (identifier) @member))))

; The blank identifier is no name.
(expression_list (identifier) @member (#eq? @member "_"))
(parameter_declaration name: (identifier) @member (#eq? @member "_"))
(const_spec name: (identifier) @member (#eq? @member "_"))
(var_spec name: (identifier) @member (#eq? @member "_"))
