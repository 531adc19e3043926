//! A broken region costs only itself: an unclosed bracket anywhere leaves what stands before and behind it as it was.

use std::fmt::Write;

use expect_test::{Expect, expect};
use grammars::{Detail, Edit, Extractor, FileFacts, Language, ParseLimits};

use crate::incremental::tell;
use crate::languages;
use crate::samples::sample;

fn facts(language: Language, text: &str) -> FileFacts {
    Extractor::new().facts(language, text, Detail::Index).unwrap()
}

/// Kind and path of the symbols that do not touch `line`, except those that stand inside a function.
fn apart_from(facts: &FileFacts, line: u32) -> Vec<String> {
    let mut out = Vec::new();
    let mut inside = vec![false; facts.symbols.len()];
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let around = symbol.container.map(|container| container as usize);
        inside[id] = around.is_some_and(|at| inside[at] || facts.symbols[at].kind.is_callable());
        let touches = symbol.lines.first <= line && line <= symbol.lines.last;
        // The samples end with a broken region of their own.
        let broken = facts.name(symbol.name) == "broken";
        if !touches && !broken && !inside[id] {
            out.push(format!("{} {}", symbol.kind.name(), facts.path(id as u32).join(".")));
        }
    }
    out
}

/// Every function of more than two lines of every full language's sample gets a bracket too many on its second line.
#[test]
fn an_unclosed_bracket_costs_only_its_own_function() {
    let mut lost = String::new();
    for language in languages().into_iter().filter(|language| language.is_full()) {
        let (_, text) = sample(language).unwrap();
        let whole = facts(language, &text);
        let mut cases = 0;
        for symbol in whole.symbols.iter().filter(|symbol| symbol.kind.is_callable() && !symbol.is_declaration) {
            let line = symbol.lines.first + 1;
            if line >= symbol.lines.last {
                continue;
            }
            let end: usize = text.split_inclusive('\n').take(line as usize + 1).map(str::len).sum();
            for bracket in ["(", "[", "{"] {
                cases += 1;
                let mut broken = text.clone();
                broken.insert_str(end - 1, &format!(" {bracket}"));
                let found = facts(language, &broken);
                let mut names = apart_from(&found, line);
                for expected in apart_from(&whole, line) {
                    match names.iter().position(|name| *name == expected) {
                        Some(at) => drop(names.swap_remove(at)),
                        None => {
                            writeln!(lost, "{} line {}, `{bracket}`: {expected}", language.name(), line + 1).unwrap()
                        }
                    }
                }
                assert!(
                    !found.errors.is_empty(),
                    "{} line {}, `{bracket}`: no error is told",
                    language.name(),
                    line + 1
                );
            }
        }
        assert!(cases > 0, "the sample of {} has no function of three lines", language.name());
    }
    // In a shell `[` is the name of a command, and the last function of the sample leads to its broken region.
    expect![[r#"
        bash line 101, `[`: function before_the_break
        bash line 121, `(`: variable kept_after
    "#]]
    .assert_eq(&lost);
}

/// Kind, path and lines of each symbol, and what did not parse.
#[track_caller]
fn check(language: &str, text: &str, expected: Expect) {
    let facts = facts(Language::by_name(language).unwrap(), text);
    let mut out = String::new();
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let (kind, path, lines) = (symbol.kind.name(), facts.path(id as u32).join("."), symbol.lines);
        writeln!(out, "{kind} {path} {}-{}", lines.first + 1, lines.last + 1).unwrap();
    }
    for error in &facts.errors {
        let line = text[..error.start as usize].matches('\n').count() + 1;
        writeln!(out, "line {line}: {}", error.text(text).trim()).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_block_that_does_not_close_ends_where_its_indentation_ends() {
    check(
        "typescript",
        "class A {\n  first() {\n    g();\n\n  second() {\n  }\n}\nclass B {}\n",
        expect![[r#"
            class A 1-7
            method A.first 2-3
            method A.second 5-6
            class B 8-8
            line 2: {
        "#]],
    );
}

#[test]
fn blocks_that_do_not_close_end_one_in_the_other() {
    check(
        "go",
        "package a\n\nfunc first() {\n\tif x {\n\t\ty()\n\nfunc second() {\n\tz()\n}\n",
        expect![[r#"
            module a 1-1
            function first 3-5
            function second 7-9
            line 3: {
            line 4: {
        "#]],
    );
}

#[test]
fn an_open_call_costs_its_statement() {
    check(
        "rust",
        "fn first() {\n    call(1,\n    other();\n}\n\nfn second() {}\n",
        expect![[r#"
            function first 1-4
            function second 6-6
            line 2: call(1,
        "#]],
    );
}

#[test]
fn an_open_head_is_still_a_head() {
    check(
        "c",
        "int first(int a {\n    return a;\n}\n\nint second(void) {\n    return 2;\n}\n",
        expect![[r#"
            function first 1-3
            function second 5-7
            line 1: (
        "#]],
    );
}

/// Typing makes brackets and takes them back; the tree that follows is the one of the new text.
#[test]
fn a_tree_follows_edits_of_unclosed_brackets() {
    let limits = ParseLimits::default();
    for language in languages().into_iter().filter(|language| language.is_full()) {
        let (_, sample) = sample(language).unwrap();
        let mut extractor = Extractor::new();
        let mut text = sample.clone();
        let mut tree = extractor.parse(language, &text, &limits).unwrap();
        let line = text.len() / 2 + text[text.len() / 2..].find('\n').unwrap();
        for typed in [" {", "", " foo(", "", " foo([", " foo([]", " foo([])", ""] {
            let old = text.clone();
            let old_end = old.len() - (sample.len() - line);
            text = format!("{}{typed}{}", &sample[..line], &sample[line..]);
            let edit = Edit { start: line as u32, old_end: old_end as u32, new_end: (line + typed.len()) as u32 };
            tell(&mut tree, edit, &old, &text);
            tree = extractor.reparse(&tree, &text, &limits).unwrap();
            let followed = extractor.extract(&tree, &text, Detail::Full);
            let alone = extractor.facts(language, &text, Detail::Full).unwrap();
            assert_eq!(followed, alone, "{} after typing {typed:?}", language.name());
        }
    }
}
