(if_statement) @branch
(for_statement) @branch
(foreach_statement) @branch
(while_statement) @branch
(do_statement) @branch
(catch_clause) @branch
(conditional_expression) @branch

(switch_statement) @switch
(switch_expression) @switch
(switch_section "case" @case)
(switch_expression_arm . [
  (and_pattern) (constant_pattern) (declaration_pattern) (list_pattern) (negated_pattern) (or_pattern) (parenthesized_pattern)
  (recursive_pattern) (relational_pattern) (type_pattern) (var_pattern)
]) @case

"else" @else
"&&" @logical
"||" @logical

(lambda_expression) @nest
(anonymous_method_expression) @nest

(goto_statement) @jump
