; import "polyfill"
(import_statement . (string) @module) @import

; import React from "react"
(import_statement (import_clause (identifier) @alias) source: (string) @module) @import

; import * as path from "path"
(import_statement (import_clause (namespace_import (identifier) @alias)) source: (string) @module) @import

; import { a, b as c } from "m"
(import_statement (import_clause (named_imports (import_specifier !alias name: (_) @item))) source: (string) @module) @import
(import_statement (import_clause (named_imports (import_specifier name: _ @item alias: (identifier) @alias))) source: (string) @module) @import

; import fs = require("fs"), import Alias = Namespace.Name
(import_statement (import_require_clause (identifier) @alias source: (string) @module)) @import
(import_alias . (identifier) @alias [(nested_identifier) (identifier)] @module .) @import

; export { a, b as c } from "m", export * from "m", export * as ns from "m"
(export_statement (export_clause (export_specifier !alias name: _ @item)) source: (string) @module) @import
(export_statement (export_clause (export_specifier name: _ @item alias: _ @alias)) source: (string) @module) @import
(export_statement "*" @wildcard source: (string) @module) @import
(export_statement (namespace_export (identifier) @alias) source: (string) @module) @import

; const fs = require("fs")
(variable_declarator
  name: (identifier) @alias
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))
  (#eq? @_require "require")) @import

; const { join, sep: separator } = require("path")
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @item)
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))
  (#eq? @_require "require")) @import
(variable_declarator
  name: (object_pattern (object_assignment_pattern left: (shorthand_property_identifier_pattern) @item))
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))
  (#eq? @_require "require")) @import
(variable_declarator
  name: (object_pattern (pair_pattern key: (property_identifier) @item value: (identifier) @alias))
  value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))
  (#eq? @_require "require")) @import

; const parse = require("url").parse
(variable_declarator
  name: (identifier) @alias
  value: (member_expression
    object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .))
    property: (property_identifier) @item)
  (#eq? @_require "require")) @import

; any other require("m"), and import("m")
(expression_statement (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(assignment_expression right: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(arguments (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(array (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(pair value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(return_statement (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(arrow_function body: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(call_expression function: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import (#eq? @_require "require"))
(call_expression function: (member_expression object: (call_expression function: (identifier) @_require arguments: (arguments . (string) @module .)) @import) (#eq? @_require "require"))
(call_expression function: (import) arguments: (arguments . (string) @module)) @import
