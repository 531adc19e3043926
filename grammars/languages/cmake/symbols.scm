(line_comment) @comment
(bracket_comment) @comment

(function_def (function_command (argument_list . (argument) @name)) (body)? @body) @def.function
(macro_def (macro_command (argument_list . (argument) @name)) (body)? @body) @def.macro

; Commands are written in any case. A name made of variables is not known here.
(normal_command (identifier) @_command (argument_list . (argument) @name)
  (#match? @_command "^(?i)(add_executable|add_library|add_custom_target|qt_add_executable|qt_add_library|pybind11_add_module|cuda_add_executable|cuda_add_library)$")
  (#not-match? @name "[$@]")) @def.target
(normal_command (identifier) @_command (argument_list . (argument) @name)
  (#match? @_command "^(?i)project$")) @def.module
(normal_command (identifier) @_command (argument_list . (argument) @name)
  (#match? @_command "^(?i)(option|cmake_dependent_option)$")) @def.variable
; Variables of the file; those of functions and macros are locals.
(source_file (normal_command (identifier) @_command (argument_list . (argument) @name)
  (#match? @_command "^(?i)set$") (#not-match? @name "[$@]")) @def.variable)
