(if_statement) @branch
(elif_clause) @case
(elif_clause) @else
(else_clause) @else
(for_statement) @branch
(while_statement) @branch
(except_clause) @branch
(conditional_expression) @branch
(for_in_clause) @case
(if_clause) @case
(match_statement) @switch
; `case _` is what is left over.
((case_clause (case_pattern) @_pattern) @case (#not-eq? @_pattern "_"))
(boolean_operator operator: ["and" "or"] @logical)
(lambda) @nest
