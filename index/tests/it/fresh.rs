//! An update reads what changed, and nothing else.

use std::time::{Duration, SystemTime};

use expect_test::{Expect, expect};
use index::{EmbedOutcome, IndexOptions, Summary};

use crate::support::{Workspace, fixture};

/// `files indexed removed`, and whether anything was read.
fn told(summary: &Summary) -> String {
    let read = if summary.bytes > 0 { "read" } else { "nothing read" };
    format!("{} files, {} indexed, {} removed, {read}", summary.files, summary.indexed, summary.removed)
}

fn check(workspace: &Workspace, expected: Expect) {
    expected.assert_eq(&told(&workspace.update()));
}

fn two() -> Workspace {
    fixture("//- /a.py\ndef alpha(): return 1\n//- /b.py\ndef beta(): return 2\n")
}

#[test]
fn nothing_changed_means_nothing_is_read() {
    let workspace = two();
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, nothing read"]);
    let workspace = workspace.reopen();
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, nothing read"]);
    assert_eq!(workspace.embed(), EmbedOutcome::default());
}

#[test]
fn an_edit_is_one_file() {
    let workspace = two();
    workspace.write("a.py", "def gamma(): return 'new'\n");
    check(&workspace, expect!["2 files, 1 indexed, 0 removed, read"]);
    assert_eq!(workspace.search("symbol:alpha"), "");
    expect![[r#"
        a.py:1 gamma (function) | defines it
            1 def «gamma»()
    "#]]
    .assert_eq(&workspace.search("symbol:gamma"));
}

#[test]
fn files_come_and_go() {
    let workspace = two();
    workspace.write("new/c.py", "def gamma(): return 3\n");
    workspace.remove("a.py");
    check(&workspace, expect!["2 files, 1 indexed, 1 removed, read"]);
    for query in ["alpha", "words:alpha", "exact:alpha", "regex:alph[a]", "symbol:alpha"] {
        assert!(!workspace.search(query).contains("a.py"), "{query}");
    }
    workspace.remove("new/c.py");
    workspace.remove("b.py");
    check(&workspace, expect!["0 files, 0 indexed, 2 removed, nothing read"]);
    assert_eq!(workspace.search("exact:gamma"), "");
    assert_eq!(workspace.embed().removed, 2);
}

#[test]
fn a_renamed_file_is_found_under_its_new_name_and_not_embedded_again() {
    let workspace = two();
    workspace.rename("a.py", "lib/z.py");
    check(&workspace, expect!["2 files, 1 indexed, 1 removed, read"]);
    let embedded = workspace.embed();
    assert_eq!((embedded.embedded, embedded.reused, embedded.removed), (0, 1, 1));
    assert_eq!(workspace.paths("symbol:alpha", Default::default()), "lib/z.py");
    assert_eq!(workspace.paths("meaning:alpha", Default::default()), "lib/z.py b.py");
}

#[test]
fn a_file_that_becomes_a_folder_is_no_file_any_more() {
    let workspace = two();
    workspace.remove("a.py");
    workspace.write("a.py/inner.py", "def inner(): pass\n");
    check(&workspace, expect!["2 files, 1 indexed, 1 removed, read"]);
    assert_eq!(workspace.paths("exact:def", Default::default()), "a.py/inner.py b.py");
}

#[test]
fn a_touched_file_is_read_once_and_known_from_then_on() {
    let workspace = two();
    let file = std::fs::File::options().write(true).open(workspace.path("a.py")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(1_000)).unwrap();
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, read"]);
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, nothing read"]);
    let workspace = workspace.reopen();
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, nothing read"]);
}

#[test]
fn a_branch_switch_there_and_back_embeds_nothing_twice() {
    let workspace = two();
    workspace.git("init -q");
    workspace.git("add .");
    workspace.git("commit -qm one");
    workspace.git("switch -qc other");
    workspace.write("a.py", "def delta(): return 'on the other branch'\n");
    workspace.write("c.py", "def epsilon(): return 5\n");
    workspace.git("add .");
    workspace.git("commit -qm two");
    check(&workspace, expect!["3 files, 2 indexed, 0 removed, read"]);
    assert_eq!(workspace.embed().embedded, 2);

    workspace.git("switch -q main");
    check(&workspace, expect!["2 files, 1 indexed, 1 removed, read"]);
    assert_eq!(workspace.search("exact:delta"), "");
    let embedded = workspace.embed();
    assert_eq!((embedded.embedded, embedded.reused), (0, 1), "the first branch was embedded before");

    // There and back without an update in between: files are touched, but as they were.
    workspace.git("switch -q other");
    workspace.git("switch -q main");
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, read"]);
    check(&workspace, expect!["2 files, 0 indexed, 0 removed, nothing read"]);
    assert_eq!(workspace.embed(), EmbedOutcome::default());
}

#[test]
fn ignored_files_are_left_out_as_soon_as_they_are_ignored() {
    let workspace = two();
    workspace.write(".gitignore", "b.py\n");
    check(&workspace, expect!["2 files, 1 indexed, 1 removed, read"]);
    workspace.write(".gitignore", "");
    workspace.write(".devmentorignore", "a.*\n");
    workspace.update();
    assert_eq!(workspace.paths("exact:def", Default::default()), "b.py");
}

#[test]
fn an_index_of_vectors_is_optional() {
    let workspace = Workspace::empty(IndexOptions { vectors: false, ..IndexOptions::default() });
    workspace.write("a.py", "def alpha(): return 1\n");
    workspace.update();
    assert_eq!(workspace.embed(), EmbedOutcome::default());
    expect![[r#"
        error: search by meaning is switched off (index.vectors = false); without a mode the query is searched by words
    "#]]
    .assert_eq(&workspace.search("meaning:alpha"));
    expect![[r#"
        a.py:1 alpha (function) | defines it; has alpha
            1 def «alpha»(): return 1
    "#]]
    .assert_eq(&workspace.search("alpha"));
}

#[test]
fn an_index_of_substrings_is_optional() {
    let workspace = Workspace::empty(IndexOptions { substring: false, ..IndexOptions::default() });
    workspace.write("a.py", "def alpha(): return 1\n");
    workspace.update();
    expect![[r#"
        a.py:1 alpha (function) | exact text
            1 def a«lph»a(): return 1
    "#]]
    .assert_eq(&workspace.search("exact:lph"));
}
