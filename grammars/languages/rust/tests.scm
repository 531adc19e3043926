; `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[bench]` and the like, anywhere among the attributes.
((attribute_item (attribute [(identifier) @_name (scoped_identifier name: (identifier) @_name)])) @test.attribute
  (#any-of? @_name "test" "rstest" "test_case" "bench" "quickcheck" "wasm_bindgen_test" "gtest"))
