//! `devmentor search`

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{ArgGroup, Args, ValueEnum};
use engine::questions::search::{SearchAnswer, SearchHit, SearchMode, SearchRequest};
use grammars::SymbolKind;
use serde::Serialize;

use crate::ask;
use crate::output::{DIM, LINE, MATCH, PATH, SYMBOL, json_line, visible};

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
    fn mode(&self) -> SearchMode {
        match self {
            Arguments { words: true, .. } => SearchMode::Words,
            Arguments { exact: true, .. } => SearchMode::Exact,
            Arguments { regex: true, .. } => SearchMode::Regex,
            Arguments { symbol: true, .. } => SearchMode::Symbol,
            Arguments { meaning: true, .. } => SearchMode::Meaning,
            _ => SearchMode::Fused,
        }
    }

    /// The search for this text.
    pub(crate) fn request(&self, text: &str) -> SearchRequest {
        let tests = match (self.no_tests, self.only_tests) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ => None,
        };
        SearchRequest {
            mode: self.mode(),
            languages: self.lang.clone(),
            paths: self.path.clone(),
            kinds: self.kind.iter().map(|kind| kind.0.name().to_owned()).collect(),
            tests,
            limit: self.limit.max(1),
            ..SearchRequest::new(text)
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let workspace = ask::around(arguments.directory.as_deref())?;
    if arguments.query.is_empty() {
        return super::prompt::run(&*workspace, arguments);
    }
    if !arguments.no_update {
        ask::bring_up_to_date(&*workspace)?;
    }
    let answer = workspace.search(&arguments.request(&arguments.query.join(" ")))?;
    if arguments.json {
        print_json(&answer)?;
    } else {
        print(&answer, workspace.root())?;
    }
    Ok(!answer.hits.is_empty())
}

/// Prints an answer for people.
pub(crate) fn print(answer: &SearchAnswer, root: &Path) -> Result<()> {
    let mut out = anstream::stdout().lock();
    let from = std::env::current_dir().ok().and_then(|folder| folder.canonicalize().ok());
    let below = from.as_deref().and_then(|folder| folder.strip_prefix(root).ok()).map(Path::to_path_buf);
    for (index, hit) in answer.hits.iter().enumerate() {
        if index > 0 && (hit.snippet.len() > 1 || answer.hits[index - 1].snippet.len() > 1) {
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

fn print_hit(out: &mut impl Write, hit: &SearchHit, below: Option<&Path>, root: &Path) -> Result<()> {
    let path = shown_path(&hit.path, below, root);
    let path = visible(&path);
    if let [line] = hit.snippet.as_slice() {
        let number = hit.snippet_line + 1;
        write!(out, "{PATH}{path}{PATH:#}:{LINE}{number}{LINE:#}:")?;
        print_line(out, line, hit, 0)?;
        return Ok(());
    }
    let (first, last) = (hit.first_line + 1, hit.last_line + 1);
    write!(out, "{PATH}{path}{PATH:#}:{LINE}{first}-{last}{LINE:#}")?;
    if let Some(symbol) = &hit.symbol {
        write!(out, "  {SYMBOL}{}{SYMBOL:#}", visible(symbol))?;
    }
    if let Some(kind) = &hit.kind {
        write!(out, " {DIM}{kind}{DIM:#}")?;
    }
    writeln!(out, "  {DIM}{}{DIM:#}", hit.reasons.join("; "))?;
    for (index, line) in hit.snippet.iter().enumerate() {
        let number = hit.snippet_line as usize + index + 1;
        write!(out, "{LINE}{number:>6}{LINE:#} ")?;
        print_line(out, line, hit, index)?;
    }
    Ok(())
}

fn print_line(out: &mut impl Write, line: &str, hit: &SearchHit, index: usize) -> Result<()> {
    let mut at = 0;
    for light in hit.highlights.iter().filter(|light| light.line == index) {
        let (Some(before), Some(found)) = (line.get(at..light.start), line.get(light.start..light.end)) else {
            continue;
        };
        write!(out, "{}{MATCH}{}{MATCH:#}", visible(before), visible(found))?;
        at = light.end;
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
    kind: Option<&'h str>,
    language: Option<&'h str>,
    score: f32,
    reasons: &'h [String],
    snippet: String,
}

fn print_json(answer: &SearchAnswer) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for hit in &answer.hits {
        let line = JsonHit {
            path: &hit.path,
            line: hit.first_line + 1,
            end_line: hit.last_line + 1,
            symbol: hit.symbol.as_deref(),
            kind: hit.kind.as_deref(),
            language: hit.language.as_deref(),
            score: hit.score,
            reasons: &hit.reasons,
            snippet: hit.snippet.join("\n"),
        };
        writeln!(out, "{}", json_line(&line)?)?;
    }
    for note in &answer.notes {
        tracing::warn!("{note}");
    }
    Ok(())
}
