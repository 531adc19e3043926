(if_statement) @branch
(for_statement) @branch
(enhanced_for_statement) @branch
(while_statement) @branch
(do_statement) @branch
(catch_clause) @branch
(ternary_expression) @branch

(switch_expression) @switch
"case" @case

"else" @else
"&&" @logical
"||" @logical

(lambda_expression) @nest

(break_statement (identifier)) @jump
(continue_statement (identifier)) @jump
