//! `language.toml`: what a language is called, how its files are known, and its conventions.

use serde::Deserialize;

use crate::facts::{SymbolKind, Visibility};

/// How visibility is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VisibilityRule {
    /// A modifier before the definition.
    #[default]
    Keyword,
    /// A capital first letter makes a name public (Go).
    Uppercase,
    /// A leading underscore makes a name private (Python).
    Underscore,
}

/// How far a local variable reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scoping {
    /// The block that declares it; declaring a name again makes a new variable.
    #[default]
    Block,
    /// The whole function; declaring a name again assigns it.
    Function,
}

/// The conventions of one language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The name shown to people.
    pub title: String,
    /// File extensions without the dot, lower case.
    pub extensions: Vec<String>,
    /// Exact file names.
    pub files: Vec<String>,
    /// Interpreters of a `#!` line, without a version number.
    pub shebangs: Vec<String>,
    /// How visibility is written.
    pub visibility: VisibilityRule,
    /// The visibility of what says nothing.
    #[serde(deserialize_with = "visibility")]
    pub default_visibility: Visibility,
    /// What stands between the parts of a symbol's path.
    #[serde(default = "dot")]
    pub path_separator: String,
    /// Receivers that mean the type around.
    pub self_names: Vec<String>,
    /// How far a variable reaches.
    pub scoping: Scoping,
    /// Whether a local is visible only after its declaration.
    pub declare_before_use: bool,
    /// Globs of files that hold tests.
    pub test_paths: Vec<String>,
    /// Whether its files are data, whose keys rank below code.
    pub data: bool,
    /// Reserved words that are never names.
    pub keywords: Vec<String>,
    /// Node kinds whose names live apart from variables, in a name space of types.
    pub type_names: Vec<String>,
    /// Words that annotate, which the parser must not see (`__init`); they begin alike.
    pub blank_words: Vec<String>,
    /// Regular expressions whose groups the parser must not see; a group named `pointer` becomes a `*`.
    pub blank_patterns: Vec<String>,
    /// Symbols nested deeper than this are left out; 0 means no limit but the engine's.
    pub max_depth: usize,
    /// Kinds of callables that are whole without a `@body`: an empty body has no node, or none is captured.
    #[serde(deserialize_with = "kinds")]
    pub bodiless: Vec<SymbolKind>,
    /// Neighbouring functions of one name are clauses of one symbol.
    pub merge_clauses: bool,
}

fn dot() -> String {
    ".".to_owned()
}

fn visibility<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Visibility, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.as_str() {
        "public" => Ok(Visibility::Public),
        "protected" => Ok(Visibility::Protected),
        "internal" => Ok(Visibility::Internal),
        "private" => Ok(Visibility::Private),
        "unknown" => Ok(Visibility::Unknown),
        _ => Err(serde::de::Error::custom(format!(
            "default_visibility `{word}`: expected public, protected, internal, private or unknown"
        ))),
    }
}

fn kinds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<SymbolKind>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let kind = |name: &String| {
        SymbolKind::from_name(name).ok_or_else(|| {
            serde::de::Error::custom(format!("`{name}` is no kind of symbol, such as function or method"))
        })
    };
    names.iter().map(kind).collect()
}
