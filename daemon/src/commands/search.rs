//! `devmentor search`

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{ArgGroup, Args, ValueEnum};
use grammars::SymbolKind;
use index::{Answer, Filter, Hit, Mode, Query, Snippet};
use serde::Serialize;

use crate::output::{DIM, LINE, MATCH, PATH, SYMBOL, json_line, visible};
use crate::workspace::Workspace;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("mode").multiple(false), after_help = "Examples:
  devmentor search 'where are retries handled'       words, names and meaning together
  devmentor search --symbol gUBI                     finds getUserById
  devmentor search --regex 'fn \\w+_test' --lang rust
  devmentor search --exact 'TODO(' --path 'src/**' --path '!**/gen/**'
  devmentor search --meaning 'parse a date' --kind function --no-tests --json

Exit status: 0 something was found, 1 nothing, 2 an error.")]
pub(crate) struct Arguments {
    /// What to look for; without it, an interactive prompt.
    query: Vec<String>,
    /// By the words of the query only (BM25).
    #[arg(short, long, group = "mode")]
    words: bool,
    /// The query as it stands; capitals count when there are any.
    #[arg(short, long, group = "mode")]
    exact: bool,
    /// A regular expression, line by line.
    #[arg(short, long, group = "mode")]
    regex: bool,
    /// Names of symbols, fuzzy and by camel humps.
    #[arg(short, long, group = "mode")]
    symbol: bool,
    /// By meaning only.
    #[arg(short, long, group = "mode")]
    meaning: bool,
    /// Only in this language; may be given several times.
    #[arg(short, long, value_name = "LANGUAGE")]
    lang: Vec<String>,
    /// Only where the path matches; `!GLOB` leaves out. May be given several times.
    #[arg(short, long, value_name = "GLOB")]
    path: Vec<String>,
    /// Only this kind of symbol; may be given several times.
    #[arg(short, long)]
    kind: Vec<Kind>,
    /// Leave tests out.
    #[arg(long, conflicts_with = "only_tests")]
    no_tests: bool,
    /// Only tests.
    #[arg(long)]
    only_tests: bool,
    /// How many hits at most.
    #[arg(short = 'n', long, default_value_t = 20)]
    limit: usize,
    /// Search the workspace around this folder.
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// One JSON object a line: path, line, end_line, symbol, kind, score, reasons, snippet. Lines count from 1.
    #[arg(long)]
    json: bool,
    /// Search what is indexed without looking for changed files first.
    #[arg(long)]
    no_update: bool,
}

