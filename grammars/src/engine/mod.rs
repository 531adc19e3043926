//! From text to facts.

mod bind;
mod collect;
mod comments;
mod heads;
mod metrics;
mod names;
mod resolve;
mod scopes;
mod symbols;
mod text;
mod visibility;
mod walk;

use crate::facts::{Detail, FileFacts, Span};
use crate::flat::{Node, flatten};
use crate::language::Language;
use crate::query::flag;
use crate::syntax::{ParseError, ParseLimits, Parsers, SyntaxTree};

/// Parses texts and reads facts from them. Keep one a thread: it holds the parsers and the memory that every file needs.
#[derive(Default)]
pub struct Extractor {
    parsers: Parsers,
    nodes: Vec<Node>,
}

/// Nodes of memory that is kept between files; a larger file's memory is given back.
const KEPT_NODES: usize = 1 << 20;

impl Extractor {
    /// An extractor without parsers; they are made when first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Parses a text.
    ///
    /// # Errors
    /// When a limit is reached or the grammar cannot be used. Text that does not fit the language is no error:
    /// the tree has regions that did not parse.
    pub fn parse(
        &mut self,
        language: Language,
        text: &str,
        limits: &ParseLimits<'_>,
    ) -> Result<SyntaxTree, ParseError> {
        self.parsers.parse(language, text, None, limits)
    }

    /// Parses the text that a tree, told of the edits by [`SyntaxTree::edit`], now stands for. Costs what the edits touch.
    ///
    /// # Errors
    /// As [`Extractor::parse`]; the old tree stays as it is.
    pub fn reparse(
        &mut self,
        old: &SyntaxTree,
        text: &str,
        limits: &ParseLimits<'_>,
    ) -> Result<SyntaxTree, ParseError> {
        self.parsers.parse(old.language, text, Some(old), limits)
    }

    /// Reads the facts of a parsed text. `text` must be the one that was parsed; of another, the facts are meaningless.
    pub fn extract(&mut self, tree: &SyntaxTree, text: &str, detail: Detail) -> FileFacts {
        let loaded = tree.language.loaded();
        let dropped = match detail {
            Detail::Index => flag::FULL_ONLY,
            Detail::Full => 0,
        };
        flatten(&tree.tree, &loaded.compiled, dropped, tree.max_depth, &mut self.nodes);
        let collected = collect::collect(&mut self.nodes, &loaded.compiled, text);
        if collected.exhausted {
            tracing::debug!(
                language = tree.language.name(),
                bytes = text.len(),
                "too many ways to match; some facts are missing"
            );
        }
        let mut facts = walk::Walk::new(&self.nodes, loaded, text, detail, &collected).run();
        add_errors(&mut facts, &tree.unpaired);
        if self.nodes.capacity() > KEPT_NODES {
            self.nodes = Vec::new();
        }
        facts
    }

    /// Parses a text and reads its facts, with the default limits.
    ///
    /// # Errors
    /// As [`Extractor::parse`].
    pub fn facts(&mut self, language: Language, text: &str, detail: Detail) -> Result<FileFacts, ParseError> {
        let tree = self.parse(language, text, &ParseLimits::default())?;
        Ok(self.extract(&tree, text, detail))
    }
}

/// Brackets without a partner are errors, though the tree was made without them.
fn add_errors(facts: &mut FileFacts, unpaired: &[Span]) {
    let known = facts.errors.len();
    for span in unpaired {
        if !facts.errors[..known].iter().any(|error| error.encloses(*span)) {
            facts.errors.push(*span);
        }
    }
    facts.errors.sort_unstable();
}
