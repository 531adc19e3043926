"""Score ranked answers: MRR@10, NDCG@10 and Recall@10.

    python score.py SET_FOLDER RESULTS.jsonl [RESULTS.jsonl ...]
    python score.py --questions PACKAGE RESULTS.jsonl [RESULTS.jsonl ...]

SET_FOLDER holds queries.jsonl {id, text} and qrels.jsonl {query, doc, rel}. A results file has one line a query,
{"query": "<query id>", "docs": ["<doc id>", ...]}, best first; the first place of a document counts, a query without a
line scores 0. Recall's denominator is min(10, relevant documents); NDCG has binary gains.

With --questions the queries are those of questions/PACKAGE.jsonl, with the ids PACKAGE-1, PACKAGE-2, … by line, and a
results line is {"query": id, "hits": [{"path": …, "start": …, "end": …}, …]}: lines from 1, paths below the package's
root. A hit is right when its lines meet those of an answer; only the first 100 lines of a hit count, so that one hit on
a whole file is not an answer to everything. An answer counts once, at the first hit that meets it.
"""
import json
import math
import os
import sys

K = 10


def read_jsonl(path):
    with open(path, encoding="utf8") as f:
        return [json.loads(line) for line in f if line.strip()]


def metrics(ranking, relevant, k=K):
    """(reciprocal rank, NDCG, recall) at k of one ranking against the set of relevant ids."""
    ranking = list(dict.fromkeys(ranking))[:k]
    hits = [d in relevant for d in ranking]
    rr = next((1 / (i + 1) for i, h in enumerate(hits) if h), 0.0)
    ideal = sum(1 / math.log2(i + 2) for i in range(min(k, len(relevant))))
    dcg = sum(1 / math.log2(i + 2) for i, h in enumerate(hits) if h)
    return rr, dcg / ideal, sum(hits) / min(len(relevant), k)


def mean_metrics(rankings, relevants):
    """The mean of `metrics` over queries given as parallel lists."""
    rows = [metrics(r, g) for r, g in zip(rankings, relevants, strict=True)]
    return tuple(sum(c) / len(rows) for c in zip(*rows))


LONGEST_HIT = 100


def meets(hit, answer):
    """Whether a hit's first lines and an answer share a line of the same file."""
    end = min(hit["end"], hit["start"] + LONGEST_HIT - 1)
    return hit["path"].removeprefix("./") == answer["path"] and hit["start"] <= answer["end"] and end >= answer["start"]


def answer_ranking(met):
    """For hits given as the sets of answer numbers they meet: a ranking of answers, each once, misses as negatives."""
    out, seen = [], set()
    for n, answers in enumerate(met):
        new = sorted(set(answers) - seen)
        seen.update(new)
        out.append(new[0] if new else -1 - n)
    return out


def question_metrics(hits, answers, k=K):
    """(reciprocal rank, NDCG, recall) at k of ranked hits against the answers of one question."""
    met = [{j for j, a in enumerate(answers) if meets(h, a)} for h in hits]
    return metrics(answer_ranking(met), set(range(len(answers))), k)


def score_questions(package, paths):
    here = os.path.dirname(os.path.abspath(__file__))
    rows = read_jsonl(os.path.join(here, "questions", package + ".jsonl"))
    ids = [f"{package}-{i}" for i in range(1, len(rows) + 1)]
    for path in paths:
        results = {r["query"]: r["hits"] for r in read_jsonl(path)}
        scores = [question_metrics(results.get(q, []), row["answers"]) for q, row in zip(ids, rows)]
        for kind in [None, *sorted({r["kind"] for r in rows})]:
            part = [s for s, r in zip(scores, rows) if kind in (None, r["kind"])]
            m, n, r = (sum(c) / len(part) for c in zip(*part))
            print(f"{path}: {kind or 'all':8} {len(part):3} questions  MRR@10 {m:.4f}  NDCG@10 {n:.4f}  Recall@10 {r:.4f}")


def main():
    if len(sys.argv) < 3 or (sys.argv[1] == "--questions" and len(sys.argv) < 4):
        sys.exit(__doc__)
    if sys.argv[1] == "--questions":
        return score_questions(sys.argv[2], sys.argv[3:])
    folder = sys.argv[1]
    queries = [q["id"] for q in read_jsonl(os.path.join(folder, "queries.jsonl"))]
    relevant = {}
    for row in read_jsonl(os.path.join(folder, "qrels.jsonl")):
        if row.get("rel", 1) > 0:
            relevant.setdefault(row["query"], set()).add(str(row["doc"]))
    asked = [q for q in queries if q in relevant]
    for path in sys.argv[2:]:
        results = {row["query"]: [str(d) for d in row["docs"]] for row in read_jsonl(path)}
        unknown = set(results) - set(queries)
        if unknown:
            sys.exit(f"{path}: query {sorted(unknown)[0]!r} is not in {folder}/queries.jsonl")
        m, n, r = mean_metrics([results.get(q, []) for q in asked], [relevant[q] for q in asked])
        print(f"{path}: {len(asked)} queries, {len(asked) - len(results.keys() & set(asked))} without a line  "
              f"MRR@10 {m:.4f}  NDCG@10 {n:.4f}  Recall@10 {r:.4f}")


if __name__ == "__main__":
    main()