/// A symbol kind as an argument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind(SymbolKind);

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Kind; SymbolKind::ALL.len()] = {
            let mut all = [Kind(SymbolKind::Module); SymbolKind::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = Kind(SymbolKind::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

impl Arguments {
    fn mode(&self) -> Mode {
        match self {
            Arguments { words: true, .. } => Mode::Words,
            Arguments { exact: true, .. } => Mode::Exact,
            Arguments { regex: true, .. } => Mode::Regex,
            Arguments { symbol: true, .. } => Mode::Symbol,
            Arguments { meaning: true, .. } => Mode::Meaning,
            _ => Mode::Fused,
        }
    }

    /// The query with this text.
    pub(crate) fn query(&self, text: &str) -> Query {
        let tests = match (self.no_tests, self.only_tests) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ => None,
        };
        let filter = Filter {
            languages: self.lang.clone(),
            paths: self.path.clone(),
            kinds: self.kind.iter().map(|kind| kind.0).collect(),
            tests,
        };
        Query::new(text).mode(self.mode()).filter(filter).limit(self.limit.max(1))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let workspace = Workspace::around(arguments.directory.as_deref())?;
    if arguments.query.is_empty() {
        return super::prompt::run(&workspace, arguments);
    }
    if !arguments.no_update {
        workspace.bring_up_to_date()?;
    }
    let answer = workspace.index.snapshot().search(&arguments.query(&arguments.query.join(" ")))?;
    if arguments.json {
        print_json(&answer)?;
    } else {
        print(&answer, workspace.index.root())?;
    }
    Ok(!answer.hits.is_empty())
}

/// Prints an answer for people.
pub(crate) fn print(answer: &Answer, root: &Path) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let from = std::env::current_dir().ok().and_then(|folder| folder.canonicalize().ok());
    let below = from.as_deref().and_then(|folder| folder.strip_prefix(root).ok()).map(Path::to_path_buf);
    for (index, hit) in answer.hits.iter().enumerate() {
        if index > 0 && (hit.snippet.lines.len() > 1 || answer.hits[index - 1].snippet.lines.len() > 1) {
            writeln!(out)?;
        }
        print_hit(&mut out, hit, below.as_deref(), root)?;
    }
    out.flush()?;
    drop(out);
    let mut notes = anstream::stderr().lock();
    for note in &answer.notes {
        writeln!(notes, "{DIM}note: {note}{DIM:#}")?;
    }
    if answer.hits.is_empty() {
        writeln!(notes, "{DIM}nothing found{DIM:#}")?;
    } else if answer.more && std::io::stdout().is_terminal() {
        writeln!(notes, "{DIM}there is more; --limit shows it{DIM:#}")?;
    }
    Ok(())
}

fn print_hit(out: &mut impl Write, hit: &Hit, below: Option<&Path>, root: &Path) -> Result<()> {
    let path = shown_path(&hit.path, below, root);
    let path = visible(&path);
    if let [line] = hit.snippet.lines.as_slice() {
        let number = hit.snippet.first_line + 1;
        write!(out, "{PATH}{path}{PATH:#}:{LINE}{number}{LINE:#}:")?;
        print_line(out, line, &hit.snippet, 0)?;
        return Ok(());
    }
    let (first, last) = (hit.lines.first + 1, hit.lines.last + 1);
    write!(out, "{PATH}{path}{PATH:#}:{LINE}{first}-{last}{LINE:#}")?;
    if let Some(symbol) = &hit.symbol {
        write!(out, "  {SYMBOL}{}{SYMBOL:#}", visible(symbol))?;
    }
    if let Some(kind) = hit.kind {
        write!(out, " {DIM}{}{DIM:#}", kind.name())?;
    }
    let reasons = hit.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    writeln!(out, "  {DIM}{reasons}{DIM:#}")?;
    for (index, line) in hit.snippet.lines.iter().enumerate() {
        let number = hit.snippet.first_line as usize + index + 1;
        write!(out, "{LINE}{number:>6}{LINE:#} ")?;
        print_line(out, line, &hit.snippet, index)?;
    }
    Ok(())
}

fn print_line(out: &mut impl Write, line: &str, snippet: &Snippet, index: usize) -> Result<()> {
    let mut at = 0;
    for (_, range) in snippet.highlights.iter().filter(|(line, _)| *line == index) {
        let (Some(before), Some(found)) = (line.get(at..range.start), line.get(range.clone())) else { continue };
        write!(out, "{}{MATCH}{}{MATCH:#}", visible(before), visible(found))?;
        at = range.end;
    }
    writeln!(out, "{}", visible(line.get(at..).unwrap_or("")))?;
    Ok(())
}

/// The path as somebody in the current folder would write it.
fn shown_path(path: &str, below: Option<&Path>, root: &Path) -> String {
    match below {
        Some(below) if below.as_os_str().is_empty() => path.to_owned(),
        Some(below) => {
            let path = Path::new(path);
            path.strip_prefix(below).map_or_else(
                |_| {
                    let up: PathBuf = below.components().map(|_| "..").collect();
                    up.join(path).display().to_string()
                },
                |inside| inside.display().to_string(),
            )
        }
        None => root.join(path).display().to_string(),
    }
}

/// A hit as JSON; lines count from 1.
#[derive(Debug, Serialize)]
struct JsonHit<'h> {
    path: &'h str,
    line: u32,
    end_line: u32,
    symbol: Option<&'h str>,
    kind: Option<&'static str>,
    language: Option<&'static str>,
    score: f32,
    reasons: Vec<String>,
    snippet: String,
}

fn print_json(answer: &Answer) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for hit in &answer.hits {
        let line = JsonHit {
            path: &hit.path,
            line: hit.lines.first + 1,
            end_line: hit.lines.last + 1,
            symbol: hit.symbol.as_deref(),
            kind: hit.kind.map(SymbolKind::name),
            language: hit.language,
            score: hit.score,
            reasons: hit.reasons.iter().map(ToString::to_string).collect(),
            snippet: hit.snippet.text(),
        };
        writeln!(out, "{}", json_line(&line)?)?;
    }
    for note in &answer.notes {
        tracing::warn!("{note}");
    }
    Ok(())
}
