; Names are bound where they are defined (`@binding.*`), so that no node is matched a second time for scopes.
; Of the patterns that name the same node the last decides the kind. Declarators nest (`int *(&f)()`): each depth is spelled out.

(comment) @comment

; Namespaces; what stands in one without a name is visible in its file only.
(namespace_definition name: (_) @name @binding.definition body: (declaration_list) @body) @def.namespace
(namespace_definition !name body: (declaration_list [
  (function_definition declarator: (function_declarator declarator: (identifier) @name))
  (function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name)))
  (function_definition declarator: (reference_declarator (function_declarator declarator: (identifier) @name)))
  (declaration declarator: (function_declarator declarator: (identifier) @name))
] @def.function @visibility.private))
(namespace_definition !name body: (declaration_list [
  (declaration declarator: (identifier) @name)
  (declaration declarator: (init_declarator declarator: (identifier) @name))
  (declaration declarator: (array_declarator declarator: (identifier) @name))
  (declaration declarator: (pointer_declarator declarator: (identifier) @name))
] @def.variable @visibility.private))
(namespace_definition !name body: (declaration_list [
  (class_specifier name: (type_identifier) @name body: (_))
  (struct_specifier name: (type_identifier) @name body: (_))
  (enum_specifier name: (type_identifier) @name body: (_))
  (union_specifier name: (type_identifier) @name body: (_))
] @def.class @visibility.private))

; Functions, and members defined in their class.
(function_definition
  type: (_)
  declarator: [
    (function_declarator declarator: [(identifier) @name @binding.definition (field_identifier) @name @binding.definition (operator_name) @name @binding.definition
        (destructor_name) @name @binding.definition
        (template_function name: (identifier) @name)]
      parameters: (parameter_list) @parameters)
   
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) @name @binding.definition (field_identifier) @name @binding.definition (operator_name) @name @binding.definition
        (destructor_name) @name @binding.definition
        (template_function name: (identifier) @name)]
      parameters: (parameter_list) @parameters))
    (reference_declarator (function_declarator declarator: [(identifier) @name @binding.definition (field_identifier) @name @binding.definition (operator_name) @name @binding.definition
        (destructor_name) @name @binding.definition
        (template_function name: (identifier) @name)]
      parameters: (parameter_list) @parameters))
    (pointer_declarator declarator:
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) @name @binding.definition (field_identifier) @name @binding.definition (operator_name) @name @binding.definition
        (destructor_name) @name @binding.definition
        (template_function name: (identifier) @name)]
      parameters: (parameter_list) @parameters)))
  ]
  body: [(compound_statement) (try_statement)] @body) @def.function
; Without a type it builds or destroys, or a macro defines it (those of test frameworks: tests.scm).
((function_definition
  !type
  declarator: (function_declarator declarator: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name
    parameters: (parameter_list) @parameters)
  body: [(compound_statement) (try_statement)] @body) @def.function
  (#not-any-of? @name "TEST" "TEST_F" "TEST_P" "TYPED_TEST" "TYPED_TEST_P" "FUZZ_TEST" "MOCK_TEST" "BOOST_AUTO_TEST_CASE" "BOOST_FIXTURE_TEST_CASE"
    "BOOST_AUTO_TEST_CASE_TEMPLATE" "BOOST_DATA_TEST_CASE" "CPPUNIT_TEST"))
(function_definition declarator: (operator_cast) @name @binding.definition body: [(compound_statement) (try_statement)] @body) @def.function
; `= default`, `= delete`
(function_definition
  !body
  type: (_)
  declarator: [
    (function_declarator declarator: [(identifier) @name @binding.definition (field_identifier) @name @binding.definition (operator_name) @name @binding.definition
        (destructor_name) @name @binding.definition
        (template_function name: (identifier) @name)]
      parameters: (parameter_list) @parameters)
    (reference_declarator (function_declarator declarator: [(identifier) @name @binding.definition (field_identifier) @name @binding.definition (operator_name) @name @binding.definition
        (destructor_name) @name @binding.definition
        (template_function name: (identifier) @name)]
      parameters: (parameter_list) @parameters))
  ]) @def.function
(function_definition !body !type declarator: (function_declarator declarator: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name
  parameters: (parameter_list) @parameters)) @def.function

