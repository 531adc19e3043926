//! Who calls a symbol and what it calls, several steps deep, as plain data.

use index::Snapshot;
use index::graph::{Confidence, End, Graph, Link, NodeId};
use serde::{Deserialize, Serialize};

/// A tree of calls has at most so many entries: what is deeper than this is asked for by name.
const MOST_CALLS: usize = 20_000;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallsRequest {
    /// A name, a path such as `Type::method` or `Type.method`, or `FILE:NAME`.
    pub(crate) name: String,
    /// How many steps of calls to follow, at least 1.
    pub(crate) depth: u8,
    /// Only what is proven.
    pub(crate) proven: bool,
    /// At most so many symbols of that name.
    pub(crate) symbols: usize,
    /// At most so many callers and callees of each symbol.
    pub(crate) width: usize,
}

/// The symbols of that name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct CallsAnswer {
    /// The most central first.
    pub(crate) symbols: Vec<Calls>,
    /// How many have that name.
    pub(crate) found: usize,
    /// Whether entries were left out because the trees were too large.
    pub(crate) cut: bool,
}

/// One symbol with its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Calls {
    /// Its path, as its language writes it.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: u32,
    pub(crate) callers: Branch,
    pub(crate) callees: Branch,
}

/// The calls to or from a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Branch {
    pub(crate) calls: Vec<Call>,
    /// How many there are besides.
    pub(crate) more: usize,
}

/// One edge: its other end, and where the call is (for callers) or the definition (for callees).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: u32,
    /// Whether scopes or imports prove it. Otherwise only the name fits.
    pub(crate) proven: bool,
    /// How many symbols the call may mean.
    pub(crate) candidates: u8,
    /// How many calls there are.
    pub(crate) count: u32,
    /// The next step.
    pub(crate) then: Branch,
}

/// Which way edges are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Callers,
    Callees,
}

/// The calls of the symbols that a name may mean.
pub(crate) fn calls(graph: &Graph, snapshot: &Snapshot, request: &CallsRequest) -> CallsAnswer {
    let found = graph.find(&request.name);
    let mut walk = Walk { graph, snapshot, request, room: MOST_CALLS };
    let symbols = found.iter().take(request.symbols).filter_map(|&id| walk.symbol(id)).collect();
    CallsAnswer { symbols, found: found.len(), cut: walk.room == 0 }
}

struct Walk<'w> {
    graph: &'w Graph,
    snapshot: &'w Snapshot,
    request: &'w CallsRequest,
    room: usize,
}

impl Walk<'_> {
    fn symbol(&mut self, id: NodeId) -> Option<Calls> {
        let node = self.graph.node(id)?;
        let [callers, callees] =
            [Direction::Callers, Direction::Callees].map(|direction| self.branch(id, direction, 1, &mut vec![id]));
        Some(Calls {
            name: self.name(id),
            kind: node.kind.name().to_owned(),
            path: node.file.path.to_string(),
            line: node.lines.first + 1,
            callers,
            callees,
        })
    }

    fn branch(&mut self, id: NodeId, direction: Direction, depth: u8, around: &mut Vec<NodeId>) -> Branch {
        let links = self.links(id, direction);
        let width = self.request.width.min(self.room);
        let mut calls = Vec::with_capacity(links.len().min(width));
        for link in links.iter().take(width) {
            self.room = self.room.saturating_sub(1);
            let (name, path, line) = self.end(id, link, direction);
            let mut then = Branch::default();
            if let End::Symbol(next) = link.end
                && depth < self.request.depth
                && !around.contains(&next)
            {
                around.push(next);
                then = self.branch(next, direction, depth + 1, around);
                around.pop();
            }
            let proven = link.confidence == Confidence::Resolved;
            calls.push(Call { name, path, line, proven, candidates: link.candidates, count: link.count, then });
        }
        Branch { more: links.len() - calls.len(), calls }
    }

    fn links(&self, id: NodeId, direction: Direction) -> Vec<Link> {
        let links = match direction {
            Direction::Callers => self.graph.callers(id),
            Direction::Callees => self.graph.callees(id),
        };
        links.into_iter().filter(|link| !self.request.proven || link.confidence == Confidence::Resolved).collect()
    }

    fn name(&self, id: NodeId) -> String {
        let language = self.graph.node(id).and_then(|node| node.file.language);
        let separator = language.map_or(".", |language| &language.settings().path_separator);
        self.graph.path(id).join(separator)
    }

    fn end(&self, id: NodeId, link: &Link, direction: Direction) -> (String, String, u32) {
        match link.end {
            End::File(key) => {
                let path = self.snapshot.entry(key).map_or_else(String::new, |file| file.path.to_string());
                ("(file)".to_owned(), path, link.line + 1)
            }
            End::Symbol(other) => {
                let at = self.graph.node(other).or_else(|| self.graph.node(id));
                let path = at.map_or_else(String::new, |node| node.file.path.to_string());
                let line = match direction {
                    Direction::Callers => link.line,
                    Direction::Callees => at.map_or(0, |node| node.lines.first),
                };
                (self.name(other), path, line + 1)
            }
        }
    }
}
