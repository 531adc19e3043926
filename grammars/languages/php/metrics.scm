(if_statement) @branch
(for_statement) @branch
(foreach_statement) @branch
(while_statement) @branch
(do_statement) @branch
(catch_clause) @branch
(conditional_expression) @branch
(switch_statement) @switch
(match_expression) @switch
(case_statement) @case
(match_conditional_expression) @case
(else_if_clause) @case
(else_if_clause) @else
(else_clause) @else
(goto_statement) @jump
(break_statement (integer)) @jump
(continue_statement (integer)) @jump
["&&" "||" "and" "or" "xor"] @logical
(anonymous_function) @nest
(arrow_function) @nest
