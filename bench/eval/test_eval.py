"""python -m unittest discover -s bench/eval -p 'test_*.py'"""
import math
import unittest

from chunks import chunk_file
from functions import functions
from make_sets import first_sentence, query_of
from ranking import words, without_stop_words
from score import metrics, question_metrics


class Scores(unittest.TestCase):
    def test_second_place_of_one(self):
        rr, ndcg, recall = metrics(["x", "a"], {"a"})
        self.assertEqual((rr, recall), (0.5, 1.0))
        self.assertAlmostEqual(ndcg, 1 / math.log2(3))

    def test_a_repeated_document_counts_once_and_does_not_push_others_down(self):
        self.assertEqual(metrics(["a", "a", "b"], {"a", "b"}), metrics(["a", "b"], {"a", "b"}))

    def test_only_ten_places_count(self):
        self.assertEqual(metrics([*range(10), "a"], {"a"}), (0.0, 0.0, 0.0))

    def test_recall_is_of_at_most_ten(self):
        relevant = set(range(20))
        self.assertEqual(metrics(list(range(10)), relevant), (1.0, 1.0, 1.0))

    def test_an_answer_counts_at_its_first_hit_only(self):
        answer = {"path": "a.py", "start": 10, "end": 20}
        hit = {"path": "./a.py", "start": 15, "end": 30}
        self.assertEqual(question_metrics([hit, hit], [answer]), (1.0, 1.0, 1.0))
        self.assertEqual(question_metrics([hit, hit], [answer, {**answer, "path": "b.py"}])[2], 0.5)

    def test_a_hit_on_a_whole_file_is_no_answer_to_its_end(self):
        whole = {"path": "a.py", "start": 1, "end": 5000}
        self.assertEqual(question_metrics([whole], [{"path": "a.py", "start": 400, "end": 420}])[0], 0.0)


class Sets(unittest.TestCase):
    def test_docstring_leaves_the_code(self):
        fn = functions("py", b'def f(a):\n    """Adds one. And more."""\n    return a + 1\n')[0]
        self.assertEqual(fn["doc"], "Adds one. And more.")
        self.assertNotIn("Adds", fn["code"])

    def test_comment_above_attributes_is_the_functions(self):
        fn = functions("rs", b"/// Opens it.\n#[inline]\nfn open() {}\n")[0]
        self.assertEqual((fn["name"], fn["doc"]), ("open", "Opens it."))

    def test_xml_tags_of_csharp_go(self):
        src = b'class A {\n/// <summary>\n/// Reads the <see cref="T:Token"/>.\n/// </summary>\nvoid Read() { }\n}'
        self.assertEqual(functions("cs", src)[0]["doc"], "Reads the Token.")

    def test_query_is_the_first_sentence_without_the_name(self):
        self.assertEqual(first_sentence("Reads a file.\nThen closes it.\n\nMore."), "Reads a file.")
        self.assertEqual(query_of({"name": "read_all", "doc": "read_all reads the whole file into memory."}),
                         "reads the whole file into memory")
        self.assertIsNone(query_of({"name": "f", "doc": "Deprecated: use the other function instead."}))


class Chunks(unittest.TestCase):
    def test_comment_stays_with_its_function_and_ranges_cover_every_line(self):
        src = b"use std::io;\n\n/// Opens.\n/// Twice.\n#[inline]\nfn open() {\n}\n\nstruct A {\n  b: u8,\n}\n"
        got = [(c["name"], c["start"], c["end"]) for c in chunk_file("src/a.rs", src)]
        self.assertEqual(got, [("open", 3, 7), ("A", 9, 11), ("", 1, 2)])

    def test_tests_are_known_by_path_and_by_module(self):
        inline = chunk_file("src/a.rs", b"fn f() {}\nmod tests {\n    fn g() {}\n}\n")
        self.assertEqual([(c["name"], c["test"]) for c in inline if c["name"]], [("f", False), ("g", True)])
        self.assertTrue(chunk_file("tests/a.py", b"def f(): pass\n")[0]["test"])


class Words(unittest.TestCase):
    def test_identifier_gives_its_parts_and_itself(self):
        self.assertEqual(words("parseHTTPUrl2"), ["pars", "http", "url", "2", "parsehttpurl2"])

    def test_a_query_of_stop_words_keeps_them(self):
        self.assertEqual(without_stop_words(words("how to be")), words("how to be"))
        self.assertEqual(without_stop_words(words("how to read the file")), words("read file"))


if __name__ == "__main__":
    unittest.main()
