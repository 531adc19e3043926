; ---- scopes
(namespace_declaration) @scope
(class_declaration) @scope
(record_declaration) @scope
(struct_declaration) @scope
(interface_declaration) @scope
(delegate_declaration) @scope
(declaration_list) @scope
(enum_member_declaration_list) @scope
(method_declaration) @scope
(constructor_declaration) @scope
(destructor_declaration) @scope
(operator_declaration) @scope
(conversion_operator_declaration) @scope
(indexer_declaration) @scope
(accessor_declaration) @scope
(local_function_statement) @scope
(lambda_expression) @scope
(anonymous_method_expression) @scope
(block) @scope
(for_statement) @scope
(foreach_statement) @scope
(while_statement) @scope
(using_statement) @scope
(fixed_statement) @scope
(catch_clause) @scope
(switch_section) @scope
(switch_expression_arm) @scope
(query_expression) @scope

; ---- definitions
(class_declaration name: (identifier) @binding.definition)
(record_declaration name: (identifier) @binding.definition)
(struct_declaration name: (identifier) @binding.definition)
(interface_declaration name: (identifier) @binding.definition)
(enum_declaration name: (identifier) @binding.definition)
(enum_member_declaration name: (identifier) @binding.definition)
(delegate_declaration name: (identifier) @binding.definition)
(method_declaration name: (identifier) @binding.definition)
(property_declaration name: (identifier) @binding.definition)
(event_declaration name: (identifier) @binding.definition)
(local_function_statement name: (identifier) @binding.definition)

; ---- parameters
(parameter name: (identifier) @binding.parameter)
(parameter_list name: (identifier) @binding.parameter)
(bracketed_parameter_list name: (identifier) @binding.parameter)
(implicit_parameter) @binding.parameter
(type_parameter name: (identifier) @binding.parameter)

; ---- variables and fields
(variable_declarator name: (identifier) @binding.variable)
(tuple_pattern name: (identifier) @binding.variable)
(parenthesized_variable_designation name: (identifier) @binding.variable)
(declaration_pattern name: (identifier) @binding.variable)
(recursive_pattern name: (identifier) @binding.variable)
(var_pattern name: (identifier) @binding.variable)
(list_pattern name: (identifier) @binding.variable)
(declaration_expression name: (identifier) @binding.variable)
(catch_declaration name: (identifier) @binding.variable)
(foreach_statement left: (identifier) @binding.variable)
(from_clause name: (identifier) @binding.variable)
(join_clause (identifier) @binding.variable . "in")
(join_into_clause (identifier) @binding.variable)
(let_clause . (identifier) @binding.variable)

; ---- imports
(using_directive name: (identifier) @binding.import)

; ---- writes
(assignment_expression left: (identifier) @write)
(assignment_expression left: (tuple_expression (argument (identifier) @write)))
(postfix_unary_expression (identifier) @write ["++" "--"])
(prefix_unary_expression ["++" "--"] (identifier) @write)
(argument ["ref" "out"] (identifier) @write)

; ---- references
(identifier) @reference

; Names that belong to another type or namespace, argument names and labels.
(member_access_expression name: (identifier) @member)
(member_access_expression name: (generic_name . (identifier) @member))
(member_binding_expression name: (identifier) @member)
(member_binding_expression name: (generic_name . (identifier) @member))
(qualified_name name: (identifier) @member)
(qualified_name name: (generic_name . (identifier) @member))
(constructor_declaration name: (identifier) @member)
(destructor_declaration name: (identifier) @member)
(argument name: (identifier) @member)
(attribute_argument name: (identifier) @member)
(subpattern (identifier) @member . ":")
(initializer_expression (assignment_expression left: (identifier) @member))
(with_initializer . (identifier) @member)
(anonymous_object_creation_expression (identifier) @member . "=")
(tuple_element name: (identifier) @member)
(labeled_statement . (identifier) @member)
(goto_statement (identifier) @member)

; The path of an import or a namespace.
(using_directive (identifier) @member)
(using_directive (qualified_name qualifier: (identifier) @member))
(using_directive (qualified_name qualifier: (qualified_name qualifier: (identifier) @member)))
(using_directive (qualified_name qualifier: (qualified_name qualifier: (qualified_name qualifier: (identifier) @member))))
(namespace_declaration (identifier) @member)
(namespace_declaration (qualified_name qualifier: (identifier) @member))
(namespace_declaration (qualified_name qualifier: (qualified_name qualifier: (identifier) @member)))
(namespace_declaration (qualified_name qualifier: (qualified_name qualifier: (qualified_name qualifier: (identifier) @member))))
(file_scoped_namespace_declaration (identifier) @member)
(file_scoped_namespace_declaration (qualified_name qualifier: (identifier) @member))
(file_scoped_namespace_declaration (qualified_name qualifier: (qualified_name qualifier: (identifier) @member)))
(file_scoped_namespace_declaration (qualified_name qualifier: (qualified_name qualifier: (qualified_name qualifier: (identifier) @member))))
