; pytest: functions and methods named `test…`; unittest: methods named `test…`.
((function_definition name: (identifier) @_name) @test (#match? @_name "^test"))
