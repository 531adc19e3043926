//! Who can see a symbol: what its own modifiers say, what its surroundings say, and what other places say of it.

use rustc_hash::FxHashSet;

use super::collect::Def;
use super::text::unquoted;
use super::walk::{Walk, span};
use crate::facts::{SymbolId, SymbolKind, Visibility};
use crate::flat::{NONE, Node};
use crate::query::flag;
use crate::settings::VisibilityRule;

/// Symbols that are looked through to find a member by its name.
const MAX_MEMBERS: usize = 1000;

impl<'a> Walk<'a> {
    /// What is exported apart from its definition (`export { a }`) is public.
    pub(super) fn publish_exported(&mut self) {
        let exported = self.collected.exported.iter().map(|&node| self.span_of(node).text(self.text));
        let exported: FxHashSet<&str> = exported.collect();
        for symbol in self.facts.symbols.iter_mut().filter(|symbol| symbol.container.is_none()) {
            if exported.contains(self.names.peek(symbol.name)) {
                symbol.visibility = Visibility::Public;
            }
        }
    }

    /// What the definition itself or its surroundings say.
    pub(super) fn visibility(&self, def: &Def, kind: SymbolKind, container: Option<SymbolId>) -> Visibility {
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
        if let Some((section, until)) = self.frames.last().and_then(|frame| frame.section)
            && def.node < until
        {
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
    /// The members that follow are as visible as `node` says.
    pub(super) fn section(&mut self, node: &Node) {
        let visibility = match node.flags {
            flags if flags & flag::SECTION_PUBLIC != 0 => Visibility::Public,
            flags if flags & flag::SECTION_PROTECTED != 0 => Visibility::Protected,
            flags if flags & flag::SECTION_INTERNAL != 0 => Visibility::Internal,
            flags if flags & flag::SECTION_PRIVATE != 0 => Visibility::Private,
            _ => visibility_of(span(node).text(self.text)),
        };
        let symbols = &self.facts.symbols;
        let around = self.frames.iter_mut().rev().find(|frame| !symbols[frame.symbol as usize].kind.is_callable());
        if let Some(frame) = around
            && visibility != Visibility::Unknown
        {
            let until = self.nodes.get(node.parent as usize).map_or(u32::MAX, |around| around.after);
            frame.section = Some((visibility, until));
        }
    }

    /// A member is named whose visibility changes (`private :name`).
    pub(super) fn set_visibility(&mut self, node: &Node) {
        let visibility = match node.flags {
            flags if flags & flag::MAKES_PUBLIC != 0 => Visibility::Public,
            flags if flags & flag::MAKES_PROTECTED != 0 => Visibility::Protected,
            flags if flags & flag::MAKES_INTERNAL != 0 => Visibility::Internal,
            _ => Visibility::Private,
        };
        let name = unquoted(span(node).text(self.text).trim_start_matches(':')).0;
        let container = self.frames.last().map(|frame| frame.symbol);
        let members = self.facts.symbols.iter_mut().rev().take(MAX_MEMBERS);
        let mut members = members.filter(|symbol| symbol.container == container);
        if let Some(symbol) = members.find(|symbol| self.names.peek(symbol.name) == name) {
            symbol.visibility = visibility;
        }
    }
}

/// What modifiers say.
fn visibility_of(modifiers: &str) -> Visibility {
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
