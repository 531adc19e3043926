; JUnit and kotlin.test.
((function_declaration
  (modifiers (annotation [
    (user_type (identifier) @_annotation .)
    (constructor_invocation (user_type (identifier) @_annotation .))
  ]))) @test
  (#any-of? @_annotation "Test" "ParameterizedTest" "RepeatedTest" "TestFactory" "TestTemplate"))
; Kotest: `test("adds") { … }`.
((call_expression
  . (call_expression . (identifier) @_macro (value_arguments . (value_argument (string_literal (string_content) @name))))
  (annotated_lambda (lambda_literal) @body)) @def.function @test
  (#any-of? @_macro "test" "it" "scenario" "should" "expect"))
