; Minitest and test-unit.
((method name: (identifier) @_name) @test (#match? @_name "^test_"))
; RSpec, Minitest::Spec, Rails: `it "…" do`, `test "…" do`; the groups around them are blocks.
((call
  !receiver
  method: (identifier) @_macro
  arguments: (argument_list . (string) @name)
  block: (_) @body) @def.function @test
  (#any-of? @_macro "it" "specify" "example" "test" "scenario" "fit" "its"))
((call
  method: (identifier) @_macro
  arguments: (argument_list . [(string) (constant) (scope_resolution) (simple_symbol)] @name)
  block: (do_block) @body) @def.block
  (#any-of? @_macro "describe" "context" "feature" "shared_examples" "shared_context" "shared_examples_for"))
