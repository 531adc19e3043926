//! Trees follow edits, and parsing can be stopped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use grammars::{Detail, Edit, Extractor, Language, ParseError, ParseLimits, Span, SyntaxTree};

const RUST: &str = "/// Adds.\nfn add(a: u32, b: u32) -> u32 {\n    a + b\n}\n\nfn main() {\n    add(1, 2);\n}\n";

fn rust() -> Language {
    Language::by_name("rust").unwrap()
}

/// Tells a tree of an edit as the owner of an open text does, who knows rows and columns.
pub(crate) fn tell(tree: &mut SyntaxTree, edit: Edit, old: &str, new: &str) {
    let point = |text: &str, offset: u32| {
        let before = &text[..offset as usize];
        (before.matches('\n').count(), before.len() - before.rfind('\n').map_or(0, |at| at + 1))
    };
    tree.edit(edit, [point(old, edit.start), point(old, edit.old_end), point(new, edit.new_end)]);
}

/// Replaces the first `from` by `to`, in text and tree, and compares the facts with those of the new text parsed alone.
#[track_caller]
fn check_edit(from: &str, to: &str) {
    check_edit_of(rust(), RUST, from, to);
}

#[track_caller]
fn check_edit_of(language: Language, old: &str, from: &str, to: &str) {
    let mut extractor = Extractor::new();
    let limits = ParseLimits::default();
    let mut tree = extractor.parse(language, old, &limits).unwrap();
    let start = old.find(from).unwrap() as u32;
    let text = old.replacen(from, to, 1);
    let edit = Edit { start, old_end: start + from.len() as u32, new_end: start + to.len() as u32 };
    tell(&mut tree, edit, old, &text);
    let tree = extractor.reparse(&tree, &text, &limits).unwrap();
    let followed = extractor.extract(&tree, &text, Detail::Full);
    let alone = extractor.facts(language, &text, Detail::Full).unwrap();
    assert_eq!(followed, alone);
}

#[test]
fn a_tree_follows_edits() {
    check_edit("a + b", "a + b + 1");
    check_edit("add(1, 2);", "");
    check_edit("fn main() {\n", "fn main() {\n    let sum = \n\n        add(3, 4);\n");
    check_edit("/// Adds.\n", "/// Adds é.\n///\n/// More.\n");
    check_edit(RUST, "struct Point;");
    check_edit("}\n\nfn main() {\n    add(1, 2);\n}\n", "}\n");
}

/// A macro that annotates is hidden from the parser; typing may make one, or unmake it.
#[test]
fn a_tree_follows_edits_of_hidden_words() {
    let c = Language::by_name("c").unwrap();
    let text = "static int limit __read_mostly = 1;\nstatic int __init start(void)\n{\n\treturn 0;\n}\n#define A __init\nint last;\n";
    for (from, to) in [
        ("__init", "__ini"),
        ("__init", "__init2"),
        ("__init ", ""),
        ("static int __init", "\nstatic int __init"),
        ("static int limit", "static __used int limit"),
        ("__read_mostly = 1", "= 1"),
        ("#define A ", "#define A 1\nint b "),
        ("return 0;", "return __user 0;"),
    ] {
        check_edit_of(c, text, from, to);
    }
    let cpp = Language::by_name("cpp").unwrap();
    let text = "class MYLIB_EXPORT Box : Base {\n  int width();\n};\nclass Lid {};\n";
    check_edit_of(cpp, text, "Base {", "Base");
    check_edit_of(cpp, text, "MYLIB_EXPORT", "MYLIB_EXPO RT");
    check_edit_of(cpp, text, "Lid", "MYLIB_EXPORT Lid");
}

#[test]
fn parsing_stops_in_time_and_the_parser_lives_on() {
    let mut extractor = Extractor::new();
    let text = "fn f() { g(1); }\n".repeat(20_000);
    let hurried = ParseLimits { timeout: Duration::ZERO, ..ParseLimits::default() };
    let given_up = extractor.parse(rust(), &text, &hurried);
    assert_eq!(given_up.unwrap_err(), ParseError::Timeout(Duration::ZERO));
    let facts = extractor.facts(rust(), RUST, Detail::Index).unwrap();
    assert_eq!(facts.symbols.len(), 2);
}

#[test]
fn parsing_can_be_cancelled() {
    let mut extractor = Extractor::new();
    let cancel = AtomicBool::new(true);
    let limits = ParseLimits { cancel: Some(&cancel), ..ParseLimits::default() };
    let text = "fn f() { g(1); }\n".repeat(20_000);
    assert_eq!(extractor.parse(rust(), &text, &limits).unwrap_err(), ParseError::Cancelled);
    cancel.store(false, Ordering::Relaxed);
    assert!(extractor.parse(rust(), &text, &limits).is_ok());
}

#[test]
fn a_tree_tells_the_ranges_around_a_place() {
    let mut extractor = Extractor::new();
    let tree = extractor.parse(rust(), RUST, &ParseLimits::default()).unwrap();
    let at = RUST.find("1, 2").unwrap() as u32;
    let place = Span { start: at, end: at + 1 };
    assert_eq!(tree.node_at(place), Some(("integer_literal", place)));
    let texts: Vec<&str> = tree.enclosing(place).iter().map(|span| span.text(RUST)).collect();
    assert_eq!(
        texts,
        ["1", "(1, 2)", "add(1, 2)", "add(1, 2);", "{\n    add(1, 2);\n}", "fn main() {\n    add(1, 2);\n}", RUST]
    );
}
