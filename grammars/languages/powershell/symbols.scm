(comment) @comment

(function_statement (function_name) @name (script_block)? @body) @def.function
(class_statement . (simple_name) @name) @def.class
(class_method_definition (simple_name) @name (script_block)? @body) @def.method
; A constructor has no type before its name.
(class_method_definition . (simple_name) @name (script_block)? @body) @def.constructor
(class_method_definition (class_attribute) @visibility.private @_attribute (simple_name) @name (#match? @_attribute "^(?i)hidden$")) @def.method
(class_property_definition (variable) @name) @def.property
(class_property_definition (class_attribute) @visibility.private @_attribute (variable) @name (#match? @_attribute "^(?i)hidden$")) @def.property
(enum_statement . (simple_name) @name) @def.enum
(enum_member . (simple_name) @name) @def.enum_member

; Variables of the script, with their sigil; those of functions are locals.
(program (statement_list (pipeline (assignment_expression (left_assignment_expression
  (logical_expression (bitwise_expression (comparison_expression (additive_expression (multiplicative_expression
    (format_expression (range_expression (array_literal_expression (unary_expression [
      (variable) @name
      (expression_with_unary_operator (cast_expression (unary_expression (variable) @name)))
    ])))))))))))) @def.variable))
