//! Definitions become symbols: container, kind, visibility, signature and documentation.

use super::collect::Def;
use super::text::{cut, unquoted};
use super::walk::{Frame, Walk, span};
use crate::facts::{Metrics, Span, Symbol, SymbolId, SymbolKind, Visibility};
use crate::flat::{NONE, Node};
use crate::query::flag;
use crate::settings::VisibilityRule;

/// Symbols nested deeper than this are left out.
const MAX_SYMBOLS_DEEP: usize = 200;
/// Bytes of a name.
const MAX_NAME: usize = 256;
/// Bytes of a signature.
const MAX_SIGNATURE: usize = 1024;

impl<'a> Walk<'a> {
    /// Makes a symbol of a definition and opens it.
    pub(super) fn define(&mut self, def: &Def) {
        // Several names may be defined by one node; they do not contain each other.
        while self.frames.last().is_some_and(|frame| frame.node == def.node) {
            self.frames.pop();
        }
        self.close_open_ended(def);
        self.named.insert(def.name, (def.narrow, None));
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
        let mut node = self.nodes[def.node as usize];
        if let Some(around) = self.holder(def) {
            node.end = around.end;
        }
        if settings.merge_clauses && kind.is_callable() && self.merge_clause(def, kind, name, container) {
            return;
        }
        let before = self.comments.before(node.start, self.text, &self.lines);
        let span = Span { start: before.attributes.unwrap_or(node.start).min(node.start), end: node.end };
        let doc = if def.doc == NONE {
            before.doc
        } else {
            Span { start: self.span_of(def.doc).start, end: self.span_of(def.doc_last).end }
        };
        let name = self.names.name(name);
        let qualifier = (def.qualifier != NONE)
            .then(|| self.span_of(def.qualifier).text(self.text).split(['<', '[', '(']).next().unwrap_or("").trim())
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
        self.named.insert(def.name, (def.narrow, Some(id)));
        self.open(def, id, kind);
    }

    fn open(&mut self, def: &Def, symbol: SymbolId, kind: SymbolKind) {
        let holder = self.holder(def);
        let to_end = holder.is_some();
        let after = holder.unwrap_or(self.nodes[def.node as usize]).after;
        let (node, narrow, name) = (def.node, def.narrow, def.name);
        self.frames.push(Frame { symbol, after, node, narrow, name, section: None, to_end });
        if kind.is_callable() {
            self.meter.enter_function(after, symbol);
        }
    }

    /// For a definition that holds what follows it (`package x;`): the node to whose end it reaches.
    fn holder(&self, def: &Def) -> Option<Node> {
        let node = &self.nodes[def.node as usize];
        (node.flags & flag::TO_END != 0).then(|| self.nodes.get(node.parent as usize).copied()).flatten()
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
        let mut frames = self.frames.iter().rev().map(|frame| frame.symbol);
        if def.member { frames.find(|&id| !self.facts.symbols[id as usize].kind.is_callable()) } else { frames.next() }
    }

    /// Adds a clause to the function just before it, when it has the same name.
    fn merge_clause(&mut self, def: &Def, kind: SymbolKind, name: &str, container: Option<SymbolId>) -> bool {
        let end = self.nodes[def.node as usize].end;
        let Some(id) = self.facts.symbols.len().checked_sub(1) else {
            return false;
        };
        let last = &mut self.facts.symbols[id];
        if last.container != container || last.kind != kind || self.names.peek(last.name) != name {
            return false;
        }
        last.span.end = end;
        last.lines = self.lines.lines(last.span);
        self.named.insert(def.name, (def.narrow, Some(id as SymbolId)));
        self.open(def, id as SymbolId, kind);
        true
    }

