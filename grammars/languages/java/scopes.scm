; ---- scopes
(class_declaration) @scope
(record_declaration) @scope
(interface_declaration) @scope
(annotation_type_declaration) @scope
(enum_declaration) @scope
(class_body) @scope
(interface_body) @scope
(annotation_type_body) @scope
(enum_body) @scope
(method_declaration) @scope
(constructor_declaration) @scope
(compact_constructor_declaration) @scope
(constructor_body) @scope
(block) @scope
(for_statement) @scope
(enhanced_for_statement) @scope
(try_with_resources_statement) @scope
(catch_clause) @scope
(lambda_expression) @scope
(switch_block) @scope
(switch_rule) @scope

; ---- definitions
(class_declaration name: (identifier) @binding.definition)
(record_declaration name: (identifier) @binding.definition)
(interface_declaration name: (identifier) @binding.definition)
(annotation_type_declaration name: (identifier) @binding.definition)
(enum_declaration name: (identifier) @binding.definition)
(enum_constant name: (identifier) @binding.definition)
(method_declaration name: (identifier) @binding.definition)
(field_declaration declarator: (variable_declarator name: (identifier) @binding.definition))
(constant_declaration declarator: (variable_declarator name: (identifier) @binding.definition))

; ---- parameters
(formal_parameter name: (identifier) @binding.parameter)
(spread_parameter (variable_declarator name: (identifier) @binding.parameter))
(lambda_expression parameters: (identifier) @binding.parameter)
(inferred_parameters (identifier) @binding.parameter)
(type_parameter (type_identifier) @binding.parameter)

; ---- variables, known behind their declarator
(variable_declarator) @declaration
(local_variable_declaration declarator: (variable_declarator name: (identifier) @binding.variable))
(enhanced_for_statement name: (identifier) @binding.variable)
(catch_formal_parameter name: (identifier) @binding.variable)
(resource name: (identifier) @binding.variable)
(instanceof_expression name: (identifier) @binding.variable)
(type_pattern (identifier) @binding.variable)
(record_pattern_component (identifier) @binding.variable)

; ---- imports
(import_declaration (scoped_identifier name: (identifier) @binding.import) .)
(import_declaration (identifier) @binding.import .)

; ---- writes
(assignment_expression left: (identifier) @write)
(update_expression (identifier) @write)

; ---- references
(identifier) @reference
(type_identifier) @reference

; Names that belong to another type, and labels.
(field_access field: (identifier) @member)
(method_invocation object: (_) name: (identifier) @member)
(method_reference (_) (identifier) @member .)
(scoped_identifier name: (identifier) @member)
(scoped_type_identifier (_) (type_identifier) @member .)
(element_value_pair key: (identifier) @member)
(annotation_type_element_declaration name: (identifier) @member)
(constructor_declaration name: (identifier) @member)
(compact_constructor_declaration name: (identifier) @member)
(package_declaration (identifier) @member)
(package_declaration (scoped_identifier scope: (identifier) @member))
(package_declaration (scoped_identifier scope: (scoped_identifier scope: (identifier) @member)))
(package_declaration (scoped_identifier scope: (scoped_identifier scope: (scoped_identifier scope: (identifier) @member))))
(import_declaration (identifier) @member)
(import_declaration (scoped_identifier scope: (identifier) @member))
(import_declaration (scoped_identifier scope: (scoped_identifier scope: (identifier) @member)))
(import_declaration (scoped_identifier scope: (scoped_identifier scope: (scoped_identifier scope: (identifier) @member))))
(import_declaration (scoped_identifier scope: (scoped_identifier scope: (scoped_identifier scope: (scoped_identifier scope: (identifier) @member)))))
(labeled_statement . (identifier) @member)
(break_statement (identifier) @member)
(continue_statement (identifier) @member)

; Words that the grammar takes for names.
(local_variable_declaration type: (type_identifier) @member (#eq? @member "var"))
(enhanced_for_statement type: (type_identifier) @member (#eq? @member "var"))
(resource type: (type_identifier) @member (#eq? @member "var"))
(formal_parameter type: (type_identifier) @member (#eq? @member "var"))
(record_pattern_component (type_identifier) @member (#eq? @member "var"))
(switch_label (identifier) @member (#eq? @member "default"))
