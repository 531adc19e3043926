(comment) @comment

; A name that several patterns match is one symbol: the last pattern gives its kind, the widest its range.

; ---- constants and variables of the file (the engine drops those inside functions)

(export_statement "default" @name value: [(object) (call_expression) (new_expression) (array)]) @def.constant @visibility.public

; One declarator: the whole declaration. Several: each its own. What `require` gives is an import.
(lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name value: (_) @_value) . (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$")) @def.constant
(lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name value: (_) @_value) @def.constant "," (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$"))
(lexical_declaration kind: "const" "," (variable_declarator name: (identifier) @name value: (_) @_value) @def.constant (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$"))
(lexical_declaration kind: "const" (variable_declarator name: [
  (object_pattern (shorthand_property_identifier_pattern) @name)
  (object_pattern (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name))
  (object_pattern (pair_pattern value: (identifier) @name))
  (array_pattern (identifier) @name)
] value: (_) @_value) (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$")) @def.constant
(lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name !value) .) @def.constant
(lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name !value) @def.constant ",")
(lexical_declaration kind: "const" "," (variable_declarator name: (identifier) @name !value) @def.constant)
(variable_declaration . (variable_declarator name: (identifier) @name value: (_) @_value) . (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$")) @def.variable
(variable_declaration . (variable_declarator name: (identifier) @name value: (_) @_value) @def.variable "," (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$"))
(variable_declaration "," (variable_declarator name: (identifier) @name value: (_) @_value) @def.variable (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$"))
(variable_declaration (variable_declarator name: [
  (object_pattern (shorthand_property_identifier_pattern) @name)
  (object_pattern (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name))
  (object_pattern (pair_pattern value: (identifier) @name))
  (array_pattern (identifier) @name)
] value: (_) @_value) (#not-match? @_value "^require\\s*\\(\\s*[\"'][^\"']*[\"']\\s*\\)(\\.\\w+)?$")) @def.variable
(variable_declaration . (variable_declarator name: (identifier) @name !value) .) @def.variable
(variable_declaration . (variable_declarator name: (identifier) @name !value) @def.variable ",")
(variable_declaration "," (variable_declarator name: (identifier) @name !value) @def.variable)

; `let` stands in the head of loops too, where it is not the file's.
(program [
  (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) .) @def.variable
  (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) @def.variable ",")
  (lexical_declaration kind: "let" "," (variable_declarator name: (identifier) @name) @def.variable)
  (lexical_declaration kind: "let" (variable_declarator name: [
    (object_pattern (shorthand_property_identifier_pattern) @name)
    (object_pattern (pair_pattern value: (identifier) @name))
    (array_pattern (identifier) @name)
  ])) @def.variable
])
(statement_block [
  (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) .) @def.variable
  (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) @def.variable ",")
  (lexical_declaration kind: "let" "," (variable_declarator name: (identifier) @name) @def.variable)
  (lexical_declaration kind: "let" (variable_declarator name: [
    (object_pattern (shorthand_property_identifier_pattern) @name)
    (object_pattern (pair_pattern value: (identifier) @name))
    (array_pattern (identifier) @name)
  ])) @def.variable
])
(ERROR [
  (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) .) @def.variable
  (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) @def.variable ",")
  (lexical_declaration kind: "let" "," (variable_declarator name: (identifier) @name) @def.variable)
  (lexical_declaration kind: "let" (variable_declarator name: [
    (object_pattern (shorthand_property_identifier_pattern) @name)
    (object_pattern (pair_pattern value: (identifier) @name))
    (array_pattern (identifier) @name)
  ])) @def.variable
])
(export_statement declaration: (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) .)) @def.variable @visibility.public
(export_statement declaration: (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) .) @def.variable)
(export_statement declaration: (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) @def.variable @visibility.public ","))
(export_statement declaration: (lexical_declaration kind: "let" "," (variable_declarator name: (identifier) @name) @def.variable @visibility.public))

; ---- an export is part of the definition

(export_statement declaration: (function_declaration name: (identifier) @name)) @def.function @visibility.public
(export_statement declaration: (generator_function_declaration name: (identifier) @name)) @def.function @visibility.public
(export_statement declaration: (class_declaration name: (identifier) @name)) @def.class @visibility.public
(export_statement declaration: (lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name) .)) @def.constant @visibility.public
(export_statement declaration: (lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name) @def.constant @visibility.public ","))
(export_statement declaration: (lexical_declaration kind: "const" "," (variable_declarator name: (identifier) @name) @def.constant @visibility.public))
(export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: [
  (object_pattern (shorthand_property_identifier_pattern) @name)
  (object_pattern (pair_pattern value: (identifier) @name))
  (array_pattern (identifier) @name)
]) @def.constant @visibility.public))
(export_statement declaration: (variable_declaration . (variable_declarator name: (identifier) @name) .)) @def.variable @visibility.public

; ---- functions

(function_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (statement_block) @body) @def.function

(generator_function_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (statement_block) @body) @def.function

(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]) @def.function
(lexical_declaration . (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) .) @def.function
(variable_declaration . (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) .) @def.function

(export_statement "default" @name value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression !name parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function !name parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]) @def.function @visibility.public

; ---- functions that are assigned: object.f, Type.prototype.f, this.f, exports.f, module.exports

