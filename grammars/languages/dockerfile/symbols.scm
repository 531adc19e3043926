(comment) @comment
(from_instruction as: (image_alias) @name) @def.block
(arg_instruction (arg_pair name: (_) @name)) @def.variable
(env_instruction (env_pair name: (_) @name)) @def.variable
