(comment) @comment
(spec) @attribute

(module_attribute name: (atom) @name) @def.module
(pp_define lhs: (macro_lhs name: (_) @name)) @def.macro
(record_decl name: (atom) @name) @def.struct
(record_decl fields: (record_field name: (atom) @name) @def.field)
(type_alias name: (type_name name: (atom) @name)) @def.type
(opaque name: (type_name name: (atom) @name)) @def.type
(nominal name: (type_name name: (atom) @name)) @def.type
(callback fun: (atom) @name) @def.function

; Clauses of the same name and number of arguments are one function (`merge_clauses`).
(fun_decl clause: (function_clause name: (atom) @name args: (expr_args) @parameters body: (clause_body) @body)) @def.function
