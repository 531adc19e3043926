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

#[test]
fn the_tokens_of_an_attribute_are_no_calls() {
    check_calls(
        "rust",
        "#[cfg(any(unix, not(test)))]\n#[cfg_attr(any(test), derive(Debug))]\nfn f() {\n    assert!(any(1));\n}\n",
        expect![[r#"
            4 assert: free
            4 any: free
        "#]],
    );
}
