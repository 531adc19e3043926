(if_statement) @branch
(for_statement) @branch
(c_style_for_statement) @branch
(while_statement) @branch
(ternary_expression) @branch
(case_statement) @switch
((case_item value: (_) @_value) @case (#not-eq? @_value "*"))
(elif_clause) @case
(elif_clause) @else
(else_clause) @else
["&&" "||"] @logical
; `continue 2`
((command name: (command_name (word) @_jump) argument: (number)) @jump (#any-of? @_jump "break" "continue"))
