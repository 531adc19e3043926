"""Functions of a source file and their doc comments, by tree-sitter.

`functions(lang, source)` gives dicts of `name`, `doc` (markers removed), `code` (doc removed), `row` (1-based).
"""
import re

import tree_sitter as ts
import tree_sitter_c
import tree_sitter_c_sharp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_kotlin
import tree_sitter_php
import tree_sitter_python
import tree_sitter_ruby
import tree_sitter_rust
import tree_sitter_typescript

GRAMMARS = {
    "rs": tree_sitter_rust.language, "go": tree_sitter_go.language, "py": tree_sitter_python.language,
    "ts": tree_sitter_typescript.language_typescript, "tsx": tree_sitter_typescript.language_tsx,
    "java": tree_sitter_java.language, "cs": tree_sitter_c_sharp.language, "rb": tree_sitter_ruby.language,
    "php": tree_sitter_php.language_php, "c": tree_sitter_c.language, "kt": tree_sitter_kotlin.language,
}
FUNCTION = {
    "rs": {"function_item"}, "go": {"function_declaration", "method_declaration"}, "py": {"function_definition"},
    "ts": {"function_declaration", "method_definition", "lexical_declaration"},
    "java": {"method_declaration", "constructor_declaration"}, "cs": {"method_declaration", "constructor_declaration"},
    "rb": {"method", "singleton_method"}, "php": {"function_definition", "method_declaration"},
    "c": {"function_definition"}, "kt": {"function_declaration"},
}
FUNCTION["tsx"] = FUNCTION["ts"]
COMMENT = {"line_comment", "block_comment", "comment", "multiline_comment"}
BETWEEN = {"attribute_item", "decorator"}
_parsers = {}


def parser(lang):
    if lang not in _parsers:
        _parsers[lang] = ts.Parser(ts.Language(GRAMMARS[lang]()))
    return _parsers[lang]


def clean(comment):
    """A comment's words: markers, XML tags and HTML tags removed."""
    out = []
    for line in comment.split("\n"):
        line = re.sub(r"^\s*(///?|//!|/\*\*?|\*/|\*|#+)\s?", "", line)
        out.append(re.sub(r"\*/\s*$", "", line).strip())
    text = "\n".join(out)
    text = re.sub(r'<(?:see|paramref|c|seealso)\s+\w+="(?:\w:)?([^"]*)"\s*/>', r"\1", text)
    text = re.sub(r"\{@\w+\s+([^}]*)\}", r"\1", text)
    text = re.sub(r"</?(?:summary|p|code|para|i|b|em|a|tt)\b[^>]*>", " ", text)
    return text.strip()


def _name(node, src):
    if node.type == "lexical_declaration":
        for d in node.named_children:
            value = d.child_by_field_name("value")
            if value is not None and value.type in ("arrow_function", "function_expression"):
                node = d
                break
        else:
            return ""
    if node.type == "function_definition" and node.child_by_field_name("declarator"):
        while node.child_by_field_name("declarator"):
            node = node.child_by_field_name("declarator")
        return src[node.start_byte:node.end_byte].decode("utf8", "ignore")
    f = node.child_by_field_name("name")
    if f is None:
        f = next((c for c in node.named_children if c.type in ("simple_identifier", "identifier")), None)
    return src[f.start_byte:f.end_byte].decode("utf8", "ignore") if f is not None else ""


def _python_doc(node, src):
    body = node.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_child_count else None
    if first is None or first.type != "expression_statement" or not first.named_child_count:
        return "", None
    if first.named_children[0].type != "string":
        return "", None
    raw = src[first.start_byte:first.end_byte].decode("utf8", "ignore").strip()
    return re.sub(r"""^[rRuUbBfF]*("{3}|'{3}|"|')|("{3}|'{3}|"|')$""", "", raw).strip(), first


def _comment_before(lang, node, src):
    if node.parent is not None and node.parent.type == "export_statement":
        node = node.parent
    comments, row, prev = [], node.start_point[0], node.prev_sibling
    while prev is not None and (prev.type in COMMENT or prev.type in BETWEEN):
        if row - prev.end_point[0] > 1:
            break
        if prev.type in COMMENT:
            comments.append(src[prev.start_byte:prev.end_byte].decode("utf8", "ignore").rstrip("\n"))
        row, prev = prev.start_point[0], prev.prev_sibling
    comments.reverse()
    if lang == "rs":
        comments = [c for c in comments if c.startswith(("///", "/**"))]
    elif lang == "cs":
        comments = [c for c in comments if c.startswith("///")]
    elif lang in ("java", "ts", "tsx", "php", "kt", "c") and comments and comments[-1].startswith("/*"):
        comments = comments[-1:]
    return clean("\n".join(comments))


def functions(lang, src, max_code=4000):
    """Every function of one file, in source order."""
    found, stack = [], [parser(lang).parse(src).root_node]
    while stack:
        node = stack.pop()
        stack.extend(reversed(node.children))
        if node.type not in FUNCTION[lang]:
            continue
        name = _name(node, src)
        if not name:
            continue
        code = src[node.start_byte:node.end_byte].decode("utf8", "ignore")
        if lang == "py":
            doc, string = _python_doc(node, src)
            if string is not None:
                code = (src[node.start_byte:string.start_byte] + src[string.end_byte:node.end_byte]).decode("utf8", "ignore")
        else:
            doc = _comment_before(lang, node, src)
        found.append({"name": name, "doc": doc, "code": code[:max_code], "row": node.start_point[0] + 1})
    return found