; Prototypes: no body, and their parameters are visible in their own parentheses only.
(declaration
  type: (_)
  declarator: [
    (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope)
   
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope))
    (pointer_declarator declarator:
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope)))
  ]) @def.function
(declaration !type declarator: (function_declarator declarator: [(identifier) (destructor_name)] @name
  parameters: (parameter_list) @parameters @scope)) @def.function
(declaration declarator: (operator_cast) @name @binding.definition) @def.function
(field_declaration
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name)] @name @binding.definition parameters: (parameter_list) @parameters @scope)
   
      (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope))
    (reference_declarator (function_declarator declarator: [(field_identifier) (operator_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope))
    (pointer_declarator declarator:
      (pointer_declarator declarator: (function_declarator declarator: [(field_identifier) (operator_name)] @name @binding.definition
      parameters: (parameter_list) @parameters @scope)))
  ]) @def.method

; A template is one definition with what it holds.
(template_declaration (function_definition
  declarator: [
    (function_declarator declarator: [(identifier) @name (field_identifier) @name (operator_name) @name
        (destructor_name) @name
        (template_function name: (identifier) @name)])
   
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) @name (field_identifier) @name (operator_name) @name
        (destructor_name) @name
        (template_function name: (identifier) @name)]))
    (reference_declarator (function_declarator declarator: [(identifier) @name (field_identifier) @name (operator_name) @name
        (destructor_name) @name
        (template_function name: (identifier) @name)]))
    (pointer_declarator declarator:
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) @name (field_identifier) @name (operator_name) @name
        (destructor_name) @name
        (template_function name: (identifier) @name)])))
  ])) @def.function
(template_declaration (function_definition
  declarator: [
    (function_declarator declarator: (qualified_identifier name: [(identifier) (operator_name) (destructor_name)] @name))
   
      (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier name: [(identifier) (operator_name) (destructor_name)] @name)))
    (reference_declarator (function_declarator declarator: (qualified_identifier name: [(identifier) (operator_name) (destructor_name)] @name)))
    (pointer_declarator declarator:
      (pointer_declarator declarator: (function_declarator declarator: (qualified_identifier name: [(identifier) (operator_name) (destructor_name)] @name))))
  ])) @def.method
(template_declaration (declaration declarator: [
    (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name))
    (pointer_declarator declarator:
      (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name) (destructor_name)] @name)))
  ])) @def.function
(template_declaration (class_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)] body: (field_declaration_list))) @def.class
(template_declaration (struct_specifier name: [(type_identifier) @name (template_type name: (type_identifier) @name)] body: (field_declaration_list))) @def.struct
(template_declaration (union_specifier name: (type_identifier) @name body: (field_declaration_list))) @def.union
(template_declaration (alias_declaration name: (type_identifier) @name)) @def.type
(template_declaration (concept_definition name: (identifier) @name)) @def.interface

; Members defined outside their class, functions outside their namespace.
(function_definition
  declarator: [
    (function_declarator declarator: [
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)]))
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])))
      ] parameters: (parameter_list) @parameters)
    (pointer_declarator declarator: (function_declarator declarator: [
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)]))
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])))
      ] parameters: (parameter_list) @parameters))
    (reference_declarator (function_declarator declarator: [
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)]))
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])))
      ] parameters: (parameter_list) @parameters))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: [
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)]))
        (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
          name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
            (destructor_name) @name
            (template_function name: (identifier) @name)])))
      ] parameters: (parameter_list) @parameters)))
  ]
  body: [(compound_statement) (try_statement)] @body) @def.method
(function_definition declarator: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (operator_cast) @name) body: [(compound_statement) (try_statement)] @body) @def.method
(function_definition !body declarator: (function_declarator
  declarator: [
    (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
        (destructor_name) @name
        (template_function name: (identifier) @name)])
    (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
      name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @name (operator_name) @name
        (destructor_name) @name
        (template_function name: (identifier) @name)]))
  ]
  parameters: (parameter_list) @parameters)) @def.method

; Constructors have no result type. They bind no name: in its class that is the class.
(field_declaration_list (function_definition !type declarator: (function_declarator declarator: (identifier) @name)) @def.constructor)
(field_declaration_list (declaration !type declarator: (function_declarator declarator: (identifier) @name
  parameters: (parameter_list) @parameters @scope)) @def.constructor)
