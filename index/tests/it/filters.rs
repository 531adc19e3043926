//! Filters decide before the best are chosen.

use std::fmt::Write;

use expect_test::{Expect, expect};
use grammars::SymbolKind;
use index::Filter;

use crate::support::{Workspace, ask, fixture};

fn words(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}

fn language(name: &str) -> Filter {
    Filter { languages: words(name), ..Filter::default() }
}

fn paths(globs: &str) -> Filter {
    Filter { paths: words(globs), ..Filter::default() }
}

fn kind(kind: SymbolKind) -> Filter {
    Filter { kinds: vec![kind], ..Filter::default() }
}

fn tests(only: bool) -> Filter {
    Filter { tests: Some(only), ..Filter::default() }
}

const MODES: &[&str] =
    &["open socket", "words:open socket", "exact:socket", "regex:sock[e]t", "symbol:socket", "meaning:open socket"];

/// Hundreds of Python functions that answer better than the one class in Go, which stands last.
fn crowd() -> Workspace {
    let mut text = String::new();
    for file in 0..60 {
        writeln!(text, "//- /crowd/tests/test_{file:03}.py").unwrap();
        for function in 0..5 {
            writeln!(text, "def open_socket_{function}():\n    \"\"\"Open the socket.\"\"\"\n    return socket.open(socket, socket)\n\n").unwrap();
        }
    }
    text += "//- /crowd/many.py\n";
    for function in 0..300 {
        writeln!(text, "def socket_{function}(): return open(socket)").unwrap();
    }
    text += "\n\nclass SocketPool:\n    \"\"\"The socket that is open.\"\"\"\n    size = 3\n    socket = None\n";
    text += "//- /zone/server.go\npackage zone\n\n// The network part, with much other text around it so that it ranks low: one two three four five six seven.\n\
             type socketServer struct {\n\taddress string\n\tsocket int\n}\n";
    fixture(&text)
}

#[test]
fn what_hundreds_of_better_hits_hide_is_found_with_a_filter() {
    let crowd = crowd();
    for query in MODES {
        assert_eq!(crowd.paths(query, language("go")), "zone/server.go", "{query}");
        assert_eq!(crowd.paths(query, paths("zone")), "zone/server.go", "{query}");
        assert_eq!(crowd.paths(query, paths("!crowd/**")), "zone/server.go", "{query}");
        assert_eq!(crowd.paths(query, kind(SymbolKind::Struct)), "zone/server.go", "{query}");
        assert_eq!(crowd.paths(query, kind(SymbolKind::Class)), "crowd/many.py", "{query}");
        let code = Filter { paths: words("!many.py"), ..tests(false) };
        assert_eq!(crowd.paths(query, code), "zone/server.go", "{query}");
        let only_tests = crowd.index.snapshot().search(&ask(query).filter(tests(true)).limit(50)).unwrap();
        assert!(
            only_tests.hits.len() == 50 && only_tests.hits.iter().all(|hit| hit.path.starts_with("crowd/tests/")),
            "{query}"
        );
    }
}

fn mixed() -> Workspace {
    fixture(
        r#"
//- /src/a.rs
fn shared() {}
//- /src/deep/er/b.py
def shared(): pass
//- /web/c.tsx
function shared() { return <p/>; }
//- /web/gen/d.js
function shared() {}
//- /notes [1].txt
shared
"#,
    )
}

fn check(filter: Filter, expected: Expect) {
    let workspace = mixed();
    let answer = workspace.search_in("exact:shared", filter);
    let shown: String = if answer.starts_with("error") {
        answer
    } else {
        answer.lines().filter(|line| !line.starts_with(' ')).map(|line| line.to_owned() + "\n").collect()
    };
    expected.assert_eq(&shown);
}

#[test]
fn languages_go_by_name_title_or_extension() {
    check(
        language("rust"),
        expect![[r#"
        src/a.rs:1 shared (function) | exact text
    "#]],
    );
    check(
        language("py JavaScript"),
        expect![[r#"
        src/deep/er/b.py:1 shared (function) | exact text
        web/gen/d.js:1 shared (function) | exact text
    "#]],
    );
    check(
        language("pyton"),
        expect![[r#"
        error: no language is called `pyton`; the nearest is `python`
    "#]],
    );
}

#[test]
fn path_globs_match_at_any_depth_unless_they_have_a_slash() {
    check(
        paths("*.py"),
        expect![[r#"
        src/deep/er/b.py:1 shared (function) | exact text
    "#]],
    );
    check(
        paths("src/**"),
        expect![[r#"
        src/a.rs:1 shared (function) | exact text
        src/deep/er/b.py:1 shared (function) | exact text
    "#]],
    );
    check(
        paths("./src/"),
        expect![[r#"
        src/a.rs:1 shared (function) | exact text
        src/deep/er/b.py:1 shared (function) | exact text
    "#]],
    );
    check(
        paths("deep"),
        expect![[r#"
        src/deep/er/b.py:1 shared (function) | exact text
    "#]],
    );
    check(
        paths("web !gen"),
        expect![[r#"
        web/c.tsx:1 shared (function) | exact text
    "#]],
    );
    check(
        paths("!src !web"),
        expect![[r#"
        notes [1].txt:1 | exact text
    "#]],
    );
    check(
        paths("a{"),
        expect![[r#"
        error: the path filter `a{` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
    "#]],
    );
}

#[test]
fn filters_hold_together() {
    check(
        Filter {
            languages: words("python rust"),
            paths: words("!*.rs"),
            kinds: vec![SymbolKind::Function],
            tests: Some(false),
        },
        expect![[r#"
        src/deep/er/b.py:1 shared (function) | exact text
    "#]],
    );
}
