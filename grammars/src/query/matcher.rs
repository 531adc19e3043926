//! Tries patterns at a node of the flat tree.
//!
//! Matching is by backtracking, with the rest of the pattern as a continuation. Every way in which *captures* can be
//! filled is reported once, as tree-sitter does; optional items are taken when they can be. A budget of steps for the
//! whole file bounds patterns with many repetitions on hostile input.

use super::{Compiled, Elem, Pattern, Seq, Times, What};
use crate::flat::{NONE, Node};

/// State of matching over one file.
pub(crate) struct Matcher<'a> {
    nodes: &'a [Node],
    compiled: &'a Compiled,
    text: &'a str,
    captures: Vec<(u16, u32)>,
    budget: u64,
}

/// What remains to be matched; gets the index after the item just matched and tells whether anything matched.
type Rest<'r, 'a> = &'r mut dyn FnMut(&mut Matcher<'a>, u32) -> bool;

/// Is told the captures of a match: which capture, and the node it holds.
type Found<'f> = dyn FnMut(&[(u16, u32)]) + 'f;

impl<'a> Matcher<'a> {
    /// Prepares for one file.
    pub(crate) fn new(nodes: &'a [Node], compiled: &'a Compiled, text: &'a str) -> Self {
        let budget = 100_000 + nodes.len() as u64 * 40;
        Self { nodes, compiled, text, captures: Vec::new(), budget }
    }

    /// Whether the budget ran out, so that matches may be missing.
    pub(crate) fn exhausted(&self) -> bool {
        self.budget == 0
    }

    /// Reports every match of `pattern` that starts at `node`.
    pub(crate) fn run(&mut self, pattern: &'a Pattern, node: u32, found: &mut Found<'_>) {
        self.captures.clear();
        self.elem(&pattern.root, node, &mut |matcher, _| {
            let nodes = matcher.nodes;
            let text = matcher.text;
            let accepted = pattern.accepts(&matcher.captures, |node| {
                let node = &nodes[node as usize];
                text.get(node.start as usize..node.end as usize).unwrap_or("")
            });
            if accepted {
                found(&matcher.captures);
            }
            // A match that the predicates refuse still ends the search for this filling, as in tree-sitter.
            true
        });
    }

    /// Matches one item at exactly `at`.
    fn elem(&mut self, elem: &'a Elem, at: u32, rest: Rest<'_, 'a>) -> bool {
        if self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        let node = self.nodes[at as usize];
        if elem.field != 0 && elem.field != node.field {
            return false;
        }
        let fits = match &elem.what {
            What::Kind(kind) => node.kind == *kind,
            What::OneOf(kinds) => kinds.contains(&node.kind),
            What::AnyNamed => self.compiled.kind(node.kind).named,
            What::Any | What::Alternatives(_) | What::Group => true,
        };
        if !fits || !elem.absent.is_empty() && self.has_field(at, &elem.absent) {
            return false;
        }
        let mark = self.captures.len();
        self.captures.extend(elem.captures.iter().map(|&capture| (capture, at)));
        let matched = match &elem.what {
            What::Alternatives(alternatives) => {
                let mut any = false;
                for alternative in alternatives {
                    any |= self.elem(alternative, at, rest);
                    if any && !alternative.captures_inside {
                        break;
                    }
                }
                any
            }
            What::Group => {
                let parent = node.parent;
                let end = if parent == NONE { self.nodes.len() as u32 } else { self.nodes[parent as usize].after };
                match elem.children.elems.first() {
                    Some(first) => {
                        self.elem(first, at, &mut |matcher, next| matcher.seq(&elem.children, 1, next, end, rest))
                    }
                    None => false,
                }
            }
            _ if elem.children.elems.is_empty() => rest(self, node.after),
            _ => self.seq(&elem.children, 0, at + 1, node.after, &mut |matcher, _| rest(matcher, node.after)),
        };
        self.captures.truncate(mark);
        matched
    }

    /// Matches the items from `index` on among the siblings from `from` to `end`.
    fn seq(&mut self, seq: &'a Seq, index: usize, from: u32, end: u32, rest: Rest<'_, 'a>) -> bool {
        let Some(elem) = seq.elems.get(index) else {
            if seq.anchored_end && self.named_between(from, end) {
                return false;
            }
            return rest(self, from);
        };
        let mut any = false;
        if elem.times == Times::One {
            // Another place for an item that captures nothing makes a difference only to what must stand right behind
            // it: everything else finds more siblings behind the first place than behind the later ones.
            let first_only = !elem.captures_inside
                && match seq.elems.get(index + 1) {
                    Some(next) => !next.anchored,
                    None => !seq.anchored_end,
                };
            let mut at = from;
            while at < end {
                let mut stood_here = false;
                any |= self.elem(elem, at, &mut |matcher, next| {
                    stood_here = true;
                    matcher.seq(seq, index + 1, next, end, rest)
                });
                if first_only && stood_here || self.budget == 0 || self.stops(elem, at) {
                    break;
                }
                at = self.nodes[at as usize].after;
            }
            return any;
        }
        self.repeated(seq, index, from, end, 0, rest)
    }

    /// An optional or repeated item: takes as many as it can, and only then goes on.
    fn repeated(&mut self, seq: &'a Seq, index: usize, from: u32, end: u32, taken: u32, rest: Rest<'_, 'a>) -> bool {
        let elem = &seq.elems[index];
        let more = taken == 0 || matches!(elem.times, Times::Many { .. });
        let mut at = from;
        while more && at < end {
            let many = matches!(elem.times, Times::Many { .. });
            // Each repetition is a level of the machine's stack, so their number is bounded.
            let any = self.elem(elem, at, &mut |matcher, next| {
                if many && taken < MAX_REPETITIONS {
                    matcher.repeated(seq, index, next, end, taken + 1, rest)
                } else {
                    matcher.seq(seq, index + 1, next, end, rest)
                }
            });
            if any {
                return true;
            }
            if self.budget == 0 || self.stops(elem, at) {
                break;
            }
            at = self.nodes[at as usize].after;
        }
        if taken == 0 && elem.times == (Times::Many { one_at_least: true }) {
            return false;
        }
        self.seq(seq, index + 1, from, end, rest)
    }

    /// Whether an anchored item may not be looked for behind `at`: tokens without a name may stand between, nodes not.
    fn stops(&self, elem: &Elem, at: u32) -> bool {
        elem.anchored && self.compiled.kind(self.nodes[at as usize].kind).named
    }

    fn named_between(&self, from: u32, end: u32) -> bool {
        let mut at = from;
        while at < end {
            if self.compiled.kind(self.nodes[at as usize].kind).named {
                return true;
            }
            at = self.nodes[at as usize].after;
        }
        false
    }

    fn has_field(&self, parent: u32, fields: &[u16]) -> bool {
        let end = self.nodes[parent as usize].after;
        let mut at = parent + 1;
        while at < end {
            if fields.contains(&self.nodes[at as usize].field) {
                return true;
            }
            at = self.nodes[at as usize].after;
        }
        false
    }
}

/// Repetitions of one `*` or `+` that are followed; the rest of the siblings is passed over.
const MAX_REPETITIONS: u32 = 64;
