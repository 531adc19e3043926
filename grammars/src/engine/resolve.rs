//! The end of the walk: with every name bound, calls and references are looked up and the facts are complete.

use super::metrics::add_recursion;
use super::text::{cut, first_part, is_path};
use super::walk::{PendingCall, Walk, span};
use crate::facts::{Binding, Call, FileFacts, Reference, Scope, Span, SymbolId, SymbolKind, Target};
use crate::flat::NONE;

/// Bytes of a qualifier that is kept.
const MAX_QUALIFIER: usize = 200;

impl<'a> Walk<'a> {
    pub(super) fn finish(mut self) -> FileFacts {
        let mut recursive: Vec<SymbolId> = Vec::new();
        for pending in std::mem::take(&mut self.calls) {
            if let Some((call, calls_itself)) = self.call(&pending) {
                if calls_itself && let Some(caller) = call.caller {
                    recursive.push(caller);
                }
                self.facts.calls.push(call);
            }
        }
        recursive.sort_unstable();
        recursive.dedup();
        for symbol in recursive {
            if let Some(metrics) = &mut self.facts.symbols[symbol as usize].metrics {
                add_recursion(metrics);
            }
        }
        if !self.collected.exported.is_empty() {
            self.publish_exported();
        }
        if self.full {
            self.full_facts();
        }
        self.facts.lines = self.lines.count();
        self.facts.comment_lines = self.comments.comment_lines();
        self.facts.markers = self.comments.markers;
        self.facts.names = self.names.finish();
        self.facts
    }

    /// The call, and whether its caller calls itself.
    fn call(&mut self, pending: &PendingCall) -> Option<(Call, bool)> {
        let node = self.nodes[pending.callee as usize];
        let text = span(&node).text(self.text);
        if text.is_empty()
            || text.contains(char::is_whitespace)
            || self.loaded.settings.keywords.iter().any(|word| word == text)
        {
            return None;
        }
        let receiver = match pending.receiver {
            NONE if pending.tokens => receiver_before(self.text, node.start),
            NONE => None,
            receiver => {
                Some(Span { start: self.span_of(receiver).start, end: self.span_of(pending.receiver_last).end })
            }
        };
        let has_receiver = receiver.is_some();
        let qualifier =
            receiver.map(|span| span.text(self.text)).filter(|text| text.len() <= MAX_QUALIFIER && is_path(text));
        let target = match qualifier {
            Some(path) => self.qualifier_target(path, pending, receiver.map_or(0, |span| span.start)),
            None if has_receiver => Target::Free,
            None => {
                let space = self.has_type_names().then(|| self.is_type(&node));
                match self.bound(text, space, pending.scope, node.start) {
                    Target::Local if pending.is_macro => Target::Free,
                    Target::Symbol(id) if pending.is_macro && !self.is_macro(id) => Target::Free,
                    target => target,
                }
            }
        };
        if pending.bare && !self.is_bare_call(text, pending, target) {
            return None;
        }
        let word = self.names.word(cut(text, MAX_QUALIFIER));
        let name = self.names.publish(word);
        let calls_itself = pending.caller.is_some_and(|caller| match qualifier {
            None => !has_receiver && target == Target::Symbol(caller),
            Some(path) => self.is_self(path) && self.facts.symbols[caller as usize].name == name,
        });
        let call = Call {
            name,
            qualifier: qualifier.map(|path| self.names.name(path)),
            has_receiver,
            caller: pending.caller,
            target,
            span: span(&node),
            line: self.lines.line(node.start),
        };
        Some((call, calls_itself))
    }

    fn is_macro(&self, symbol: SymbolId) -> bool {
        self.facts.symbols[symbol as usize].kind == SymbolKind::Macro
    }

    /// Whether a name alone is a call: unless it means a variable.
    fn is_bare_call(&self, name: &str, pending: &PendingCall, target: Target) -> bool {
        let at = self.nodes[pending.callee as usize].start;
        let binding = self.names.known(name).and_then(|word| self.scopes.resolve(word, None, pending.scope, at));
        target != Target::Local && !binding.is_some_and(|id| self.scopes.bindings[id as usize].is_variable())
    }

    /// What the first name of a path is bound to; `self` is the type around.
    fn qualifier_target(&self, path: &str, pending: &PendingCall, at: u32) -> Target {
        let first = first_part(path);
        if self.is_self(first) {
            let mut around = pending.caller;
            while let Some(id) = around {
                let symbol = &self.facts.symbols[id as usize];
                if symbol.kind == SymbolKind::Impl || symbol.kind.is_type() {
                    return Target::Symbol(id);
                }
                around = symbol.container;
            }
        }
        self.bound(first, None, pending.scope, at)
    }

    fn bound(&self, name: &str, is_type: Option<bool>, scope: u32, at: u32) -> Target {
        let word = self.names.known(name);
        let binding = word.and_then(|word| self.scopes.resolve(word, is_type, scope, at));
        binding.map_or(Target::Free, |binding| self.scopes.target(binding))
    }

    fn full_facts(&mut self) {
        for pending in std::mem::take(&mut self.references) {
            let node = self.nodes[pending.node as usize];
            let space = self.has_type_names().then(|| self.is_type(&node));
            let binding = self.scopes.resolve(pending.word, space, pending.scope, node.start);
            let name = self.names.publish(pending.word);
            self.facts.references.push(Reference { name, span: span(&node), access: pending.access, binding });
        }
        for scope in &self.scopes.all {
            self.facts.scopes.push(Scope { parent: scope.parent, span: scope.span });
        }
        for bound in &self.scopes.bindings {
            let name = self.names.publish(bound.word);
            self.facts.bindings.push(Binding { name, kind: bound.kind, scope: bound.scope, span: bound.span });
        }
    }
}

/// What stands before the name at `start`, when a dot or `::` joins it to something: among tokens no node tells.
fn receiver_before(text: &str, start: u32) -> Option<Span> {
    let before = text.get(..start as usize)?;
    let joined = before.strip_suffix('.').or_else(|| before.strip_suffix("::"))?;
    // `0..f(x)` is a range.
    if joined.ends_with('.') {
        return None;
    }
    let path = joined.rfind(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '.' | ':')));
    let begin = path.map_or(0, |at| at + joined[at..].chars().next().map_or(1, char::len_utf8));
    // `f().g()`: the receiver is an expression, of which only its end is seen.
    let is_expression = joined[begin..].starts_with('.') || joined[..begin].ends_with(['?', ')', ']']);
    let begin = if is_expression { begin.saturating_sub(1) } else { begin };
    Some(Span { start: joined.floor_char_boundary(begin) as u32, end: joined.len() as u32 })
}
