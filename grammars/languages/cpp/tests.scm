; GoogleTest (`TEST(Suite, Name)`), Boost.Test and others: to the grammar a function named for the macro.
((function_definition
  !type
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list
      . (parameter_declaration type: (type_identifier) @qualifier !declarator)
      . (parameter_declaration type: (type_identifier) @name !declarator) .))
  body: (compound_statement) @body) @def.function @test
  (#any-of? @_macro "TEST" "TEST_F" "TEST_P" "TYPED_TEST" "TYPED_TEST_P" "FUZZ_TEST" "MOCK_TEST"))
((function_definition
  !type
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list . (parameter_declaration type: (type_identifier) @name !declarator)))
  body: (compound_statement) @body) @def.function @test
  (#any-of? @_macro "BOOST_AUTO_TEST_CASE" "BOOST_FIXTURE_TEST_CASE" "BOOST_AUTO_TEST_CASE_TEMPLATE" "BOOST_DATA_TEST_CASE" "CPPUNIT_TEST"))
; Catch2 and doctest: a call with the test's title, and a block after it.
(translation_unit
  (expression_statement (call_expression function: (identifier) @_macro arguments: (argument_list . (string_literal) @name))) @def.function @test
  . (compound_statement) @body
  (#any-of? @_macro "TEST_CASE" "SCENARIO" "TEMPLATE_TEST_CASE" "TEST_CASE_METHOD"))
(declaration_list
  (expression_statement (call_expression function: (identifier) @_macro arguments: (argument_list . (string_literal) @name))) @def.function @test
  . (compound_statement) @body
  (#any-of? @_macro "TEST_CASE" "SCENARIO" "TEMPLATE_TEST_CASE" "TEST_CASE_METHOD"))
; QtTest: private slots named for what they test are found by moc; a class under test names them `test…`.
((function_definition declarator: (function_declarator declarator: [
  (field_identifier) @_name
  (qualified_identifier name: (identifier) @_name)
])) @test (#match? @_name "^test[A-Z_]"))
