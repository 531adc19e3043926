(comment) @comment

(attrset_expression (binding_set (binding attrpath: (attrpath) @name) @def.key))
(rec_attrset_expression (binding_set (binding attrpath: (attrpath) @name) @def.key))
; The names a file introduces before its result; those inside functions are locals.
(source_code expression: (let_expression (binding_set (binding attrpath: (attrpath) @name) @def.variable)))
(source_code expression: (function_expression body: (let_expression (binding_set (binding attrpath: (attrpath) @name) @def.variable))))
(source_code expression: (function_expression body: (function_expression body: (let_expression (binding_set (binding attrpath: (attrpath) @name) @def.variable)))))
(binding attrpath: (attrpath) @name expression: (function_expression)) @def.function
