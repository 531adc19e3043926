(if_statement) @branch
(for_statement) @branch

(expression_switch_statement) @switch
(type_switch_statement) @switch
(select_statement) @switch
(expression_case) @case
(type_case) @case
(communication_case) @case

"else" @else
"&&" @logical
"||" @logical

(func_literal) @nest

(break_statement (label_name)) @jump
(continue_statement (label_name)) @jump
(goto_statement) @jump
