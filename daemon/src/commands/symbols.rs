//! `devmentor symbols`

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use grammars::FileFacts;
use index::build::Preparer;
use index::source;
use serde::Serialize;

use crate::config;
use crate::output::{DIM, LINE, SYMBOL, json_line, visible};
use crate::workspace::root_of;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor symbols src/main.rs
  devmentor symbols --json app.py | jq .name

The file is read as it is now; nothing needs to be indexed.")]
pub(crate) struct Arguments {
    /// The file.
    file: PathBuf,
    /// One JSON object a line: name, path, kind, line, end_line, visibility, test, complexity, signature. Lines count from 1.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let file = &arguments.file;
    let metadata = std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    if metadata.is_dir() {
        bail!("{} is a folder; name a file", file.display());
    }
    if !metadata.is_file() {
        bail!("{} is no file but a pipe, a socket or a device", file.display());
    }
    let options = config::load(&root_of(file)?)?.config.index;
    if metadata.len() > options.max_file_kb.saturating_mul(1024) {
        bail!("{} is larger than index.max-file-kb ({} KiB) allows", file.display(), options.max_file_kb);
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let decoded = match source::decode(&bytes) {
        Ok(decoded) => decoded,
        Err(source::Refusal::Binary) => bail!("{} is not text", file.display()),
        Err(source::Refusal::Minified) => bail!("{} is minified", file.display()),
    };
    let name = file.to_string_lossy();
    let Some(language) = index::build::language_of(&name, &decoded.text) else {
        bail!("the language of {} is not known; `devmentor doctor` lists the known ones", file.display());
    };
    let prepared = Preparer::new(&options).text(&name, &decoded.text, Some(language));
    if !prepared.meta.plain_because.is_empty() {
        bail!("{} could not be parsed: {}", file.display(), prepared.meta.plain_because);
    }
    if arguments.json {
        print_json(&prepared.facts, &decoded.text, language)?
    } else {
        print(&prepared.facts, &decoded.text)?
    }
    Ok(!prepared.facts.symbols.is_empty())
}

fn print(facts: &FileFacts, text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let mut depths = Vec::with_capacity(facts.symbols.len());
    for symbol in &facts.symbols {
        let depth = symbol.container.map_or(0, |container| depths.get(container as usize).map_or(0, |depth| depth + 1));
        depths.push(depth);
        let signature = one_line(symbol.signature.text(text));
        let indent = "  ".repeat(depth);
        let name = visible(facts.name(symbol.name));
        write!(
            out,
            "{LINE}{:>6}{LINE:#} {indent}{DIM}{}{DIM:#} {SYMBOL}{name}{SYMBOL:#}",
            symbol.lines.first + 1,
            symbol.kind.name()
        )?;
        if signature != name && !signature.is_empty() {
            write!(out, "  {}", visible(&signature))?;
        }
        if let Some(metrics) = symbol.metrics.filter(|metrics| metrics.cognitive > 0) {
            write!(out, "  {DIM}complexity {}{DIM:#}", metrics.cognitive)?;
        }
        if symbol.is_test {
            write!(out, "  {DIM}test{DIM:#}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A signature on one line, cut where it is long.
fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &joined[..at]),
        None => joined,
    }
}

#[derive(Serialize)]
struct JsonSymbol<'s> {
    name: &'s str,
    path: String,
    kind: &'static str,
    line: u32,
    end_line: u32,
    visibility: String,
    test: bool,
    cyclomatic: Option<u16>,
    cognitive: Option<u16>,
    nesting: Option<u8>,
    parameters: Option<u8>,
    signature: String,
}

fn print_json(facts: &FileFacts, text: &str, language: grammars::Language) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let line = JsonSymbol {
            name: facts.name(symbol.name),
            path: facts.path(id as u32).join(&language.settings().path_separator),
            kind: symbol.kind.name(),
            line: symbol.lines.first + 1,
            end_line: symbol.lines.last + 1,
            visibility: format!("{:?}", symbol.visibility).to_lowercase(),
            test: symbol.is_test,
            cyclomatic: symbol.metrics.map(|metrics| metrics.cyclomatic),
            cognitive: symbol.metrics.map(|metrics| metrics.cognitive),
            nesting: symbol.metrics.map(|metrics| metrics.nesting),
            parameters: symbol.metrics.map(|metrics| metrics.parameters),
            signature: one_line(symbol.signature.text(text)),
        };
        writeln!(out, "{}", json_line(&line)?)?;
    }
    Ok(())
}
