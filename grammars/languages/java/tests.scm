; JUnit 4 and 5, TestNG, jqwik
(method_declaration
  (modifiers [
    (marker_annotation name: (identifier) @_annotation)
    (marker_annotation name: (scoped_identifier name: (identifier) @_annotation))
    (annotation name: (identifier) @_annotation)
    (annotation name: (scoped_identifier name: (identifier) @_annotation))
  ])
  name: (identifier) @name
  (#any-of? @_annotation "Test" "ParameterizedTest" "RepeatedTest" "TestFactory" "TestTemplate" "Property" "Example" "Benchmark")) @test

; TestNG: the annotation on the class makes every public method a test.
(class_declaration
  (modifiers [(marker_annotation name: (identifier) @_annotation) (annotation name: (identifier) @_annotation)])
  body: (class_body (method_declaration (modifiers "public") name: (identifier) @name) @test)
  (#eq? @_annotation "Test"))

; JUnit 3: by name, in a test case.
(class_declaration
  superclass: (superclass (type_identifier) @_superclass)
  body: (class_body (method_declaration
    (modifiers "public")
    name: (identifier) @name
    parameters: (formal_parameters . ")")) @test)
  (#match? @_superclass "TestCase$")
  (#match? @name "^test"))
