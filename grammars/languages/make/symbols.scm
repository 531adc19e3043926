(comment) @comment

; `.PHONY` and the like are directives, not targets.
(rule (targets (word) @name) (#not-match? @name "^\\.[A-Z_]+$")) @def.target
(variable_assignment !target_or_pattern name: (word) @name) @def.variable
(shell_assignment name: (word) @name) @def.variable
(define_directive name: (word) @name) @def.macro
