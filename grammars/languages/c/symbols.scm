; Names are bound where they are defined (`@binding.*`), so that no node is matched a second time for scopes.

(comment) @comment

; A function; its declarator may be wrapped in the pointers of its result.
(function_definition
  (storage_class_specifier "static")? @visibility.private
  declarator: [
    (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters))
    (pointer_declarator declarator: (pointer_declarator declarator:
      (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters)))
    (pointer_declarator declarator: (pointer_declarator declarator: (pointer_declarator declarator:
      (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters))))
    (function_declarator declarator: (parenthesized_declarator
      [(function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters)
       (pointer_declarator declarator: (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters))]))
    (function_declarator declarator: (parenthesized_declarator (identifier) @name @binding.definition) parameters: (parameter_list) @parameters)
  ]
  body: (compound_statement) @body) @def.function

; A prototype: no body, and its parameters are visible in its own parentheses only.
(declaration
  (storage_class_specifier "static")? @visibility.private
  declarator: [
    (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters @scope)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters @scope))
    (pointer_declarator declarator: (pointer_declarator declarator:
      (function_declarator declarator: (identifier) @name @binding.definition parameters: (parameter_list) @parameters @scope)))
  ]) @def.function

; Functions that a macro defines. With one name in the parentheses the macro looks like a type: `DEFINE_IDTENTRY(exc_nmi) {…}`, `TEST(name) {…}`;
; and an unknown word before it makes the function's own name look so: `bool __must_check ready(void) {…}`.
((function_definition
  (storage_class_specifier "static")? @visibility.private
  type: (type_identifier)
  declarator: (parenthesized_declarator (identifier) @name @binding.definition)
  body: (compound_statement) @body) @def.function
  (#not-eq? @name "void"))
((function_definition
  (storage_class_specifier "static")? @visibility.private
  type: (type_identifier) @name @binding.definition
  declarator: (parenthesized_declarator (identifier) @_void)
  body: (compound_statement) @body) @def.function
  (#eq? @_void "void"))
; With more it is a call and a block after it: `SYSCALL_DEFINE3(read, unsigned int, fd, …) {…}`.
(translation_unit
  (expression_statement (call_expression function: (identifier) @_macro arguments: (argument_list . (identifier) @name))) @def.function
  . (compound_statement) @body
  (#match? @_macro "^[A-Z][A-Z0-9_]+$")
  (#not-any-of? @_macro "TEST_F" "TEST_P" "TEST" "CTEST"))
(preproc_ifdef
  (expression_statement (call_expression function: (identifier) @_macro arguments: (argument_list . (identifier) @name))) @def.function
  . (compound_statement) @body
  (#match? @_macro "^[A-Z][A-Z0-9_]+$")
  (#not-any-of? @_macro "TEST_F" "TEST_P" "TEST" "CTEST"))
(preproc_if
  (expression_statement (call_expression function: (identifier) @_macro arguments: (argument_list . (identifier) @name))) @def.function
  . (compound_statement) @body
  (#match? @_macro "^[A-Z][A-Z0-9_]+$")
  (#not-any-of? @_macro "TEST_F" "TEST_P" "TEST" "CTEST"))
(translation_unit
  (expression_statement (call_expression
    function: (identifier) @_macro
    arguments: (argument_list . (identifier) @qualifier . (identifier) @name .))) @def.function
  . (compound_statement) @body
  (#any-of? @_macro "TEST_F" "TEST_P" "TEST" "Test" "CTEST"))

; Types.
(struct_specifier name: (type_identifier) @name @binding.definition body: (field_declaration_list) @body) @def.struct
(union_specifier name: (type_identifier) @name @binding.definition body: (field_declaration_list) @body) @def.union
(enum_specifier name: (type_identifier) @name @binding.definition body: (enumerator_list) @body) @def.enum
(enumerator name: (identifier) @name @binding.definition) @def.enum_member
(type_definition
  declarator: [
    (type_identifier) @name @binding.definition
    (primitive_type) @name @binding.definition
    (array_declarator declarator: (type_identifier) @name @binding.definition)
    (pointer_declarator declarator: (type_identifier) @name @binding.definition)
    (pointer_declarator declarator: (pointer_declarator declarator: (type_identifier) @name @binding.definition))
    (function_declarator declarator: (type_identifier) @name @binding.definition parameters: (parameter_list) @scope)
    (pointer_declarator declarator: (function_declarator declarator: (type_identifier) @name @binding.definition parameters: (parameter_list) @scope))
    (function_declarator declarator: (parenthesized_declarator [
      (type_identifier) @name @binding.definition
      (pointer_declarator declarator: (type_identifier) @name @binding.definition)
      (pointer_declarator declarator: (array_declarator declarator: (type_identifier) @name @binding.definition))
    ]))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator
      (pointer_declarator declarator: (type_identifier) @name @binding.definition))))
  ]) @def.type
; `typedef struct {…} name;` is the struct itself, not an alias of it. (The last pattern that names a node decides its kind.)
(type_definition type: (struct_specifier !name body: (field_declaration_list) @body) declarator: (type_identifier) @name @binding.definition) @def.struct
(type_definition type: (union_specifier !name body: (field_declaration_list) @body) declarator: (type_identifier) @name @binding.definition) @def.union
(type_definition type: (enum_specifier !name body: (enumerator_list) @body) declarator: (type_identifier) @name @binding.definition) @def.enum

(field_declaration
  declarator: [
    (field_identifier) @name
    (pointer_declarator declarator: (field_identifier) @name)
    (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name))
    (pointer_declarator declarator: (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name)))
    (pointer_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (array_declarator declarator: (field_identifier) @name)
    (array_declarator declarator: (array_declarator declarator: (field_identifier) @name))
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [
      (field_identifier) @name
      (array_declarator declarator: (field_identifier) @name)
    ])))
    (pointer_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name))))
    (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name))
  ]) @def.field

; Variables. The engine keeps as symbols those outside functions only. `static DEFINE_MUTEX(lock);` is a parenthesized declarator to the grammar.
(declaration
  (storage_class_specifier "static")? @visibility.private
  declarator: [
    (identifier) @name @binding.variable
    (init_declarator declarator: (identifier) @name @binding.variable)
    (init_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable))
    (init_declarator declarator: (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable)))
    (init_declarator declarator: (pointer_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable)))
    (init_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (init_declarator declarator: (array_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable)))
    (init_declarator declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [
      (identifier) @name @binding.variable
      (array_declarator declarator: (identifier) @name @binding.variable)
    ]))))
    (pointer_declarator declarator: (identifier) @name @binding.variable)
    (pointer_declarator declarator: (pointer_declarator declarator: (identifier) @name @binding.variable))
    (pointer_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (array_declarator declarator: (identifier) @name @binding.variable)
    (array_declarator declarator: (array_declarator declarator: (identifier) @name @binding.variable))
    (parenthesized_declarator (identifier) @name @binding.variable)
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: [
      (identifier) @name @binding.variable
      (array_declarator declarator: (identifier) @name @binding.variable)
    ])))
  ]) @def.variable

; Macros. An empty one is kept too, unless it guards a header.
(preproc_def name: (identifier) @name @binding.definition value: (preproc_arg) @body) @def.macro
((preproc_def !value name: (identifier) @name @binding.definition) @def.macro (#not-match? @name "(_H|_H_|_H__|_HH|_HPP|_INCLUDED)$"))
(preproc_function_def name: (identifier) @name @binding.definition parameters: (preproc_params) @parameters) @def.macro
