(comment) @comment
(pair key: (string) @name) @def.key
