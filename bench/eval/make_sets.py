"""Make the sets `doc-*`: find a function from the first sentence of its own doc comment.

    python make_sets.py OUT [SET ...]

Downloads the packages of packages.json (once, below OUT/cache) and writes OUT/<set>/{corpus,queries,qrels}.jsonl.
The protocol is CodeSearchNet's (Husain et al. 2019): the document is the function without its comment, the query is
the comment's first sentence without the function's own name. The packages are none the built-in model was trained on.
"""
import hashlib
import json
import os
import random
import re
import sys

from fetch import fetch
from functions import functions

HERE = os.path.dirname(os.path.abspath(__file__))
LANG = {".rs": "rs", ".go": "go", ".py": "py", ".ts": "ts", ".tsx": "tsx", ".java": "java", ".cs": "cs", ".rb": "rb",
        ".php": "php", ".c": "c", ".kt": "kt"}
SET_EXTENSIONS = {"rust": (".rs",), "typescript": (".ts", ".tsx"), "go": (".go",), "python": (".py",), "java": (".java",),
                  "csharp": (".cs",), "ruby": (".rb",), "php": (".php",), "c": (".c",), "kotlin": (".kt",)}
# Tests and copies: this kind of set asks about the product's own functions; tests are the third kind's matter.
SKIP_DIR = re.compile(r"^(tests?|.*[Tt]ests?|testdata|specs?|benches|benchmarks?|examples?|node_modules|deps|vendor|lib\.\w+|"
                      r"dist.*|_\w+|fixtures|docs?|\.git|debian|stubs?)$")
SKIP_FILE = re.compile(r"(_test\.go|\.(test|spec|bench)\.tsx?|\.d\.ts|Tests?\.\w+|\.pb\.go|_test\.\w+)$|^test_|conftest")
QUERIES = 400
CORPUS = 8000


def source_files(root, extensions):
    for folder, dirs, files in os.walk(root):
        dirs[:] = sorted(d for d in dirs if not SKIP_DIR.match(d))
        for f in sorted(files):
            if f.endswith(extensions) and not SKIP_FILE.search(f):
                yield os.path.join(folder, f)


def first_sentence(doc):
    """The first sentence of the first paragraph, on one line."""
    doc = re.split(r"\n\s*\n|\n\s*(?:@\w+|:\w+|Args:|Parameters\b|Returns:|#\s|<\w+)|^@\w+", doc.strip())[0]
    doc = re.sub(r"\s+", " ", doc).strip()
    return re.split(r"(?<=[a-z0-9)`'\"\]][.!?])\s+(?=[A-Z`*])", doc)[0][:400]


def query_of(fn):
    """The query a documented function gives, or None when its comment says too little to search by."""
    q = first_sentence(fn["doc"])
    if re.search(r"copyright|licensed|eslint|@ts-|deprecated|nolint|noqa|inheritdoc|TODO|FIXME|http", q, re.I):
        return None
    if not q.isascii() or sum(c.isalpha() or c == " " for c in q) < 0.8 * len(q):
        return None
    q = re.sub(r"\b" + re.escape(fn["name"]) + r"\b(\(\))?", " ", q)
    q = re.sub(r"\s+", " ", q).strip(" .:-`*()")
    return q if 4 <= len(q.split()) <= 60 else None


def make(name, specs, out):
    extensions = SET_EXTENSIONS[name.split("-", 1)[1]]
    rows, seen = [], set()
    for spec in specs:
        root = fetch(spec, os.path.join(out, "cache"))
        package = spec.split()[1].lstrip("@")
        for path in source_files(root, extensions):
            with open(path, "rb") as f:
                src = f.read()
            if len(src) > 1_000_000:
                continue
            rel = os.path.relpath(path, root)
            stem, ext = os.path.splitext(rel)
            for fn in functions(LANG[ext], src):
                if fn["code"].count("\n") < 1 or len(fn["code"]) < 40:
                    continue
                key = hashlib.sha256(re.sub(r"\s+", "", fn["code"]).encode()).digest()
                if key in seen:
                    continue
                seen.add(key)
                fn["path"] = f"{package}/{stem}/{fn['row']:05}{ext}"
                fn["package"] = package
                fn["query"] = query_of(fn)
                rows.append(fn)
    counts = {}
    for fn in rows:
        counts[fn["query"]] = counts.get(fn["query"], 0) + 1
    rng = random.Random(0)
    # A sentence that documents two functions has no one right answer, so it asks nothing.
    asking = [i for i, fn in enumerate(rows) if fn["query"] and counts[fn["query"]] == 1]
    chosen = set(rng.sample(asking, min(QUERIES, len(asking))))
    if len(rows) > CORPUS:
        others = [i for i in range(len(rows)) if i not in chosen]
        keep = chosen | set(rng.sample(others, CORPUS - len(chosen)))
        index = sorted(keep)
    else:
        index = list(range(len(rows)))
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "corpus.jsonl"), "w") as c, open(os.path.join(folder, "queries.jsonl"), "w") as q, \
            open(os.path.join(folder, "qrels.jsonl"), "w") as r:
        for n, i in enumerate(index):
            fn = rows[i]
            text = ("<?php\n" if fn["path"].endswith(".php") else "") + fn["code"]
            c.write(json.dumps({"id": str(n), "path": fn["path"], "name": fn["name"], "text": text}) + "\n")
            if i in chosen:
                q.write(json.dumps({"id": f"q{n}", "text": fn["query"]}) + "\n")
                r.write(json.dumps({"query": f"q{n}", "doc": str(n), "rel": 1}) + "\n")
    packages = len({rows[i]["package"] for i in chosen})
    print(f"{name}: {len(chosen)} queries, {len(index)} functions, {packages} packages")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out, wanted = sys.argv[1], sys.argv[2:]
    with open(os.path.join(HERE, "packages.json")) as f:
        sets = json.load(f)
    unknown = [w for w in wanted if w not in sets]
    if unknown:
        sys.exit(f"no set {unknown[0]!r}; packages.json has {', '.join(sets)}")
    for name in wanted or sets:
        make(name, sets[name], out)


if __name__ == "__main__":
    main()
