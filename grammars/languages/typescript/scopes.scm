; ---- scopes
(function_declaration) @scope
(generator_function_declaration) @scope
(function_expression) @scope
(generator_function) @scope
(arrow_function) @scope
(method_definition) @scope
(class) @scope
(class_declaration) @scope
(abstract_class_declaration) @scope
(interface_declaration) @scope
(type_alias_declaration) @scope
(function_signature) @scope
(method_signature) @scope
(abstract_method_signature) @scope
(call_signature) @scope
(construct_signature) @scope
(function_type) @scope
(constructor_type) @scope
(index_signature) @scope
(conditional_type) @scope
(class_static_block) @scope
(statement_block) @scope
(for_statement) @scope
(for_in_statement) @scope
(switch_body) @scope
(catch_clause) @scope

; ---- definitions; the name of a function or class expression is known only inside it
(function_declaration name: (identifier) @binding.definition)
(generator_function_declaration name: (identifier) @binding.definition)
(class_declaration name: (type_identifier) @binding.definition)
(abstract_class_declaration name: (type_identifier) @binding.definition)
(interface_declaration name: (type_identifier) @binding.definition)
(type_alias_declaration name: (type_identifier) @binding.definition)
(enum_declaration name: (identifier) @binding.definition)
(internal_module name: (identifier) @binding.definition)
(function_signature name: (identifier) @binding.definition)
(function_expression name: (identifier) @binding.variable)
(generator_function name: (identifier) @binding.variable)
(class name: (type_identifier) @binding.variable)

; ---- parameters
(required_parameter pattern: (identifier) @binding.parameter)
(optional_parameter pattern: (identifier) @binding.parameter)
(required_parameter pattern: (rest_pattern (identifier) @binding.parameter))
(arrow_function parameter: (identifier) @binding.parameter)
(required_parameter pattern: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.parameter
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.parameter)
    (pair_pattern value: (identifier) @binding.parameter)
    (pair_pattern value: (assignment_pattern left: (identifier) @binding.parameter))
    (rest_pattern (identifier) @binding.parameter)
    (assignment_pattern left: (identifier) @binding.parameter)
  ]))
(required_parameter pattern: (array_pattern [(identifier) @binding.parameter (rest_pattern (identifier) @binding.parameter) (assignment_pattern left: (identifier) @binding.parameter)]))
(optional_parameter pattern: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.parameter
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.parameter)
    (pair_pattern value: (identifier) @binding.parameter)
    (pair_pattern value: (assignment_pattern left: (identifier) @binding.parameter))
    (rest_pattern (identifier) @binding.parameter)
    (assignment_pattern left: (identifier) @binding.parameter)
  ]))
(optional_parameter pattern: (array_pattern [(identifier) @binding.parameter (rest_pattern (identifier) @binding.parameter) (assignment_pattern left: (identifier) @binding.parameter)]))
(index_signature name: (identifier) @binding.parameter)
(type_parameter name: (type_identifier) @binding.parameter)
(mapped_type_clause name: (type_identifier) @binding.parameter)
(infer_type (type_identifier) @binding.parameter)

; ---- variables: `var` belongs to the function, `let` and `const` to the block
(lexical_declaration (variable_declarator name: (identifier) @binding.variable))
(variable_declaration (variable_declarator name: (identifier) @hoist.variable))
(catch_clause parameter: (identifier) @binding.variable)
(for_in_statement kind: ["const" "let"] left: (identifier) @binding.variable)
(for_in_statement kind: "var" left: (identifier) @hoist.variable)

(lexical_declaration (variable_declarator name: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.variable
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.variable)
    (pair_pattern value: (identifier) @binding.variable)
    (pair_pattern value: (assignment_pattern left: (identifier) @binding.variable))
    (rest_pattern (identifier) @binding.variable)
    (assignment_pattern left: (identifier) @binding.variable)
  ])))
(lexical_declaration (variable_declarator name: (array_pattern [(identifier) @binding.variable (rest_pattern (identifier) @binding.variable) (assignment_pattern left: (identifier) @binding.variable)])))
(variable_declaration (variable_declarator name: (object_pattern [
    (shorthand_property_identifier_pattern) @hoist.variable
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @hoist.variable)
    (pair_pattern value: (identifier) @hoist.variable)
    (pair_pattern value: (assignment_pattern left: (identifier) @hoist.variable))
    (rest_pattern (identifier) @hoist.variable)
    (assignment_pattern left: (identifier) @hoist.variable)
  ])))
