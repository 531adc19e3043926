//! A map of the workspace that fits a budget of tokens: the most central symbols with their signatures, as seen from some files.
//!
//! The idea is aider's: personalised PageRank over references, and as many of the best symbols as fit. Tokens are estimated as a quarter of the
//! bytes, which is near what current models count for code.

use std::collections::BTreeMap;
use std::fmt::Write;

use grammars::SymbolId;
use index::graph::{Graph, NodeId};
use index::{FileKey, Snapshot};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::outline::signature;
use crate::error::Result;

/// Bytes that are counted as one token.
const BYTES_PER_TOKEN: usize = 4;
/// The largest map.
pub const MOST_TOKENS: usize = 100_000;
/// No entry is shorter than this, in bytes: it bounds how many symbols are looked at.
const SHORTEST_ENTRY: usize = 8;

/// What the map is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RepoMapRequest {
    /// The files that matter now, such as those that are open; empty for a map of the whole.
    #[serde(default)]
    pub files: Vec<String>,
    /// Symbols that matter now, such as those that a question names.
    #[serde(default)]
    pub names: Vec<String>,
    /// At most so many tokens.
    pub tokens: usize,
}

/// A map.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepoMap {
    /// Files with the signatures of their most central symbols.
    pub text: String,
    /// How many tokens it has, about.
    pub tokens: usize,
    /// How many symbols it shows.
    pub symbols: usize,
    /// How many there are in all.
    pub of: usize,
}

/// Draws a map.
///
/// # Errors
/// When the index cannot be read.
pub fn repo_map(graph: &Graph, snapshot: &Snapshot, request: &RepoMapRequest) -> Result<RepoMap> {
    let budget = request.tokens.min(MOST_TOKENS) * BYTES_PER_TOKEN;
    let mut ranked = ranked(graph, request);
    ranked.truncate(budget / SHORTEST_ENTRY);
    let mut entries = Entries { graph, snapshot, files: FxHashMap::default() };
    // As many of the best as fit: the more symbols, the longer the map.
    let (mut fits, mut too_many) = (0, ranked.len() + 1);
    while too_many - fits > 1 {
        let count = fits.midpoint(too_many);
        if entries.draw(&ranked[..count])?.len() <= budget {
            fits = count;
        } else {
            too_many = count;
        }
    }
    let text = entries.draw(&ranked[..fits])?;
    Ok(RepoMap { tokens: text.len().div_ceil(BYTES_PER_TOKEN), text, symbols: fits, of: graph.symbol_count() })
}

fn ranked(graph: &Graph, request: &RepoMapRequest) -> Vec<NodeId> {
    let mut focus: Vec<(FileKey, f32)> = request.files.iter().map(|path| (FileKey::of(path), 1.0)).collect();
    let named: Vec<NodeId> = request.names.iter().flat_map(|name| graph.find(name).into_iter().take(3)).collect();
    focus.extend(named.iter().filter_map(|&id| Some((graph.node(id)?.file.key, 0.5))));
    let personal = graph.personalised(&focus);
    let mut ranked: Vec<NodeId> = if personal.is_empty() {
        let mut all: Vec<(f32, NodeId)> = (0..graph.symbol_count() as u32)
            .filter_map(|id| graph.node(NodeId(id)))
            .map(|node| (graph.rank(node.file.key, node.symbol), node.id))
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.into_iter().map(|(_, id)| id).collect()
    } else {
        personal.into_iter().map(|(id, _)| id).collect()
    };
    // What is asked for by name is shown before all.
    ranked.retain(|id| !named.contains(id) && graph.node(*id).is_some_and(|node| !node.is_test));
    named.into_iter().chain(ranked).collect()
}

struct Entries<'m> {
    graph: &'m Graph,
    snapshot: &'m Snapshot,
    /// The signatures of each file's symbols, read once.
    files: FxHashMap<FileKey, Vec<String>>,
}

impl Entries<'_> {
    fn draw(&mut self, chosen: &[NodeId]) -> Result<String> {
        let mut by_file: BTreeMap<&str, Vec<(u32, SymbolId, FileKey, NodeId)>> = BTreeMap::new();
        for &id in chosen {
            if let Some(node) = self.graph.node(id) {
                by_file.entry(&node.file.path).or_default().push((node.lines.first, node.symbol, node.file.key, id));
            }
        }
        let mut text = String::new();
        for (path, mut symbols) in by_file {
            symbols.sort_unstable();
            text.push_str(path);
            text.push_str(":\n");
            for (line, symbol, file, id) in symbols {
                let (indent, name) =
                    (self.graph.path(id).len().min(8), self.graph.node(id).map_or("", |node| node.name));
                let signature = self.signature(file, symbol)?;
                let shown = if signature.is_empty() { name } else { signature };
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{:>5}{:indent$}{shown}", line + 1, "");
            }
        }
        Ok(text)
    }

    fn signature(&mut self, file: FileKey, symbol: SymbolId) -> Result<&str> {
        if !self.files.contains_key(&file) {
            let facts = self.snapshot.facts(file)?;
            let text = self.snapshot.entry(file).and_then(|entry| self.snapshot.text(entry)).filter(|text| text.fresh);
            let signatures = match (facts, text) {
                (Some(facts), Some(text)) => {
                    facts.symbols.iter().map(|symbol| signature(symbol.signature, &text.text)).collect()
                }
                _ => Vec::new(),
            };
            self.files.insert(file, signatures);
        }
        Ok(self.files.get(&file).and_then(|all| all.get(symbol as usize)).map_or("", String::as_str))
    }
}
