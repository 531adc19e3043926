"""Compare rankings on the evaluation sets.

    python research.py --model FILE --sets OUT [--more FOLDER ...] [--variants] [--mixed FOLDER] [--leave-one-out]

OUT is what make_sets.py filled (its cache also serves the questions); --more adds folders with the same three files.
Prints NDCG@10 of words, meaning and the default for every set, and with --variants the default with one part changed.
--mixed FOLDER asks the queries of FOLDER over its functions among those of all the other languages' sets.
--leave-one-out picks the weights on all sets but one from a small grid and scores them on that one: how much of the
figures is fitting.
"""
import argparse
import itertools
import os
import re
from dataclasses import replace

import numpy as np

import check_questions as cq
from chunks import PIECE, chunk_tree
from ranking import Index, Model, Weights, variants
from score import answer_ranking, meets, metrics, read_jsonl


class DocumentSet:
    """corpus, queries, qrels: a ranking is scored by document id."""

    def __init__(self, folder, model, among=()):
        self.name = os.path.basename(folder.rstrip("/"))
        self.group = "people" if self.name.startswith("cosqa") else "comments"
        corpus = read_jsonl(os.path.join(folder, "corpus.jsonl"))
        row = {d["id"]: i for i, d in enumerate(corpus)}
        chunks = []
        for d in corpus:
            name = d.get("name") or next(iter(re.findall(r"def\s+(\w+)", d["text"])), "")
            chunks.append({"text": d["text"], "name": name, "path": d.get("path") or d["id"] + ".py"})
        for other in among:
            chunks += read_jsonl(os.path.join(other, "corpus.jsonl"))
        self.index = Index(chunks, model)
        relevant = {}
        for r in read_jsonl(os.path.join(folder, "qrels.jsonl")):
            relevant.setdefault(r["query"], set()).add(row[r["doc"]])
        self.queries = [(q["text"], relevant[q["id"]], "sentence") for q in read_jsonl(os.path.join(folder, "queries.jsonl")) if q["id"] in relevant]

    def score(self, ranking, relevant):
        return metrics(list(ranking), relevant)[1]


class RepositorySet:
    """Questions of a whole package, answered by line ranges; an answer counts once, at its first hit."""

    def __init__(self, name, cache, model):
        self.name, self.group = name, "questions"
        chunks = chunk_tree(cq.root_of(name, cache))
        symbol = 0
        for before, c in zip([None, *chunks], chunks):
            same = before is not None and c["name"] and all(before[k] == c[k] for k in ("path", "name", "container"))
            if not (same and before["end"] + 1 == c["start"] and before["end"] - before["start"] + 1 >= PIECE):
                symbol += 1
            c["symbol"] = symbol
        self.index = Index(chunks, model)
        by_path = {}
        for i, c in enumerate(chunks):
            by_path.setdefault(c["path"], []).append(i)
        self.queries = []
        for row in cq.questions(name):
            answers = []
            for a in row["answers"]:
                answers.append({i for i in by_path.get(a["path"], ()) if meets(chunks[i], a)})
            self.queries.append((row["query"], answers, row["kind"]))

    def score(self, ranking, answers):
        met = [{j for j, a in enumerate(answers) if i in a} for i in ranking]
        return metrics(answer_ranking(met), set(range(len(answers))))[1]


def evaluate(s, rank):
    return np.array([s.score(rank(q), rel) for q, rel, _ in s.queries])


def group_mean(sets, values):
    """Mean over the kinds of sets of the mean over their sets: ten sets of one kind are not ten opinions."""
    groups = {}
    for s, v in zip(sets, values):
        groups.setdefault(s.group, []).append(v)
    return float(np.mean([np.mean(v) for v in groups.values()]))


