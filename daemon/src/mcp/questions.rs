//! What an agent may ask, as its model reads it. Each description is written for that reader.

use engine::questions::search::SearchMode;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

/// How to search.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// Words, names and meaning together: for questions in plain language. The default.
    #[default]
    Auto,
    /// The words of the query, by relevance.
    Words,
    /// The query exactly as it stands.
    Exact,
    /// A regular expression, matched line by line.
    Regex,
    /// What the code means, whatever its words.
    Meaning,
}

impl From<Mode> for SearchMode {
    fn from(mode: Mode) -> SearchMode {
        match mode {
            Mode::Auto => SearchMode::Fused,
            Mode::Words => SearchMode::Words,
            Mode::Exact => SearchMode::Exact,
            Mode::Regex => SearchMode::Regex,
            Mode::Meaning => SearchMode::Meaning,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// What to look for, such as "where are failed requests retried" or, with mode "regex", "fn \w+_retry".
    pub(super) query: String,
    /// How to search.
    #[serde(default)]
    pub(super) mode: Mode,
    /// Only files that match one of these globs, such as "src/**/*.py"; one that begins with "!" leaves files out.
    #[serde(default)]
    pub(super) paths: Vec<String>,
    /// Only these languages, such as "rust" or "python".
    #[serde(default)]
    pub(super) languages: Vec<String>,
    /// true: only tests. false: no tests. Left out: both.
    #[serde(default)]
    pub(super) tests: Option<bool>,
    /// How many hits at most, 1 to 50; 10 when left out.
    #[serde(default)]
    pub(super) limit: Option<usize>,
    /// Which open workspace; needed only when there are several.
    #[serde(default)]
    pub(super) workspace: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Symbols {
    /// A name or part of one, fuzzy and by camel humps: "gUBI" finds getUserById.
    pub(super) name: String,
    /// How many at most, 1 to 50; 20 when left out.
    #[serde(default)]
    pub(super) limit: Option<usize>,
    /// Which open workspace; needed only when there are several.
    #[serde(default)]
    pub(super) workspace: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Callers {
    /// A name ("parse_url"), a path ("Index::open", "Parser.parse") or a file and a name ("src/app.py:main").
    pub(super) symbol: String,
    /// How many steps of calls to follow, 1 to 4; 1 when left out.
    #[serde(default)]
    pub(super) depth: Option<u8>,
    /// How many callers and callees of each symbol at most, 1 to 100; 20 when left out.
    #[serde(default)]
    pub(super) limit: Option<usize>,
    /// Which open workspace; needed only when there are several.
    #[serde(default)]
    pub(super) workspace: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Outline {
    /// A file, relative to the workspace or absolute.
    pub(super) path: String,
    /// Which open workspace; needed only when there are several.
    #[serde(default)]
    pub(super) workspace: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Map {
    /// How long the map may be, in tokens, 100 to 20000; 2000 when left out.
    #[serde(default)]
    pub(super) tokens: Option<usize>,
    /// Files that matter now: what they use and what uses them is shown first.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// Symbols that matter now.
    #[serde(default)]
    pub(super) symbols: Vec<String>,
    /// Which open workspace; needed only when there are several.
    #[serde(default)]
    pub(super) workspace: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Explain {
    /// The symbol to explain, such as "Index::open".
    pub(super) symbol: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Change {
    /// What is to be changed, in a sentence or two.
    pub(super) change: String,
}
