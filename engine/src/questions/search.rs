//! Search in every mode.

use std::time::Duration;

use grammars::SymbolKind;
use index::{Filter, Mode, Query, Snapshot};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How to search; see [`index::Mode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SearchMode {
    /// Words, names and meaning together.
    #[default]
    Fused,
    /// The words of the query.
    Words,
    /// The query as it stands.
    Exact,
    /// A regular expression, line by line.
    Regex,
    /// Names of symbols, fuzzy.
    Symbol,
    /// What the code means.
    Meaning,
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRequest {
    /// What was typed.
    pub query: String,
    /// How to search.
    #[serde(default)]
    pub mode: SearchMode,
    /// One of these languages; empty for any.
    #[serde(default)]
    pub languages: Vec<String>,
    /// One of these globs and none of those with `!` before them; empty for any.
    #[serde(default)]
    pub paths: Vec<String>,
    /// One of these kinds of symbols; empty for any.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only tests (`true`), or no tests (`false`).
    #[serde(default)]
    pub tests: Option<bool>,
    /// At most so many hits.
    #[serde(default = "default_limit")]
    pub limit: usize,
    /// After so many milliseconds what was found is given, marked as incomplete.
    #[serde(default = "default_time")]
    pub time_limit_ms: u64,
}

fn default_limit() -> usize {
    20
}

fn default_time() -> u64 {
    5_000
}

impl SearchRequest {
    /// A search in the default mode.
    pub fn new(query: impl Into<String>) -> SearchRequest {
        SearchRequest {
            query: query.into(),
            mode: SearchMode::Fused,
            languages: Vec::new(),
            paths: Vec::new(),
            kinds: Vec::new(),
            tests: None,
            limit: default_limit(),
            time_limit_ms: default_time(),
        }
    }

    /// In another mode.
    pub fn mode(mut self, mode: SearchMode) -> SearchRequest {
        self.mode = mode;
        self
    }
}

/// Bytes of a shown line to light up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Highlight {
    /// Which of the shown lines, from 0.
    pub line: usize,
    /// First byte in it.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// Its file.
    pub path: String,
    /// Its language, when known.
    pub language: Option<String>,
    /// Its first line, from 0.
    pub first_line: u32,
    /// Its last line, from 0, inclusive.
    pub last_line: u32,
    /// The symbol it shows or lies in.
    pub symbol: Option<String>,
    /// That symbol's kind.
    pub kind: Option<String>,
    /// Comparable within one answer only; larger is better.
    pub score: f32,
    /// Why it was found and what moved it.
    pub reasons: Vec<String>,
    /// The number of the first line shown.
    pub snippet_line: u32,
    /// The lines worth showing.
    pub snippet: Vec<String>,
    /// What to light up in them.
    pub highlights: Vec<Highlight>,
}

/// What a search gives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchAnswer {
    /// The hits, best first.
    pub hits: Vec<SearchHit>,
    /// Whether there may be more.
    pub more: bool,
    /// What the person should know.
    pub notes: Vec<String>,
}

/// Searches.
///
/// # Errors
/// When the query or a filter cannot be understood, otherwise when the index cannot be read.
pub fn search(snapshot: &Snapshot, request: &SearchRequest) -> Result<SearchAnswer> {
    let answer = snapshot.search(&query(request)?)?;
    let hits = answer.hits.into_iter().map(hit).collect();
    Ok(SearchAnswer { hits, more: answer.more, notes: answer.notes })
}

fn query(request: &SearchRequest) -> Result<Query> {
    let kind = |name: &String| {
        SymbolKind::from_name(name).ok_or_else(|| {
            let all: Vec<&str> = SymbolKind::ALL.iter().map(|kind| kind.name()).collect();
            Error::Question(format!("there is no kind of symbol `{name}`; there are {}", all.join(", ")))
        })
    };
    Ok(Query {
        text: request.query.clone(),
        mode: match request.mode {
            SearchMode::Fused => Mode::Fused,
            SearchMode::Words => Mode::Words,
            SearchMode::Exact => Mode::Exact,
            SearchMode::Regex => Mode::Regex,
            SearchMode::Symbol => Mode::Symbol,
            SearchMode::Meaning => Mode::Meaning,
        },
        filter: Filter {
            languages: request.languages.clone(),
            paths: request.paths.clone(),
            kinds: request.kinds.iter().map(kind).collect::<Result<_>>()?,
            tests: request.tests,
        },
        limit: request.limit,
        time_limit: Duration::from_millis(request.time_limit_ms),
    })
}

pub(crate) fn hit(hit: index::Hit) -> SearchHit {
    let highlights = hit.snippet.highlights.iter();
    SearchHit {
        path: hit.path,
        language: hit.language.map(str::to_owned),
        first_line: hit.lines.first,
        last_line: hit.lines.last,
        symbol: hit.symbol,
        kind: hit.kind.map(|kind| kind.name().to_owned()),
        score: hit.score,
        reasons: hit.reasons.iter().map(ToString::to_string).collect(),
        snippet_line: hit.snippet.first_line,
        highlights: highlights
            .map(|(line, range)| Highlight { line: *line, start: range.start, end: range.end })
            .collect(),
        snippet: hit.snippet.lines,
    }
}
