(comment) @comment

(class_definition name: (identifier) @name @binding.definition body: (block) @body) @def.class
(class_definition name: (identifier) @name body: (block . (expression_statement (string) @doc))) @def.class

(function_definition
  name: (identifier) @name @binding.definition
  parameters: (parameters) @parameters
  body: (block) @body) @def.function
(function_definition name: (identifier) @name body: (block . (expression_statement (string) @doc))) @def.function
(class_definition
  body: (block [
    (function_definition name: (identifier) @name) @def.constructor
    (decorated_definition definition: (function_definition name: (identifier) @name) @def.constructor)
  ])
  (#eq? @name "__init__"))

; The decorators belong to what they decorate.
(decorated_definition definition: (class_definition name: (identifier) @name)) @def.class
(decorated_definition definition: (function_definition name: (identifier) @name)) @def.function
; `@property`, `@functools.cached_property`, `@value.setter`
((decorated_definition
  (decorator [(identifier) @_decorator (attribute attribute: (identifier) @_decorator)])
  definition: (function_definition name: (identifier) @name)) @def.property
  (#any-of? @_decorator "property" "cached_property" "abstractproperty" "setter" "deleter" "getter" "hybrid_property"))

; What is assigned outside functions. In functions the engine drops it.
(expression_statement (assignment left: (identifier) @name)) @def.variable
(expression_statement (assignment left: (pattern_list (identifier) @name))) @def.variable
((expression_statement (assignment left: (identifier) @name)) @def.constant
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
((expression_statement
  (assignment left: (identifier) @name right: (call function: [(identifier) @_new (attribute attribute: (identifier) @_new)]))) @def.type
  (#any-of? @_new "TypeVar" "NewType" "ParamSpec" "TypeVarTuple"))
(type_alias_statement
  left: (type [(identifier) @name @binding.definition (generic_type (identifier) @name @binding.definition)])) @def.type

; What a class assigns or declares in its body, and what `self` gets in its constructor, are fields.
(class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @def.field))
(class_definition
  body: (block [
    (function_definition
      name: (identifier) @_init
      body: (block (expression_statement (assignment left: (attribute object: (identifier) @_self attribute: (identifier) @name))) @def.field))
  ])
  (#eq? @_init "__init__") (#eq? @_self "self") (#set! member))

; Members of an enumeration.
((class_definition
  superclasses: (argument_list [(identifier) @_base (attribute attribute: (identifier) @_base)])
  body: (block (expression_statement (assignment left: (identifier) @name right: (_))) @def.enum_member))
  (#any-of? @_base "Enum" "IntEnum" "StrEnum" "Flag" "IntFlag"))
((class_definition
  name: (identifier) @name
  superclasses: (argument_list [(identifier) @_base (attribute attribute: (identifier) @_base)])) @def.enum
  (#any-of? @_base "Enum" "IntEnum" "StrEnum" "Flag" "IntFlag"))
((class_definition
  name: (identifier) @name
  superclasses: (argument_list [(identifier) @_base (attribute attribute: (identifier) @_base)])) @def.interface
  (#eq? @_base "Protocol"))
