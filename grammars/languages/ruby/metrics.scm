(if) @branch
(unless) @branch
(while) @branch
(until) @branch
(for) @branch
(if_modifier) @branch
(unless_modifier) @branch
(while_modifier) @branch
(until_modifier) @branch
(rescue) @branch
(rescue_modifier) @branch
(conditional) @branch
(case) @switch
(case_match) @switch
(when) @case
(in_clause) @case
(if_guard) @case
(unless_guard) @case
(elsif) @case
(elsif) @else
(if alternative: (else) @else)
(elsif alternative: (else) @else)
(unless alternative: (else) @else)
["&&" "||" "and" "or"] @logical
(block) @nest
(do_block) @nest
