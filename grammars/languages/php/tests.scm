; PHPUnit: by name, by attribute, by annotation.
((method_declaration name: (name) @_name body: (_)) @test (#match? @_name "^test"))
((method_declaration attributes: (attribute_list (attribute_group (attribute [
  (name) @_attribute
  (qualified_name (name) @_attribute)
])))) @test (#any-of? @_attribute "Test" "DataProvider" "TestWith"))
(declaration_list (comment) @_comment . (method_declaration body: (_)) @test (#match? @_comment "@test\\b"))
; Pest: `it('adds', function () { … })`.
((function_call_expression
  function: (name) @_macro
  arguments: (arguments
    . (argument [(string (string_content) @name) (encapsed_string (string_content) @name)])
    . (argument [
        (anonymous_function parameters: (_) @parameters body: (_) @body)
        (arrow_function parameters: (_) @parameters body: (_) @body)
      ]))) @def.function @test
  (#any-of? @_macro "it" "test"))
