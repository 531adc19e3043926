; What is included is seen whole.
(preproc_include path: [(string_literal) (system_lib_string)] @module @wildcard) @import
