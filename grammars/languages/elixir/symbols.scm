(comment) @comment

; Documentation is an attribute before the definition, with `@spec` and the like between.
(unary_operator operand: (call target: (identifier) @_attribute (arguments (string)))
  (#any-of? @_attribute "doc" "typedoc")) @comment
(unary_operator operand: (call target: (identifier) @_attribute)
  (#any-of? @_attribute "doc" "spec" "impl" "dialyzer" "deprecated" "since" "tag" "compile")) @attribute

(call target: (identifier) @_define (arguments . (alias) @name) (do_block) @body
  (#eq? @_define "defmodule")) @def.module
(call target: (identifier) @_define (arguments . (alias) @name) (do_block . (unary_operator operand: (call target: (identifier) @_attribute (arguments (string) @doc))))
  (#eq? @_define "defmodule") (#eq? @_attribute "moduledoc")) @def.module
(call target: (identifier) @_define (arguments . (alias) @name) (do_block) @body
  (#eq? @_define "defprotocol")) @def.interface
; An implementation is named for its type; the protocol is what it is qualified by.
(call target: (identifier) @_define (arguments . (alias) @qualifier (keywords (pair key: (keyword) @_for value: (_) @name))) (do_block) @body
  (#eq? @_define "defimpl") (#match? @_for "^for:")) @def.impl

(call target: (identifier) @_define (arguments . [
    (call target: (identifier) @name (arguments) @parameters)
    (identifier) @name
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
    (binary_operator left: (identifier) @name operator: "when")
  ]) (do_block)? @body
  (#any-of? @_define "def" "defdelegate")) @def.function
(call target: (identifier) @_define @visibility.private (arguments . [
    (call target: (identifier) @name (arguments) @parameters)
    (identifier) @name
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
    (binary_operator left: (identifier) @name operator: "when")
  ]) (do_block)? @body
  (#eq? @_define "defp")) @def.function
(call target: (identifier) @_define (arguments . [
    (call target: (identifier) @name (arguments) @parameters)
    (identifier) @name
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ]) (do_block)? @body
  (#any-of? @_define "defmacro" "defguard")) @def.macro
(call target: (identifier) @_define @visibility.private (arguments . [
    (call target: (identifier) @name (arguments) @parameters)
    (identifier) @name
    (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "when")
  ]) (do_block)? @body
  (#any-of? @_define "defmacrop" "defguardp")) @def.macro
; Operators: `def left <~> right`.
(call target: (identifier) @_define (arguments . (binary_operator operator: [
    "+" "-" "*" "/" "==" "!=" "<" ">" "<=" ">=" "=~" "++" "--" "+++" "---" "<>" "|>" "<<<" ">>>" "<<~" "~>>" "<~" "~>" "<~>" "^^^" "&&&" "|||" "&&" "||" ".." "**"
  ] @name)) (do_block)? @body
  (#any-of? @_define "def" "defmacro")) @def.function

(unary_operator operand: (call target: (identifier) @_attribute (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")))
  (#any-of? @_attribute "type" "opaque")) @def.type
(unary_operator operand: (call target: (identifier) @_attribute @visibility.private (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")))
  (#eq? @_attribute "typep")) @def.type
(unary_operator operand: (call target: (identifier) @_attribute (arguments (binary_operator left: (call target: (identifier) @name (arguments) @parameters) operator: "::")))
  (#any-of? @_attribute "callback" "macrocallback")) @def.function

; A module attribute with a value is a constant of the module.
(unary_operator operand: (call target: (identifier) @name @visibility.private (arguments (_)))
  (#not-match? @name "^(doc|moduledoc|typedoc|spec|type|typep|opaque|callback|macrocallback|impl|behaviour|behavior|optional_callbacks|dialyzer|deprecated|since|tag|moduletag|describetag|compile|derive|enforce_keys|external_resource|before_compile|after_compile|on_definition|on_load|vsn|nifs)$")) @def.constant

; The fields of a struct.
(call target: (identifier) @_define (arguments (list (atom) @name @def.field))
  (#any-of? @_define "defstruct" "defexception"))
(call target: (identifier) @_define (arguments (list (keywords (pair key: (keyword) @name) @def.field)))
  (#any-of? @_define "defstruct" "defexception"))
(call target: (identifier) @_define (arguments (keywords (pair key: (keyword) @name) @def.field))
  (#any-of? @_define "defstruct" "defexception"))

; ExUnit.
(call target: (identifier) @_define (arguments . (string (quoted_content) @name)) (do_block) @body
  (#eq? @_define "test")) @def.function
(call target: (identifier) @_define (arguments . (string (quoted_content) @name)) (do_block) @body
  (#eq? @_define "describe")) @def.module
