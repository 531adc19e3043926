; import java.util.List; import static java.lang.Math.max;
(import_declaration (scoped_identifier scope: (_) @module name: (identifier) @item) .) @import

; import java.util.*; import static java.lang.Math.*;
(import_declaration [(scoped_identifier) (identifier)] @module (asterisk) @wildcard) @import

; import Plain;
(import_declaration (identifier) @module .) @import
