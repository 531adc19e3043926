//! The one walk over the nodes in which symbols, scopes, metrics and comments come about.

use rustc_hash::FxHashMap;

use super::collect::{Collected, Def, ImportMatch};
use super::comments::Comments;
use super::metrics::Meter;
use super::names::{Interner, Word};
use super::scopes::{Redirect, Scopes};
use super::text::LineTable;
use crate::facts::{Access, Detail, FileFacts, ScopeId, Span, SymbolId, Visibility};
use crate::flat::{NONE, Node, is_error};
use crate::language::Loaded;
use crate::query::flag;

/// An open symbol.
pub(super) struct Frame {
    pub(super) symbol: SymbolId,
    /// Index of the first node behind it.
    pub(super) after: u32,
    /// Its widest and narrowest definition nodes, and its name.
    pub(super) node: u32,
    pub(super) narrow: u32,
    pub(super) name: u32,
    /// What `public:` said last among its members, and the index of the first node behind the part for which it holds.
    pub(super) section: Option<(Visibility, u32)>,
    /// Whether it holds what follows it.
    pub(super) to_end: bool,
}

/// A call before its name is looked up: that waits until the whole file is bound.
pub(super) struct PendingCall {
    pub(super) callee: u32,
    pub(super) receiver: u32,
    pub(super) receiver_last: u32,
    pub(super) caller: Option<SymbolId>,
    pub(super) scope: ScopeId,
    /// A name alone, which is a call unless it means a variable (Ruby).
    pub(super) bare: bool,
    /// Among the tokens of a macro: its receiver is in the text only.
    pub(super) tokens: bool,
    pub(super) is_macro: bool,
}

/// A reference before its name is looked up.
pub(super) struct PendingReference {
    pub(super) word: Word,
    pub(super) node: u32,
    pub(super) scope: ScopeId,
    pub(super) access: Access,
}

