(comment) @comment

(module name: (constant) @name @binding.definition body: (body_statement)? @body) @def.module
(module name: (scope_resolution scope: (_) @qualifier name: (constant) @name) body: (body_statement)? @body) @def.module
(module name: (scope_resolution !scope name: (constant) @name) body: (body_statement)? @body) @def.module
(class name: (scope_resolution !scope name: (constant) @name) body: (body_statement)? @body) @def.class
(class name: (constant) @name @binding.definition body: (body_statement)? @body) @def.class
(class name: (scope_resolution scope: (_) @qualifier name: (constant) @name) body: (body_statement)? @body) @def.class

(assignment left: (constant) @name @binding.definition) @def.constant
(operator_assignment left: (constant) @name @binding.definition) @def.constant
(assignment left: (scope_resolution scope: (_) @qualifier name: (constant) @name)) @def.constant
(assignment left: (left_assignment_list (constant) @name @binding.definition)) @def.constant
(assignment left: (global_variable) @name) @def.variable
; `Point = Struct.new(:x) do … end`
((assignment
  left: (constant) @name @binding.definition
  right: (call receiver: (constant) @_maker method: (identifier) @_make block: (_)? @body)) @def.class
  (#any-of? @_maker "Struct" "Class" "Data")
  (#any-of? @_make "new" "define"))
((assignment
  left: (constant) @name @binding.definition
  right: (call receiver: (constant) @_maker method: (identifier) @_make block: (_)? @body)) @def.module
  (#eq? @_maker "Module")
  (#eq? @_make "new"))

(method name: (_) @name @binding.definition parameters: (method_parameters)? @parameters body: (_)? @body) @def.method
(program (method name: (_) @name) @def.function)
((method name: (identifier) @name) @def.constructor (#eq? @name "initialize"))
(singleton_method name: (_) @name @binding.definition parameters: (method_parameters)? @parameters body: (_)? @body) @def.method
(program (singleton_method object: (constant) @qualifier name: (_) @name) @def.method)

; Methods that a call defines.
((call
  !receiver
  method: (identifier) @_macro
  arguments: (argument_list . [(simple_symbol) (string)] @name)
  block: [
    (block parameters: (block_parameters)? @parameters)
    (do_block parameters: (block_parameters)? @parameters)
  ] @body) @def.method
  (#any-of? @_macro "define_method" "define_singleton_method"))
((call !receiver method: (identifier) @_macro arguments: (argument_list . [(simple_symbol) (string)] @name) !block) @def.method
  (#any-of? @_macro "alias_method" "define_method"))
(alias name: (_) @name @binding.definition) @def.method
((call !receiver method: (identifier) @_macro arguments: (argument_list [(simple_symbol) (string)] @name)) @def.property
  (#any-of? @_macro "attr" "attr_reader" "attr_writer" "attr_accessor" "cattr_reader" "cattr_writer" "cattr_accessor" "mattr_reader" "mattr_writer"
    "mattr_accessor" "class_attribute" "thread_mattr_accessor"))

; `private` alone holds for what follows; with an argument for that alone.
((body_statement (identifier) @visibility.section) (#any-of? @visibility.section "private" "protected" "public"))
((call
  !receiver
  method: (identifier) @visibility
  arguments: (argument_list (method name: (_) @name))) @def.method
  (#any-of? @visibility "private" "protected" "public"))
((call
  !receiver
  method: (identifier) @_macro
  arguments: (argument_list (singleton_method name: (_) @name))) @def.method @visibility.private
  (#eq? @_macro "private_class_method"))
((call !receiver method: (identifier) @_macro arguments: (argument_list (simple_symbol) @visibility.of.private))
  (#any-of? @_macro "private" "private_constant" "private_class_method"))
((call !receiver method: (identifier) @_macro arguments: (argument_list (simple_symbol) @visibility.of.protected))
  (#eq? @_macro "protected"))
((call !receiver method: (identifier) @_macro arguments: (argument_list (simple_symbol) @visibility.of.public))
  (#any-of? @_macro "public" "module_function" "public_class_method"))
