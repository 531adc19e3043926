//! `devmentor search`

use expect_test::{Expect, expect};

use crate::support::{Workspace, fixture};

fn shop() -> Workspace {
    fixture(
        r#"
//- /src/user.py
class UserStore:
    """Keeps users."""

    def getUserById(self, id):
        return self.users[id]

def parse_date(text):
    """Parse an ISO date."""
    return date(*text.split("-"))
//- /tests/test_user.py
def test_user():
    assert UserStore().getUserById(1)
//- /web/app.js
export function parse_date() {}
"#,
    )
}

/// The same with and without a daemon.
fn check(arguments: &[&str], expected: Expect) {
    expected.assert_eq(&shop().run(arguments));
    let workspace = shop();
    workspace.start_daemon();
    expected.assert_eq(&workspace.run(arguments));
}

#[test]
fn the_default_shows_the_definition_first() {
    check(
        &["search", "--limit", "1", "getUserById"],
        expect![[r#"
        src/user.py:1-5  UserStore class  name has getUserById; has getUserById; similar meaning 0.70
             1 class UserStore:
             2     """Keeps users."""
             3 
             4     def getUserById(self, id):
             5         return self.users[id]
    "#]],
    );
}

#[test]
fn single_lines_are_shown_as_ripgrep_does() {
    check(
        &["search", "--exact", "UserStore"],
        expect![[r#"
        src/user.py:1:class UserStore:
        tests/test_user.py:2:    assert UserStore().getUserById(1)
    "#]],
    );
    check(
        &["search", "-r", r"def \w+_date", "--lang", "python"],
        expect![[r#"
        src/user.py:7:def parse_date(text):
    "#]],
    );
}

#[test]
fn symbols_are_found_by_their_humps() {
    check(
        &["search", "--symbol", "gUBI"],
        expect![[r#"
        src/user.py:4:def getUserById(self, id)
    "#]],
    );
}

#[test]
fn filters_are_arguments() {
    check(
        &["search", "-e", "date", "--path", "!web", "--kind", "function", "-n", "1"],
        expect![[r#"
        src/user.py:7:def parse_date(text):
    "#]],
    );
    check(
        &["search", "-e", "UserStore", "--no-tests", "--lang", "py"],
        expect![[r#"
        src/user.py:1:class UserStore:
    "#]],
    );
    check(
        &["search", "-e", "UserStore", "--only-tests"],
        expect![[r#"
        tests/test_user.py:2:    assert UserStore().getUserById(1)
    "#]],
    );
}

#[test]
fn words_of_a_query_need_no_quotes() {
    let workspace = shop();
    assert_eq!(
        workspace.run(&["search", "-n1", "parse", "iso", "date"]),
        workspace.run(&["search", "-n1", "parse iso date"])
    );
}

#[test]
fn the_exit_status_tells_hits_nothing_and_errors_apart() {
    let workspace = shop();
    assert_eq!(workspace.status(&["search", "-e", "UserStore"]), Some(0));
    assert_eq!(workspace.status(&["search", "-e", "nowhere to be found"]), Some(1));
    assert_eq!(workspace.status(&["search", "-r", "("]), Some(2));
    assert_eq!(workspace.status(&["search", "--no-such-option", "x"]), Some(2));
    assert_eq!(workspace.status(&["search", "-C", "missing", "x"]), Some(2));
}

#[test]
fn errors_say_what_to_do() {
    check(
        &["search", "-e", "nowhere to be found"],
        expect![[r#"
        stderr: nothing found
        exit status 1
    "#]],
    );
    check(
        &["search", "-r", "("],
        expect![[r#"
        stderr: error: the pattern is no regular expression: regex parse error:
        stderr:     (
        stderr:     ^
        stderr: error: unclosed group
        stderr: To search for it as it stands, use --exact
        exit status 2
    "#]],
    );
    check(
        &["search", "x", "--lang", "pyton"],
        expect![[r#"
        stderr: error: no language is called `pyton`; the nearest is `python`
        exit status 2
    "#]],
    );
    check(
        &["search", "x", "--path", "a{"],
        expect![[r#"
        stderr: error: the path filter `a{` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
        exit status 2
    "#]],
    );
    check(
        &["search", "x", "--kind", "funktion"],
        expect![[r#"
        stderr: error: invalid value 'funktion' for '--kind <KIND>'
        stderr:   [possible values: module, namespace, class, struct, enum, enum_member, union, interface, trait, impl, type, function, method, constructor, property, field, constant, variable, macro, section, key, selector, element, table, target, block]
        stderr: 
        stderr:   tip: a similar value exists: 'function'
        stderr: 
        stderr: For more information, try '--help'.
        exit status 2
    "#]],
    );
    check(
        &["search", "x", "--words", "--exact"],
        expect![[r#"
        stderr: error: the argument '--words' cannot be used with '--exact'
        stderr: 
        stderr: Usage: devmentor search --words <QUERY>...
        stderr: 
        stderr: For more information, try '--help'.
        exit status 2
    "#]],
    );
    check(
        &["search", "-C", "missing", "x"],
        expect![[r#"
        stderr: error: cannot read missing: No such file or directory (os error 2)
        exit status 2
    "#]],
    );
    check(
        &["search", " "],
        expect![[r#"
        stderr: error: the query is empty
        exit status 2
    "#]],
    );
}

#[test]
fn json_is_one_object_a_line() {
    let workspace = shop();
    let hits = workspace.json(&["search", "--json", "-e", "users["]);
    let [hit] = hits.as_slice() else { panic!("{hits:?}") };
    expect![[r#"
        {
          "end_line": 5,
          "kind": "method",
          "language": "python",
          "line": 5,
          "path": "src/user.py",
          "reasons": [
            "exact text"
          ],
          "score": 1.0,
          "snippet": "        return self.users[id]",
          "symbol": "UserStore.getUserById"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(hit).unwrap());
    for hit in workspace.json(&["search", "--json", "user"]) {
        for key in ["path", "line", "end_line", "symbol", "kind", "score", "reasons", "snippet"] {
            assert!(hit.get(key).is_some(), "{key} is missing in {hit}");
        }
    }
    assert_eq!(workspace.json(&["search", "--json", "-e", "nowhere"]), Vec::<serde_json::Value>::new());
}

#[test]
fn paths_are_shown_from_where_the_person_stands() {
    let workspace = shop();
    let mut command = workspace.command(&["search", "-e", "parse_date"]);
    expect![[r#"
        user.py:7:def parse_date(text):
        ../web/app.js:1:export function parse_date() {}
    "#]]
    .assert_eq(&workspace.shown(&command.current_dir(workspace.path("src")).output().unwrap()));
    let mut command = workspace.command(&["search", "-e", "parse_date", "-C"]);
    let elsewhere = tempfile::tempdir().unwrap();
    expect![[r#"
        ROOT/src/user.py:7:def parse_date(text):
        ROOT/web/app.js:1:export function parse_date() {}
    "#]]
    .assert_eq(&workspace.shown(&command.arg(workspace.path("web")).current_dir(elsewhere.path()).output().unwrap()));
}

#[test]
fn changed_files_are_found_unless_asked_not_to_look() {
    let workspace = shop();
    assert_eq!(workspace.status(&["search", "-e", "zebra"]), Some(1));
    workspace.write("new.py", "zebra = 1\n");
    assert_eq!(workspace.status(&["search", "--no-update", "-e", "zebra"]), Some(1));
    assert_eq!(workspace.status(&["search", "-e", "zebra"]), Some(0));
    assert_eq!(workspace.status(&["search", "--no-update", "-e", "zebra"]), Some(0));
}

#[test]
fn without_a_terminal_the_prompt_says_how_to_search() {
    check(
        &["search"],
        expect![[r#"
        3 files of ROOT are indexed.
        Search them with `devmentor search 'your question'`, or run `devmentor search` in a terminal.
    "#]],
    );
}
