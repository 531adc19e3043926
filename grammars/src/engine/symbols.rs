//! Definitions become symbols: container, kind, visibility, signature and documentation.

use super::collect::Def;
use super::walk::{Frame, Walk};
use crate::facts::{Metrics, Span, Symbol, SymbolId, SymbolKind};
use crate::flat::{NONE, Node};
use crate::query::flag;
use crate::settings::Scoping;

/// Symbols nested deeper than this are left out.
const MAX_SYMBOLS_DEEP: usize = 200;

impl<'a> Walk<'a> {
    /// Makes a symbol of a definition and opens it.
    pub(super) fn define(&mut self, def: &Def) {
        // Several names may be defined by one node; they do not contain each other.
        while self.frames.last().is_some_and(|frame| frame.node == def.node) {
            self.frames.pop();
        }
        self.close_open_ended(def);
        self.named.insert(def.name, (def.node, None));
        let settings = &self.loaded.settings;
        let limit = if settings.max_depth == 0 { MAX_SYMBOLS_DEEP } else { settings.max_depth.min(MAX_SYMBOLS_DEEP) };
        let is_variable = matches!(def.kind, SymbolKind::Variable | SymbolKind::Constant);
        if self.frames.len() >= limit || is_variable && self.meter.inside_function() {
            return;
        }
        let Some((name, name_span)) = self.symbol_name(def) else {
            return;
        };
        let container = self.container(def);
        let kind = self.symbol_kind(def, container);
        // Where assigning declares, assigning again is no other variable.
        if is_variable && settings.scoping == Scoping::Function {
            if let Some(&first) = self.variables.get(&(container, name)) {
                self.named.insert(def.name, (def.node, Some(first)));
                return;
            }
            let id = self.facts.symbols.len() as SymbolId;
            self.variables.insert((container, name), id);
        }
        let mut node = self.nodes[def.node as usize];
        if let Some(around) = self.holder(def) {
            node.end = around.end;
        }
        if settings.merge_clauses && self.merge_clause(def, kind, name, container) {
            return;
        }
        let before = self.comments.before(node.start, self.text, &self.lines);
        let span = Span { start: before.attributes.unwrap_or(node.start).min(node.start), end: node.end };
        // Grammars of lines count the line break, and the blank lines behind it, to what ends there.
        let span = Span { end: span.start + span.text(self.text).trim_end().len() as u32, ..span };
        let doc = if def.doc == NONE {
            before.doc
        } else {
            Span { start: self.span_of(def.doc).start, end: self.span_of(def.doc_last).end }
        };
        let name = self.names.name(name);
        let qualifier = (def.qualifier != NONE)
            .then(|| Span { start: self.span_of(def.qualifier).start, end: self.span_of(def.qualifier_last).end })
            .map(|path| path.text(self.text).split(['<', '[', '(']).next().unwrap_or("").trim())
            .filter(|text| !text.is_empty() && !text.contains(char::is_whitespace))
            .map(|text| self.names.name(text));
        let is_declaration = self.is_declaration(def, kind);
        let measured = self.loaded.full && kind.is_callable() && kind != SymbolKind::Macro && !is_declaration;
        let metrics =
            measured.then(|| Metrics { cyclomatic: 1, parameters: self.parameters(def), ..Metrics::default() });
        let id = self.facts.symbols.len() as SymbolId;
        let visibility = self.visibility(def, kind, container);
        self.facts.symbols.push(Symbol {
            name,
            kind,
            container,
            qualifier,
            visibility,
            is_test: before.test && kind.is_callable(),
            is_declaration,
            span,
            lines: self.lines.lines(span),
            name_span,
            signature: self.signature(def),
            doc,
            metrics,
        });
        self.note_arity(id, def);
        self.named.insert(def.name, (def.node, Some(id)));
        self.open(def, id, kind);
    }

    fn open(&mut self, def: &Def, symbol: SymbolId, kind: SymbolKind) {
        let holder = self.holder(def);
        let to_end = self.nodes[def.node as usize].flags & flag::TO_END != 0;
        let after = holder.unwrap_or(self.nodes[def.node as usize]).after;
        let (node, narrow, name) = (def.node, def.narrow, def.name);
        self.frames.push(Frame { symbol, after, node, narrow, name, section: None, to_end });
        if kind.is_callable() {
            self.meter.enter_function(after, symbol);
        }
    }

