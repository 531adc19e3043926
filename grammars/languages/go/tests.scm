; `go test` finds a function by its name and by its one parameter.
(function_declaration
  name: (identifier) @name
  parameters: (parameter_list . (parameter_declaration
    type: (pointer_type (qualified_type package: (package_identifier) @_package name: (type_identifier) @_type))) .)
  (#eq? @_package "testing")
  (#eq? @_type "T")
  (#match? @name "^Test([^a-z]|$)")) @test

(function_declaration
  name: (identifier) @name
  parameters: (parameter_list . (parameter_declaration
    type: (pointer_type (qualified_type package: (package_identifier) @_package name: (type_identifier) @_type))) .)
  (#eq? @_package "testing")
  (#eq? @_type "B")
  (#match? @name "^Benchmark([^a-z]|$)")) @test

(function_declaration
  name: (identifier) @name
  parameters: (parameter_list . (parameter_declaration
    type: (pointer_type (qualified_type package: (package_identifier) @_package name: (type_identifier) @_type))) .)
  (#eq? @_package "testing")
  (#eq? @_type "F")
  (#match? @name "^Fuzz([^a-z]|$)")) @test

; testify: methods without parameters of a suite type.
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (pointer_type (type_identifier) @_suite)))
  name: (field_identifier) @name
  parameters: (parameter_list . ")")
  (#match? @_suite "Suite$")
  (#match? @name "^Test[^a-z]")) @test
