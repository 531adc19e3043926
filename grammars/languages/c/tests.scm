; cmocka, Unity, KUnit and plain runners find functions by name; the macros of Check, Criterion, kselftest and others define them.
((function_definition declarator: (function_declarator declarator: (identifier) @_name) body: (compound_statement)) @test
  (#match? @_name "^test_|_test$"))
((function_definition type: (type_identifier) @_macro declarator: (parenthesized_declarator)) @test
  (#any-of? @_macro "TEST" "TEST_SIGNAL" "START_TEST" "MU_TEST" "ZTEST"))
(translation_unit
  (expression_statement (call_expression function: (identifier) @_macro)) @test
  . (compound_statement)
  (#any-of? @_macro "TEST" "TEST_F" "TEST_P" "Test" "CTEST" "ZTEST"))
