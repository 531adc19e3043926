(comment) @comment

; Values of the file. Those of functions are locals.
(program (binary_operator lhs: (identifier) @name operator: ["<-" "=" "<<-"]) @def.variable)
(program (binary_operator operator: ["->" "->>"] rhs: (identifier) @name) @def.variable)
(binary_operator lhs: (identifier) @name operator: ["<-" "=" "<<-"] rhs: (function_definition parameters: (_) @parameters body: (_) @body)) @def.function

; R6 and reference classes: `Plate <- R6Class("Plate", public = list(read = function() …))`.
(binary_operator lhs: (identifier) @name operator: ["<-" "="] rhs: (call function: [(identifier) @_make (namespace_operator rhs: (identifier) @_make)])
  (#any-of? @_make "R6Class" "setRefClass" "ggproto" "new_class")) @def.class
(argument name: (identifier) @_access value: (call arguments: (arguments (argument name: (identifier) @name) @def.field))
  (#any-of? @_access "public" "fields"))
(argument name: (identifier) @_access value: (call arguments: (arguments (argument name: (identifier) @name value: (function_definition parameters: (_) @parameters body: (_) @body)) @def.method))
  (#any-of? @_access "public" "methods" "active"))
(argument name: (identifier) @_access value: (call arguments: (arguments (argument name: (identifier) @name) @def.field @visibility.private))
  (#eq? @_access "private"))
(argument name: (identifier) @_access value: (call arguments: (arguments (argument name: (identifier) @name value: (function_definition parameters: (_) @parameters body: (_) @body)) @def.method @visibility.private))
  (#eq? @_access "private"))

; S4.
(call function: (identifier) @_make arguments: (arguments . (argument value: (string content: (string_content) @name)))
  (#eq? @_make "setClass")) @def.class
(call function: (identifier) @_make arguments: (arguments . (argument value: (string content: (string_content) @name)))
  (#eq? @_make "setGeneric")) @def.function
(call function: (identifier) @_make arguments: (arguments . (argument value: (string content: (string_content) @name)) . (comma) . (argument value: (string content: (string_content) @qualifier)))
  (#eq? @_make "setMethod")) @def.method
