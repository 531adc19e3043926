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
(ambient_declaration (lexical_declaration kind: "let" . (variable_declarator name: (identifier) @name) .) @def.variable)
(ambient_declaration (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name))) @def.variable

; ---- an export is part of the definition

(export_statement declaration: (function_declaration name: (identifier) @name)) @def.function @visibility.public
(export_statement declaration: (generator_function_declaration name: (identifier) @name)) @def.function @visibility.public
(export_statement declaration: (class_declaration name: (type_identifier) @name)) @def.class @visibility.public
(export_statement declaration: (abstract_class_declaration name: (type_identifier) @name)) @def.class @visibility.public
(export_statement declaration: (function_signature name: (identifier) @name)) @def.function @visibility.public
(export_statement declaration: (interface_declaration name: (type_identifier) @name)) @def.interface @visibility.public
(export_statement declaration: (type_alias_declaration name: (type_identifier) @name)) @def.type @visibility.public
(export_statement declaration: (enum_declaration name: (identifier) @name)) @def.enum @visibility.public
(export_statement declaration: (internal_module name: (_) @name)) @def.namespace @visibility.public
(export_statement declaration: (lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name) .)) @def.constant @visibility.public
(export_statement declaration: (lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name) @def.constant @visibility.public ","))
(export_statement declaration: (lexical_declaration kind: "const" "," (variable_declarator name: (identifier) @name) @def.constant @visibility.public))
(export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: [
  (object_pattern (shorthand_property_identifier_pattern) @name)
  (object_pattern (pair_pattern value: (identifier) @name))
  (array_pattern (identifier) @name)
]) @def.constant @visibility.public))
(export_statement declaration: (variable_declaration . (variable_declarator name: (identifier) @name) .)) @def.variable @visibility.public

; ---- so is `declare`

(ambient_declaration (class_declaration name: (type_identifier) @name)) @def.class
(ambient_declaration (abstract_class_declaration name: (type_identifier) @name)) @def.class
(ambient_declaration (function_signature name: (identifier) @name)) @def.function
(ambient_declaration (interface_declaration name: (type_identifier) @name)) @def.interface
(ambient_declaration (type_alias_declaration name: (type_identifier) @name)) @def.type
(ambient_declaration (enum_declaration name: (identifier) @name)) @def.enum
(ambient_declaration (internal_module name: (_) @name)) @def.namespace
(ambient_declaration (module name: (_) @name)) @def.namespace
(ambient_declaration (lexical_declaration kind: "const" . (variable_declarator name: (identifier) @name) .)) @def.constant
(ambient_declaration (variable_declaration . (variable_declarator name: (identifier) @name) .)) @def.variable

; ---- functions

(function_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (statement_block) @body) @def.function

(generator_function_declaration
  name: (identifier) @name
  parameters: (formal_parameters) @parameters
  body: (statement_block) @body) @def.function

; Overloads and declarations without a body.
(function_signature
  name: (identifier) @name
  parameters: (formal_parameters) @parameters) @def.function

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

(satisfies_expression (object (pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
  ]) @def.method))
