(comment) @comment
(table . [(bare_key) (quoted_key) (dotted_key)] @name) @def.key
(table_array_element . [(bare_key) (quoted_key) (dotted_key)] @name) @def.key
(pair . [(bare_key) (quoted_key) (dotted_key)] @name) @def.key
