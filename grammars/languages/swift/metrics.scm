(if_statement) @branch
(guard_statement) @branch
(for_statement) @branch
(while_statement) @branch
(repeat_while_statement) @branch
(catch_block) @branch
(ternary_expression) @branch
(switch_statement) @switch
(switch_entry (switch_pattern) @case)
(if_statement (else) @else)
["&&" "||"] @logical
(lambda_literal) @nest
