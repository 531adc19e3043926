//! Symbols of the graph as they are shown, and found again.

use grammars::{FileFacts, Language, SymbolId, SymbolKind};
use index::FileKey;
use index::graph::{Graph, NodeId};
use serde::{Deserialize, Serialize};

/// A symbol and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolPlace {
    /// Its name with its containers, written as its language does.
    pub name: String,
    /// What it is, by the name that queries and the command line use.
    pub kind: String,
    /// Its file.
    pub path: String,
    /// Its first line, from 0.
    pub first_line: u32,
    /// Its last line, from 0, inclusive.
    pub last_line: u32,
    /// Whether it is a test or stands in a file of tests.
    pub is_test: bool,
}

/// How a language writes the path of a symbol.
pub(crate) fn written(parts: &[&str], language: Option<Language>) -> String {
    let separator = language.map_or(".", |language| language.settings().path_separator.as_str());
    parts.join(separator)
}

/// The path of a symbol of a file, written as its language does.
pub fn name_of(facts: &FileFacts, symbol: SymbolId, language: Option<Language>) -> String {
    written(&facts.path(symbol), language)
}

/// A symbol of the graph; none when the number is of another graph.
pub fn place(graph: &Graph, id: NodeId) -> Option<SymbolPlace> {
    let node = graph.node(id)?;
    Some(SymbolPlace {
        name: written(&graph.path(id), node.file.language),
        kind: node.kind.name().to_owned(),
        path: node.file.path.to_string(),
        first_line: node.lines.first,
        last_line: node.lines.last,
        is_test: node.is_test,
    })
}

/// Finds the symbol of a file's newest facts in a graph that may be older: by its path and kind, and where several have those, the nearest one.
pub fn locate(graph: &Graph, path: &str, facts: &FileFacts, symbol: SymbolId) -> Option<NodeId> {
    let wanted = facts.symbols.get(symbol as usize)?;
    let (names, kind, line) = (facts.path(symbol), wanted.kind, wanted.lines.first);
    nodes_of(graph, path)
        .filter(|(id, node_kind, _)| *node_kind == kind && graph.path(*id) == names)
        .min_by_key(|(_, _, first)| first.abs_diff(line))
        .map(|(id, _, _)| id)
}

/// The symbols of a file with kind and first line.
fn nodes_of<'g>(graph: &'g Graph, path: &str) -> impl Iterator<Item = (NodeId, SymbolKind, u32)> + use<'g> {
    let key = FileKey::of(path);
    (0..).map_while(move |symbol| {
        let node = graph.node(graph.node_of(key, symbol)?)?;
        Some((node.id, node.kind, node.lines.first))
    })
}