pub(super) struct Walk<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) loaded: &'a Loaded,
    pub(super) text: &'a str,
    pub(super) full: bool,
    pub(super) collected: &'a Collected,
    pub(super) lines: LineTable,
    pub(super) names: Interner<'a>,
    pub(super) comments: Comments,
    pub(super) meter: Meter,
    pub(super) scopes: Scopes,
    /// Kinds whose names live in a name space of types.
    type_kinds: Vec<u16>,
    pub(super) frames: Vec<Frame>,
    /// Index of the first node behind the last attribute.
    attribute_after: u32,
    /// The nodes of each import.
    pub(super) import_nodes: Vec<ImportMatch>,
    /// Open declarations: node and first node behind.
    pub(super) declarations: Vec<(u32, u32)>,
    /// The definition that a name node names: its widest node, and its symbol if it became one.
    pub(super) named: FxHashMap<u32, (u32, Option<SymbolId>)>,
    pub(super) facts: FileFacts,
    pub(super) calls: Vec<PendingCall>,
    pub(super) references: Vec<PendingReference>,
    /// How many parameters the clauses of a function have, where clauses are merged.
    pub(super) arities: FxHashMap<SymbolId, u8>,
    /// Variables by container and name, where assigning declares them.
    pub(super) variables: FxHashMap<(Option<SymbolId>, &'a str), SymbolId>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        nodes: &'a [Node],
        loaded: &'a Loaded,
        text: &'a str,
        detail: Detail,
        collected: &'a Collected,
    ) -> Self {
        let kinds = loaded.settings.type_names.iter();
        Self {
            nodes,
            loaded,
            text,
            full: detail == Detail::Full,
            collected,
            lines: LineTable::new(text),
            names: Interner::default(),
            comments: Comments::default(),
            meter: Meter::default(),
            scopes: Scopes::new(text.len() as u32),
            type_kinds: kinds.map(|kind| loaded.grammar.id_for_node_kind(kind, true)).collect(),
            frames: Vec::new(),
            attribute_after: 0,
            import_nodes: Vec::new(),
            declarations: Vec::new(),
            named: FxHashMap::default(),
            facts: FileFacts::default(),
            calls: Vec::with_capacity(collected.calls.len()),
            references: Vec::new(),
            variables: FxHashMap::default(),
            arities: FxHashMap::default(),
        }
    }

    pub(super) fn run(mut self) -> FileFacts {
        self.imports();
        let nodes = self.nodes;
        let mut defs = self.collected.defs.as_slice();
        let mut calls = self.collected.calls.as_slice();
        for (index, node) in nodes.iter().enumerate() {
            let index = index as u32;
            let flags = node.flags & flag::WALK;
            if flags == 0 {
                continue;
            }
            self.leave(index);
            if is_error(node) && self.facts.errors.last().is_none_or(|last| last.end < node.end.max(last.end + 1)) {
                self.facts.errors.push(span(node));
            }
            if flags & flag::COMMENT != 0 {
                let inner = node.flags & flag::MEMBER != 0;
                let symbol = self.frames.last().map(|frame| frame.symbol);
                self.comments.comment(span(node), inner, self.text, &self.lines, symbol);
            }
            if flags & (flag::ATTRIBUTE | flag::TEST_ATTRIBUTE) != 0 {
                self.attribute(index, node);
            }
            if flags & flag::DEF != 0 {
                while let Some((def, rest)) = defs.split_first()
                    && def.node <= index
                {
                    defs = rest;
                    self.define(def);
                }
            }
            if flags & flag::TEST != 0 {
                self.mark_test(index);
            }
            if flags & flag::SECTION != 0 {
                self.section(node);
            }
            if flags & flag::MAKES != 0 {
                self.set_visibility(node);
            }
            if flags & (flag::NEST | flag::SCOPE) != 0 {
                self.enter(index, node, flags);
            }
            if flags & flag::DECLARATION != 0 {
                self.declarations.push((index, node.after));
            }
            if flags & (flag::GLOBAL | flag::OUTER) != 0 {
                let word = self.names.word(span(node).text(self.text));
                let to = if flags & flag::GLOBAL != 0 { Redirect::File } else { Redirect::Outer };
                self.scopes.redirect(word, to);
            }
            if flags & flag::BINDING != 0 {
                self.bind(index, node, flags);
            }
            if flags & (flag::BRANCH | flag::SWITCH | flag::CASE | flag::ELSE | flag::LOGICAL | flag::JUMP) != 0 {
                self.meter.count(index, nodes, &self.loaded.compiled, &mut self.facts.symbols, self.text);
            }
            if flags & flag::CALLEE != 0 {
                while let Some((call, rest)) = calls.split_first()
                    && call.callee <= index
                {
                    calls = rest;
                    // The tokens of an attribute are no code: `cfg(any(…))`.
                    if call.tokens && index < self.attribute_after {
                        continue;
                    }
                    let caller = self.frames.last().map(|frame| frame.symbol);
                    let scope = self.scopes.current();
                    self.calls.push(PendingCall {
                        callee: call.callee,
                        receiver: call.receiver,
                        receiver_last: call.receiver_last,
                        caller,
                        scope,
                        bare: false,
                        tokens: call.tokens,
                        is_macro: call.is_macro,
                    });
                }
            }
            if flags & flag::CALL_BARE != 0
                && node.flags & (flag::BINDING | flag::MEMBER | flag::CALLEE | flag::WRITE) == 0
            {
                let caller = self.frames.last().map(|frame| frame.symbol);
                let scope = self.scopes.current();
                self.calls.push(PendingCall {
                    callee: index,
                    receiver: NONE,
                    receiver_last: NONE,
                    caller,
                    scope,
                    bare: true,
                    tokens: false,
                    is_macro: false,
                });
            }
            if flags & (flag::REFERENCE | flag::WRITE) != 0 && node.flags & flag::BINDING == 0 {
                self.refer(index, node, flags);
            }
        }
        self.finish()
    }

    fn leave(&mut self, index: u32) {
        while self.frames.last().is_some_and(|frame| frame.after <= index) {
            self.frames.pop();
        }
        while self.declarations.last().is_some_and(|&(_, after)| after <= index) {
            self.declarations.pop();
        }
        self.scopes.leave(index);
        self.meter.leave(index);
    }

    fn attribute(&mut self, index: u32, node: &Node) {
        self.attribute_after = self.attribute_after.max(node.after);
        let test = node.flags & flag::TEST_ATTRIBUTE != 0;
        // Java writes annotations inside the definition, Rust before it.
        if let Some(frame) = self.frames.last()
            && index < frame.name
        {
            if test {
                let symbol = &mut self.facts.symbols[frame.symbol as usize];
                symbol.is_test |= symbol.kind.is_callable();
            }
        } else {
            self.comments.attribute(span(node), test);
        }
    }

    fn mark_test(&mut self, index: u32) {
        if let Some(frame) = self.frames.last()
            && (frame.node == index || frame.narrow == index)
        {
            self.facts.symbols[frame.symbol as usize].is_test = true;
        }
    }

    /// Enters a scope, a lambda, or both.
    fn enter(&mut self, index: u32, node: &Node, flags: u64) {
        // The function of a symbol is counted when the symbol is defined.
        let own = self.frames.last().is_some_and(|frame| {
            let is_node = frame.narrow == index || frame.node == index || node.parent == frame.narrow;
            is_node && self.facts.symbols[frame.symbol as usize].kind.is_callable()
        });
        if flags & flag::NEST != 0 && !own {
            self.meter.enter_lambda(node.after, index);
        }
        if flags & flag::SCOPE != 0 {
            let is_node = self.frames.last().is_some_and(|frame| frame.narrow == index || frame.node == index);
            let function = flags & (flag::SCOPE_FUNCTION | flag::NEST) != 0 || own && is_node;
            self.scopes.enter(index, node.after, span(node), function, flags);
        }
    }

    pub(super) fn is_type(&self, node: &Node) -> bool {
        !self.type_kinds.is_empty() && self.type_kinds.contains(&node.kind)
    }

    pub(super) fn has_type_names(&self) -> bool {
        !self.type_kinds.is_empty()
    }

    fn refer(&mut self, index: u32, node: &Node, flags: u64) {
        // A member or a defined name is no reference, but a member may be assigned without being one either.
        if !self.full || node.flags & flag::MEMBER != 0 {
            return;
        }
        let text = span(node).text(self.text);
        if text.is_empty() || text.contains('\n') {
            return;
        }
        let access = if flags & flag::WRITE != 0 { Access::Write } else { Access::Read };
        let word = self.names.word(text);
        self.references.push(PendingReference { word, node: index, scope: self.scopes.current(), access });
    }

    pub(super) fn span_of(&self, node: u32) -> Span {
        span(&self.nodes[node as usize])
    }

    pub(super) fn def_text(&self, def: &Def) -> &'a str {
        self.span_of(def.name).text(self.text)
    }
}

pub(super) fn span(node: &Node) -> Span {
    Span { start: node.start, end: node.end }
}
