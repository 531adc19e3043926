; (What is left of a brace that the grammar did not understand is no command.)
((command name: (command_name (word) @callee)) @call (#not-any-of? @callee "{" "}"))