(template_declaration (function_definition !type declarator: (function_declarator declarator: (identifier) @name))) @def.constructor
(template_declaration (declaration !type declarator: (function_declarator declarator: (identifier) @name
  parameters: (parameter_list) @parameters @scope))) @def.constructor
(function_definition
  !type
  declarator: (function_declarator
    declarator: [
      (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (identifier) @name)
      (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)]
        name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (identifier) @name))
    ])) @def.constructor

; Types.
(class_specifier name: (type_identifier) @name @binding.definition body: (field_declaration_list "{" @visibility.section.private) @body) @def.class
(struct_specifier name: (type_identifier) @name @binding.definition body: (field_declaration_list "{" @visibility.section.public) @body) @def.struct
(union_specifier name: (type_identifier) @name @binding.definition body: (field_declaration_list "{" @visibility.section.public) @body) @def.union
; A specialization (`struct hash<Key>`) or a nested class defined outside (`class Outer::Inner`).
(class_specifier name: (template_type name: (type_identifier) @name) body: (field_declaration_list "{" @visibility.section.private) @body) @def.class
(struct_specifier name: (template_type name: (type_identifier) @name) body: (field_declaration_list "{" @visibility.section.public) @body) @def.struct
(class_specifier
 
    name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(type_identifier) @name (template_type name: (type_identifier) @name)])
  body: (field_declaration_list "{" @visibility.section.private) @body) @def.class
(struct_specifier
 
    name: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(type_identifier) @name (template_type name: (type_identifier) @name)])
  body: (field_declaration_list "{" @visibility.section.public) @body) @def.struct
(enum_specifier name: (type_identifier) @name @binding.definition body: (enumerator_list) @body) @def.enum
(enumerator name: (identifier) @name @binding.definition) @def.enum_member
(concept_definition name: (identifier) @name @binding.definition) @def.interface
(alias_declaration name: (type_identifier) @name @binding.definition) @def.type
(type_definition
  declarator: [
    (type_identifier) @name @binding.definition
    (primitive_type) @name @binding.definition
    (array_declarator declarator: (type_identifier) @name @binding.definition)
    (pointer_declarator declarator: (type_identifier) @name @binding.definition)
    (pointer_declarator declarator: (pointer_declarator declarator: (type_identifier) @name @binding.definition))
    (reference_declarator (type_identifier) @name @binding.definition)
    (function_declarator declarator: (type_identifier) @name @binding.definition parameters: (parameter_list) @scope)
    (function_declarator declarator: (parenthesized_declarator [(pointer_declarator declarator: (type_identifier) @name @binding.definition) (reference_declarator (type_identifier) @name @binding.definition)]))
   
      (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name @binding.definition))))
  ]) @def.type
; `typedef struct {…} name;` is the struct itself, not an alias of it.
(type_definition type: (struct_specifier !name body: (field_declaration_list) @body) declarator: (type_identifier) @name @binding.definition) @def.struct
(type_definition type: (union_specifier !name body: (field_declaration_list) @body) declarator: (type_identifier) @name @binding.definition) @def.union
(type_definition type: (enum_specifier !name body: (enumerator_list) @body) declarator: (type_identifier) @name @binding.definition) @def.enum

; `public:` and the like hold for what follows.
(field_declaration_list (access_specifier) @visibility.section)

; Fields.
(field_declaration
  declarator: [
    (field_identifier) @name @binding.definition
    (pointer_declarator declarator: (field_identifier) @name @binding.definition)
    (reference_declarator (field_identifier) @name @binding.definition)
    (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name @binding.definition))
    (array_declarator declarator: (field_identifier) @name @binding.definition)
    (array_declarator declarator: (array_declarator declarator: (field_identifier) @name @binding.definition))
    (pointer_declarator declarator: (array_declarator declarator: (field_identifier) @name @binding.definition))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [(field_identifier) @name @binding.definition (array_declarator declarator: (field_identifier) @name @binding.definition)])))
  ]) @def.field

