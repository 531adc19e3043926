# /// script
# requires-python = ">=3.10"
# dependencies = ["numpy==2.4.6", "tokenizers==0.23.3"]
# ///
"""Writes golden.jsonl: texts with their tokens and vectors, made without any of this crate's code.

The tokeniser is the one the model was trained with (Hugging Face's `tokenizers`, BERT), the table is read with numpy.
A line: "text" (repeated "times" times when given), "tokens" in order, and "vector" in units of 0.0001, or null where
nothing in the text is known.

    uv run tests/golden/make_golden.py        (or: pip install numpy tokenizers; python3 tests/golden/make_golden.py)
"""

import json
import pathlib
import re
import struct

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

HERE = pathlib.Path(__file__).parent
MODEL = HERE.parents[1] / "devmentor-embed-256-int8.bin"
MAX_TOKENS = 512

IDENTIFIER = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

TEXTS = [
    "",
    " \t\r\n ",
    "___",
    "fooBarHTTP2_x",
    "parse the configuration file and report the first error",
    "XMLHttpRequest.prototype.sendAsBinary = function (data) { return null; };",
    "def get_user_by_id(user_id: int) -> Optional[User]:\n    return session.query(User).get(user_id)\n",
    "fn main() -> Result<(), Box<dyn std::error::Error>> {\n    println!(\"{:?}\", std::env::args().collect::<Vec<_>>());\n    Ok(())\n}",
    "SELECT u.id, COUNT(*) AS n FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id HAVING n > 10;",
    "#include <stdio.h>\nint main(void) { for (int i = 0; i < 0x1F; ++i) printf(\"%d\\n\", i << 2); return 0; }",
    "public static <T extends Comparable<T>> T max(Collection<? extends T> xs) throws NoSuchElementException { }",
    "const debounce = (fn, ms = 300) => { let t; return (...a) => { clearTimeout(t); t = setTimeout(() => fn(...a), ms); }; };",
    "func (s *Server) ListenAndServeTLS(certFile, keyFile string) error {\n\treturn s.listen(context.Background(), certFile)\n}",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "){}[];;;;====>>>>",
    "[CLS] [SEP] [MASK] [PAD] [UNK] [unused5]",
    "[cls] ##ing ## # ###",
    "naïve café Übergröße ÀÉÎÕÜ résumé naïveBayes",
    "e\u0301te\u0301 A\u030angstro\u0308m \u1e9b\u0323 Z\u0351\u036b\u0343alg\u0334o",
    "İstanbul ISTANBUL ıspanak straße STRASSE ẞ ǅ ﬁne",
    "Привет, мир! Функция сортировки массива",
    "Ελληνικά ΟΔΥΣΣΕΥΣ σίγμα;",
    "中文注释：计算两个向量的余弦相似度",
    "東京 タワー ひらがな ｶﾀｶﾅ 全角ＡＢＣ１２３",
    "한국어 주석 함수",
    "ไทย ฟังก์ชัน",
    "हिन्दी में टिप्पणी १२३",
    "عربي دالة ١٢٣ x١٢y ١2٣",
    "עִבְרִית פונקציה",
    "豈 更 車 \U0002f800 \U00020000 \U0002a700 㐀",
    "😀 🚀 👩‍👩‍👧 ship it 🚢",
    "emoji😀between🚀words",
    "zero\u200bwidth soft\u00adhyphen bom\ufeffinside rtl\u202emark",
    "é\u0000é \u0007bell é\u000cé é\u0085é line\u2028separator para\u2029graph nb\u00a0space é\u3000é",
    "replacement \ufffd character é\ufffdé private \ue000 use é\U000f0000é",
    "K \u212a Å \u212b Ω \u2126 \u037e \u1fef \u2329x\u232a",
    "“smart” ‘quotes’ — dash … «guillemets» ¿qué? ¡sí! 50% §3 ©2024 ±1 ×2 ÷3 ½ ² ⅷ ₄",
    "→ ≤ ≥ ≠ ∑ ∫ λx.x α→β ℝ",
    "1234567890 3.14159 0xDEADBEEF 1e-9 1_000_000 v2.0.1-rc3 192.168.0.1",
    "aB aBC ABc ABCdef ABCDef a1B2c3 HTTPSConnection2Go iOS macOS IPv6 UTF8 utf8mb4",
    "tokio::sync::mpsc::UnboundedReceiver<Box<dyn FnOnce() + Send + 'static>>",
    "supercalifragilisticexpialidocious antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "qzxjkv ŋŋŋ ʘʘ word ᚠᛇᚻ",
    "ᚠᛇᚻ᛫ᛒᛦᚦ",
    "a a a a b b c the the the the the the the the",
    "// TODO(DM-12): retry with exponential back-off when the connection is reset by peer",
    "https://example.org/a/b?c=d&e=f#g user@example.org C:\\Users\\x /usr/local/bin",
    "<div class=\"btn btn-primary\" onclick={() => setOpen(!open)}>{label}</div>",
    "x̲y a\u0338= =\u0338 \u20dd",
    "ﷺ ﬃ Ⅷ ① ㎏ ℃ ½",
    "\U0001d53b\U0001d55a fancy \U0001d7d8\U0001d7d9 digits",
    {"text": "a", "times": 100},
    {"text": "a", "times": 101},
    {"text": "é", "times": 100},
    {"text": "é", "times": 101},
    {"text": "the quick brown foxJumps over_the lazyDog42; ", "times": 2000},
    {"text": "中", "times": 5000},
    {"text": "ᚠ", "times": 5000},
    {"text": "\n    if (x == null) { return; }", "times": 60},
]


def read_model():
    raw = MODEL.read_bytes()
    assert raw[:8] == b"DMSE1\0\0\0"
    count, dimensions = struct.unpack_from("<II", raw, 8)
    at, names = 16, []
    for _ in range(count):
        names.append(raw[at + 1 : at + 1 + raw[at]].decode())
        at += 1 + raw[at]
    scales = np.frombuffer(raw, "<f4", count, at)
    rows = np.frombuffer(raw, np.int8, count * dimensions, at + 4 * count).reshape(count, dimensions)
    return names, rows.astype(np.float32) * scales[:, None]


def main():
    names, table = read_model()
    tokenizer = Tokenizer(models.WordPiece({n: i for i, n in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    unknown = tokenizer.token_to_id("[UNK]")
    with open(HERE / "golden.jsonl", "w", encoding="utf-8") as out:
        for case in TEXTS:
            case = case if isinstance(case, dict) else {"text": case}
            text = case["text"] * case.get("times", 1)
            split = IDENTIFIER.sub(lambda m: m[0] + " ", text.replace("_", " "))
            ids = [i for i in tokenizer.encode(split, add_special_tokens=False).ids if i != unknown][:MAX_TOKENS]
            found, counts = np.unique(np.array(ids, dtype=np.int64), return_counts=True)
            vector = (np.sqrt(counts)[:, None] * table[found]).sum(0)
            length = np.linalg.norm(vector)
            case["tokens"] = " ".join(names[i] for i in ids)
            case["vector"] = [round(float(x) * 10000) for x in vector / length] if length > 1e-9 else None
            out.write(json.dumps(case, ensure_ascii=True, separators=(",", ":")) + "\n")


main()
