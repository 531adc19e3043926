//! Who calls whom, who imports whom, and what is central.
//!
//! A [`Builder`] takes the facts of every file once and keeps of them only numbers: names are interned for the whole workspace, symbols are rows
//! ordered by file, so that a file, a folder and a subtree are each one range. [`Builder::finish`] follows the imports of each file (`modules`, a function a
//! family of languages), then every call (`calls`). An edge is [`Confidence::Resolved`] only where scope or import proves that exactly one
//! definition can be meant; otherwise it is [`Confidence::Name`], one for each symbol that has the name, and there is none when too many have it or
//! the name certainly leads out of the workspace. Ranks flow along the edges (`rank`).

mod build;
mod by_name;
mod calls;
mod edges;
mod find;
mod includes;
mod landing;
mod lang;
mod modules;
mod names;
mod paths;
mod rank;
mod receivers;
mod scope;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use grammars::{Lines, SymbolId, SymbolKind};
use rustc_hash::FxHashMap;

pub use self::build::Builder;
use self::edges::{Edge, Lists};
use self::names::NONE;
use self::rank::Ranks;
use self::table::{Row, Table};
use crate::record::FileKey;
use crate::store::FileEntry;

/// A symbol of the graph. Numbers are valid for one [`Graph`] only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// How much is known of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Scope or import proves it.
    Resolved,
    /// The name fits.
    Name,
}

impl Confidence {
    /// As it is written in output: `resolved` or `name`.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Resolved => "resolved",
            Confidence::Name => "name",
        }
    }
}

/// A symbol, to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Node<'g> {
    /// Its number in the graph.
    pub id: NodeId,
    /// The file that defines it.
    pub file: &'g Arc<FileEntry>,
    /// Its index in the file's facts.
    pub symbol: SymbolId,
    /// Its own name.
    pub name: &'g str,
    /// What it is.
    pub kind: SymbolKind,
    /// The symbol around it.
    pub container: Option<NodeId>,
    /// Its lines.
    pub lines: Lines,
    /// Whether it is a test or stands in a file of tests.
    pub is_test: bool,
}

/// One end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// A symbol.
    Symbol(NodeId),
    /// Code of a file that stands outside its symbols.
    File(FileKey),
}

/// Calls from one place to one symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The other end: who calls, or what is called.
    pub end: End,
    /// Whether it is certain.
    pub confidence: Confidence,
    /// How many symbols the call may mean by its name; 1 when it is certain.
    pub candidates: u8,
    /// How many calls there are.
    pub count: u32,
    /// The line of the first of them in the caller's file, from 0.
    pub line: u32,
}

/// The reference graph of a workspace at one moment.
pub struct Graph {
    table: Table,
    keys: FxHashMap<FileKey, u32>,
    /// The calls of each symbol, then those of each file outside its symbols.
    edges: Lists<Edge>,
    /// The edges that lead to each symbol.
    incoming: Lists<u32>,
    file_imports: Lists<u32>,
    importers: Lists<u32>,
    /// The symbols that the imports of each file name.
    uses: Lists<u32>,
    /// The types of members that are defined apart from them, in order of the members.
    owners: Vec<(u32, u32)>,
    ranks: Ranks,
}

impl Graph {
    fn new(
        table: Table,
        edges: Lists<Edge>,
        mut file_imports: Lists<u32>,
        mut uses: Lists<u32>,
        owners: Vec<(u32, u32)>,
    ) -> Graph {
        let keys = table.files.iter().enumerate().map(|(id, file)| (file.key, id as u32)).collect();
        let incoming = edges.reversed(table.rows.len(), |edge| edge.to);
        let importers = file_imports.reversed(table.files.len(), |&file| file);
        file_imports.shrink();
        uses.shrink();
        let mut graph =
            Graph { table, keys, edges, incoming, file_imports, importers, uses, owners, ranks: Ranks::default() };
        graph.ranks = Ranks::new(&graph);
        graph
    }

    /// How many symbols there are.
    pub fn symbol_count(&self) -> usize {
        self.table.rows.len()
    }

    /// How many edges there are between callers and symbols, and how many of them are resolved.
    pub fn edge_count(&self) -> (usize, usize) {
        let edges = self.edges.values();
        (edges.len(), edges.iter().filter(|edge| edge.candidates == 0).count())
    }

    /// Bytes of memory that the graph holds, the entries of its files apart.
    pub fn memory(&self) -> usize {
        let lists = self.edges.memory()
            + self.incoming.memory()
            + self.file_imports.memory()
            + self.importers.memory()
            + self.uses.memory();
        self.table.memory()
            + lists
            + self.owners.capacity() * 8
            + (self.ranks.symbols.capacity() + self.ranks.files.capacity()) * 4
            + self.keys.capacity() * 17
    }

