//! Parsing with limits, and trees that follow edits.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tree_sitter::{InputEdit, Parser, Point, Tree};

use crate::facts::Span;
use crate::language::Language;
use crate::repair::{Manner, damage, may_be_unpaired, repair};

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
    /// What the parser did not see.
    pub(crate) blanks: Vec<Span>,
    /// Brackets without a partner.
    pub(crate) unpaired: Vec<Span>,
    /// What the text is without its brackets mended, when they were: this tree follows edits.
    unmended: Option<Tree>,
}

impl SyntaxTree {
    /// The language in which it was parsed.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether any region did not parse.
    pub fn has_errors(&self) -> bool {
        self.unmended.is_some() || self.tree.root_node().has_error()
    }

    /// The length of the text that it covers, in bytes.
    pub fn len(&self) -> usize {
        self.tree.root_node().end_byte()
    }

    /// Whether it covers no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells the tree that the text changed; then [`crate::Extractor::reparse`] it. `points` are the row and the column in bytes of the three offsets
    /// of `edit`, the last one in the new text. Several edits are told one after the other.
    pub fn edit(&mut self, edit: Edit, points: [(usize, usize); 3]) {
        let grown = i64::from(edit.new_end) - i64::from(edit.old_end);
        self.blanks.retain_mut(|blank| {
            if blank.start >= edit.old_end {
                blank.start = (i64::from(blank.start) + grown) as u32;
                blank.end = (i64::from(blank.end) + grown) as u32;
                return true;
            }
            blank.end <= edit.start
        });
        if let Some(tree) = self.unmended.take() {
            self.tree = tree;
        }
        let [start_position, old_end_position, new_end_position] = points.map(|(row, column)| Point { row, column });
        self.tree.edit(&InputEdit {
            start_byte: edit.start as usize,
            old_end_byte: edit.old_end as usize,
            new_end_byte: edit.new_end as usize,
            start_position,
            old_end_position,
            new_end_position,
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
pub(crate) fn point(text: &[u8], offset: usize) -> Point {
    let before = &text[..offset.min(text.len())];
    let row = memchr::memchr_iter(b'\n', before).count();
    let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    Point { row, column }
}

/// Words that changed between seen and unseen, above which a text is parsed from its beginning.
const MAX_CHANGED_BLANKS: usize = 32;

/// The old tree, told which words the parser now sees and did not, or the other way round.
fn marked(old: &SyntaxTree, blanks: &[Span], text: &[u8]) -> Option<Tree> {
    let only_in = |one: &[Span], other: &[Span]| -> Vec<Span> {
        one.iter().filter(|blank| other.binary_search(blank).is_err()).copied().collect()
    };
    let mut changed = only_in(&old.blanks, blanks);
    changed.extend(only_in(blanks, &old.blanks));
    if changed.len() > MAX_CHANGED_BLANKS {
        return None;
    }
    let mut tree = old.unmended.as_ref().unwrap_or(&old.tree).clone();
    for span in changed {
        let (start, end) = (point(text, span.start as usize), point(text, span.end as usize));
        tree.edit(&InputEdit {
            start_byte: span.start as usize,
            old_end_byte: span.end as usize,
            new_end_byte: span.end as usize,
            start_position: start,
            old_end_position: end,
            new_end_position: end,
        });
    }
    Some(tree)
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
        old: Option<&SyntaxTree>,
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
        let mut blanks = Vec::new();
        let bytes = match &language.loaded().blank {
            Some(blank) => blank.apply(text, &mut blanks),
            None => Cow::Borrowed(text.as_bytes()),
        };
        let old = old.and_then(|old| marked(old, &blanks, text.as_bytes()));
        let stopped = |cancelled| match cancelled {
            true => ParseError::Cancelled,
            false => ParseError::Timeout(limits.timeout),
        };
        let tree = run(parser, &bytes, old.as_ref(), deadline, limits.cancel).map_err(stopped)?;
        let mut out =
            SyntaxTree { tree, language, max_depth: limits.max_depth, blanks, unpaired: Vec::new(), unmended: None };
        let least = if language.loaded().full { 1 } else { MIN_DAMAGE };
        let mut broken =
            if out.tree.root_node().has_error() && may_be_unpaired(&bytes) { damage(&out.tree) } else { 0 };
        let unmended = out.tree.clone();
        // What is closed may have been too many, so both are tried.
        for manner in [Manner::Close, Manner::Hide] {
            if broken < least {
                break;
            }
            if let Some(repair) = repair(&unmended, &bytes, manner)
                // Without the time for it, the tree is still what it is.
                && let Ok(mended) = run(parser, &repair.text, Some(&repair.tree), deadline, limits.cancel)
                && damage(&mended) < broken
            {
                broken = damage(&mended);
                out.unpaired = repair.brackets;
                out.unmended = Some(unmended.clone());
                out.tree = mended;
            }
            // The rest is what people are about to write.
            if broken < MIN_DAMAGE {
                break;
            }
        }
        Ok(out)
    }
}

/// Bytes that did not parse, below which the grammar's own recovery is the best there is.
const MIN_DAMAGE: usize = 40;

/// Parses until it is done or has to stop; the error says whether that was because it was cancelled.
fn run(
    parser: &mut Parser,
    text: &[u8],
    old: Option<&Tree>,
    deadline: Option<Instant>,
    cancel: Option<&AtomicBool>,
) -> Result<Tree, bool> {
    let mut cancelled = false;
    let mut progress = |_: &tree_sitter::ParseState| {
        cancelled = cancel.is_some_and(|flag| flag.load(Ordering::Relaxed));
        if cancelled || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(&mut |at, _| text.get(at..).unwrap_or_default(), old, Some(options));
    tree.ok_or_else(|| {
        // Else the next text would go on where this one stopped.
        parser.reset();
        cancelled
    })
}
