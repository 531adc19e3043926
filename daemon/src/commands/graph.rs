//! `devmentor graph`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use index::graph::Confidence;
use serde_json::json;

use crate::ask::calls::{Branch, Call, Calls};
use crate::ask::{self, CallsRequest};
use crate::output::{DIM, GOOD, LINE, PATH, SYMBOL, visible};

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

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let workspace = ask::around(arguments.directory.as_deref())?;
    workspace.update(false, &index::Silent)?;
    let answer = workspace.calls(&CallsRequest {
        name: arguments.symbol.clone(),
        // One object an edge says nothing of further steps.
        depth: if arguments.json { 1 } else { arguments.depth },
        proven: arguments.resolved,
        symbols: arguments.limit,
        width: if arguments.json { usize::MAX } else { arguments.limit },
    })?;
    let mut out = anstream::stdout().lock();
    if answer.found == 0 {
        writeln!(
            anstream::stderr(),
            "{DIM}no symbol is called `{0}`; `devmentor search --symbol {0}` finds similar ones{DIM:#}",
            arguments.symbol
        )?;
        return Ok(false);
    }
    for (index, symbol) in answer.symbols.iter().enumerate() {
        if arguments.json {
            print_json(&mut out, symbol)?;
            continue;
        }
        if index > 0 {
            writeln!(out)?;
        }
        print(&mut out, symbol)?;
    }
    if answer.found > answer.symbols.len() {
        writeln!(
            anstream::stderr(),
            "{DIM}{} more symbols have that name; name their type or file{DIM:#}",
            answer.found - answer.symbols.len()
        )?;
    }
    if answer.cut {
        writeln!(anstream::stderr(), "{DIM}the tree is too large to show; --depth and --limit make it smaller{DIM:#}")?;
    }
    Ok(true)
}

fn print(out: &mut impl Write, symbol: &Calls) -> Result<()> {
    let Calls { name, kind, path, line, .. } = symbol;
    let (name, path) = (visible(name), visible(path));
    writeln!(out, "{SYMBOL}{name}{SYMBOL:#} {DIM}{kind}{DIM:#}  {PATH}{path}{PATH:#}:{LINE}{line}{LINE:#}")?;
    for (branch, title) in [(&symbol.callers, "called by"), (&symbol.callees, "calls")] {
        if branch.calls.is_empty() && branch.more == 0 {
            writeln!(out, "  {DIM}{title} nothing known{DIM:#}")?;
        } else {
            writeln!(out, "  {title}")?;
            print_branch(out, branch, 2)?;
        }
    }
    Ok(())
}

fn print_branch(out: &mut impl Write, branch: &Branch, depth: usize) -> Result<()> {
    let indent = "  ".repeat(depth);
    for call in &branch.calls {
        let mark = match call.proven {
            true => format!("{GOOD}={GOOD:#}"),
            false => format!("{DIM}≈{DIM:#}"),
        };
        let times = if call.count > 1 { format!("  {DIM}×{}{DIM:#}", call.count) } else { String::new() };
        let (name, path, line) = (visible(&call.name), visible(&call.path), call.line);
        writeln!(out, "{indent}{mark} {SYMBOL}{name}{SYMBOL:#}  {PATH}{path}{PATH:#}:{LINE}{line}{LINE:#}{times}")?;
        print_branch(out, &call.then, depth + 1)?;
    }
    if branch.more > 0 {
        writeln!(out, "{indent}{DIM}… and {} more{DIM:#}", branch.more)?;
    }
    Ok(())
}

fn print_json(out: &mut impl Write, symbol: &Calls) -> Result<()> {
    for (branch, direction) in [(&symbol.callers, "caller"), (&symbol.callees, "callee")] {
        for Call { name, path, line, proven, candidates, count, .. } in &branch.calls {
            let confidence = if *proven { Confidence::Resolved } else { Confidence::Name };
            let edge = json!({
                "symbol": symbol.name, "direction": direction, "other": name, "path": path, "line": line,
                "confidence": confidence.name(), "candidates": candidates, "count": count,
            });
            writeln!(out, "{edge}")?;
        }
    }
    Ok(())
}
