(comment) @comment

; `resource "aws_vpc" "main"` is aws_vpc.main, `variable "region"` is variable.region.
(block . (identifier) . (string_lit (template_literal) @qualifier) . (string_lit (template_literal) @name) . (block_start)) @def.block
(block . (identifier) @qualifier . (string_lit (template_literal) @name) . (block_start)) @def.block
(config_file (body (block . (identifier) @name . (block_start)) @def.block))

; The values of `locals`, and those of a file of values (.tfvars).
(block . (identifier) @_block . (block_start) (body (attribute (identifier) @name) @def.constant)
  (#eq? @_block "locals"))
(config_file (body (attribute (identifier) @name) @def.variable))
