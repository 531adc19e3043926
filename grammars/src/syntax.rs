//! Parsing with limits, and trees that follow edits.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tree_sitter::{InputEdit, Parser, Point, Tree};

use crate::facts::Span;
use crate::language::Language;

/// How long and how deep.
#[derive(Debug, Clone, Copy)]
pub struct ParseLimits<'a> {
    /// Time after which parsing is given up.
    pub timeout: Duration,
    /// Levels of nesting below which nothing is extracted.
    pub max_depth: usize,
    /// Parsing is given up when this becomes true.
    pub cancel: Option<&'a AtomicBool>,
}

impl Default for ParseLimits<'_> {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(5), max_depth: 4096, cancel: None }
    }
}

/// Why there is no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It took longer than [`ParseLimits::timeout`].
    #[error("parsing took longer than {0:?}")]
    Timeout(Duration),
    /// [`ParseLimits::cancel`] was set.
    #[error("parsing was cancelled")]
    Cancelled,
    /// The text is longer than offsets of 32 bits reach.
    #[error("a text of {0} bytes is too long to parse (the limit is 2 GiB)")]
    TooLong(usize),
    /// The text nests so deep that the grammar's scanner would fail.
    #[error("indented deeper than the grammar of {0} can follow")]
    TooDeep(&'static str),
    /// The grammar does not fit this build of tree-sitter.
    #[error("the grammar of {language} cannot be used: {reason}")]
    Grammar {
        /// The language's name.
        language: &'static str,
        /// What tree-sitter says.
        reason: String,
    },
}

/// A replaced range of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// First byte that changed.
    pub start: u32,
    /// One past the last replaced byte, in the old text.
    pub old_end: u32,
    /// One past the last new byte, in the new text.
    pub new_end: u32,
}

/// A parsed text. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct SyntaxTree {
    pub(crate) tree: Tree,
    pub(crate) language: Language,
    pub(crate) max_depth: usize,
}

impl SyntaxTree {
    /// The language in which it was parsed.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether any region did not parse.
    pub fn has_errors(&self) -> bool {
        self.tree.root_node().has_error()
    }

    /// The length of the text that it covers, in bytes.
    pub fn len(&self) -> usize {
        self.tree.root_node().end_byte()
    }

    /// Whether it covers no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells the tree that the text changed; then [`crate::Extractor::reparse`] it. `old` and `new` are the text before and after.
    /// Several edits are told one after the other, each with the texts around it.
    pub fn edit(&mut self, edit: Edit, old: &str, new: &str) {
        self.tree.edit(&InputEdit {
            start_byte: edit.start as usize,
            old_end_byte: edit.old_end as usize,
            new_end_byte: edit.new_end as usize,
            start_position: point(old, edit.start),
            old_end_position: point(old, edit.old_end),
            new_end_position: point(new, edit.new_end),
        });
    }

    /// As [`SyntaxTree::edit`], for a caller who knows the row and the column in bytes of each of the three offsets, so that nothing has to be counted.
    pub fn edit_at(&mut self, edit: Edit, start: (usize, usize), old_end: (usize, usize), new_end: (usize, usize)) {
        let point = |(row, column)| Point { row, column };
        self.tree.edit(&InputEdit {
            start_byte: edit.start as usize,
            old_end_byte: edit.old_end as usize,
            new_end_byte: edit.new_end as usize,
            start_position: point(start),
            old_end_position: point(old_end),
            new_end_position: point(new_end),
        });
    }

    /// The innermost node with a name around `span`: its kind and where it stands.
    pub fn node_at(&self, span: Span) -> Option<(&'static str, Span)> {
        let node = self.tree.root_node().named_descendant_for_byte_range(span.start as usize, span.end as usize)?;
        let kind = self.language.loaded().grammar.node_kind_for_id(node.kind_id()).unwrap_or("ERROR");
        Some((kind, Span { start: node.start_byte() as u32, end: node.end_byte() as u32 }))
    }

    /// The ranges around `span`, from the innermost node outwards: what "expand selection" walks.
    pub fn enclosing(&self, span: Span) -> Vec<Span> {
        let root = self.tree.root_node();
        let mut next = root.named_descendant_for_byte_range(span.start as usize, span.end as usize);
        let mut out: Vec<Span> = Vec::new();
        while let Some(node) = next {
            let span = Span { start: node.start_byte() as u32, end: node.end_byte() as u32 };
            if out.last() != Some(&span) {
                out.push(span);
            }
            next = node.parent();
        }
        out
    }
}

/// Row and column (in bytes) of an offset.
fn point(text: &str, offset: u32) -> Point {
    let before = &text.as_bytes()[..(offset as usize).min(text.len())];
    let row = memchr::memchr_iter(b'\n', before).count();
    let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    Point { row, column }
}

/// The parsers of one thread, one a language, made when first needed.
#[derive(Default)]
pub(crate) struct Parsers {
    parsers: Vec<Option<Parser>>,
}

impl Parsers {
    /// Parses `text`, reusing what `old` (already told of the edits) has in common with it.
    pub(crate) fn parse(
        &mut self,
        language: Language,
        text: &str,
        old: Option<&Tree>,
        limits: &ParseLimits<'_>,
    ) -> Result<SyntaxTree, ParseError> {
        if text.len() > i32::MAX as usize {
            return Err(ParseError::TooLong(text.len()));
        }
        if crate::guard::too_deep(language.name(), text) {
            return Err(ParseError::TooDeep(language.name()));
        }
        let slot = language.id().0 as usize;
        if self.parsers.len() <= slot {
            self.parsers.resize_with(slot + 1, || None);
        }
        let parser = match &mut self.parsers[slot] {
            Some(parser) => parser,
            empty => {
                let mut parser = Parser::new();
                parser
                    .set_language(&language.loaded().grammar)
                    .map_err(|error| ParseError::Grammar { language: language.name(), reason: error.to_string() })?;
                empty.insert(parser)
            }
        };
        let deadline = Instant::now().checked_add(limits.timeout);
        let mut cancelled = false;
        let mut progress = |_: &tree_sitter::ParseState| {
            cancelled = limits.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed));
            if cancelled || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
        let bytes = text.as_bytes();
        let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), old, Some(options));
        match tree {
            Some(tree) => Ok(SyntaxTree { tree, language, max_depth: limits.max_depth }),
            None => {
                // Else the next text would go on where this one stopped.
                parser.reset();
                Err(if cancelled { ParseError::Cancelled } else { ParseError::Timeout(limits.timeout) })
            }
        }
    }
}
