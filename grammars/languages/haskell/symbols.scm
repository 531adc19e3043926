(comment) @comment
(haddock) @comment

(header module: (module) @name) @def.module

(data_type name: (name) @name) @def.enum
(newtype name: (name) @name) @def.struct
(type_synonym name: (name) @name) @def.type
(type_family name: (name) @name) @def.type
(data_family name: (name) @name) @def.type

(data_constructor constructor: (prefix name: (constructor) @name)) @def.enum_member
(data_constructor constructor: (record name: (constructor) @name)) @def.enum_member
(data_constructor constructor: (infix operator: (_) @name)) @def.enum_member
(gadt_constructor name: (constructor) @name) @def.enum_member
(field name: (field_name) @name) @def.field

(class name: (name) @name declarations: (class_declarations)? @body) @def.trait
; An instance is named for its type; the class is what it is qualified by.
(instance name: (_) @qualifier patterns: (type_patterns) @name declarations: (instance_declarations)? @body) @def.impl

; A signature line and the equations below it are joined into one symbol (`merge_clauses`).
; Definitions in `where` and `let` are locals. A root that is ERROR holds its definitions directly.
(declarations [
  (signature name: [(variable) @name (prefix_id (_) @name)])
  (bind name: (variable) @name)
] @def.constant)
(declarations [
  (signature name: [(variable) @name (prefix_id (_) @name)] type: (function))
  (signature name: [(variable) @name (prefix_id (_) @name)] type: (context type: (function)))
  (signature name: [(variable) @name (prefix_id (_) @name)] type: (forall type: (function)))
  (signature name: [(variable) @name (prefix_id (_) @name)] type: (forall type: (context type: (function))))
  (function name: (variable) @name)
  (function name: (prefix_id (_) @name))
  (function (infix operator: (operator) @name))
  (function (infix operator: (infix_id (variable) @name)))
] @def.function)
(class_declarations [
  (signature name: [(variable) @name (prefix_id (_) @name)])
  (function name: (variable) @name)
  (function (infix operator: (operator) @name))
] @def.function)
(instance_declarations [
  (function name: (variable) @name match: (match) @body)
  (bind name: (variable) @name match: (match) @body)
  (function (infix operator: (operator) @name) match: (match) @body)
] @def.function)
(ERROR [
  (signature name: [(variable) @name (prefix_id (_) @name)] type: (function))
  (function name: (variable) @name)
] @def.function)

(pattern_synonym (signature synonym: (constructor) @name)) @def.constant
(pattern_synonym (equation synonym: (constructor) @name)) @def.constant
(foreign_import signature: (signature name: (variable) @name)) @def.function
