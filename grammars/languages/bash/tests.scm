; bats: `@test "adds" { … }` is a command and a group after it; shUnit2 and plain runners: by name.
((function_definition name: (word) @_name) @test (#match? @_name "^test_|^test[A-Z]|^should_"))
((command name: (command_name) @_test . argument: [(string) (raw_string)] @name . argument: (word) @_open) @def.function @test
  (#eq? @_test "@test")
  (#eq? @_open "{"))
