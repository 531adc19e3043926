//! Whatever facts a file may have, however wrong, the graph holds together.

use std::sync::Arc;

use grammars::{Call, FileFacts, Import, Language, Lines, NameId, Names, Span, Symbol, SymbolKind, Target, Visibility};
use proptest::prelude::*;

use super::super::{Builder, Confidence, End, Graph, NodeId};
use super::entry;
use crate::store::FileEntry;

/// Few words, so that everything meets everything.
const WORDS: &[&str] = &[
    "a", "b", "Cart", "self", "crate", "super", "default", "mod", "this", "a.b", "./b", "..a", "x::b", "", "A\\B", "*",
    "é",
];
const PATHS: &[&str] = &[
    "a.py",
    "a/__init__.py",
    "a/b.py",
    "src/lib.rs",
    "src/a.rs",
    "src/a/b.rs",
    "a.ts",
    "a/index.ts",
    "a/b.go",
    "b/a.go",
    "A.java",
    "a/B.java",
    "a.c",
    "a.h",
    "b.cpp",
    "a.rb",
    "a.php",
    "A.cs",
    "a.kt",
    "a.swift",
    "a.sh",
    "README.md",
    "//odd//b.py",
];
const LANGUAGES: &[&str] = &[
    "python",
    "rust",
    "typescript",
    "go",
    "java",
    "kotlin",
    "c",
    "cpp",
    "csharp",
    "ruby",
    "php",
    "swift",
    "bash",
    "css",
    "javascript",
    "scala",
];

/// A name, a kind, a container, lines: numbers that may point anywhere.
type Raw = (u8, u8, u8, u8, u8);

fn name(value: u8) -> NameId {
    NameId(u32::from(value) % (WORDS.len() as u32 + 1))
}

fn maybe(value: u8) -> Option<u32> {
    (!value.is_multiple_of(3)).then_some(u32::from(value % 16))
}

fn file(symbols: &[Raw], imports: &[Raw], calls: &[Raw]) -> FileFacts {
    let mut names = Names::default();
    WORDS.iter().for_each(|word| {
        names.push(word);
    });
    let span = |at: u8| Span { start: u32::from(at), end: u32::from(at) + 40 };
    let symbols = symbols.iter().map(|&(a, b, c, d, e)| Symbol {
        name: name(a),
        kind: SymbolKind::ALL[b as usize % SymbolKind::ALL.len()],
        container: maybe(c),
        qualifier: d.is_multiple_of(5).then(|| name(e)),
        visibility: if d.is_multiple_of(2) { Visibility::Private } else { Visibility::Public },
        is_test: e.is_multiple_of(7),
        span: span(d),
        lines: Lines { first: u32::from(d), last: u32::from(e) },
        name_span: Span::default(),
        signature: Span::default(),
        doc: Span::default(),
        is_declaration: e.is_multiple_of(4),
        metrics: (!e.is_multiple_of(4)).then(Default::default),
    });
    let imports = imports.iter().map(|&(a, b, c, d, e)| Import {
        module: name(a),
        item: (!b.is_multiple_of(3)).then(|| name(b)),
        alias: c.is_multiple_of(4).then(|| name(c)),
        wildcard: d.is_multiple_of(3),
        span: span(e),
        line: u32::MAX - u32::from(e),
    });
    let calls = calls.iter().map(|&(a, b, c, d, e)| Call {
        name: name(a),
        qualifier: b.is_multiple_of(2).then(|| name(b)),
        has_receiver: c.is_multiple_of(2),
        caller: maybe(d),
        target: match e % 4 {
            0 => Target::Free,
            1 => Target::Local,
            2 => Target::Symbol(u32::from(e / 4)),
            _ => Target::Import(if e > 250 { u32::MAX } else { u32::from(e / 8) }),
        },
        span: Span::default(),
        line: u32::from(c) << 24,
    });
    FileFacts {
        symbols: symbols.collect(),
        imports: imports.collect(),
        calls: calls.collect(),
        names,
        ..FileFacts::default()
    }
}

fn raws() -> impl Strategy<Value = Vec<Raw>> {
    proptest::collection::vec(any::<Raw>(), 0..12)
}

fn check(graph: &Graph, facts: &[(Arc<FileEntry>, FileFacts)]) {
    let called: Vec<&str> =
        facts.iter().flat_map(|(_, facts)| facts.calls.iter().map(|call| facts.name(call.name))).collect();
    let imported: Vec<&str> = facts
        .iter()
        .flat_map(|(_, facts)| facts.imports.iter().filter_map(|import| import.item).map(|item| facts.name(item)))
        .collect();
    for id in (0..graph.symbol_count() as u32).map(NodeId) {
        for link in graph.callees(id) {
            let End::Symbol(to) = link.end else { panic!("a file is called") };
            let callee = graph.node(to).expect("an edge leads to a symbol");
            // What is proven has the name that is called, or the name of an import that is renamed.
            if link.confidence == Confidence::Resolved {
                assert!(called.contains(&callee.name) || imported.contains(&callee.name), "{}", callee.name);
            }
            assert!(graph.callers(to).iter().any(|caller| caller.end == End::Symbol(id) && caller.line == link.line));
        }
        for link in graph.callers(id) {
            let known = match link.end {
                End::Symbol(from) => graph.node(from).is_some(),
                End::File(key) => graph.file_callees(key).iter().any(|back| back.end == End::Symbol(id)),
            };
            assert!(known);
        }
        assert!(!graph.path(id).is_empty());
        let node = graph.node(id).expect("it exists");
        assert_eq!(graph.node_of(node.file.key, node.symbol), Some(id));
        let rank = graph.rank(node.file.key, node.symbol);
        assert!(rank.is_finite() && rank >= 0.0);
    }
    for (file, _) in facts {
        assert!(
            graph
                .imports(file.key)
                .all(|imported| { graph.importers(imported.key).any(|importer| importer.key == file.key) })
        );
    }
    WORDS.iter().for_each(|word| graph.find(word).iter().for_each(|&id| assert!(graph.node(id).is_some())));
}

proptest! {
    #[test]
    fn any_facts_give_a_graph_whose_edges_have_ends(
        files in proptest::collection::vec((0..PATHS.len(), 0..LANGUAGES.len(), any::<bool>(), raws(), raws(), raws()), 0..8),
    ) {
        let mut seen = Vec::new();
        let mut builder = Builder::default();
        for (path, language, own, symbols, imports, calls) in &files {
            if seen.iter().any(|(file, _): &(Arc<FileEntry>, FileFacts)| *file.path == *PATHS[*path]) {
                continue;
            }
            let mut entry = entry(PATHS[*path], "");
            if !own {
                Arc::make_mut(&mut entry).language = Language::by_name(LANGUAGES[*language]);
            }
            let facts = file(symbols, imports, calls);
            builder.add(&entry, &facts);
            seen.push((entry, facts));
        }
        check(&builder.finish(), &seen);
    }

    #[test]
    fn finding_any_text_never_panics(path in "\\PC{0,20}") {
        super::graph("//- a.py\ndef a(): pass\n").find(&path);
    }
}
