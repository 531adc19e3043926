//! Who calls a symbol, and what it calls.

use index::Snapshot;
use index::graph::{Confidence, End, Graph, Link, NodeId};
use serde::{Deserialize, Serialize};

use super::{SymbolPlace, place};
use crate::error::{Error, Result};

/// One end of calls to or from a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// Who calls, or what is called; none for a file's code outside its symbols.
    pub symbol: Option<SymbolPlace>,
    /// The file of the caller.
    pub path: String,
    /// The line of the first call in that file, from 0.
    pub line: u32,
    /// How many calls there are.
    pub count: u32,
    /// Whether scopes or imports prove it. Otherwise only the name fits.
    pub proven: bool,
    /// How many symbols the call may mean by its name; 1 when it is proven.
    pub candidates: u8,
}

/// The uses of one symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Uses {
    /// The symbol.
    pub symbol: SymbolPlace,
    /// Who calls it, proven callers first.
    pub callers: Vec<Edge>,
    /// What it calls, in the order of its lines.
    pub callees: Vec<Edge>,
}

/// How often a symbol is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UseCount {
    /// Calls that scopes or imports prove.
    pub proven: u32,
    /// Calls that only fit by name.
    pub by_name: u32,
    /// In how many files the calls are.
    pub files: u32,
    /// How many of the calls are in tests.
    pub in_tests: u32,
}

impl UseCount {
    /// All calls.
    pub fn all(&self) -> u32 {
        self.proven + self.by_name
    }
}

/// The symbols that `name` may mean, with their uses, the most central first. `name` is a name, a path such as `Type::method`, or `FILE:NAME`.
///
/// # Errors
/// When no symbol has that name.
pub fn uses(graph: &Graph, snapshot: &Snapshot, name: &str, limit: usize) -> Result<Vec<Uses>> {
    let found = graph.find(name);
    if found.is_empty() {
        return Err(Error::UnknownSymbol(name.to_owned()));
    }
    Ok(found.into_iter().take(limit).filter_map(|id| uses_of(graph, snapshot, id)).collect())
}

/// The uses of one symbol.
pub fn uses_of(graph: &Graph, snapshot: &Snapshot, id: NodeId) -> Option<Uses> {
    Some(Uses { symbol: place(graph, id)?, callers: callers(graph, snapshot, id), callees: callees(graph, id) })
}

/// Who calls a symbol, proven callers first.
pub fn callers(graph: &Graph, snapshot: &Snapshot, id: NodeId) -> Vec<Edge> {
    let edges = graph.callers(id).into_iter().filter_map(|link| {
        let (symbol, path) = match link.end {
            End::Symbol(caller) => {
                let symbol = place(graph, caller)?;
                let path = symbol.path.clone();
                (Some(symbol), path)
            }
            End::File(key) => (None, snapshot.entry(key)?.path.to_string()),
        };
        Some(edge(symbol, path, &link))
    });
    edges.collect()
}

/// What a symbol calls, in the order of its lines.
pub fn callees(graph: &Graph, id: NodeId) -> Vec<Edge> {
    let Some(node) = graph.node(id) else { return Vec::new() };
    let edges = graph.callees(id).into_iter().filter_map(|link| match link.end {
        End::Symbol(callee) => Some(edge(Some(place(graph, callee)?), node.file.path.to_string(), &link)),
        End::File(_) => None,
    });
    edges.collect()
}

fn edge(symbol: Option<SymbolPlace>, path: String, link: &Link) -> Edge {
    Edge {
        symbol,
        path,
        line: link.line,
        count: link.count,
        proven: link.confidence == Confidence::Resolved,
        candidates: link.candidates,
    }
}

/// How often a symbol is called.
pub fn count(graph: &Graph, id: NodeId) -> UseCount {
    let mut count = UseCount::default();
    let mut files = Vec::new();
    for link in graph.callers(id) {
        match link.confidence {
            Confidence::Resolved => count.proven += link.count,
            Confidence::Name => count.by_name += link.count,
        }
        match link.end {
            End::Symbol(caller) => {
                if let Some(node) = graph.node(caller) {
                    files.push(node.file.key);
                    count.in_tests += if node.is_test { link.count } else { 0 };
                }
            }
            End::File(key) => files.push(key),
        }
    }
    files.sort_unstable();
    files.dedup();
    count.files = files.len() as u32;
    count
}
