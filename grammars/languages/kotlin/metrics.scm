(if_expression) @branch
(for_statement) @branch
(while_statement) @branch
(do_while_statement) @branch
(catch_block) @branch
(when_expression) @switch
(when_entry condition: (_) @case)
(if_expression "else" @else)
["&&" "||"] @logical
(lambda_literal) @nest
(anonymous_function) @nest
