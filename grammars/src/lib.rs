//! Grammars, their queries, and the facts they give: what is defined, imported, called and bound in a file.
//!
//! [`detect()`] tells a file's [`Language`]; an [`Extractor`] parses its text into a [`SyntaxTree`] and reads [`FileFacts`]
//! from it. The facts are plain data: nobody above this crate knows tree-sitter. A language is a folder of query files
//! (see `README.md` beside this crate's manifest) and a line in `registry.rs`.

mod blank;
mod detect;
mod engine;
mod facts;
mod flat;
mod guard;
mod language;
mod query;
mod registry;
mod repair;
mod settings;
mod syntax;

pub use detect::detect;
pub use engine::Extractor;
pub use facts::{
    Access, Binding, BindingId, BindingKind, Call, Detail, FileFacts, Import, ImportId, Lines, Marker, MarkerKind,
    Metrics, NameId, Names, Reference, Scope, ScopeId, Span, Symbol, SymbolId, SymbolKind, Target, Visibility,
};
pub use language::{Language, LanguageId, Problem};
pub use settings::{Scoping, Settings, VisibilityRule};
pub use syntax::{Edit, ParseError, ParseLimits, SyntaxTree};