(variable_declaration (variable_declarator name: (array_pattern [(identifier) @hoist.variable (rest_pattern (identifier) @hoist.variable) (assignment_pattern left: (identifier) @hoist.variable)])))
(for_in_statement kind: ["const" "let"] left: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.variable
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.variable)
    (pair_pattern value: (identifier) @binding.variable)
    (pair_pattern value: (assignment_pattern left: (identifier) @binding.variable))
    (rest_pattern (identifier) @binding.variable)
    (assignment_pattern left: (identifier) @binding.variable)
  ]))
(for_in_statement kind: ["const" "let"] left: (array_pattern [(identifier) @binding.variable (rest_pattern (identifier) @binding.variable) (assignment_pattern left: (identifier) @binding.variable)]))
(for_in_statement kind: "var" left: (object_pattern [
    (shorthand_property_identifier_pattern) @hoist.variable
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @hoist.variable)
    (pair_pattern value: (identifier) @hoist.variable)
    (pair_pattern value: (assignment_pattern left: (identifier) @hoist.variable))
    (rest_pattern (identifier) @hoist.variable)
    (assignment_pattern left: (identifier) @hoist.variable)
  ]))
(for_in_statement kind: "var" left: (array_pattern [(identifier) @hoist.variable (rest_pattern (identifier) @hoist.variable) (assignment_pattern left: (identifier) @hoist.variable)]))
(catch_clause parameter: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.variable
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.variable)
    (pair_pattern value: (identifier) @binding.variable)
    (pair_pattern value: (assignment_pattern left: (identifier) @binding.variable))
    (rest_pattern (identifier) @binding.variable)
    (assignment_pattern left: (identifier) @binding.variable)
  ]))
(catch_clause parameter: (array_pattern [(identifier) @binding.variable (rest_pattern (identifier) @binding.variable) (assignment_pattern left: (identifier) @binding.variable)]))

; Patterns inside patterns; an assignment has none of these kinds on its own level (see writes).
(pair_pattern value: (object_pattern [
  (shorthand_property_identifier_pattern) @binding.variable
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.variable)
  (pair_pattern value: (identifier) @binding.variable)
  (pair_pattern value: (assignment_pattern left: (identifier) @binding.variable))
]))
(pair_pattern value: (array_pattern (identifier) @binding.variable))
(pair_pattern value: (assignment_pattern left: (object_pattern [
  (shorthand_property_identifier_pattern) @binding.variable
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.variable)
])))
(array_pattern (object_pattern [
  (shorthand_property_identifier_pattern) @binding.variable
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.variable)
  (pair_pattern value: (identifier) @binding.variable)
]))
(array_pattern (array_pattern (identifier) @binding.variable))

; ---- imports
(import_clause (identifier) @binding.import)
(namespace_import (identifier) @binding.import)
(import_specifier !alias name: (identifier) @binding.import)
(import_specifier alias: (identifier) @binding.import)
(import_require_clause (identifier) @binding.import)
(import_alias . (identifier) @binding.import)
(variable_declarator
  name: (identifier) @binding.import
  value: [
    (call_expression function: (identifier) @_require arguments: (arguments . (string) .))
    (member_expression object: (call_expression function: (identifier) @_require arguments: (arguments . (string) .)))
  ]
  (#eq? @_require "require"))
(variable_declarator
  name: (object_pattern [
    (shorthand_property_identifier_pattern) @binding.import
    (object_assignment_pattern left: (shorthand_property_identifier_pattern) @binding.import)
    (pair_pattern value: (identifier) @binding.import)
  ])
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) .))
  (#eq? @_require "require"))

; ---- writes
(assignment_expression left: (identifier) @write)
(augmented_assignment_expression left: (identifier) @write)
(update_expression argument: (identifier) @write)
(for_in_statement !kind left: (identifier) @write)
(assignment_expression left: (array_pattern [(identifier) @write (rest_pattern (identifier) @write) (assignment_pattern left: (identifier) @write)]))
(assignment_expression left: (object_pattern [
  (shorthand_property_identifier_pattern) @write
  (object_assignment_pattern left: (shorthand_property_identifier_pattern) @write)
  (pair_pattern value: (identifier) @write)
  (rest_pattern (identifier) @write)
]))
(for_in_statement !kind left: (array_pattern (identifier) @write))

; ---- references
(identifier) @reference
(shorthand_property_identifier) @reference
(type_identifier) @reference

; Names of other modules and namespaces, not of a scope.
(import_specifier name: (identifier) @member alias: (identifier))
(export_specifier alias: (identifier) @member)
(export_statement (export_clause (export_specifier name: (identifier) @member)) source: (string))
(namespace_export (identifier) @member)
(nested_type_identifier name: (type_identifier) @member)
(export_statement "namespace" (identifier) @member)