(as_expression (object (pair
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

(class_declaration name: (type_identifier) @name body: (class_body) @body) @def.class
(abstract_class_declaration name: (type_identifier) @name body: (class_body) @body) @def.class
(lexical_declaration . (variable_declarator name: (identifier) @name value: (class body: (class_body) @body)) .) @def.class
(variable_declaration . (variable_declarator name: (identifier) @name value: (class body: (class_body) @body)) .) @def.class
(export_statement "default" @name value: (class !name body: (class_body) @body)) @def.class @visibility.public
(return_statement (class name: (type_identifier) @name body: (class_body) @body) @def.class)
(arrow_function body: (class name: (type_identifier) @name body: (class_body) @body) @def.class)

(assignment_expression
  left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  right: (class body: (class_body) @body)
  (#not-eq? @_exports "module")) @def.class

(assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: (class name: (type_identifier) @name body: (class_body) @body)
  (#eq? @_module "module")
  (#eq? @_exports "exports")) @def.class @visibility.public

; ---- members of classes and objects

; Members of a class are public unless they say otherwise.
(class_body [
  (method_definition name: (_) @name)
  (public_field_definition name: (_) @name)
  (method_signature name: (_) @name)
  (abstract_method_signature name: (_) @name)
] @def.method @visibility.public)
[
  (method_definition (accessibility_modifier "private") name: (_) @name)
  (public_field_definition (accessibility_modifier "private") name: (_) @name)
  (method_signature (accessibility_modifier "private") name: (_) @name)
  (abstract_method_signature (accessibility_modifier "private") name: (_) @name)
] @def.method @visibility.private
[
  (method_definition (accessibility_modifier "protected") name: (_) @name)
  (public_field_definition (accessibility_modifier "protected") name: (_) @name)
  (method_signature (accessibility_modifier "protected") name: (_) @name)
  (abstract_method_signature (accessibility_modifier "protected") name: (_) @name)
] @def.method @visibility.protected

(method_definition
  name: (_) @name
  parameters: (formal_parameters) @parameters
  body: (statement_block) @body) @def.method
(method_definition ["get" "set"] name: (_) @name) @def.property
(method_definition name: (property_identifier) @name (#eq? @name "constructor")) @def.constructor
(method_definition name: (private_property_identifier) @name) @def.method @visibility.private
(method_definition ["get" "set"] name: (private_property_identifier) @name) @def.property @visibility.private

(public_field_definition name: (_) @name) @def.field
(public_field_definition name: (private_property_identifier) @name) @def.field @visibility.private
(public_field_definition
  name: (_) @name
  value: [
    (arrow_function parameters: (formal_parameters) @parameters body: (_) @body)
    (arrow_function parameter: (identifier) @parameters body: (_) @body)
    (function_expression parameters: (formal_parameters) @parameters body: (statement_block) @body)
    (generator_function parameters: (formal_parameters) @parameters body: (statement_block) @body)
  ]) @def.method

(abstract_method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method
(abstract_method_signature ["get" "set"] name: (_) @name) @def.property

; A constructor parameter with a modifier is a field of the class.
(required_parameter ["readonly" (accessibility_modifier)] pattern: (identifier) @name (#set! member)) @def.field @visibility.public
(optional_parameter ["readonly" (accessibility_modifier)] pattern: (identifier) @name (#set! member)) @def.field @visibility.public
(required_parameter (accessibility_modifier "private") pattern: (identifier) @name (#set! member)) @def.field @visibility.private
(required_parameter (accessibility_modifier "protected") pattern: (identifier) @name (#set! member)) @def.field @visibility.protected
(optional_parameter (accessibility_modifier "private") pattern: (identifier) @name (#set! member)) @def.field @visibility.private
(optional_parameter (accessibility_modifier "protected") pattern: (identifier) @name (#set! member)) @def.field @visibility.protected

; ---- interfaces, type aliases, enums, namespaces

(interface_declaration name: (type_identifier) @name body: (interface_body) @body) @def.interface
(type_alias_declaration name: (type_identifier) @name) @def.type

(interface_body (property_signature name: (_) @name) @def.property)
(interface_body (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method)
(interface_body (method_signature ["get" "set"] name: (_) @name) @def.property)
(class_body (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method)

; Members of an object type that has a name, also as a part of a union or an intersection. Those of a parameter's type are no one's.
(type_alias_declaration value: (object_type (property_signature name: (_) @name) @def.property))
(type_alias_declaration value: (object_type (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method))
(type_alias_declaration value: (_ (object_type (property_signature name: (_) @name) @def.property)))
(type_alias_declaration value: (_ (object_type (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method)))
(type_alias_declaration value: (_ (_ (object_type (property_signature name: (_) @name) @def.property))))
(type_alias_declaration value: (_ (_ (object_type (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method))))
(property_signature type: (type_annotation (object_type (property_signature name: (_) @name) @def.property)))
(property_signature type: (type_annotation (object_type (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method)))
(ambient_declaration (variable_declaration (variable_declarator type: (type_annotation (object_type (property_signature name: (_) @name) @def.property)))))
(ambient_declaration (variable_declaration (variable_declarator type: (type_annotation (object_type (method_signature name: (_) @name parameters: (formal_parameters) @parameters) @def.method)))))

(enum_declaration name: (identifier) @name body: (enum_body) @body) @def.enum
(enum_assignment name: (_) @name) @def.enum_member
(enum_body name: [(property_identifier) (string)] @name @def.enum_member)

(internal_module name: (_) @name body: (statement_block) @body) @def.namespace
(module name: (_) @name body: (statement_block) @body) @def.namespace
(module name: (_) @name !body) @def.module
(ambient_declaration "global" @name (statement_block) @body) @def.namespace

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
(export_statement "=" (identifier) @exported)

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
