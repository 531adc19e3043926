(if_expression) @branch
(while_expression) @branch
(for_expression) @branch
(loop_expression) @branch
(let_declaration alternative: (block) @branch)
(match_expression) @switch
; The arm `_` is what is left over.
((match_arm pattern: (match_pattern) @_pattern) @case (#not-eq? @_pattern "_"))
(match_pattern condition: (_) @case)
(else_clause) @else
(binary_expression operator: ["&&" "||"] @logical)
(closure_expression) @nest
(break_expression (label)) @jump
(continue_expression (label)) @jump
