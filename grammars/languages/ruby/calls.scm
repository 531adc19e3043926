; `Point.new(…)` is a call of the constructor of Point.
((call receiver: [(constant) @callee (scope_resolution name: (constant) @callee)] method: (identifier) @_new) @call
  (#eq? @_new "new"))
((call receiver: (_) @receiver method: [(identifier) (constant)] @callee) @call
  (#not-eq? @callee "new"))
(call !receiver method: [(identifier) (constant)] @callee) @call
; A bare name is a call, unless it is a variable.
(identifier) @call.bare
