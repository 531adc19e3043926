(comment) @comment

(namespace_definition name: (_) @name body: (compound_statement) @body) @def.namespace
(namespace_definition name: (_) @name !body) @def.namespace @to_end

(class_declaration name: (name) @name @binding.definition body: (declaration_list) @body) @def.class
(interface_declaration name: (name) @name @binding.definition body: (declaration_list) @body) @def.interface
(trait_declaration name: (name) @name @binding.definition body: (declaration_list) @body) @def.trait
(enum_declaration name: (name) @name @binding.definition body: (enum_declaration_list) @body) @def.enum
(enum_case name: (name) @name) @def.enum_member

(function_definition name: (name) @name @binding.definition parameters: (formal_parameters) @parameters body: (_) @body) @def.function
(method_declaration (visibility_modifier)? @visibility name: (name) @name parameters: (formal_parameters) @parameters body: (compound_statement)? @body) @def.method
((method_declaration name: (name) @name) @def.constructor (#eq? @name "__construct"))

(const_declaration (visibility_modifier)? @visibility (const_element . (name) @name)) @def.constant
(program (const_declaration (const_element . (name) @binding.definition)))
((function_call_expression
  function: (name) @_define
  arguments: (arguments . (argument (string (string_content) @name)))) @def.constant
  (#eq? @_define "define"))

; The name of a property has no `$`: `$user->name`.
(property_declaration (visibility_modifier)? @visibility (property_element name: (variable_name (name) @name))) @def.property
; `__construct(private int $id)` makes a property of the class.
((property_promotion_parameter (visibility_modifier)? @visibility name: (variable_name (name) @name)) @def.property (#set! member))
((property_promotion_parameter (visibility_modifier)? @visibility name: (by_ref (variable_name (name) @name))) @def.property (#set! member))

; Variables of a script.
(program (expression_statement (assignment_expression left: (variable_name) @name) @def.variable))
