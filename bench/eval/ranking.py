"""The ranking of the default search, in numpy: the reference for the engine, and what research.py varies.

An `Index` holds chunks: dicts with `text`, `name` (symbol or ""), `container` (path of enclosing symbols, "/"-separated),
`path`, and the flags `test`, `example`, `document`, plus `symbol`, equal for the pieces of one long symbol.
"""
import re
import struct
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
import Stemmer

STEM = Stemmer.Stemmer("english")
CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\x00-\x7f]+|[!-/:-@\[-^`{-~]")
# Words of grammar only: from, not, if, when, all, get and the like name things in code and stay.
STOP = frozenset(STEM.stemWords(
    "a an the of to in is are be by for with as on at it its this that these those and or which we how do does i you what where".split()))
# A word that names a language and nothing else ("go", "c", "swift change" are left alone).
LANGUAGE = {
    "python": (".py",), "rust": (".rs",), "javascript": (".js", ".jsx", ".mjs", ".cjs"), "js": (".js", ".jsx", ".mjs", ".cjs"),
    "typescript": (".ts", ".tsx"), "golang": (".go",), "java": (".java",), "kotlin": (".kt",), "ruby": (".rb",), "php": (".php",),
    "csharp": (".cs",), "c#": (".cs",), "c++": (".cpp", ".cc", ".cxx", ".hpp"), "swift": (".swift",),
}
LANGUAGE_SHARE = 0.1
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:::|->|[.#/])[A-Za-z_$][\w$]*)*(?:\(\))?[!?]?$")
ASKS_TEST = re.compile(r"\b(tests?|testing|specs?|examples?|bench(marks?)?|fixtures?|mocks?)\b", re.I)
ASKS_DOCUMENT = re.compile(r"\b(docs?|documentation|readme|changelog|tutorial|guide)\b", re.I)


def words(text, _memo={}):
    """Lower-cased, stemmed words: every identifier's parts, and the identifier itself when it has several."""
    out = []
    for w in re.findall(r"\w+", text):
        if w not in _memo:
            parts = [p.lower() for p in CAMEL.findall(w)] if w.isascii() else [w.lower()]
            _memo[w] = STEM.stemWords(parts + ([w.lower()] if len(parts) > 1 else []))
        out += _memo[w]
    return out


def without_stop_words(tokens):
    return [t for t in tokens if t not in STOP] or tokens


class Model:
    """The built-in static model: WordPiece rows, √tf-weighted sum, unit length."""

    def __init__(self, path):
        with open(path, "rb") as f:
            b = f.read()
        if b[:8] != b"DMSE1\0\0\0":
            raise ValueError(f"{path} is not a DMSE1 model file")
        count, dim = struct.unpack_from("<II", b, 8)
        self.ids, o = {}, 16
        for i in range(count):
            self.ids[b[o + 1:o + 1 + b[o]].decode()] = i
            o += 1 + b[o]
        scale = np.frombuffer(b, "<f4", count, o)
        self.rows = np.frombuffer(b, np.int8, count * dim, o + 4 * count).reshape(count, dim).astype(np.float32) * scale[:, None]
        self.norm = np.linalg.norm(self.rows, axis=1)
        self.unit = self.rows / np.maximum(self.norm, 1e-9)[:, None]
        self.is_word = np.zeros(count, bool)
        for t, i in self.ids.items():
            self.is_word[i] = t.removeprefix("##").isalnum()
        self._memo = {}

    def _pieces(self, word):
        if word not in self._memo:
            out, i = [], 0
            while i < len(word):
                for j in range(len(word), i, -1):
                    row = self.ids.get(("##" if i else "") + word[i:j])
                    if row is not None:
                        out.append(row)
                        i = j
                        break
                else:
                    out = []
                    break
            self._memo[word] = out
        return self._memo[word]

    def tokens(self, text):
        out = []
        for w in PIECE.findall(text):
            out += self._pieces(w.lower())
        return out[:512]

    def word_rows(self, text):
        """The distinct word tokens of a text (no punctuation)."""
        t = np.unique(np.array(self.tokens(text), dtype=int))
        return t[self.is_word[t]]

    def encode(self, texts):
        r, c = [], []
        for i, t in enumerate(texts):
            k = self.tokens(t)
            r += [i] * len(k)
            c += k
        bags = sp.csr_matrix((np.ones(len(c), np.float32), (r, c)), shape=(len(texts), len(self.ids)))
        bags.sum_duplicates()
        bags.data = np.sqrt(bags.data)
        v = bags @ self.rows
        return v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-9)


@dataclass(frozen=True)
class Weights:
    """The constants of the default search; the reasons stand in README.md."""
    bm25: float = 0.5          # L: BM25 over its own ceiling
    name_words: float = 0.2    # C: query words in the symbol's name
    name_meaning: float = 0.2  # N: meaning of the symbol's name
    word_meaning: float = 0.4  # W: word-by-word meaning of the chunk
    name_word_meaning: float = 0.2  # Wn: word-by-word meaning of the name
    path_words: float = 0.2    # P: query words in the last parts of the path
    exact: float = 0.5         # E: the query is this symbol
    exact_container: float = 0.25
    test: float = 0.5          # factors
    document: float = 0.8
    nameless: float = 0.9
    stop: bool = True
    language: float = 0.2      # for chunks in a language the query names; 0 leaves such words alone
    candidates: int = 100      # from each side
    second_stage: int = 100    # best so many get W
    one_per_symbol: bool = True
    rrf: tuple = field(default=())  # when set, (weight of BM25, weight of vectors), k = 60, and nothing else


class Index:
    def __init__(self, chunks, model):
        self.chunks, self.model = chunks, model
        n = len(chunks)
        self.texts = [c["text"] for c in chunks]
        self.names = [c.get("name", "") for c in chunks]
        self.ids, r, c, d = {}, [], [], []
        length = np.zeros(n)
        for i, text in enumerate(self.texts):
            tf = {}
            for w in words(text):
                j = self.ids.setdefault(w, len(self.ids))
                tf[j] = tf.get(j, 0) + 1
            length[i] = sum(tf.values())
            r += [i] * len(tf)
            c += tf.keys()
            d += tf.values()
        r, d = np.array(r), np.array(d, float)
        df = np.bincount(c, minlength=len(self.ids))
        self.idf = np.log(1 + (n - df + 0.5) / (df + 0.5))
        w = d * 2.2 / (d + 1.2 * (0.25 + 0.75 * length[r] / length.mean()))
        self.bm25 = sp.csc_matrix((w, (r, c)), shape=(n, len(self.ids)))
        self.vectors = model.encode(self.texts)
        self.name_vectors = model.encode(self.names)
        self.name_words = self._field([set(words(x)) for x in self.names])
        self.path_words = self._field([set(words(" ".join(re.sub(r"\.\w+$", "", c["path"]).split("/")[-3:]))) for c in chunks])
        flag = lambda k: np.array([bool(c.get(k)) for c in chunks])
        self.test, self.document = flag("test") | flag("example"), flag("document")
        self.nameless = np.array([not x for x in self.names])
        self.plain = [x.lower().replace("_", "") for x in self.names]
        self.containers = [c.get("container", "").lower().replace("_", "").split("/")[-1] for c in chunks]
        self.extension = np.array([re.search(r"(\.\w+)?$", c["path"])[0] for c in chunks])
        self.symbol = np.array([c.get("symbol", i) for i, c in enumerate(chunks)])
        self._rows, self._features = {}, {}

    def _field(self, sets):
        r, c = [], []
        for i, ws in enumerate(sets):
            for w in ws:
                if w in self.ids:
                    r.append(i)
                    c.append(self.ids[w])
        return sp.csc_matrix((np.ones(len(c)), (r, c)), shape=(len(sets), len(self.ids)))

    def terms(self, query, stop=True):
        """Known query words as columns with counts."""
        tokens = without_stop_words(words(query)) if stop else words(query)
        known = [self.ids[t] for t in tokens if t in self.ids]
        return np.unique(known, return_counts=True) if known else (np.zeros(0, int), np.zeros(0, int))

    def lexical(self, query, stop=True):
        """(BM25 of every chunk, the ceiling of that query)."""
        col, n = self.terms(query, stop)
        q = self.idf[col] * n
        return np.asarray(self.bm25[:, col] @ q).ravel(), 2.2 * q.sum()

    def coverage(self, table, query, stop=True):
        """Share of the query's distinct idf mass among a field's words."""
        col, _ = self.terms(query, stop)
        q = self.idf[col]
        return np.asarray(table[:, col] @ q).ravel() / max(q.sum(), 1e-9)

    def said(self, query):
        """(the query as it is encoded, which chunks are in a language it names).

        The name of a language that a good part of the chunks is in asks for that language and says nothing else, so it
        is not encoded; unless there is nothing else.
        """
        wanted, kept = np.zeros(len(self.chunks), bool), []
        for word in query.split():
            of = np.isin(self.extension, LANGUAGE.get(word.lower().strip(".,?!:;"), ()))
            if of.mean() >= LANGUAGE_SHARE:
                wanted |= of
            else:
                kept.append(word)
        return (" ".join(kept), wanted) if kept else (query, wanted)

    def symbol_query(self, query):
        """The plain parts of a query that is one identifier, e.g. ["flask", "makeresponse"], else []."""
        q = query.strip()
        if not IDENTIFIER.match(q):
            return []
        return [p.lower().replace("_", "") for p in re.split(r"::|->|[.#/]", q.rstrip("()!?")) if p]

    def rows_of(self, kind, i):
        key = (kind, i)
        if key not in self._rows:
            self._rows[key] = self.model.word_rows(self.texts[i] if kind == "text" else self.names[i])
        return self._rows[key]

    def word_meaning(self, said, kind, chunks):
        """W: for every query word the nearest word of the text, weighted by the model's own weight of the word."""
        q = self.model.word_rows(said)
        if not len(q):
            return np.zeros(len(chunks))
        weight = self.model.norm[q] / self.model.norm[q].sum()
        rows = [self.rows_of(kind, i) for i in chunks]
        known = np.unique(np.concatenate([np.zeros(0, int), *rows]))
        near = self.model.unit[q] @ self.model.unit[known].T
        out = np.zeros(len(chunks))
        for k, t in enumerate(rows):
            if len(t):
                out[k] = weight @ np.maximum(near[:, np.searchsorted(known, t)].max(axis=1), 0)
        return out

    def rank_words(self, query, w=Weights(), k=10):
        return np.argsort(-self.lexical(query, w.stop)[0], kind="stable")[:k]

    def rank_meaning(self, query, w=Weights(), k=10):
        said, wanted = self.said(query) if w.language else (query, 0)
        return np.argsort(-(self.vectors @ self.model.encode([said])[0] + w.language * wanted), kind="stable")[:k]

    def features(self, query, w):
        """Everything the formulas need about the candidates of a query. Kept, so that weights can be varied cheaply."""
        key = (query, w.stop, w.language, w.candidates)
        if key not in self._features:
            said, wanted = self.said(query) if w.language else (query, np.zeros(len(self.chunks), bool))
            vector = self.model.encode([said])[0]
            v = self.vectors @ vector + w.language * wanted
            b, ceiling = self.lexical(query, w.stop)
            by_b = np.argsort(-b, kind="stable")[:w.candidates]
            by_v = np.argsort(-v, kind="stable")[:w.candidates]
            parts = self.symbol_query(query)
            exact = np.array([i for i, n in enumerate(self.plain) if parts and n == parts[-1]], int)
            c = np.unique(np.concatenate([by_b[b[by_b] > 0], by_v, exact]))
            same = np.array([bool(parts) and self.plain[i] == parts[-1] for i in c], float)
            self._features[key] = {
                "chunk": c, "by_b": by_b, "by_v": by_v, "V": v[c], "L": b[c] / max(ceiling, 1e-9),
                "C": self.coverage(self.name_words, query, w.stop)[c], "P": self.coverage(self.path_words, query, w.stop)[c],
                "N": self.name_vectors[c] @ vector, "same": same,
                "inside": same * np.array([len(parts) > 1 and self.containers[i] == parts[-2] for i in c], float),
                "W": self.word_meaning(said, "text", c), "Wn": self.word_meaning(said, "name", c),
                "test": self.test[c] & (not ASKS_TEST.search(query)), "nameless": self.nameless[c],
                "document": self.document[c] & (not ASKS_DOCUMENT.search(query)),
            }
        return self._features[key]

    def rank(self, query, w=Weights(), k=10):
        """The default search: chunk numbers, best first."""
        x = self.features(query, w)
        if w.rrf:
            s = np.zeros(len(self.chunks))
            s[x["by_b"]] += w.rrf[0] / (61 + np.arange(len(x["by_b"])))
            s[x["by_v"]] += w.rrf[1] / (61 + np.arange(len(x["by_v"])))
            return np.argsort(-s, kind="stable")[:k]
        s = (x["V"] + w.bm25 * x["L"] + w.name_words * x["C"] + w.path_words * x["P"] + w.name_meaning * x["N"]
             + w.exact * x["same"] + w.exact_container * x["inside"])
        f = np.where(x["test"], w.test, 1) * np.where(x["document"], w.document, 1) * np.where(x["nameless"], w.nameless, 1)
        first = np.argsort(-s * f, kind="stable")[:w.second_stage]
        second = (s + w.word_meaning * x["W"] + w.name_word_meaning * x["Wn"]) * f
        out, seen = [], set()
        for i in x["chunk"][first[np.argsort(-second[first], kind="stable")]]:
            if w.one_per_symbol and self.symbol[i] in seen:
                continue
            seen.add(self.symbol[i])
            out.append(i)
        return np.array(out[:k])


def variants():
    """Named departures from the default, for the table of reasons."""
    d = Weights()
    zero = lambda **kw: replace(d, **kw)
    first = zero(word_meaning=0, name_word_meaning=0)
    return {
        "RRF 1:1": zero(rrf=(1, 1)), "RRF 1:3": zero(rrf=(1, 3)),
        "default": d,
        "without W (first stage only)": first,
        "without W, C, N, P (V + 0.5 L)": replace(first, name_words=0, name_meaning=0, path_words=0),
        "without L": zero(bm25=0), "without C": zero(name_words=0), "without N": zero(name_meaning=0),
        "without P": zero(path_words=0), "without W of the text": zero(word_meaning=0), "without W of the name": zero(name_word_meaning=0),
        "without exact name": zero(exact=0, exact_container=0), "tests not lowered": zero(test=1), "tests x 0.3": zero(test=0.3),
        "documents not lowered": zero(document=1), "nameless not lowered": zero(nameless=1),
        "stop words kept": zero(stop=False), "language words kept": zero(language=0.0),
        "pieces apart": zero(one_per_symbol=False), "50 candidates a side": zero(candidates=50), "200 candidates a side": zero(candidates=200),
        "50 in the second stage": zero(second_stage=50),
    }
