(comment) @comment

(package_clause (package_identifier) @name) @def.module

; ---- functions and methods

(function_declaration
  name: (identifier) @name
  parameters: (parameter_list) @parameters
  body: (block)? @body) @def.function

(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @qualifier
    (generic_type type: (type_identifier) @qualifier)
    (pointer_type (type_identifier) @qualifier)
    (pointer_type (generic_type type: (type_identifier) @qualifier))
    (parenthesized_type (type_identifier) @qualifier)
    (parenthesized_type (pointer_type (type_identifier) @qualifier))
  ]))
  name: (field_identifier) @name
  parameters: (parameter_list) @parameters
  body: (block)? @body) @def.method

; ---- types; in a group each specification is a definition of its own

(type_declaration "(" (type_spec name: (type_identifier) @name) @def.type)
(type_declaration "(" (type_alias name: (type_identifier) @name) @def.type)
(type_declaration "(" (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) @def.struct)
(type_declaration "(" (type_spec name: (type_identifier) @name type: (interface_type "{" @body)) @def.interface)

; A single specification is defined by the whole declaration, its keyword included.
(type_declaration . (type_spec name: (type_identifier) @name) .) @def.type
(type_declaration . (type_alias name: (type_identifier) @name) .) @def.type
(type_declaration . (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) .) @def.struct
(type_declaration . (type_spec name: (type_identifier) @name type: (interface_type "{" @body)) .) @def.interface

; ---- members of named types; the fields of an anonymous struct in a function (a table of tests) are no one's

(type_spec type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @name) @def.field)))
(type_spec type: (_ (struct_type (field_declaration_list (field_declaration name: (field_identifier) @name) @def.field))))
(field_declaration type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @name) @def.field)))
(field_declaration type: (_ (struct_type (field_declaration_list (field_declaration name: (field_identifier) @name) @def.field))))
; A variable of the package has its fields too.
(source_file (var_declaration (var_spec type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @name) @def.field)))))
(source_file (var_declaration (var_spec_list (var_spec type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @name) @def.field))))))

; Embedded: the field is named for its type.
(type_spec type: (struct_type (field_declaration_list (field_declaration !name type: [
    (type_identifier) @name
    (qualified_type name: (type_identifier) @name)
    (generic_type type: (type_identifier) @name)
    (generic_type type: (qualified_type name: (type_identifier) @name))
  ]) @def.field)))

(type_spec type: (interface_type (method_elem
  name: (field_identifier) @name
  parameters: (parameter_list) @parameters) @def.method))

; ---- constants and variables of the package (those inside functions are dropped by the engine)

(const_declaration "(" (const_spec name: (identifier) @name) @def.constant (#not-eq? @name "_"))
(const_declaration . (const_spec name: (identifier) @name) . (#not-eq? @name "_")) @def.constant
(var_spec_list (var_spec name: (identifier) @name) @def.variable (#not-eq? @name "_"))
(var_declaration (var_spec name: (identifier) @name) (#not-eq? @name "_")) @def.variable