    fn symbol_name(&self, def: &Def) -> Option<(&'a str, Span)> {
        let node = self.span_of(def.name);
        let raw = self.def_text(def);
        let (inner, quote) = unquoted(raw);
        // `<` and `>` are part of names such as `operator<>`.
        let (inner, quote) = if raw.starts_with('<') { (raw, 0) } else { (inner, quote) };
        let leading = inner.len() - inner.trim_start().len();
        let name = inner.trim().lines().next().unwrap_or("").trim_end();
        let name = cut(name, MAX_NAME);
        if name.is_empty() || self.loaded.settings.keywords.iter().any(|keyword| keyword == raw) {
            return None;
        }
        let start = node.start + (quote + leading) as u32;
        Some((name, Span { start, end: start + name.len() as u32 }))
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

    fn parameters(&self, def: &Def) -> u8 {
        if def.parameters == NONE {
            return 0;
        }
        let after = self.nodes[def.parameters as usize].after;
        let mut count = 0u8;
        let mut at = def.parameters + 1;
        while at < after {
            let node = &self.nodes[at as usize];
            let text = span(node).text(self.text);
            let kind = self.loaded.grammar.node_kind_for_id(node.kind).unwrap_or("");
            let own = text.trim_start_matches('&').trim_start();
            let own = own.strip_prefix("mut ").unwrap_or(own);
            let receiver = kind.contains("self_parameter") || kind.contains("receiver") || self.is_self(own);
            let counts = self.loaded.compiled.kind(node.kind).named
                && node.flags & (flag::COMMENT | flag::ATTRIBUTE) == 0
                && !kind.ends_with("_separator")
                && !receiver
                && text != "void"
                && node.start < node.end;
            count = count.saturating_add(u8::from(counts));
            at = node.after;
        }
        count
    }

    /// Whether a name means the type around.
    pub(super) fn is_self(&self, name: &str) -> bool {
        self.loaded.settings.self_names.iter().any(|own| own == name)
    }

    fn signature(&self, def: &Def) -> Span {
        let node = self.nodes[def.narrow as usize];
        let mut start = node.start;
        // Annotations that are part of the definition are no part of its signature.
        let mut at = def.narrow + 1;
        while at < node.after && at < def.name {
            let inner = &self.nodes[at as usize];
            if inner.start > start {
                break;
            }
            if inner.start == start && inner.flags & flag::ATTRIBUTE != 0 {
                let rest = self.text.get(inner.end as usize..).unwrap_or("");
                start = inner.end + (rest.len() - rest.trim_start().len()) as u32;
                at = inner.after;
            } else {
                at += 1;
            }
        }
        let start = start.min(node.end);
        // A definition may be as long as its file, and shared by many names.
        let whole = Span { start, end: node.end }.text(self.text);
        let whole = cut(whole, MAX_SIGNATURE);
        let mut end = match def.body {
            NONE => whole.find('\n').unwrap_or(whole.len()),
            body => (self.nodes[body as usize].start.saturating_sub(start) as usize).min(whole.len()),
        };
        if let Some(comment) = self.comment_before_body(def) {
            end = end.min(self.nodes[comment as usize].start.saturating_sub(start) as usize);
        }
        if end == 0 {
            end = whole.find('\n').unwrap_or(whole.len());
        }
        end = whole.floor_char_boundary(end.min(whole.len()));
        let trimmed = whole[..end].trim_end();
        let trimmed = trimmed.strip_suffix('{').or_else(|| trimmed.strip_suffix(':')).unwrap_or(trimmed).trim_end();
        Span { start, end: start + trimmed.len() as u32 }
    }

    /// The comment between a definition's head and its body, if that is where one stands.
    fn comment_before_body(&self, def: &Def) -> Option<u32> {
        if def.body == NONE {
            return None;
        }
        let mut at = def.narrow + 1;
        let mut last = None;
        while at < def.body {
            let node = &self.nodes[at as usize];
            if node.after > def.body {
                at += 1;
                continue;
            }
            last = (node.flags & flag::COMMENT != 0).then_some(last.unwrap_or(at));
            at = node.after;
        }
        last
    }

    fn visibility(&self, def: &Def, kind: SymbolKind, container: Option<SymbolId>) -> Visibility {
        if let Some(visibility) = def.visibility {
            return visibility;
        }
        if def.modifier != NONE {
            let said = visibility_of(self.span_of(def.modifier).text(self.text));
            if said != Visibility::Unknown {
                return said;
            }
        }
        let settings = &self.loaded.settings;
        let around = container.map(|id| &self.facts.symbols[id as usize]);
        if let Some(section) = self.frames.last().and_then(|frame| frame.section) {
            return section;
        }
        if let Some(around) = around {
            if around.kind.is_callable() {
                return Visibility::Private;
            }
            let shared = matches!(around.kind, SymbolKind::Interface | SymbolKind::Trait);
            if shared || kind == SymbolKind::EnumMember || around.kind == SymbolKind::EnumMember {
                return around.visibility;
            }
        }
        let name = self.def_text(def);
        match settings.visibility {
            VisibilityRule::Keyword => settings.default_visibility,
            VisibilityRule::Uppercase if name.starts_with(char::is_uppercase) => Visibility::Public,
            VisibilityRule::Uppercase => Visibility::Internal,
            VisibilityRule::Underscore if name.starts_with("__") && name.ends_with("__") => Visibility::Public,
            VisibilityRule::Underscore if name.starts_with('_') => Visibility::Private,
            VisibilityRule::Underscore => Visibility::Public,
        }
    }
}

/// What modifiers say.
pub(super) fn visibility_of(modifiers: &str) -> Visibility {
    let mut found = Visibility::Unknown;
    let words = modifiers.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty());
    for word in words {
        let said = match word {
            // `pub(crate)`, `pub(super)`, `pub(in path)`
            "pub" if modifiers.contains("pub(") || modifiers.contains("pub (") => Visibility::Internal,
            "pub" | "public" | "open" | "export" | "exported" => Visibility::Public,
            "protected" => return Visibility::Protected,
            "internal" | "package" => Visibility::Internal,
            "private" | "fileprivate" => Visibility::Private,
            _ => continue,
        };
        if found == Visibility::Unknown {
            found = said;
        }
    }
    found
}
