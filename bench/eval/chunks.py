"""A plain chunker for the ranking research: definitions, class heads, and what lies between, with line ranges.

It stands in for the engine's own chunker, so that the formulas can be studied without the engine; the figures that
count are those of the real index.
"""
import os
import re

from functions import COMMENT, FUNCTION, BETWEEN, _name, parser

CODE = {".rs": "rs", ".go": "go", ".py": "py", ".ts": "ts", ".tsx": "tsx", ".java": "java", ".c": "c", ".h": "c"}
TEXT = {".md", ".rst", ".txt", ".html", ".toml", ".cfg", ".yml", ".yaml", ".json", ".cmake", ".am", ".ac"}
TYPE = {
    "rs": {"struct_item", "enum_item", "trait_item", "type_item", "macro_definition"},
    "go": {"type_declaration"}, "py": {"class_definition"},
    "ts": {"class_declaration", "interface_declaration", "type_alias_declaration", "enum_declaration", "abstract_class_declaration"},
    "java": {"class_declaration", "interface_declaration", "enum_declaration"}, "c": {"struct_specifier", "type_definition"},
}
TYPE["tsx"] = TYPE["ts"]
TEST = re.compile(r"(^|/)(tests?|testdata|__tests__|specs?|fixtures)/|(^|/)test_|_tests?\.\w+$|\.(test|spec)\.\w+$|Test\.java$|IT\.java$")
EXAMPLE = re.compile(r"(^|/)(examples?|benches|benchmarks?|samples?)/")
DOCUMENT = re.compile(r"(^|/)docs?/|\.(md|rst|txt|html)$")
PIECE = 60


def _type_name(node, src):
    f = node.child_by_field_name("name")
    if f is None:
        for c in node.named_children:
            f = c.child_by_field_name("name")
            if f is not None:
                break
    return src[f.start_byte:f.end_byte].decode("utf8", "ignore") if f is not None else ""


def _start_row(node):
    """First row of a definition with the comments and attributes that stand right above it."""
    top = node.parent if node.parent is not None and node.parent.type in ("export_statement", "decorated_definition") else node
    row, prev = top.start_point[0], top.prev_sibling
    while prev is not None and (prev.type in COMMENT or prev.type in BETWEEN) and row - prev.end_point[0] <= 1:
        before = prev.prev_sibling
        # A comment at the end of a line of code belongs to that line. (A column 0 end is a line break, not code.)
        if before is not None and before.end_point[0] == prev.start_point[0] and before.end_point[1] > 0:
            break
        row, prev = prev.start_point[0], prev.prev_sibling
    return row


def definitions(lang, src):
    """(name, container path, kind, comment row, first row, last row) of every function and type, rows from 0."""
    out, stack = [], [(parser(lang).parse(src).root_node, (), False)]
    while stack:
        node, path, test = stack.pop()
        inner = path
        name = ""
        if node.type in FUNCTION[lang]:
            name = _name(node, src)
            kind = "function"
        elif node.type in TYPE.get(lang, ()) and (lang != "c" or node.child_by_field_name("body") is not None or node.type == "type_definition"):
            name = _type_name(node, src)
            kind = "type"
        elif node.type == "impl_item":
            t = node.child_by_field_name("type")
            inner = path + (re.sub(r"<.*", "", src[t.start_byte:t.end_byte].decode("utf8", "ignore")),) if t is not None else path
        elif node.type == "mod_item" and _type_name(node, src) in ("test", "tests"):
            test = True
        if name:
            container = path
            if lang == "go" and node.type == "method_declaration":
                r = node.child_by_field_name("receiver")
                container = (re.sub(r"^.*?\*?(\w+)\)?$", r"\1", src[r.start_byte:r.end_byte].decode("utf8", "ignore")),)
            out.append((name, container, kind, _start_row(node), node.start_point[0], node.end_point[0], test))
            inner = path + (name,)
        nested_ok = lang not in ("rs", "go", "c") or node.type not in FUNCTION[lang]
        if nested_ok:
            stack.extend((c, inner, test) for c in reversed(node.children))
    return out


def chunk_file(path, src):
    """Chunks of one file: dicts with path, start, end (1-based), name, container, kind, text, test, example, document."""
    ext = os.path.splitext(path)[1]
    text = src.decode("utf8", "replace")
    lines = text.split("\n")
    flags = {"test": bool(TEST.search(path)), "example": bool(EXAMPLE.search(path)), "document": bool(DOCUMENT.search(path))}
    chunks, covered = [], [False] * len(lines)

    def add(start, end, name="", container=(), kind="text", test=False, pieces=True):
        row = start
        while row <= end:
            stop = min(end, row + PIECE - 1) if pieces else end
            body = "\n".join(lines[row:stop + 1])
            if body.strip():
                chunks.append({"path": path, "start": row + 1, "end": stop + 1, "name": name, "container": "/".join(container),
                               "kind": kind, "text": body, **flags, "test": flags["test"] or test})
            row = stop + 1

    if ext in CODE:
        defs = definitions(CODE[ext], src)
        functions = [d for d in defs if d[2] == "function"]
        outer = []
        for d in functions:
            if not any(o[4] <= d[4] and d[5] <= o[5] and o is not d for o in functions):
                outer.append(d)
        for name, container, kind, top, first, last, test in outer:
            add(top, last, name, container, kind, test)
            covered[top:last + 1] = [True] * (last + 1 - top)
        for name, container, kind, top, first, last, test in defs:
            if kind != "type":
                continue
            end = next((r - 1 for r in range(first, last + 1) if covered[r]), last)
            if end >= top and not covered[top]:
                add(top, end, name, container, kind, test)
                covered[top:end + 1] = [True] * (end + 1 - top)
    start = None
    for row in range(len(lines) + 1):
        if row < len(lines) and not covered[row]:
            start = row if start is None else start
        elif start is not None:
            add(start, row - 1)
            start = None
    return chunks


def chunk_tree(root):
    """Chunks of every known text file below a folder, in path order."""
    out = []
    for folder, dirs, files in os.walk(root):
        dirs[:] = sorted(d for d in dirs if not d.startswith(".") and d != "node_modules")
        for f in sorted(files):
            ext = os.path.splitext(f)[1]
            full = os.path.join(folder, f)
            if (ext in CODE or ext in TEXT) and os.path.getsize(full) < 500_000:
                with open(full, "rb") as h:
                    out += chunk_file(os.path.relpath(full, root), h.read())
    return out
