; `import a.b.C`: the path is one flat node, whose last name is the item.
((import (qualified_identifier (identifier) @item @binding.import .) @module) @import
  (#not-match? @import "[.]\\s*[*]|\\sas\\s"))
(import (qualified_identifier (identifier) @item .) @module "as" (identifier) @alias @binding.import) @import
(import (qualified_identifier) @module "*" @wildcard) @import