def table(sets):
    rows, w = [], Weights()
    print(f"{'set':20} queries  words  meaning  default  over the better")
    for s in sets:
        a = evaluate(s, lambda q: s.index.rank_words(q, w)).mean()
        b = evaluate(s, lambda q: s.index.rank_meaning(q, w)).mean()
        c = evaluate(s, lambda q: s.index.rank(q, w)).mean()
        rows.append((a, b, c))
        print(f"{s.name:20} {len(s.queries):7}  {a:.3f}    {b:.3f}    {c:.3f}    {c - max(a, b):+.3f}", flush=True)
    m = np.mean(rows, axis=0)
    print(f"{'mean of all sets':20} {'':7}  {m[0]:.3f}    {m[1]:.3f}    {m[2]:.3f}    {m[2] - max(m[:2]):+.3f}")
    for kind in cq.KINDS:
        picked = [(s, [i for i, q in enumerate(s.queries) if q[2] == kind]) for s in sets if s.group == "questions"]
        if any(i for _, i in picked):
            f = lambda pick: np.concatenate([evaluate(s, pick(s))[i] for s, i in picked]).mean()
            print(f"questions: {kind:9} {sum(len(i) for _, i in picked):7}  {f(lambda s: lambda q: s.index.rank_words(q, w)):.3f}    "
                  f"{f(lambda s: lambda q: s.index.rank_meaning(q, w)):.3f}    {f(lambda s: lambda q: s.index.rank(q, w)):.3f}")


def compare(sets):
    groups = sorted({s.group for s in sets})
    print(f"{'variant':34}", *(f"{g:>10}" for g in groups), "   mean of kinds  worst change of a set")
    base = None
    order = sorted(variants().items(), key=lambda kv: kv[0] != "default")
    for name, w in order:
        v = np.array([evaluate(s, lambda q: s.index.rank(q, w)).mean() for s in sets])
        base = v if base is None else base
        per = [np.mean([x for x, s in zip(v, sets) if s.group == g]) for g in groups]
        worst = int(np.argmin(v - base))
        print(f"{name:34}", *(f"{x:10.4f}" for x in per), f"   {group_mean(sets, v):.4f}  {v[worst] - base[worst]:+.3f} {sets[worst].name}", flush=True)


def mixed(folder, sets_folder, model):
    """What a language's name in the query is worth in an index of many languages."""
    own = {os.path.splitext(d.get("path", "x.py"))[1] for d in read_jsonl(os.path.join(folder, "corpus.jsonl"))}
    others = sorted(os.path.join(sets_folder, d) for d in os.listdir(sets_folder) if d.startswith("doc-"))
    others = [o for o in others if os.path.splitext(read_jsonl(os.path.join(o, "corpus.jsonl"))[0]["path"])[1] not in own]
    s = DocumentSet(folder, model, others)
    print(f"{s.name} among {len(s.index.chunks)} functions, {np.isin(s.index.extension, list(own)).mean():.0%} in its language")
    for boost in (0.0, 0.05, 0.1, 0.2, 0.3):
        w = replace(Weights(), language=boost)
        print(f"  + {boost:.2f} for a named language: NDCG@10 {evaluate(s, lambda q: s.index.rank(q, w)).mean():.4f}")


def leave_one_out(sets):
    grid = [replace(Weights(), bm25=a, name_words=b, name_meaning=b, word_meaning=c)
            for a, b, c in itertools.product((0.3, 0.5, 0.7), (0.1, 0.2, 0.3), (0.2, 0.4, 0.6))]
    v = np.array([[evaluate(s, lambda q: s.index.rank(q, w)).mean() for s in sets] for w in grid])
    got = []
    for j, s in enumerate(sets):
        rest = [i for i in range(len(sets)) if i != j]
        best = max(range(len(grid)), key=lambda g: group_mean([sets[i] for i in rest], v[g, rest]))
        got.append(v[best, j])
    print(f"grid of {len(grid)}: mean of kinds {min(group_mean(sets, r) for r in v):.4f} to {max(group_mean(sets, r) for r in v):.4f}, "
          f"left-one-out choice {group_mean(sets, got):.4f}, default {group_mean(sets, [evaluate(s, lambda q: s.index.rank(q)).mean() for s in sets]):.4f}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True)
    p.add_argument("--sets", required=True)
    p.add_argument("--more", nargs="*", default=[])
    p.add_argument("--variants", action="store_true")
    p.add_argument("--mixed", metavar="FOLDER")
    p.add_argument("--leave-one-out", action="store_true")
    a = p.parse_args()
    model = Model(a.model)
    if a.mixed:
        return mixed(a.mixed, a.sets, model)
    folders = [*a.more, *sorted(os.path.join(a.sets, d) for d in os.listdir(a.sets) if d.startswith("doc-"))]
    sets = [DocumentSet(f, model) for f in folders]
    sets += [RepositorySet(n, os.path.join(a.sets, "cache"), model) for n in cq.packages()]
    table(sets)
    if a.variants:
        compare(sets)
    if a.leave_one_out:
        leave_one_out(sets)


if __name__ == "__main__":
    main()
