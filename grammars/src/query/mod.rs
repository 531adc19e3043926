//! The query language of the `.scm` files, compiled to tables and matched against a flat copy of the tree.
//!
//! tree-sitter's own query cursor costs as much as parsing. The patterns here start at a known kind and look only
//! downwards, so each is tried just at the nodes of its kind, on plain arrays. Syntax and meaning are tree-sitter's;
//! a test compares the two on every sample.

mod compile;
mod matcher;
mod parse;
mod roles;
#[cfg(test)]
mod tests;

pub(crate) use compile::{Compiled, compile};
pub(crate) use matcher::Matcher;
pub(crate) use parse::QueryError;
pub(crate) use roles::{Role, flag};

/// Index of a capture name in [`Compiled::roles`].
pub(crate) type CaptureId = u16;
/// A node kind as tree-sitter numbers it.
pub(crate) type KindId = u16;
/// A field as tree-sitter numbers it; 0 is none.
pub(crate) type FieldId = u16;

/// One item of a pattern, at the place of one sibling.
#[derive(Debug)]
pub(crate) struct Elem {
    /// What stands here.
    pub(crate) what: What,
    /// The field it must have; 0 when any will do.
    pub(crate) field: FieldId,
    /// The names under which the node is captured.
    pub(crate) captures: Vec<CaptureId>,
    /// How often.
    pub(crate) times: Times,
    /// Whether it must follow directly on what stands before it (`.`).
    pub(crate) anchored: bool,
    /// Whether it or anything below captures.
    pub(crate) captures_inside: bool,
    /// What its children must be; for a group, its siblings.
    pub(crate) children: Seq,
    /// Fields that the node must not have.
    pub(crate) absent: Vec<FieldId>,
}

/// Siblings in order.
#[derive(Debug, Default)]
pub(crate) struct Seq {
    /// The items.
    pub(crate) elems: Vec<Elem>,
    /// Whether the last must be the last named child (`.` at the end).
    pub(crate) anchored_end: bool,
}

/// What an item matches.
#[derive(Debug)]
pub(crate) enum What {
    /// Nodes of one kind.
    Kind(KindId),
    /// Nodes of a supertype's kinds.
    OneOf(Box<[KindId]>),
    /// `(_)`
    AnyNamed,
    /// `_`
    Any,
    /// `[a b]`
    Alternatives(Vec<Elem>),
    /// `((a) (b))`: siblings, held in `children`.
    Group,
}

/// How often an item may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// Exactly once.
    One,
    /// `?`
    Maybe,
    /// `*` and, with one at least, `+`.
    Many {
        /// Whether there must be one.
        one_at_least: bool,
    },
}

/// A condition on the text of captures.
#[derive(Debug)]
pub(crate) struct Predicate {
    /// Whose text.
    pub(crate) capture: CaptureId,
    /// What it must be.
    pub(crate) test: Test,
    /// Whether it must *not* be that.
    pub(crate) negated: bool,
}

/// What the text of a capture is held against.
#[derive(Debug)]
pub(crate) enum Test {
    /// One of these strings.
    AnyOf(Vec<String>),
    /// The text of another capture.
    Same(CaptureId),
    /// A regular expression, anywhere in the text.
    Matches(regex::Regex),
}

/// One pattern of a file.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// Its place among all patterns of the language, bare ones counted too.
    #[cfg(test)]
    pub(crate) place: usize,
    /// The item at which it starts.
    pub(crate) root: Elem,
    /// Conditions on the captured texts.
    pub(crate) predicates: Vec<Predicate>,
    /// `#set! member`: what it defines belongs to the type around, not to the function in which it stands.
    pub(crate) member: bool,
    /// `#set! tokens`: a call among the tokens of a macro, which have no structure but brackets.
    pub(crate) tokens: bool,
    /// `#set! macro`: a call of a macro, which no function or variable of that name can be.
    pub(crate) is_macro: bool,
}
