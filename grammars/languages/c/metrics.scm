(if_statement) @branch
(for_statement) @branch
(while_statement) @branch
(do_statement) @branch
(switch_statement) @switch
(conditional_expression) @branch
(seh_except_clause) @branch
"case" @case
(else_clause) @else
(goto_statement) @jump
["&&" "||"] @logical