(assignment_expression
  left: (member_expression object: (identifier) @qualifier property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]
  (#not-any-of? @qualifier "exports" "module")) @def.method

(assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @qualifier property: (property_identifier) @_prototype)
    property: [(property_identifier) (private_property_identifier)] @name)
  right: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]
  (#eq? @_prototype "prototype")) @def.method

(assignment_expression
  left: (member_expression object: (this) property: (_) @name)
  right: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ] (#set! member)) @def.method @visibility.public

(assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]
  (#eq? @_exports "exports")) @def.function @visibility.public

(assignment_expression
  left: (member_expression
    object: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
    property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]
  (#eq? @_module "module")
  (#eq? @_exports "exports")) @def.function @visibility.public

; `module.exports = function name() {}` is known by its own name, without one by `exports`.
(assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: [
    (function_expression name: (identifier) @name parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function name: (identifier) @name parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]
  (#eq? @_module "module")
  (#eq? @_exports "exports")) @def.function @visibility.public

(assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @name)
  right: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression !name parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function !name parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]
  (#eq? @_module "module")
  (#eq? @name "exports")) @def.function @visibility.public

; ---- functions of object literals (their short form is a method definition)

(pair
  key: [(property_identifier) (string)] @name
  value: [
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]) @def.method

; Arrow functions only where the object is defined: as arguments they are callbacks.

(variable_declarator value: (object (pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
  ]) @def.method))

(assignment_expression right: (object (pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
  ]) @def.method))

(export_statement value: (object (pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
  ]) @def.method))

(pair value: (object (pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
  ]) @def.method))

(assignment_expression
  left: (member_expression object: (identifier) @qualifier property: (property_identifier) @_prototype)
  right: (object (pair
    key: [(property_identifier) (string)] @name
    value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]) @def.method)
  (#eq? @_prototype "prototype"))

(assignment_expression
  left: (member_expression object: (identifier) @qualifier property: (property_identifier) @_prototype)
  right: (object (method_definition name: (_) @name) @def.method)
  (#eq? @_prototype "prototype"))

; ---- classes

(class_declaration name: (identifier) @name body: (class_body) @body) @def.class
(lexical_declaration . (variable_declarator name: (identifier) @name value: (class body: (class_body) @body)) .) @def.class
(variable_declaration . (variable_declarator name: (identifier) @name value: (class body: (class_body) @body)) .) @def.class
(export_statement "default" @name value: (class !name body: (class_body) @body)) @def.class @visibility.public
(return_statement (class name: (identifier) @name body: (class_body) @body) @def.class)
(arrow_function body: (class name: (identifier) @name body: (class_body) @body) @def.class)

(assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  right: (class body: (class_body) @body)
  (#not-eq? @_exports "module")) @def.class

(assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (class name: (identifier) @name body: (class_body) @body)
  (#eq? @_module "module")
  (#eq? @_exports "exports")) @def.class @visibility.public

; ---- members of classes and objects

(class_body [
  (method_definition name: (_) @name)
  (field_definition property: (_) @name)
] @def.method @visibility.public)

(method_definition
  name: (_) @name
  parameters: (formal_parameters) @parameters
  body: (statement_block) @body) @def.method
(method_definition ["get" "set"] name: (_) @name) @def.property
(method_definition name: (property_identifier) @name (#eq? @name "constructor")) @def.constructor
(method_definition name: (private_property_identifier) @name) @def.method @visibility.private
(method_definition ["get" "set"] name: (private_property_identifier) @name) @def.property @visibility.private

(field_definition property: (_) @name) @def.field
(field_definition property: (private_property_identifier) @name) @def.field @visibility.private
(field_definition
  property: (_) @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]) @def.method

; ---- tests: named by their title

(call_expression
  function: [
    (identifier) @_caller
    (member_expression object: (identifier) @_caller)
    (call_expression function: (member_expression object: (identifier) @_caller))
  ]
  arguments: (arguments . [(string) (template_string)] @name [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ])
  (#any-of? @_caller "test" "it" "fit" "xit" "xtest" "specify" "bench" "Deno" "QUnit")) @def.function

(call_expression
  function: [
    (identifier) @_caller
    (member_expression object: (identifier) @_caller)
    (call_expression function: (member_expression object: (identifier) @_caller))
  ]
  arguments: (arguments . [(string) (template_string)] @name [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ])
  (#any-of? @_caller "describe" "suite" "context" "fdescribe" "xdescribe")) @def.block
; ---- exported somewhere else than where they are defined

(export_statement value: (identifier) @exported)
(export_statement !source (export_clause (export_specifier name: (identifier) @exported)))

(assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: [
    (identifier) @exported
    (object (shorthand_property_identifier) @exported)
    (object (pair value: (identifier) @exported))
    (new_expression constructor: (identifier) @exported)
  ]
  (#eq? @_module "module")
  (#eq? @_exports "exports"))

(assignment_expression
  left: (member_expression object: (identifier) @_exports)
  right: (identifier) @exported
  (#eq? @_exports "exports"))

(assignment_expression
  left: (member_expression object: (member_expression object: (identifier) @_module property: (property_identifier) @_exports))
  right: (identifier) @exported
  (#eq? @_module "module")
  (#eq? @_exports "exports"))
