(call function: (identifier) @callee) @call
(call function: (attribute object: (_) @receiver attribute: (identifier) @callee)) @call
; A decorator calls what it names.
(decorator (identifier) @callee) @call
(decorator (attribute object: (_) @receiver attribute: (identifier) @callee)) @call
