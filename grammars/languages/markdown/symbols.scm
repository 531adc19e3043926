((html_block) @comment (#match? @comment "^<!--"))

; A section reaches to the next heading of its level or a higher one. The grammar gives underlined headings no section.
(section (atx_heading heading_content: (inline) @name)) @def.section
(setext_heading heading_content: (paragraph) @name) @def.section
