"""Score the real engine: index a set or a package with `devmentor`, ask every query, write results for score.py.

    python run_engine.py SET_FOLDER    WORK --devmentor BINARY [-- SEARCH_OPTION ...]
    python run_engine.py --questions PACKAGE CACHE WORK --devmentor BINARY [-- SEARCH_OPTION ...]

A set's documents are written below WORK/files, one function a file, at their `path` (or `<id>.py` where the corpus has
none). SEARCH_OPTION is passed on, e.g. `-- --words`; without one the default search is asked. Results go to
WORK/results.jsonl, and the scores are printed.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys

import check_questions as cq
import score


def write_corpus(folder, files):
    """One file a document; returns path → document id."""
    paths = {}
    shutil.rmtree(files, ignore_errors=True)
    for row in score.read_jsonl(os.path.join(folder, "corpus.jsonl")):
        # Many thousand files in one folder measure the file system, so documents without a path are spread.
        path = row.get("path") or f"{int(re.sub(r'[^0-9]', '', row['id']) or 0) // 200:04}/{row['id']}.py"
        if path in paths or path.startswith("/") or ".." in path.split("/"):
            sys.exit(f"{folder}/corpus.jsonl: bad or repeated path {path!r}")
        paths[path] = row["id"]
        full = os.path.join(files, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf8") as f:
            f.write(row["text"] + "\n")
    return paths


def ask(binary, folder, query, options, limit):
    """The hits of one search, best first. Exit status 1 means none."""
    r = subprocess.run([binary, "search", "-C", folder, "--json", "--limit", str(limit), *options, "--", query],
                       capture_output=True, text=True)
    if r.returncode > 1:
        sys.exit(f"search {query!r} failed with {r.returncode}: {r.stderr.strip()[-500:]}")
    return [json.loads(line) for line in r.stdout.splitlines() if line.startswith("{")]


def main():
    args = sys.argv[1:]
    options = []
    if "--" in args:
        cut = args.index("--")
        args, options = args[:cut], args[cut + 1:]
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--questions", metavar="PACKAGE")
    p.add_argument("--devmentor", required=True)
    p.add_argument("folder", help="a set's folder, or with --questions the package cache")
    p.add_argument("work")
    a = p.parse_args(args)
    os.makedirs(a.work, exist_ok=True)
    results = os.path.join(a.work, "results.jsonl")
    if a.questions:
        files = os.path.abspath(cq.root_of(a.questions, a.folder))
        queries = [(q["id"], q["query"]) for q in cq.questions(a.questions)]
    else:
        files = os.path.abspath(os.path.join(a.work, "files"))
        paths = write_corpus(a.folder, files)
        queries = [(q["id"], q["text"]) for q in score.read_jsonl(os.path.join(a.folder, "queries.jsonl"))]
    subprocess.run([a.devmentor, "index", files], check=True)
    with open(results, "w", encoding="utf8") as out:
        for qid, text in queries:
            # Two hits of one file are one document, so a few more are asked for than count.
            hits = ask(a.devmentor, files, text, options, 10 if a.questions else 20)
            if a.questions:
                row = {"query": qid, "hits": [{"path": h["path"], "start": h["line"], "end": h["end_line"]} for h in hits]}
            else:
                row = {"query": qid, "docs": [paths[h["path"].removeprefix("./")] for h in hits]}
            out.write(json.dumps(row) + "\n")
    sys.argv = ["score.py", *(["--questions", a.questions] if a.questions else [a.folder]), results]
    score.main()


if __name__ == "__main__":
    main()
