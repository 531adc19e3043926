; XCTest: by name. Swift Testing: by attribute.
((function_declaration name: (simple_identifier) @_name) @test (#match? @_name "^test"))
((function_declaration (modifiers (attribute (user_type (type_identifier) @_attribute .)))) @test (#eq? @_attribute "Test"))
