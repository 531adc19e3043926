; Definitions bind their names in symbols.scm, imports in imports.scm.

(function_item) @scope
(function_signature_item) @scope
(closure_expression) @scope
(block) @scope
(match_arm) @scope
(if_expression) @scope
(while_expression) @scope
(for_expression) @scope
(mod_item) @scope
(struct_item) @scope
(enum_item) @scope
(union_item) @scope
(type_item) @scope
(trait_item) @scope
(impl_item) @scope
; Methods are found through a receiver or a path only; the type parameters around them are visible.
(impl_item body: (declaration_list) @scope.class)
(trait_item body: (declaration_list) @scope.class)

(identifier) @reference
(type_identifier) @reference
(self) @reference

; What follows a path is looked up there; labels and lifetimes are no names of values.
(scoped_identifier path: (_) name: (identifier) @member)
(scoped_type_identifier path: (_) name: (type_identifier) @member)
(attribute (identifier) @member)
(label (identifier) @member)
(lifetime (identifier) @member)
(type_binding name: (type_identifier) @member)

(let_declaration) @declaration
(let_condition) @declaration

(self_parameter (self) @binding.parameter)
(parameter pattern: (identifier) @binding.parameter)
(closure_parameters (identifier) @binding.parameter)
(type_parameter name: (type_identifier) @binding.parameter)
(const_parameter name: (identifier) @binding.parameter)

(let_declaration pattern: (identifier) @binding.variable)
(for_expression pattern: (identifier) @binding.variable)
(shorthand_field_identifier) @binding.variable
; A capital letter begins a constant or a variant: those are matched, not bound.
((let_condition pattern: (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((match_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((tuple_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((tuple_struct_pattern type: (_) (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((slice_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((or_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((ref_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((mut_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((reference_pattern (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((captured_pattern . (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))
((field_pattern pattern: (identifier) @binding.variable) (#match? @binding.variable "^[a-z_]"))

(assignment_expression left: (identifier) @write)
(compound_assignment_expr left: (identifier) @write)
