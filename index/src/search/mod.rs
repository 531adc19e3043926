//! Search over a snapshot: by words, literal text, regular expression, symbol, meaning, or all of what fits the query.

mod candidate;
mod fused;
mod language_words;
mod lexical;
mod literal;
mod meaning;
mod query_terms;
mod scope;
mod snippet;
mod symbol;

use std::fmt;
use std::time::{Duration, Instant};

use grammars::{Lines, SymbolKind};

use crate::error::{Error, Result};
use crate::snapshot::Snapshot;

pub use snippet::Snippet;

/// A query longer than this many bytes is refused; nobody types so much, and a pasted file is not a query.
pub const LONGEST_QUERY: usize = 10_000;
/// The most hits that one search gives.
pub const MOST_HITS: usize = 10_000;

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Words, names and meaning together, ranked for code.
    #[default]
    Fused,
    /// The words of the query, ranked by BM25.
    Words,
    /// The query as it stands, upper and lower case told apart only when it has capitals.
    Exact,
    /// A regular expression, line by line, in the syntax of the `regex` crate.
    Regex,
    /// Names of symbols, fuzzy: `gUBI` finds `getUserById`.
    Symbol,
    /// What the code means, by embedding.
    Meaning,
}

/// What a hit must be. Applied before the best are chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these languages, by name; empty for any.
    pub languages: Vec<String>,
    /// The path matches one of these globs and none of those that start with `!`; empty for any.
    pub paths: Vec<String>,
    /// One of these kinds of symbols; empty for any.
    pub kinds: Vec<SymbolKind>,
    /// Whether it must belong to tests (`true`) or must not (`false`).
    pub tests: Option<bool>,
}

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What was typed.
    pub text: String,
    /// How to search.
    pub mode: Mode,
    /// What a hit must be.
    pub filter: Filter,
    /// How many hits at most.
    pub limit: usize,
    /// After this long what was found is returned, marked as incomplete.
    pub time_limit: Duration,
}

impl Query {
    /// A query with the default mode, twenty hits and ten seconds.
    pub fn new(text: impl Into<String>) -> Query {
        Query {
            text: text.into(),
            mode: Mode::Fused,
            filter: Filter::default(),
            limit: 20,
            time_limit: Duration::from_secs(10),
        }
    }

    /// In another mode.
    pub fn mode(mut self, mode: Mode) -> Query {
        self.mode = mode;
        self
    }

    /// With another number of hits.
    pub fn limit(mut self, limit: usize) -> Query {
        self.limit = limit;
        self
    }

    /// With a filter.
    pub fn filter(mut self, filter: Filter) -> Query {
        self.filter = filter;
        self
    }
}

/// Why a hit is one.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It defines the symbol that the query names.
    Definition,
    /// Its name holds words of the query.
    Name(Vec<String>),
    /// It holds these words of the query.
    Words(Vec<String>),
    /// Its path holds words of the query.
    Path(Vec<String>),
    /// It means something similar; the cosine of the two vectors.
    Meaning(f32),
    /// It holds the text.
    Text,
    /// It matches the pattern.
    Pattern,
    /// Its name resembles the query.
    Resembles,
    /// It was lowered because it is a test.
    Test,
    /// It was lowered because it is an example or a benchmark.
    Example,
    /// It was lowered because a program wrote it, or it belongs to another package.
    Foreign,
    /// It was lowered because it only declares.
    Declaration,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Definition => f.write_str("defines it"),
            Reason::Name(words) => write!(f, "name has {}", words.join(", ")),
            Reason::Words(words) => write!(f, "has {}", words.join(", ")),
            Reason::Path(words) => write!(f, "path has {}", words.join(", ")),
            Reason::Meaning(score) => write!(f, "similar meaning {score:.2}"),
            Reason::Text => f.write_str("exact text"),
            Reason::Pattern => f.write_str("matches the pattern"),
            Reason::Resembles => f.write_str("similar name"),
            Reason::Test => f.write_str("lowered: test"),
            Reason::Example => f.write_str("lowered: example"),
            Reason::Foreign => f.write_str("lowered: generated or vendored"),
            Reason::Declaration => f.write_str("lowered: declaration only"),
        }
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// The language's name, when known.
    pub language: Option<&'static str>,
    /// Its lines, from 0, both inclusive.
    pub lines: Lines,
    /// The symbol it shows or lies in, with its containers, written as the language does.
    pub symbol: Option<String>,
    /// The symbol's kind.
    pub kind: Option<SymbolKind>,
    /// Comparable within one answer only; larger is better.
    pub score: f32,
    /// Why it was found and what moved it.
    pub reasons: Vec<Reason>,
    /// The lines worth showing.
    pub snippet: Snippet,
}

/// What a search gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// Whether there may be more than the limit let through.
    pub more: bool,
    /// What the person should know, such as a search that ran out of time or a mode that is not ready.
    pub notes: Vec<String>,
}

/// What every mode needs.
struct Context<'s> {
    snapshot: &'s Snapshot,
    query: &'s Query,
    scope: scope::Scope,
    deadline: Instant,
}

impl Snapshot {
    /// Searches.
    ///
    /// # Errors
    /// [`Error::Query`] when the query or a filter cannot be understood, otherwise when the index cannot be read.
    pub fn search(&self, query: &Query) -> Result<Answer> {
        if query.text.len() > LONGEST_QUERY {
            return Err(Error::Query(format!(
                "the query has {} bytes; {LONGEST_QUERY} are the most",
                query.text.len()
            )));
        }
        if query.text.trim().is_empty() {
            return Err(Error::Query("the query is empty".to_owned()));
        }
        let query = &Query { limit: query.limit.min(MOST_HITS), ..query.clone() };
        let scope = scope::Scope::new(self, &query.filter)?;
        let context = Context { snapshot: self, query, scope, deadline: Instant::now() + query.time_limit };
        match query.mode {
            Mode::Fused => fused::search(&context),
            Mode::Words => lexical::search(&context),
            Mode::Exact => literal::exact(&context),
            Mode::Regex => literal::regex(&context),
            Mode::Symbol => symbol::search(&context),
            Mode::Meaning => meaning::search(&context),
        }
    }
}

/// A symbol path as the language writes it.
fn written_path(label: &str, language: Option<grammars::Language>) -> Option<String> {
    if label.is_empty() {
        return None;
    }
    let separator = language.map_or(".", |language| language.settings().path_separator.as_str());
    Some(label.split(crate::store::schema::LABEL_SEPARATOR).collect::<Vec<_>>().join(separator))
}
