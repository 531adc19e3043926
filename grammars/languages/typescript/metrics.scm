(if_statement) @branch
(for_statement) @branch
(for_in_statement) @branch
(while_statement) @branch
(do_statement) @branch
(catch_clause) @branch
(ternary_expression) @branch

(switch_statement) @switch
(switch_case) @case

(else_clause) @else

; `??` is shorthand without a jump of its own and does not count.
"&&" @logical
"||" @logical

(arrow_function) @nest
(function_expression) @nest
(generator_function) @nest

(break_statement label: (statement_identifier)) @jump
(continue_statement label: (statement_identifier)) @jump
