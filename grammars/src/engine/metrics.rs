//! Complexity, counted while the nodes are walked.
//!
//! Cyclomatic complexity counts decisions + 1 (T. J. McCabe, "A Complexity Measure", 1976). Cognitive complexity follows
//! G. A. Campbell, "Cognitive Complexity: a new way of measuring understandability" (SonarSource 2018).

use crate::facts::{Metrics, Symbol, SymbolId};
use crate::flat::{NONE, Node};
use crate::query::{Compiled, flag};

/// Something that nests: a function, a lambda or a control structure.
struct Level {
    /// Index of the first node behind it.
    after: u32,
    /// Nesting of what is inside.
    depth: u32,
    /// Nodes of its condition, which is not nested.
    condition: std::ops::Range<u32>,
    /// The function that is measured; none in a lambda outside all functions.
    symbol: Option<SymbolId>,
}

/// The open levels.
#[derive(Default)]
pub(super) struct Meter {
    levels: Vec<Level>,
    /// Parent of the last boolean operator and its text.
    last_logical: Option<(u32, u32)>,
}

impl Meter {
    /// Leaves what ended before node `index`.
    pub(super) fn leave(&mut self, index: u32) {
        while self.levels.last().is_some_and(|level| level.after <= index) {
            self.levels.pop();
        }
    }

    /// Whether the place is inside a function or lambda.
    pub(super) fn inside_function(&self) -> bool {
        !self.levels.is_empty()
    }

    /// Enters a function that is measured by itself.
    pub(super) fn enter_function(&mut self, after: u32, symbol: SymbolId) {
        self.levels.push(Level { after, depth: 0, condition: 0..0, symbol: Some(symbol) });
    }

    /// Enters a lambda.
    pub(super) fn enter_lambda(&mut self, after: u32, index: u32) {
        let depth = self.depth(index) + 1;
        let symbol = self.symbol();
        self.levels.push(Level { after, depth, condition: 0..0, symbol });
    }

    fn symbol(&self) -> Option<SymbolId> {
        self.levels.last().and_then(|level| level.symbol)
    }

    /// Nesting at node `index`.
    fn depth(&self, index: u32) -> u32 {
        match self.levels.last() {
            Some(level) if level.condition.contains(&index) => level.depth.saturating_sub(1),
            Some(level) => level.depth,
            None => 0,
        }
    }

    /// Counts the marks of node `index`.
    pub(super) fn count(
        &mut self,
        index: u32,
        nodes: &[Node],
        compiled: &Compiled,
        symbols: &mut [Symbol],
        text: &str,
    ) {
        let Some(symbol) = self.symbol() else {
            return;
        };
        let Some(metrics) = symbols.get_mut(symbol as usize).and_then(|symbol| symbol.metrics.as_mut()) else {
            return;
        };
        let node = &nodes[index as usize];
        let flags = node.flags;
        if flags & flag::ELSE != 0 {
            add(&mut metrics.cognitive, 1);
        }
        if flags & flag::CASE != 0 {
            add(&mut metrics.cyclomatic, 1);
        }
        if flags & flag::JUMP != 0 {
            add(&mut metrics.cognitive, 1);
        }
        if flags & flag::LOGICAL != 0 {
            add(&mut metrics.cyclomatic, 1);
            if !self.continues_run(index, nodes, compiled, text) {
                add(&mut metrics.cognitive, 1);
            }
            self.last_logical = Some((node.parent, index));
        }
        if flags & (flag::BRANCH | flag::SWITCH) != 0 {
            let depth = self.depth(index);
            if flags & flag::BRANCH != 0 {
                add(&mut metrics.cyclomatic, 1);
            }
            let chained = is_else_if(index, nodes);
            if !chained {
                add(&mut metrics.cognitive, depth + 1);
            }
            let inner = if chained { depth } else { depth + 1 };
            metrics.nesting = metrics.nesting.max(inner.min(u32::from(u8::MAX)) as u8);
            let condition = condition(index, nodes, compiled);
            self.levels.push(Level { after: node.after, depth: inner, condition, symbol: Some(symbol) });
        }
    }

    /// Whether the operator goes on with the run that the operator before it is part of: the same operator, in the
    /// same expression, with nothing but such expressions and brackets between.
    fn continues_run(&self, index: u32, nodes: &[Node], compiled: &Compiled, text: &str) -> bool {
        let Some((last_parent, last)) = self.last_logical else {
            return false;
        };
        let word = |node: &Node| text.get(node.start as usize..node.end as usize);
        if word(&nodes[last as usize]) != word(&nodes[index as usize]) {
            return false;
        }
        let parent = nodes[index as usize].parent;
        if parent == NONE || last_parent == NONE {
            return false;
        }
        // One of the two expressions holds the other, so climb from the inner, which stands later.
        let (outer, inner) = (parent.min(last_parent), parent.max(last_parent));
        let kinds = [nodes[outer as usize].kind, nodes[inner as usize].kind];
        let mut at = inner;
        while at > outer {
            at = nodes[at as usize].parent;
            if at == NONE
                || !(kinds.contains(&nodes[at as usize].kind) || compiled.kind(nodes[at as usize].kind).parenthesis)
            {
                return false;
            }
        }
        at == outer
    }
}

/// Whether a branch stands directly in the `else` of a branch of its kind, so that it continues that one.
fn is_else_if(index: u32, nodes: &[Node]) -> bool {
    let node = &nodes[index as usize];
    let Some(parent) = nodes.get(node.parent as usize) else {
        return false;
    };
    if parent.flags & flag::ELSE != 0 && nodes.get(parent.parent as usize).is_some_and(|outer| outer.kind == node.kind)
    {
        return true;
    }
    let before = &nodes[index as usize - 1];
    before.parent == node.parent && before.after == index && before.flags & flag::ELSE != 0 && parent.kind == node.kind
}

fn condition(index: u32, nodes: &[Node], compiled: &Compiled) -> std::ops::Range<u32> {
    let after = nodes[index as usize].after;
    let mut child = index + 1;
    while compiled.condition != 0 && child < after {
        if nodes[child as usize].field == compiled.condition {
            return child..nodes[child as usize].after;
        }
        child = nodes[child as usize].after;
    }
    0..0
}

fn add(number: &mut u16, count: u32) {
    *number = number.saturating_add(count.min(u32::from(u16::MAX)) as u16);
}

/// A call of itself is a break of the flow like a loop.
pub(super) fn add_recursion(metrics: &mut Metrics) {
    add(&mut metrics.cognitive, 1);
}
