"""Check the hand-written questions against the packages they ask about.

    python check_questions.py CACHE [PACKAGE ...]

Downloads each package of questions/packages.json (once, below CACHE) and stops with the file and line of the first
answer whose file or lines do not exist or whose first lines do not hold the symbol it names.
"""
import json
import os
import sys

from fetch import fetch

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "questions")
KINDS = ("name", "sentence", "report")


def packages():
    with open(os.path.join(HERE, "packages.json")) as f:
        return json.load(f)


def questions(name):
    """Rows {query, kind, answers: [{path, start, end, symbol}], note} of one package, ids added by position."""
    with open(os.path.join(HERE, name + ".jsonl")) as f:
        return [{"id": f"{name}-{i}", **json.loads(line)} for i, line in enumerate(f, 1) if line.strip()]


def root_of(name, cache):
    package = packages()[name]
    return os.path.join(fetch(package["spec"], cache), package["root"])


def check(name, cache):
    root = root_of(name, cache)
    rows, answers = questions(name), 0
    seen = set()
    for row in rows:
        where = f"questions/{name}.jsonl:{row['id'].rsplit('-', 1)[1]}"
        if row["query"] in seen:
            sys.exit(f"{where}: the query {row['query']!r} is there twice")
        seen.add(row["query"])
        if row["kind"] not in KINDS or not row["answers"]:
            sys.exit(f"{where}: needs a kind of {KINDS} and at least one answer")
        for a in row["answers"]:
            path = os.path.join(root, a["path"])
            if not os.path.isfile(path):
                sys.exit(f"{where}: no file {a['path']} in {packages()[name]['spec']}")
            with open(path, encoding="utf8", errors="replace") as f:
                lines = f.read().split("\n")
            if not 1 <= a["start"] <= a["end"] <= len(lines):
                sys.exit(f"{where}: {a['path']} has {len(lines)} lines, the answer is {a['start']}-{a['end']}")
            if a["symbol"] not in "\n".join(lines[a["start"] - 1:min(a["end"], a["start"] + 4)]):
                sys.exit(f"{where}: {a['path']}:{a['start']} does not begin with {a['symbol']!r}")
            answers += 1
    print(f"{name}: {len(rows)} questions, {answers} answers, all there")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[2:] or packages():
        check(name, sys.argv[1])


if __name__ == "__main__":
    main()
