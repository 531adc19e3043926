//! The syntax tree as one array in the order of the text.
//!
//! Walking tree-sitter's tree costs a call for every step; patterns, scopes and metrics all look at the same nodes. So it
//! is walked once, without recursion, and everything else reads this array.

use tree_sitter::Tree;

use crate::query::{Compiled, flag};

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// A node; its children stand behind it, the first at the next index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// First byte.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
    /// Index of the first node behind this one and all below it: the next sibling, if there is one.
    pub(crate) after: u32,
    /// Index of the parent, or [`NONE`].
    pub(crate) parent: u32,
    /// Marks, see [`flag`].
    pub(crate) flags: u64,
    /// Kind.
    pub(crate) kind: u16,
    /// Field in its parent, when a pattern can ask for it; else 0.
    pub(crate) field: u16,
}

/// Copies the nodes that a pattern could look at into `nodes`.
///
/// Tokens that no pattern names are left out. Nodes below `max_depth` levels are left out too.
pub(crate) fn flatten(tree: &Tree, compiled: &Compiled, drop_flags: u64, max_depth: usize, nodes: &mut Vec<Node>) {
    nodes.clear();
    let mut cursor = tree.walk();
    // Indices of the open nodes, and whether fields of their children matter.
    let mut open: Vec<u32> = Vec::with_capacity(64);
    let mut fields = false;
    loop {
        let node = cursor.node();
        let kind = node.kind_id();
        let info = compiled.kind(kind);
        let index = nodes.len() as u32;
        if info.kept || open.is_empty() {
            let field = if fields { cursor.field_id().map_or(0, |id| id.get()) } else { 0 };
            nodes.push(Node {
                start: node.start_byte() as u32,
                end: node.end_byte() as u32,
                after: index + 1,
                parent: open.last().copied().unwrap_or(NONE),
                flags: info.flags & !drop_flags,
                kind,
                field,
            });
            // Tokens have no children, so only named nodes are entered.
            if info.named && open.len() < max_depth && cursor.goto_first_child() {
                open.push(index);
                fields = info.fields;
                continue;
            }
        }
        while !cursor.goto_next_sibling() {
            let Some(closed) = open.pop() else {
                return;
            };
            nodes[closed as usize].after = nodes.len() as u32;
            if !cursor.goto_parent() {
                return;
            }
        }
        fields = match open.last() {
            Some(&parent) => compiled.kind(nodes[parent as usize].kind).fields,
            None => return,
        };
    }
}

/// Whether a node did not parse.
pub(crate) fn is_error(node: &Node) -> bool {
    node.flags & flag::ERROR != 0
}
