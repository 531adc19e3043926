//! Rules of the facts that hold in every language, shown on small texts.

use std::fmt::Write;

use expect_test::{Expect, expect};
use grammars::{Detail, Extractor, Language, Target};

/// Where each call leads.
#[track_caller]
fn check_calls(language: &str, text: &str, expected: Expect) {
    let language = Language::by_name(language).unwrap();
    let facts = Extractor::new().facts(language, text, Detail::Index).unwrap();
    let mut out = String::new();
    for call in &facts.calls {
        let target = match call.target {
            Target::Free => "free".to_owned(),
            Target::Local => "local".to_owned(),
            Target::Symbol(id) => format!("line {}", facts.symbols[id as usize].lines.first + 1),
            Target::Import(id) => format!("import of {}", facts.name(facts.imports[id as usize].module)),
        };
        writeln!(out, "{} {}: {target}", call.line + 1, facts.name(call.name)).unwrap();
    }
    expected.assert_eq(&out);
}

/// Cyclomatic complexity, cognitive complexity and nesting of each function.
#[track_caller]
fn check_metrics(language: &str, text: &str, expected: Expect) {
    let language = Language::by_name(language).unwrap();
    let facts = Extractor::new().facts(language, text, Detail::Index).unwrap();
    let mut out = String::new();
    for symbol in &facts.symbols {
        if let Some(metrics) = symbol.metrics {
            let (cyclomatic, cognitive, nesting) = (metrics.cyclomatic, metrics.cognitive, metrics.nesting);
            writeln!(out, "{}: {cyclomatic} {cognitive} {nesting}", facts.name(symbol.name)).unwrap();
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn a_local_hides_what_has_its_name() {
    check_calls(
        "rust",
        "use a::load;\nfn save() {}\nfn f(save: fn()) {\n    save();\n    load();\n    let load = || 1;\n    load();\n}\nfn g() {\n    save();\n}\n",
        expect![[r#"
            4 save: local
            5 load: import of a
            7 load: local
            10 save: line 2
        "#]],
    );
}

#[test]
fn a_declaration_does_not_see_itself() {
    check_calls(
        "rust",
        "fn f() -> u32 { 1 }\nfn g() {\n    let f = f();\n    { let g = 1; }\n    g();\n}\n",
        expect![[r#"
            3 f: line 1
            5 g: line 2
        "#]],
    );
}

#[test]
fn the_names_of_a_class_are_not_seen_in_its_methods() {
    check_calls(
        "python",
        "class A:\n    def f(self): ...\n    x = f(1)\n    def g(self):\n        f(2)\n        self.f()\ndef f(): ...\n",
        expect![[r#"
            3 f: line 2
            5 f: line 7
            6 f: line 1
        "#]],
    );
}

#[test]
fn global_and_nonlocal_reach_out() {
    check_calls(
        "python",
        "def f(): ...\ndef g():\n    global f\n    f = 1\n    f()\ndef h():\n    f = 1\n    def inner():\n        nonlocal f\n        f()\n",
        expect![[r#"
            5 f: line 1
            10 f: local
        "#]],
    );
}

#[test]
fn a_run_of_the_same_operator_counts_once() {
    check_metrics(
        "rust",
        "fn one(a: bool) { if a && a && a {} }\nfn two(a: bool) { if a && a || a {} }\nfn three(a: bool) { if a && (a || a) && a {} }\nfn apart(a: bool) { f(a && a, a && a); }\n",
        expect![[r#"
            one: 4 2 1
            two: 4 3 1
            three: 5 4 1
            apart: 3 2 0
        "#]],
    );
}

/// The first example of the white paper on cognitive complexity.
#[test]
fn nesting_weighs() {
    check_metrics(
        "rust",
        "fn primes(max: u32) -> u32 {\n    let mut total = 0;\n    'out: for i in 1..max {\n        for j in 2..i {\n            if i % j == 0 {\n                continue 'out;\n            }\n        }\n        total += i;\n    }\n    total\n}\n",
        expect![[r#"
            primes: 4 7 3
        "#]],
    );
}

#[test]
fn else_if_does_not_nest() {
    let rust =
        "fn f(a: u32) {\n    if a == 1 {\n    } else if a == 2 {\n        if a == 4 {}\n    } else {\n    }\n}\n";
    check_metrics(
        "rust",
        rust,
        expect![[r#"
            f: 4 5 2
        "#]],
    );
    let python = "def f(a):\n    if a == 1:\n        pass\n    elif a == 2:\n        if a == 4:\n            pass\n    else:\n        pass\n";
    check_metrics(
        "python",
        python,
        expect![[r#"
            f: 4 5 2
        "#]],
    );
}

#[test]
fn a_broken_region_costs_only_itself() {
    let text = "fn before() {}\n\nstruct A { x: = , }\n\nfn middle() { let = ; }\n\nimpl A { fn method(&self) {} fn (&self) {} fn last(&self) {} }\n\nfn after() {}\n";
    let language = Language::by_name("rust").unwrap();
    let facts = Extractor::new().facts(language, text, Detail::Index).unwrap();
    let names: Vec<&str> = facts.symbols.iter().map(|symbol| facts.name(symbol.name)).collect();
    for name in ["before", "middle", "method", "last", "after"] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    assert!(!facts.errors.is_empty());
}

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
