((command
  name: (command_name) @_source
  argument: [(word) (string) (raw_string) (concatenation)] @module @wildcard) @import
  (#any-of? @_source "source" "." "load"))
