(comment) @comment

(module (module_statement (name) @name)) @def.module
(submodule (submodule_statement ancestor: (_) (name) @name)) @def.module
(program (program_statement (name) @name)) @def.function

(subroutine (subroutine_statement name: (name) @name parameters: (_)? @parameters)) @def.function
(function (function_statement name: (name) @name parameters: (_)? @parameters)) @def.function
(module_procedure (module_procedure_statement name: (name) @name)) @def.function
(interface (interface_statement (name) @name)) @def.interface

(derived_type_definition (derived_type_statement (type_name) @name)) @def.struct
(derived_type_definition (derived_type_statement access: (access_specifier) @visibility (type_name) @name)) @def.struct
(derived_type_definition (variable_declaration declarator: [
  (identifier) @name
  (sized_declarator . (identifier) @name)
  (init_declarator left: (identifier) @name)
  (init_declarator left: (sized_declarator . (identifier) @name))
  (pointer_init_declarator left: (identifier) @name)
]) @def.field)
(derived_type_procedures (procedure_statement declarator: [(method_name) @name (binding (binding_name) @name)]) @def.method)
(derived_type_procedures (procedure_statement (procedure_attribute) @visibility @_access declarator: [(method_name) @name (binding (binding_name) @name)]
  (#match? @_access "^(?i)(private|public)$")) @def.method)
(enumerator_statement declarator: [(identifier) @name (init_declarator left: (identifier) @name)]) @def.enum_member

; Variables of a module. Those of procedures are locals.
(module (variable_declaration declarator: [
  (identifier) @name
  (sized_declarator . (identifier) @name)
  (init_declarator left: (identifier) @name)
  (init_declarator left: (sized_declarator . (identifier) @name))
]) @def.variable)
(module (variable_declaration attribute: (type_qualifier) @_attribute declarator: (init_declarator left: [(identifier) @name (sized_declarator . (identifier) @name)])
  (#match? @_attribute "^(?i)parameter$")) @def.constant)
