; `import Foundation` makes everything in it visible.
(import_declaration (identifier) @module @wildcard) @import
