; Jest, Vitest, Mocha, Jasmine, node:test, AVA, Bun, Deno and QUnit: a call with a title and a function.
(call_expression
  function: [
    (identifier) @_test
    (member_expression object: (identifier) @_test)
    (call_expression function: (member_expression object: (identifier) @_test))
  ]
  arguments: (arguments . [(string) (template_string)] @name [(arrow_function) (function_expression)])
  (#any-of? @_test "test" "it" "fit" "xit" "xtest" "specify" "bench" "Deno" "QUnit")) @test
