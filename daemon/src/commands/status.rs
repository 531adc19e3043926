//! `devmentor status`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::ask::{self, Report};
use crate::output::{self, DIM, GOOD, SYMBOL};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor status
  devmentor status --skipped       every file that was left out, and why")]
pub(crate) struct Arguments {
    /// Of the workspace around this folder.
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// List every file that was left out, and why.
    #[arg(long)]
    skipped: bool,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let workspace = ask::around(arguments.directory.as_deref())?;
    let report = workspace.report()?;
    let daemon = workspace.daemon()?;
    if arguments.json {
        let mut shown = json(&report);
        shown["daemon"] = serde_json::to_value(&daemon)?;
        writeln!(std::io::stdout().lock(), "{shown}")?;
        return Ok(true);
    }
    print(&report, arguments.skipped)?;
    if let Some(daemon) = daemon {
        let mut out = anstream::stdout().lock();
        writeln!(out)?;
        super::daemon::print(&mut out, &daemon)?;
    }
    Ok(true)
}

fn json(report: &Report) -> serde_json::Value {
    let Report { root, files, lines, symbols, languages, vectors, stale, skipped, plain, folder, sizes, writable } =
        report;
    serde_json::json!({
        "root": root, "files": files, "lines": lines, "symbols": symbols, "languages": languages, "vectors": vectors,
        "stale": stale, "skipped": skipped, "plain": plain, "folder": folder,
        "bytes": sizes.iter().map(|(_, bytes)| bytes).sum::<u64>(), "writable": writable,
    })
}

fn print(report: &Report, all_skipped: bool) -> Result<()> {
    let Report { root, files, lines, symbols, languages, vectors, stale, skipped, plain, folder, sizes, .. } = report;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{SYMBOL}{}{SYMBOL:#}", root.display())?;
    writeln!(
        out,
        "{} files, {} lines, {} symbols",
        output::count(*files),
        output::count(*lines),
        output::count(*symbols)
    )?;
    match stale {
        0 => writeln!(out, "{GOOD}up to date{GOOD:#}")?,
        stale => writeln!(out, "{} files changed since; `devmentor index` brings them", output::count(*stale))?,
    }
    if let Some(vectors) = vectors {
        let (have, wanted) = (output::count(vectors.have), output::count(vectors.wanted));
        writeln!(out, "{have} of {wanted} pieces embedded for search by meaning")?;
    }
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    let parts: Vec<String> = sizes
        .iter()
        .filter(|(_, bytes)| *bytes > 100_000)
        .map(|(name, size)| format!("{name} {}", output::bytes(*size)))
        .collect();
    writeln!(out, "{} on disk ({}) in {}", output::bytes(total), parts.join(", "), folder.display())?;
    let mut by_lines: Vec<_> = languages.iter().collect();
    by_lines.sort_by_key(|(_, count)| std::cmp::Reverse(count.lines));
    writeln!(out)?;
    for (name, count) in by_lines {
        let (files, lines) = (output::count(count.files), output::count(count.lines));
        writeln!(out, "  {name:<14} {files:>9} files {lines:>12} lines")?;
    }
    if !plain.is_empty() {
        writeln!(out, "\n{} files could not be parsed and are indexed as plain text", plain.len())?;
        let shown = if all_skipped { plain.len() } else { 5 };
        for (path, reason) in plain.iter().take(shown) {
            writeln!(out, "  {}  {DIM}{reason}{DIM:#}", output::visible(path))?;
        }
    }
    if skipped.is_empty() {
        return Ok(());
    }
    let mut reasons = BTreeMap::<index::SkipReason, usize>::new();
    for skip in skipped {
        *reasons.entry(skip.reason).or_default() += 1;
    }
    writeln!(out, "\n{} files and folders left out", output::count(skipped.len() as u64))?;
    for (reason, number) in reasons {
        writeln!(out, "  {:>9}  {}", output::count(number as u64), reason.describe())?;
    }
    if all_skipped {
        writeln!(out)?;
        for skip in skipped {
            let detail =
                if skip.detail.is_empty() { String::new() } else { format!(" ({})", output::visible(&skip.detail)) };
            writeln!(out, "  {}  {DIM}{}{detail}{DIM:#}", output::visible(&skip.path), skip.reason.describe())?;
        }
    } else {
        writeln!(out, "{DIM}`devmentor status --skipped` lists them{DIM:#}")?;
    }
    Ok(())
}