; Variables. The engine keeps as symbols those outside functions only.
(declaration
  type: [(primitive_type) (sized_type_specifier) (qualified_identifier) (template_type) (placeholder_type_specifier) (decltype) (dependent_type)
         (struct_specifier) (class_specifier) (union_specifier) (enum_specifier)]
  declarator: [
    (identifier) @name @binding.variable
    (pointer_declarator declarator: (identifier) @name @binding.variable)
    (reference_declarator (identifier) @name @binding.variable)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable))
    (array_declarator declarator: (identifier) @name @binding.variable)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [(identifier) @name @binding.variable (array_declarator declarator: (identifier) @name @binding.variable)])))
    (init_declarator declarator: [
      (identifier) @name @binding.variable
      (pointer_declarator declarator: (identifier) @name @binding.variable)
      (reference_declarator (identifier) @name @binding.variable)
      (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable))
      (array_declarator declarator: (identifier) @name @binding.variable)
      (array_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
      (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [(identifier) @name @binding.variable (array_declarator declarator: (identifier) @name @binding.variable)])))
    ])
  ]) @def.variable
; (`import std;` and `module m;` look like a type and a variable.)
((declaration
  type: (type_identifier) @_type
  declarator: [
    (identifier) @name @binding.variable
    (pointer_declarator declarator: (identifier) @name @binding.variable)
    (reference_declarator (identifier) @name @binding.variable)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable))
    (array_declarator declarator: (identifier) @name @binding.variable)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [(identifier) @name @binding.variable (array_declarator declarator: (identifier) @name @binding.variable)])))
    (init_declarator declarator: [
      (identifier) @name @binding.variable
      (pointer_declarator declarator: (identifier) @name @binding.variable)
      (reference_declarator (identifier) @name @binding.variable)
      (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable))
      (array_declarator declarator: (identifier) @name @binding.variable)
      (array_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
      (pointer_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
      (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [(identifier) @name @binding.variable (array_declarator declarator: (identifier) @name @binding.variable)])))
    ])
  ]) @def.variable
  (#not-any-of? @_type "import" "module" "export"))
; A static member defined outside its class.
(declaration
  declarator: [
    (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (identifier) @name)
    (init_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (identifier) @name))
    (init_declarator declarator: (array_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (identifier) @name)))
    (init_declarator declarator: (pointer_declarator declarator: (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: (identifier) @name)))
  ]) @def.variable
(template_declaration (declaration declarator: (init_declarator declarator: [
  (identifier) @name
  (qualified_identifier name: (identifier) @name)
]))) @def.variable

; Macros. An empty one is kept too, unless it guards a header.
(preproc_def name: (identifier) @name @binding.definition value: (preproc_arg) @body) @def.macro
((preproc_def !value name: (identifier) @name @binding.definition) @def.macro (#not-match? @name "(_H|_H_|_H__|_HH|_HPP|_HXX|_HPP_|_INCLUDED)$"))
(preproc_function_def name: (identifier) @name @binding.definition parameters: (preproc_params) @parameters value: (preproc_arg)? @body) @def.macro

; `static` outside a class: visible in its file only.
(translation_unit (function_definition
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name)))
  ]) @def.function)
(translation_unit (declaration
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (identifier) @name
    (init_declarator declarator: (identifier) @name)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (init_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (identifier) @name)
    (array_declarator declarator: (identifier) @name)
  ]) @def.variable)
(declaration_list (function_definition
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name)))
  ]) @def.function)
(declaration_list (declaration
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (identifier) @name
    (init_declarator declarator: (identifier) @name)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (init_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (identifier) @name)
    (array_declarator declarator: (identifier) @name)
  ]) @def.variable)
(preproc_ifdef (function_definition
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name)))
  ]) @def.function)
(preproc_ifdef (declaration
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (identifier) @name
    (init_declarator declarator: (identifier) @name)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (init_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (identifier) @name)
    (array_declarator declarator: (identifier) @name)
  ]) @def.variable)
(preproc_if (function_definition
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (function_declarator declarator: [(identifier) (operator_name)] @name)
    (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name))
    (reference_declarator (function_declarator declarator: [(identifier) (operator_name)] @name))
    (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: [(identifier) (operator_name)] @name)))
  ]) @def.function)
(preproc_if (declaration
  (storage_class_specifier "static" @visibility.private)
  declarator: [
    (identifier) @name
    (init_declarator declarator: (identifier) @name)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))
    (init_declarator declarator: (array_declarator declarator: (identifier) @name))
    (pointer_declarator declarator: (identifier) @name)
    (array_declarator declarator: (identifier) @name)
  ]) @def.variable)