    /// A symbol; none when the number is of another graph.
    pub fn node(&self, id: NodeId) -> Option<Node<'_>> {
        let row = self.table.rows.get(id.0 as usize)?;
        Some(Node {
            id,
            file: &self.table.files[row.file as usize],
            symbol: id.0 - self.table.starts[row.file as usize],
            name: self.table.names.get(row.name),
            kind: row.kind,
            container: (row.container != NONE).then_some(NodeId(row.container)),
            lines: Lines { first: row.first, last: row.last },
            is_test: row.has(Row::TEST),
        })
    }

    /// The node of a file's symbol.
    pub fn node_of(&self, file: FileKey, symbol: SymbolId) -> Option<NodeId> {
        let nodes = self.table.nodes(*self.keys.get(&file)?);
        nodes.start.checked_add(symbol).filter(|node| nodes.contains(node)).map(NodeId)
    }

    /// The names of the symbols around a symbol, outermost first, itself last; the type of a member defined apart from it included.
    pub fn path(&self, id: NodeId) -> Vec<&str> {
        let mut parts = Vec::new();
        let mut next = id.0;
        while let Some(row) = self.table.rows.get(next as usize) {
            parts.push(self.table.names.get(row.name));
            if row.qualifier != NONE {
                parts.push(self.table.names.get(row.qualifier));
            }
            next = row.container;
        }
        parts.reverse();
        parts
    }

    /// Who calls a symbol: certain callers first, then by file and line.
    pub fn callers(&self, id: NodeId) -> Vec<Link> {
        let mut callers: Vec<(u32, u32, Link)> = Vec::new();
        for &index in self.incoming.row(id.0) {
            let Some(edge) = self.edges.value(index) else {
                continue;
            };
            let from = self.edges.row_of(index);
            let (file, end) = match self.table.rows.get(from as usize) {
                Some(row) => (row.file, End::Symbol(NodeId(from))),
                None => {
                    let file = from - self.table.rows.len() as u32;
                    (file, End::File(self.table.files[file as usize].key))
                }
            };
            callers.push((file, edge.line, link(end, edge)));
        }
        callers.sort_by_key(|(file, line, link)| (link.confidence, *file, *line));
        callers.into_iter().map(|(_, _, link)| link).collect()
    }

    /// What a symbol calls, in the order of its lines.
    pub fn callees(&self, id: NodeId) -> Vec<Link> {
        if id.0 as usize >= self.table.rows.len() { Vec::new() } else { self.links_from(id.0) }
    }

    /// What a file's code outside symbols calls, in the order of its lines.
    pub fn file_callees(&self, file: FileKey) -> Vec<Link> {
        self.keys.get(&file).map(|file| self.links_from(self.table.rows.len() as u32 + file)).unwrap_or_default()
    }

    fn links_from(&self, vertex: u32) -> Vec<Link> {
        let mut links: Vec<Link> =
            self.edges.row(vertex).iter().map(|edge| link(End::Symbol(NodeId(edge.to)), edge)).collect();
        links.sort_by_key(|link| (link.line, link.confidence));
        links
    }

    /// The files that a file imports, as far as they are in the workspace; in order of their paths.
    pub fn imports(&self, file: FileKey) -> impl Iterator<Item = &Arc<FileEntry>> {
        let files = self.keys.get(&file).map(|&file| self.file_imports.row(file)).unwrap_or(&[]);
        files.iter().map(|&file| &self.table.files[file as usize])
    }

    /// The files that import a file; in order of their paths.
    pub fn importers(&self, file: FileKey) -> impl Iterator<Item = &Arc<FileEntry>> {
        let edges = self.keys.get(&file).map(|&file| self.importers.row(file)).unwrap_or(&[]);
        edges.iter().map(|&edge| &self.table.files[self.file_imports.row_of(edge) as usize])
    }

    /// How central a symbol is: the mean of all symbols is 1. What the graph does not know counts as a symbol that nobody uses.
    pub fn rank(&self, file: FileKey, symbol: SymbolId) -> f32 {
        self.node_of(file, symbol).map_or(self.ranks.least, |node| self.ranks.symbols[node.0 as usize])
    }

    /// How central a file is, with all its symbols: the mean of all files is 1.
    pub fn file_rank(&self, file: FileKey) -> f32 {
        self.keys.get(&file).map_or(0.0, |&file| self.ranks.files[file as usize])
    }

    /// How central symbols are as seen from some files, each with its weight: what those files use, and what that uses in turn. The most central first,
    /// what cannot be reached left out; all scores are positive and sum up to at most 1.
    ///
    /// Files that the graph does not know, and weights that are not positive, count for nothing; without any other the result is empty.
    pub fn personalised(&self, files: &[(FileKey, f32)]) -> Vec<(NodeId, f32)> {
        let symbols = self.table.rows.len();
        let mut start = vec![0f32; symbols + self.table.files.len()];
        let mut whole = 0f64;
        for &(key, weight) in files.iter().filter(|(_, weight)| weight.is_finite() && *weight > 0.0) {
            let Some(&file) = self.keys.get(&key) else {
                continue;
            };
            let nodes = self.table.nodes(file);
            let share = weight / (nodes.len() + 1) as f32;
            start[symbols + file as usize] += share;
            nodes.for_each(|node| start[node as usize] += share);
            whole += f64::from(weight);
        }
        if whole <= 0.0 {
            return Vec::new();
        }
        start.iter_mut().for_each(|share| *share = (f64::from(*share) / whole) as f32);
        let ranks = rank::pagerank(self, &start);
        let mut found: Vec<(NodeId, f32)> = ranks[..symbols]
            .iter()
            .enumerate()
            .filter(|(_, rank)| **rank > 0.0)
            .map(|(node, &rank)| (NodeId(node as u32), rank))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// The type that a symbol is a member of.
    fn owner(&self, node: u32) -> Option<u32> {
        if let Ok(at) = self.owners.binary_search_by_key(&node, |(member, _)| *member) {
            return Some(self.owners[at].1);
        }
        let container = self.table.row(node).container;
        (container != NONE && self.table.row(container).is_type_like()).then_some(container)
    }
}

fn link(end: End, edge: &Edge) -> Link {
    let (confidence, candidates) = match edge.candidates {
        0 => (Confidence::Resolved, 1),
        candidates => (Confidence::Name, candidates),
    };
    Link { end, confidence, candidates, count: u32::from(edge.count), line: edge.line }
}