    /// For a definition that reaches further than its node: the node to whose end it reaches. Either it holds what follows
    /// it (`package x;`), or its body is a node behind it (`TEST_CASE("adds") { … }`).
    fn holder(&self, def: &Def) -> Option<Node> {
        let node = &self.nodes[def.node as usize];
        if node.flags & flag::TO_END != 0 {
            return self.nodes.get(node.parent as usize).copied();
        }
        let body = self.nodes.get(def.body as usize)?;
        (body.parent == node.parent && body.start >= node.end).then_some(*body)
    }

    /// The next such definition ends the one before.
    fn close_open_ended(&mut self, def: &Def) {
        let node = &self.nodes[def.node as usize];
        while node.flags & flag::TO_END != 0
            && let Some(frame) = self.frames.last()
            && frame.to_end
            && self.nodes[frame.node as usize].parent == node.parent
        {
            let symbol = &mut self.facts.symbols[frame.symbol as usize];
            symbol.span.end = node.start.max(symbol.span.start);
            symbol.lines = self.lines.lines(symbol.span);
            self.frames.pop();
        }
    }

    fn container(&self, def: &Def) -> Option<SymbolId> {
        let kind_of = |id: SymbolId| self.facts.symbols[id as usize].kind;
        let mut frames = self.frames.iter().rev().map(|frame| frame.symbol);
        if def.member {
            frames.find(|&id| !kind_of(id).is_callable())
        } else if def.kind.is_type() && def.kind != SymbolKind::TypeAlias {
            // `typedef struct node {…} node_t;`, `struct {…} variable;`: the type is no part of the name that it is given.
            let names = [SymbolKind::Variable, SymbolKind::Constant, SymbolKind::Field, SymbolKind::TypeAlias];
            frames.find(|&id| !names.contains(&kind_of(id)))
        } else {
            frames.next()
        }
    }

    /// Adds a clause to the definition before it in the same container, when both are clauses of one function: they have the same
    /// name and, as far as they show it, the same number of parameters. A signature line may look like a constant.
    fn merge_clause(&mut self, def: &Def, kind: SymbolKind, name: &str, container: Option<SymbolId>) -> bool {
        let is_clause =
            |kind: SymbolKind| kind.is_callable() || matches!(kind, SymbolKind::Constant | SymbolKind::Variable);
        // What is defined inside the earlier clause stands between.
        let mut before = self.facts.symbols.len().checked_sub(1).map(|last| last as SymbolId);
        while let Some(id) = before
            && self.facts.symbols[id as usize].container != container
        {
            before = self.facts.symbols[id as usize].container;
        }
        let Some(id) = before else {
            return false;
        };
        let arity = (def.parameters != NONE).then(|| self.parameters(def));
        let known = self.arities.get(&id).copied();
        let declared = self.is_declaration(def, kind);
        let symbol = &mut self.facts.symbols[id as usize];
        let one_function = is_clause(symbol.kind)
            && is_clause(kind)
            && self.names.peek(symbol.name) == name
            && arity.is_none_or(|arity| known.is_none_or(|known| arity == known));
        if !one_function {
            return false;
        }
        symbol.span.end = self.nodes[def.node as usize].end;
        symbol.lines = self.lines.lines(symbol.span);
        if kind.is_callable() && !symbol.kind.is_callable() {
            symbol.kind = kind;
        }
        symbol.is_declaration &= declared;
        self.note_arity(id, def);
        self.named.insert(def.name, (def.node, Some(id)));
        self.open(def, id, kind);
        true
    }

    fn note_arity(&mut self, symbol: SymbolId, def: &Def) {
        if self.loaded.settings.merge_clauses && def.parameters != NONE {
            self.arities.insert(symbol, self.parameters(def));
        }
    }

    fn symbol_kind(&self, def: &Def, container: Option<SymbolId>) -> SymbolKind {
        let in_type = container.is_some_and(|id| {
            let kind = self.facts.symbols[id as usize].kind;
            kind == SymbolKind::Impl || kind.is_type() && kind != SymbolKind::TypeAlias
        });
        match def.kind {
            SymbolKind::Function if in_type => SymbolKind::Method,
            kind => kind,
        }
    }

    /// Whether a callable is only declared. A macro is whole in every form.
    fn is_declaration(&self, def: &Def, kind: SymbolKind) -> bool {
        kind.is_callable()
            && kind != SymbolKind::Macro
            && def.body == NONE
            && !self.loaded.settings.bodiless.contains(&kind)
    }
}
