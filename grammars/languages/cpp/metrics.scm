(if_statement) @branch
(for_statement) @branch
(for_range_loop) @branch
(while_statement) @branch
(do_statement) @branch
(switch_statement) @switch
(conditional_expression) @branch
(catch_clause) @branch
(seh_except_clause) @branch
"case" @case
(else_clause) @else
(goto_statement) @jump
(lambda_expression) @nest
["&&" "||" "and" "or"] @logical
