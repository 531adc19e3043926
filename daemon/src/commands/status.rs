//! `devmentor status`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::output::{self, DIM, GOOD, SYMBOL};
use crate::workspace::Workspace;

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
    let workspace = Workspace::around(arguments.directory.as_deref())?;
    let index = &workspace.index;
    let snapshot = index.snapshot();
    let mut languages = BTreeMap::<&str, (u64, u64)>::new();
    let (mut files, mut lines, mut plain) = (0u64, 0u64, Vec::new());
    for file in snapshot.files().filter(|file| file.refused.is_none()) {
        files += 1;
        lines += u64::from(file.lines);
        let count = languages.entry(file.language.map_or("text", |language| language.name())).or_default();
        *count = (count.0 + 1, count.1 + u64::from(file.lines));
        if let Some(reason) = &file.plain_because {
            plain.push((file.path.to_string(), reason.to_string()));
        }
    }
    let skipped = index.skipped();
    let stale = index.stale()?;
    let symbols = snapshot.symbol_count()?;
    let vectors = snapshot.vector_count()?;
    let sizes = index.folder().size();
    if arguments.json {
        let languages: BTreeMap<_, _> = languages
            .iter()
            .map(|(name, (files, lines))| (*name, serde_json::json!({ "files": files, "lines": lines })))
            .collect();
        let status = serde_json::json!({
            "root": index.root(), "files": files, "lines": lines, "symbols": symbols, "languages": languages,
            "vectors": vectors.map(|(have, wanted)| serde_json::json!({ "have": have, "wanted": wanted })),
            "stale": stale, "skipped": skipped, "plain": plain, "folder": index.folder().path(),
            "bytes": sizes.iter().map(|(_, bytes)| bytes).sum::<u64>(), "writable": index.is_writable(),
        });
        writeln!(std::io::stdout().lock(), "{status}")?;
        return Ok(true);
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "{SYMBOL}{}{SYMBOL:#}", index.root().display())?;
    writeln!(
        out,
        "{} files, {} lines, {} symbols",
        output::count(files),
        output::count(lines),
        output::count(symbols as u64)
    )?;
    match stale {
        0 => writeln!(out, "{GOOD}up to date{GOOD:#}")?,
        stale => writeln!(out, "{} files changed since; `devmentor index` brings them", output::count(stale as u64))?,
    }
    if let Some((have, wanted)) = vectors {
        writeln!(out, "{} of {} pieces embedded for search by meaning", output::count(have), output::count(wanted))?;
    }
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    let parts: Vec<String> = sizes
        .iter()
        .filter(|(_, bytes)| *bytes > 100_000)
        .map(|(name, size)| format!("{name} {}", output::bytes(*size)))
        .collect();
    writeln!(out, "{} on disk ({}) in {}", output::bytes(total), parts.join(", "), index.folder().path().display())?;
    let mut by_lines: Vec<_> = languages.into_iter().collect();
    by_lines.sort_by_key(|(_, (_, lines))| std::cmp::Reverse(*lines));
    writeln!(out)?;
    for (name, (files, lines)) in by_lines {
        writeln!(out, "  {name:<14} {:>9} files {:>12} lines", output::count(files), output::count(lines))?;
    }
    if !plain.is_empty() {
        writeln!(out, "\n{} files could not be parsed and are indexed as plain text", plain.len())?;
        let shown = if arguments.skipped { plain.len() } else { 5 };
        for (path, reason) in plain.iter().take(shown) {
            writeln!(out, "  {}  {DIM}{reason}{DIM:#}", output::visible(path))?;
        }
    }
    if skipped.is_empty() {
        return Ok(true);
    }
    let mut reasons = BTreeMap::<index::SkipReason, usize>::new();
    for skip in &skipped {
        *reasons.entry(skip.reason).or_default() += 1;
    }
    writeln!(out, "\n{} files and folders left out", output::count(skipped.len() as u64))?;
    for (reason, number) in reasons {
        writeln!(out, "  {:>9}  {}", output::count(number as u64), reason.describe())?;
    }
    if arguments.skipped {
        writeln!(out)?;
        for skip in &skipped {
            let detail =
                if skip.detail.is_empty() { String::new() } else { format!(" ({})", output::visible(&skip.detail)) };
            writeln!(out, "  {}  {DIM}{}{detail}{DIM:#}", output::visible(&skip.path), skip.reason.describe())?;
        }
    } else {
        writeln!(out, "{DIM}`devmentor status --skipped` lists them{DIM:#}")?;
    }
    Ok(true)
}
