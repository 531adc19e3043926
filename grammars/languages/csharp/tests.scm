; xUnit, NUnit, MSTest and BenchmarkDotNet; frameworks derive their own facts and theories, so the end of the name counts.
(method_declaration
  (attribute_list (attribute name: [
    (identifier) @_attribute
    (qualified_name name: (identifier) @_attribute)
  ]))
  name: (identifier) @name
  (#match? @_attribute "^(Test|TestCase|TestCaseSource|TestMethod|DataTestMethod|Benchmark|.*Fact|.*Theory)(Attribute)?$")) @test
