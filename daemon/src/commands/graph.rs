//! `devmentor graph`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use index::Snapshot;
use index::graph::{Confidence, End, Graph, Link, NodeId};
use serde_json::json;

use crate::output::{DIM, GOOD, LINE, PATH, SYMBOL};
use crate::workspace::Workspace;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor graph parse_url
  devmentor graph Index::open
  devmentor graph src/app.py:main --depth 3
  devmentor graph parse_url --json

An edge is `resolved` where the scopes or imports of the code prove it, otherwise `≈`: the name fits, and nothing more is known.")]
pub(crate) struct Arguments {
    /// A name, a path such as `Type::method` or `Type.method`, or `FILE:NAME`.
    symbol: String,
    /// How many steps of calls to follow.
    #[arg(short, long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    depth: u8,
    /// Only edges that are proven.
    #[arg(long)]
    resolved: bool,
    /// At most so many callers and callees of each symbol.
    #[arg(short = 'n', long, default_value_t = 30)]
    limit: usize,
    /// In the workspace around this folder.
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// One JSON object a line and edge: symbol, direction, other, path, line, confidence, count. Lines count from 1.
    #[arg(long)]
    json: bool,
}

/// Which way edges are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Callers,
    Callees,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let workspace = Workspace::around(arguments.directory.as_deref())?;
    workspace.update(&index::Silent)?;
    let snapshot = workspace.index.snapshot();
    let graph = snapshot.graph()?;
    let found = graph.find(&arguments.symbol);
    let printer = Printer { graph: &graph, snapshot: &snapshot, arguments };
    let mut out = anstream::stdout().lock();
    if found.is_empty() {
        writeln!(
            anstream::stderr(),
            "{DIM}no symbol is called `{0}`; `devmentor search --symbol {0}` finds similar ones{DIM:#}",
            arguments.symbol
        )?;
        return Ok(false);
    }
    for (index, &node) in found.iter().take(arguments.limit).enumerate() {
        if arguments.json {
            printer.json(&mut out, node)?;
            continue;
        }
        if index > 0 {
            writeln!(out)?;
        }
        printer.node(&mut out, node)?;
    }
    if found.len() > arguments.limit {
        writeln!(
            anstream::stderr(),
            "{DIM}{} more symbols have that name; name their type or file{DIM:#}",
            found.len() - arguments.limit
        )?;
    }
    Ok(true)
}

struct Printer<'p> {
    graph: &'p Graph,
    snapshot: &'p Snapshot,
    arguments: &'p Arguments,
}

impl Printer<'_> {
    fn links(&self, node: NodeId, direction: Direction) -> Vec<Link> {
        let links = match direction {
            Direction::Callers => self.graph.callers(node),
            Direction::Callees => self.graph.callees(node),
        };
        links.into_iter().filter(|link| !self.arguments.resolved || link.confidence == Confidence::Resolved).collect()
    }

    /// The path of a symbol, as its language writes it.
    fn name(&self, node: NodeId) -> String {
        let separator = self
            .graph
            .node(node)
            .and_then(|node| node.file.language)
            .map_or(".", |language| &language.settings().path_separator);
        self.graph.path(node).join(separator)
    }

    fn node(&self, out: &mut impl Write, id: NodeId) -> Result<()> {
        let Some(node) = self.graph.node(id) else { return Ok(()) };
        let (name, kind, path, line) = (self.name(id), node.kind.name(), &node.file.path, node.lines.first + 1);
        writeln!(out, "{SYMBOL}{name}{SYMBOL:#} {DIM}{kind}{DIM:#}  {PATH}{path}{PATH:#}:{LINE}{line}{LINE:#}")?;
        for (direction, title) in [(Direction::Callers, "called by"), (Direction::Callees, "calls")] {
            if self.links(id, direction).is_empty() {
                writeln!(out, "  {DIM}{title} nothing known{DIM:#}")?;
            } else {
                writeln!(out, "  {title}")?;
                self.tree(out, id, direction, 1, &mut vec![id])?;
            }
        }
        Ok(())
    }

    fn tree(
        &self,
        out: &mut impl Write,
        id: NodeId,
        direction: Direction,
        depth: u8,
        around: &mut Vec<NodeId>,
    ) -> Result<()> {
        let links = self.links(id, direction);
        let indent = "  ".repeat(depth as usize + 1);
        for link in links.iter().take(self.arguments.limit) {
            let mark = match link.confidence {
                Confidence::Resolved => format!("{GOOD}={GOOD:#}"),
                Confidence::Name => format!("{DIM}≈{DIM:#}"),
            };
            let times = if link.count > 1 { format!("  {DIM}×{}{DIM:#}", link.count) } else { String::new() };
            let (name, place) = self.end(id, link, direction);
            writeln!(
                out,
                "{indent}{mark} {SYMBOL}{name}{SYMBOL:#}  {PATH}{}{PATH:#}:{LINE}{}{LINE:#}{times}",
                place.0, place.1
            )?;
            if let End::Symbol(next) = link.end
                && depth < self.arguments.depth
                && !around.contains(&next)
            {
                around.push(next);
                self.tree(out, next, direction, depth + 1, around)?;
                around.pop();
            }
        }
        if links.len() > self.arguments.limit {
            writeln!(out, "{indent}{DIM}… and {} more{DIM:#}", links.len() - self.arguments.limit)?;
        }
        Ok(())
    }

    /// The other end of an edge: its name, and where the call is (for callers) or the definition (for callees).
    fn end(&self, id: NodeId, link: &Link, direction: Direction) -> (String, (String, u32)) {
        match link.end {
            End::File(key) => {
                let path = self.snapshot.entry(key).map_or_else(String::new, |file| file.path.to_string());
                ("(file)".to_owned(), (path, link.line + 1))
            }
            End::Symbol(other) => {
                let at = self.graph.node(other).or_else(|| self.graph.node(id));
                let path = at.map_or_else(String::new, |node| node.file.path.to_string());
                let line = match direction {
                    Direction::Callers => link.line,
                    Direction::Callees => at.map_or(0, |node| node.lines.first),
                };
                (self.name(other), (path, line + 1))
            }
        }
    }

    fn json(&self, out: &mut impl Write, id: NodeId) -> Result<()> {
        for (direction, name) in [(Direction::Callers, "caller"), (Direction::Callees, "callee")] {
            for link in self.links(id, direction) {
                let (other, (path, line)) = self.end(id, &link, direction);
                let edge = json!({
                    "symbol": self.name(id), "direction": name, "other": other, "path": path, "line": line,
                    "confidence": link.confidence.name(), "candidates": link.candidates, "count": link.count,
                });
                writeln!(out, "{edge}")?;
            }
        }
        Ok(())
    }
}
