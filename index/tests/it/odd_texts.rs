//! Texts that are out of the ordinary: encodings, line ends, depth, size, noise.

use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use grammars::Language;
use index::{Filter, IndexOptions};
use proptest::prelude::*;

use crate::support::{Workspace, ask};

fn workspace(path: &str, content: impl AsRef<[u8]>) -> Workspace {
    let workspace = Workspace::empty(IndexOptions::default());
    workspace.write(path, content);
    workspace.update();
    workspace.embed();
    workspace
}

fn check(content: &[u8], query: &str, expected: Expect) {
    expected.assert_eq(&workspace("a.py", content).search(query));
}

#[test]
fn latin1_is_read() {
    check(
        b"# Gr\xfc\xdfe aus K\xf6ln, caf\xe9\ndef gr\xfc\xdfen(): pass\n",
        "exact:Köln",
        expect![[r#"
        a.py:1 | exact text
            1 # Grüße aus «Köln», café
    "#]],
    );
    check(
        b"# Gr\xfc\xdfe aus K\xf6ln, caf\xe9\ndef gr\xfc\xdfen(): pass\n",
        "symbol:grüßen",
        expect![[r#"
        a.py:2 grüßen (function) | defines it
            2 def «grüßen»()
    "#]],
    );
}

#[test]
fn utf16_is_read_in_both_orders() {
    let text = "\u{feff}# größer → 名前\r\ndef zebra(): pass\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for content in [little, big] {
        check(
            &content,
            "symbol:zebra",
            expect![[r#"
            a.py:2 zebra (function) | defines it
                2 def «zebra»()
        "#]],
        );
        check(
            &content,
            "exact:→ 名",
            expect![[r#"
            a.py:1 | exact text
                1 # größer «→ 名»前
        "#]],
        );
        check(
            &content,
            "meaning:zebra",
            expect![[r#"
            a.py:1-2 zebra (function) | similar meaning
                1 # größer → 名前
                2 def «zebra»(): pass
        "#]],
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    check(
        b"\xef\xbb\xbfdef zebra(): pass\n",
        "regex:^def",
        expect![[r#"
        a.py:1 zebra (function) | matches the pattern
            1 «def» zebra(): pass
    "#]],
    );
}

#[test]
fn line_ends_of_windows_are_no_part_of_lines() {
    check(
        b"def zebra():\r\n    return 1\r\n",
        "regex:zebra.*:$",
        expect![[r#"
        a.py:1 zebra (function) | matches the pattern
            1 def «zebra():»
    "#]],
    );
    check(
        b"def zebra():\r\n    return 1\r\n",
        "words:zebra",
        expect![[r#"
        a.py:1-2 zebra (function) | has zebra
            1 def «zebra»():
            2     return 1
    "#]],
    );
}

#[test]
fn empty_files_and_files_without_a_line_end_are_files() {
    let workspace = workspace("empty.py", "");
    workspace.write("blank.py", "\n\n \n");
    workspace.write("end.py", "zebra = 1");
    workspace.write("nul_later.txt", [vec![b'a'; 9_000].as_slice(), b"\nzebra\0\n"].concat());
    let summary = workspace.update();
    assert_eq!((summary.files, summary.skipped), (3, 1), "one line of 9,000 letters is minified");
    assert_eq!(workspace.paths("exact:zebra", Filter::default()), "end.py");
}

#[test]
fn one_very_long_line_is_searched() {
    let line = format!("x = [{}'zebra']", "1, ".repeat(2_500));
    let workspace = workspace("a.py", line);
    assert_eq!(workspace.skipped(), "");
    for query in ["zebra", "words:zebra", "exact:zebra", "regex:'zebr[a]'"] {
        let answer = workspace.index.snapshot().search(&ask(query)).unwrap();
        assert!(answer.hits[0].snippet.lines.iter().all(|line| line.len() < 300), "{query}");
        assert!(answer.hits[0].snippet.text().contains("zebra"), "{query}");
    }
}

#[test]
fn deep_nesting_is_no_problem() {
    for depth in [10_000, 100_000] {
        let workspace = Workspace::empty(IndexOptions::default());
        for extension in [
            "rs", "py", "js", "ts", "go", "java", "c", "cpp", "cs", "rb", "php", "kt", "swift", "sh", "json", "yaml",
            "md", "css", "html",
        ] {
            for (name, open) in [
                ("round", "(\n"),
                ("square", "[\n"),
                ("curly", "{\n"),
                ("tag", "<a>\n"),
                ("if", "if x {\n"),
                ("minus", "- \n"),
            ] {
                if depth == 10_000 || name == "round" || name == "curly" {
                    workspace.write(&format!("{name}.{extension}"), format!("{}\nzebra\n", open.repeat(depth)));
                }
            }
        }
        let begun = Instant::now();
        let summary = workspace.update();
        assert_eq!(summary.skipped, 0, "{}", workspace.skipped());
        assert_eq!(
            workspace.index.snapshot().search(&ask("exact:zebra").limit(1_000)).unwrap().hits.len(),
            summary.files
        );
        assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
    }
}

/// Every extension that any language claims.
fn extensions() -> Vec<String> {
    let mut all: Vec<String> =
        Language::all().flat_map(|language| language.settings().extensions.iter().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn noise_under_any_name_is_indexed_or_listed() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let signs: Vec<char> =
        "(){}[]<>\"'`\\/*#-+=;:,.|&!?@$%^~_ \n\n\n\t\rabcdefXYZ0123é→\u{0}\u{1b}\u{feff}".chars().collect();
    let workspace = Workspace::empty(IndexOptions::default());
    let extensions = extensions();
    for extension in &extensions {
        workspace.write(&format!("bytes.{extension}"), (0..3_000).map(|_| random() as u8).collect::<Vec<u8>>());
        workspace.write(
            &format!("signs.{extension}"),
            (0..3_000).map(|_| signs[random() as usize % signs.len()]).collect::<String>(),
        );
        let signs = &signs[..signs.len() - 3];
        workspace.write(
            &format!("text.{extension}"),
            (0..3_000).map(|_| signs[random() as usize % signs.len()]).collect::<String>(),
        );
    }
    workspace.update();
    workspace.embed();
    let known = workspace.index.snapshot().files().filter(|file| file.refused.is_none()).count();
    assert_eq!(known + workspace.index.skipped().len(), extensions.len() * 3);
    assert!(known >= extensions.len(), "{known}");
    for query in ["abc", "words:abc", "exact:a", "regex:.", "symbol:a", "meaning:abc"] {
        workspace.search(query);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a file, each of its lines with letters is found exactly, and words too.
    #[test]
    fn every_line_of_a_text_is_found(lines in prop::collection::vec("[a-zA-Z0-9 (){};:=\"'#/é\\t]{0,60}", 1..40), extension in prop::sample::select(vec!["py", "rs", "ts", "c", "md", "txt"])) {
        let workspace = workspace(&format!("a.{extension}"), lines.join("\n"));
        for (number, line) in lines.iter().enumerate() {
            let Some(query) = line.get(..line.len().min(20)).filter(|query| !query.trim().is_empty()) else { continue };
            let answer = workspace.index.snapshot().search(&ask(&format!("exact:{query}")).limit(1_000)).unwrap();
            prop_assert!(answer.hits.iter().any(|hit| hit.lines.first as usize == number), "line {}: {query:?}", number + 1);
            if let Some(word) = line.split(|c: char| !c.is_alphanumeric()).find(|word| word.len() > 1) {
                let answer = workspace.index.snapshot().search(&ask(&format!("words:{word}")).limit(1_000)).unwrap();
                let holds = |hit: &index::Hit| hit.lines.first as usize <= number && number <= hit.lines.last as usize;
                prop_assert!(answer.hits.iter().any(holds), "line {}: {word:?}", number + 1);
            }
        }
    }
}
