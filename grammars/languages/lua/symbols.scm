(comment) @comment

(function_declaration name: (identifier) @name parameters: (parameters) @parameters body: (block)? @body) @def.function
(function_declaration name: (dot_index_expression table: (_) @qualifier field: (identifier) @name) parameters: (parameters) @parameters body: (block)? @body) @def.function
(function_declaration name: (method_index_expression table: (_) @qualifier method: (identifier) @name) parameters: (parameters) @parameters body: (block)? @body) @def.method
(function_declaration "local" @visibility.private name: (identifier) @name parameters: (parameters) @parameters body: (block)? @body) @def.function

; Values of the file. Those of functions are locals.
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @def.variable @visibility.private)
(chunk (variable_declaration (variable_list name: (identifier) @name)) @def.variable @visibility.private)
(chunk (assignment_statement (variable_list name: (identifier) @name)) @def.variable)
(chunk (assignment_statement (variable_list name: (dot_index_expression table: (identifier) @qualifier field: (identifier) @name))) @def.variable)

; `name = function … end`
(chunk (variable_declaration (assignment_statement
  (variable_list . name: (identifier) @name .) (expression_list . value: (function_definition parameters: (parameters) @parameters body: (block)? @body) .))) @def.function @visibility.private)
(chunk (assignment_statement
  (variable_list . name: (identifier) @name .) (expression_list . value: (function_definition parameters: (parameters) @parameters body: (block)? @body) .)) @def.function)
(assignment_statement
  (variable_list . name: (dot_index_expression table: (_) @qualifier field: (identifier) @name) .)
  (expression_list . value: (function_definition parameters: (parameters) @parameters body: (block)? @body) .)) @def.function
(field name: (identifier) @name value: (function_definition parameters: (parameters) @parameters body: (block)? @body)) @def.function
