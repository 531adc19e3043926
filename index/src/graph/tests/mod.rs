//! Fixtures of several files, and the graph that they give.

mod classes;
mod modules;
mod properties;
mod queries;

use std::fmt::Write;
use std::sync::Arc;

use grammars::{Detail, Extractor, FileFacts, Language};

use super::{Builder, End, Graph, NodeId};
use crate::record::FileKey;
use crate::source::classify;
use crate::store::FileEntry;

/// A file of a workspace; its language is told by its name and text.
pub(super) fn entry(path: &str, text: &str) -> Arc<FileEntry> {
    let language = grammars::detect(path.as_ref(), text.as_bytes());
    Arc::new(FileEntry {
        key: FileKey::of(path),
        path: path.into(),
        size: 0,
        modified: 0,
        hash: 0,
        language,
        flags: classify::flags(path, language),
        lines: 0,
        refused: None,
        plain_because: None,
        verbatim: true,
    })
}

pub(super) fn facts(language: Option<Language>, text: &str) -> FileFacts {
    language.map(|language| Extractor::new().facts(language, text, Detail::Index).unwrap()).unwrap_or_default()
}

/// The graph of a fixture: each file begins with a line `//- path`.
pub(super) fn graph(fixture: &str) -> Graph {
    let mut builder = Builder::default();
    for file in fixture.split("//- ").skip(1) {
        let (path, text) = file.split_once('\n').unwrap();
        let entry = entry(path.trim(), text);
        builder.add(&entry, &facts(entry.language, text));
    }
    builder.finish()
}

/// `file:Container.name` of a symbol.
pub(super) fn show(graph: &Graph, id: NodeId) -> String {
    format!("{}:{}", graph.node(id).unwrap().file.path, graph.path(id).join("."))
}

/// Every edge, a line each: caller, callee, and `?` where only the name says so (with the number of candidates when there are several).
pub(super) fn edges(graph: &Graph) -> String {
    let mut text = String::new();
    let mut line = |from: &str, link: &super::Link| {
        let End::Symbol(to) = link.end else { unreachable!("files are not called") };
        let doubt = match (link.confidence, link.candidates) {
            (super::Confidence::Resolved, _) => String::new(),
            (super::Confidence::Name, 1) => " ?".to_owned(),
            (super::Confidence::Name, several) => format!(" ?{several}"),
        };
        writeln!(text, "{from} -> {}{doubt}", show(graph, to)).unwrap();
    };
    for id in (0..graph.symbol_count() as u32).map(NodeId) {
        graph.callees(id).iter().for_each(|link| line(&show(graph, id), link));
    }
    for file in &graph.table.files {
        graph.file_callees(file.key).iter().for_each(|link| line(&file.path, link));
    }
    text
}
