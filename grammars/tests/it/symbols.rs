//! What is a symbol, and what is said of it: rules shown on small texts.

use std::fmt::Write;

use expect_test::{Expect, expect};
use grammars::{Detail, Extractor, Language, Visibility};

/// Each callable: how it is declared, and whether it is measured.
#[track_caller]
fn check_bodies(language: &str, text: &str, expected: Expect) {
    let language = Language::by_name(language).unwrap();
    let facts = Extractor::new().facts(language, text, Detail::Index).unwrap();
    let mut out = String::new();
    for symbol in facts.symbols.iter().filter(|symbol| symbol.kind.is_callable()) {
        let what = if symbol.is_declaration { "declared" } else { "defined" };
        let measured = if symbol.metrics.is_some() { ", measured" } else { "" };
        writeln!(out, "{}: {what}{measured}", facts.name(symbol.name)).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn what_has_no_body_is_declared_and_not_measured() {
    check_bodies(
        "c",
        "int twice(int x);\n#define TWICE(x) ((x) ? (x) : 0)\nint thrice(int x) { return 3 * x; }\n",
        expect![[r#"
            twice: declared
            TWICE: defined
            thrice: defined, measured
        "#]],
    );
    check_bodies(
        "typescript",
        "function parse(text: string): number;\nfunction parse(text: any): number { return 1; }\nabstract class A {\n  abstract read(): void;\n  write(): void {}\n}\ninterface B { close(): void }\n",
        expect![[r#"
            parse: declared
            parse: defined, measured
            read: declared
            write: defined, measured
            close: declared
        "#]],
    );
    check_bodies(
        "rust",
        "trait A {\n    fn must(&self);\n    fn may(&self) {}\n}\n",
        expect![[r#"
            must: declared
            may: defined, measured
        "#]],
    );
}

/// An empty body has no node in some grammars.
#[test]
fn an_empty_body_is_a_body() {
    check_bodies(
        "ruby",
        "def nothing; end\ndef something\n  1\nend\n",
        expect![[r#"
            nothing: defined, measured
            something: defined, measured
        "#]],
    );
}

/// A figure of 1 for everything would be false.
#[test]
fn without_queries_for_it_nothing_is_measured() {
    check_bodies(
        "lua",
        "function nothing() end\nlocal function loop(n)\n  for i = 1, n do print(i) end\nend\n",
        expect![[r#"
            nothing: defined
            loop: defined
        "#]],
    );
    check_bodies(
        "scala",
        "trait A {\n  def must(): Int\n  def may(): Int = if (true) 1 else 2\n}\n",
        expect![[r#"
            must: declared
            may: defined
        "#]],
    );
}

/// Path and lines of each symbol.
#[track_caller]
fn check_symbols(language: &str, text: &str, expected: Expect) {
    let language = Language::by_name(language).unwrap();
    let facts = Extractor::new().facts(language, text, Detail::Index).unwrap();
    let separator = &language.settings().path_separator;
    let mut out = String::new();
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let path = facts.path(id as u32).join(separator);
        let (kind, lines) = (symbol.kind.name(), symbol.lines);
        writeln!(out, "{kind} {path} {}-{}", lines.first + 1, lines.last + 1).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn macros_that_annotate_are_not_what_is_defined() {
    check_symbols(
        "c",
        "static int limit __read_mostly = 1;\nstatic __init int start(char __user *text)\n{\n\treturn 0;\n}\n",
        expect![[r#"
            variable limit 1-1
            function start 2-5
        "#]],
    );
    check_symbols(
        "cpp",
        "class MYLIB_EXPORT Box : public Base {\npublic:\n  int width();\n};\n",
        expect![[r#"
            class Box 1-4
            method Box::width 3-3
        "#]],
    );
}

#[test]
fn clauses_of_one_arity_are_one_function() {
    check_symbols(
        "erlang",
        "size([]) -> 0;\nsize([_ | Rest]) -> 1 + size(Rest).\n\nsize(List, Limit) -> min(size(List), Limit).\n",
        expect![[r#"
            function size 1-2
            function size 4-4
        "#]],
    );
    check_symbols(
        "haskell",
        "limit :: Limit\nlimit = 1\n\nrun :: Handler\nrun x = x\n",
        expect![[r#"
            constant limit 1-2
            function run 4-5
        "#]],
    );
}

/// The names that other files see.
#[track_caller]
fn check_public(language: &str, text: &str, expected: &[&str]) {
    let language = Language::by_name(language).unwrap();
    let facts = Extractor::new().facts(language, text, Detail::Index).unwrap();
    let public = facts.symbols.iter().filter(|symbol| symbol.visibility == Visibility::Public);
    assert_eq!(public.map(|symbol| facts.name(symbol.name)).collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_exported_apart_from_its_definition_is_public() {
    let text = "export { load, Box as Case };\nfunction load() {}\nfunction hidden() {}\nclass Box {}\n";
    check_public("javascript", text, &["load", "Box"]);
    check_public("typescript", text, &["load", "Box"]);
    check_public("tsx", text, &["load", "Box"]);
    check_public("javascript", "const load = () => 1;\nexport default load;\n", &["load"]);
    check_public("javascript", "function a() {}\nfunction b() {}\nmodule.exports = { a };\n", &["a"]);
    check_public("javascript", "export { a } from \"./a\";\nfunction a() {}\n", &[]);
}
