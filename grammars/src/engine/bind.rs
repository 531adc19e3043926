//! Names come into scope: bindings, and the imports that some of them are.

use super::scopes::NewBinding;
use super::text::{last_part, unquoted};
use super::walk::{PendingReference, Walk, span};
use crate::facts::{Access, BindingKind, Import, ImportId, ScopeId, Span};
use crate::flat::{NONE, Node};
use crate::query::flag;
use crate::settings::Scoping;

impl<'a> Walk<'a> {
    /// Binds the name that node `index` is.
    pub(super) fn bind(&mut self, index: u32, node: &Node, flags: u64) {
        let kind = match flags {
            _ if flags & flag::BIND_IMPORT != 0 => BindingKind::Import,
            _ if flags & (flag::BIND_DEFINITION | flag::HOIST_DEFINITION) != 0 => BindingKind::Definition,
            _ if flags & flag::BIND_PARAMETER != 0 => BindingKind::Parameter,
            _ => BindingKind::Variable,
        };
        let mut span = span(node);
        let mut text = span.text(self.text);
        if kind == BindingKind::Import {
            text = last_part(unquoted(text).0);
            let at = span.text(self.text).rfind(text).unwrap_or(0) as u32;
            span = Span { start: span.start + at, end: span.start + at + text.len() as u32 };
        }
        if text.is_empty() || text.contains('\n') {
            return;
        }
        let word = self.names.word(text);
        let (definition, symbol) = match self.named.get(&index) {
            Some(&(narrow, symbol)) => (narrow, symbol),
            None => (node.parent, None),
        };
        let is_type = self.is_type(node);
        let current = self.scopes.current();
        let assigns = flags & (flag::ASSIGN | flag::HOIST_ASSIGN) != 0 && kind == BindingKind::Variable;
        if assigns && self.scopes.has_variable(current, word, is_type) {
            return self.write(word, index);
        }
        let scope = self.scope_of_binding(flags, kind, definition);
        let settings = &self.loaded.settings;
        let hoisted = flags & (flag::HOIST_VARIABLE | flag::HOIST_DEFINITION) != 0;
        let waits = settings.declare_before_use
            && matches!(kind, BindingKind::Variable | BindingKind::Parameter)
            && !hoisted
            && self.scopes.is_local(scope);
        let mut from = span.start;
        if waits
            && let Some(&(declaration, _)) = self.declarations.last()
            && declaration > self.scopes.all[scope as usize].node
        {
            from = self.nodes[declaration as usize].end;
        }
        let once = flags & flag::REDECLARE != 0
            || kind == BindingKind::Variable && (hoisted || assigns || settings.scoping == Scoping::Function);
        let import = if kind == BindingKind::Import { self.import_of(index) } else { None };
        let new = NewBinding { word, kind, span, symbol, import, is_type, from, everywhere: !waits };
        if !self.scopes.bind(scope, new, once) {
            self.write(word, index);
        }
    }

    fn scope_of_binding(&self, flags: u64, kind: BindingKind, definition: u32) -> ScopeId {
        let scope = match kind {
            BindingKind::Definition => self.scopes.outside(definition),
            _ => self.scopes.current(),
        };
        match flags {
            _ if flags & (flag::HOIST_VARIABLE | flag::HOIST_DEFINITION) != 0 => self.scopes.function_around(scope),
            // What no function declares belongs to the whole script.
            _ if flags & flag::HOIST_ASSIGN != 0 => 0,
            _ => scope,
        }
    }

    /// A name that is bound already is assigned.
    fn write(&mut self, word: u32, node: u32) {
        if self.full {
            let scope = self.scopes.current();
            self.references.push(PendingReference { word, node, scope, access: Access::Write });
        }
    }

    /// Reads all imports; bindings refer to them.
    pub(super) fn imports(&mut self) {
        let separator = self.loaded.settings.path_separator.as_str();
        for found in &self.collected.imports {
            let part = |node: u32| (node != NONE).then(|| self.span_of(node).text(self.text));
            let mut module = String::new();
            let key = found.key();
            for prefix in self.prefixes_of(key) {
                push_path(&mut module, self.span_of(prefix).text(self.text), separator);
            }
            let mut item = part(found.item).map(|text| unquoted(text.trim().trim_start_matches(':')).0);
            if let Some(mut text) = part(found.module) {
                let (from, to) = (found.module, found.item);
                // A path that is one flat node: `a.b.Item`.
                if to != NONE && from < to && to < self.nodes[from as usize].after {
                    let length = self.nodes[to as usize].start - self.nodes[from as usize].start;
                    text = text.get(..length as usize).unwrap_or(text);
                    text = text.trim_end_matches(['.', ':', '\\', '/']);
                    if text.is_empty() {
                        text = item.take().unwrap_or("");
                    }
                }
                push_path(&mut module, unquoted(text.trim()).0, separator);
            }
            // `use a::{self}` imports `a`.
            if item == Some("self") && !module.is_empty() {
                item = None;
            }
            if module.is_empty() && item.is_none() {
                continue;
            }
            let alias = part(found.alias);
            let node = self.span_of(found.import);
            let line = self.lines.line(node.start);
            let module = self.names.joined(module);
            let item = item.map(|text| self.names.name(text));
            let alias = alias.map(|text| self.names.name(text));
            self.facts.imports.push(Import { module, item, alias, wildcard: found.wildcard != NONE, span: node, line });
            self.import_nodes.push(*found);
        }
    }

    /// The import whose local name is the node `index`.
    fn import_of(&self, index: u32) -> Option<ImportId> {
        let holds = |node: u32| node != NONE && node <= index && index < self.nodes[node as usize].after;
        let last = self.import_nodes.partition_point(|import| import.key() <= index);
        // An alias stands behind the name that it renames, an import of several names has a key for each.
        let from = last.saturating_sub(2);
        let near = self.import_nodes.iter().enumerate().skip(from).take(4);
        let found = near.rev().find(|(_, import)| match import.alias {
            NONE => holds(import.item) || import.item == NONE && holds(import.module),
            alias => holds(alias),
        });
        found.map(|(id, _)| id as ImportId)
    }

    /// The prefixes that hold at a node, outermost first.
    fn prefixes_of(&self, node: u32) -> Vec<u32> {
        let mut out = Vec::new();
        if self.collected.prefixes.is_empty() {
            return out;
        }
        let mut at = self.nodes[node as usize].parent;
        for _ in 0..64 {
            if at == NONE {
                break;
            }
            if let Some(&prefix) = self.collected.prefixes.get(&at)
                && !(prefix <= node && node < self.nodes[prefix as usize].after)
            {
                out.push(prefix);
            }
            at = self.nodes[at as usize].parent;
        }
        out.reverse();
        out
    }
}

fn push_path(path: &mut String, part: &str, separator: &str) {
    if !path.is_empty() && !path.ends_with(separator) && !part.starts_with(separator) {
        path.push_str(separator);
    }
    path.extend(part.split_whitespace());
}
