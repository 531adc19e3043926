//! How the head of a definition reads: its name, its parameters and its signature.

use super::collect::Def;
use super::text::{cut, unquoted};
use super::walk::{Walk, span};
use crate::facts::{Span, SymbolKind};
use crate::flat::NONE;
use crate::query::flag;

/// Bytes of a name.
const MAX_NAME: usize = 256;
/// Bytes of a signature.
const MAX_SIGNATURE: usize = 1024;

impl<'a> Walk<'a> {
    /// The name without quotes and other signs around it, and where it stands; none when nothing is left.
    pub(super) fn symbol_name(&self, def: &Def) -> Option<(&'a str, Span)> {
        let node = self.span_of(def.name);
        let raw = self.def_text(def);
        let (inner, quote) = unquoted(raw);
        // `<` and `>` are part of names such as `operator<>`.
        let (inner, quote) = if raw.starts_with('<') { (raw, 0) } else { (inner, quote) };
        let mut leading = inner.len() - inner.trim_start().len();
        let mut name = inner.trim().lines().next().unwrap_or("").trim_end();
        // `:name` is a symbol in Ruby and Elixir, and a selector in CSS; Elixir's keys are written `name:`.
        if def.kind != SymbolKind::Selector {
            let is_word = |char: char| char.is_alphanumeric() || char == '_';
            if let Some(rest) = name.strip_prefix(':').filter(|rest| rest.starts_with(is_word)) {
                (name, leading) = (rest, leading + 1);
            }
            name = name.strip_suffix(':').filter(|rest| rest.ends_with(is_word)).unwrap_or(name);
        }
        // `## Title ##`
        if def.kind == SymbolKind::Section {
            let title = name.trim_end_matches('#');
            if title.ends_with([' ', '\t']) {
                name = title.trim_end();
            }
        }
        // The node of a conversion in C++ holds its parameters too.
        if name.starts_with("operator ")
            && let Some(at) = name.find('(')
        {
            name = name[..at].trim_end();
        }
        let name = cut(name, MAX_NAME);
        if name.is_empty() || self.loaded.settings.keywords.iter().any(|keyword| keyword == raw) {
            return None;
        }
        let start = node.start + (quote + leading) as u32;
        Some((name, Span { start, end: start + name.len() as u32 }))
    }

    /// How many parameters the head declares, the receiver not counted.
    pub(super) fn parameters(&self, def: &Def) -> u8 {
        let Some(list) = self.nodes.get(def.parameters as usize) else {
            return 0;
        };
        // `x => …` has no list, only the parameter.
        if list.after == def.parameters + 1 {
            let text = span(list).text(self.text);
            return u8::from(text.starts_with(|char: char| char.is_alphabetic() || matches!(char, '_' | '$')));
        }
        // Default values may stand beside the parameters, and the parameters among other parts of the function.
        let among_others = def.parameters == def.narrow || def.parameters == def.node;
        let plain = among_others || self.children(def.parameters).any(|at| self.kind_name(at) == "parameter");
        let counts = self.children(def.parameters).filter(|&at| self.is_parameter(at, plain));
        let count: usize = counts.map(|at| self.names_of_parameter(at)).sum();
        count.min(usize::from(u8::MAX)) as u8
    }

    /// Whether a node of the list is a parameter. Where the grammar calls parameters so (`plain`), nothing else is.
    fn is_parameter(&self, at: u32, plain: bool) -> bool {
        let node = &self.nodes[at as usize];
        let kind = self.kind_name(at);
        let text = span(node).text(self.text);
        let own = text.trim_start_matches('&').trim_start();
        let own = own.strip_prefix("mut ").unwrap_or(own);
        // `this: Type` in TypeScript
        let own = own.split(':').next().unwrap_or(own).trim_end();
        let receiver = kind.contains("self_parameter") || kind.contains("receiver") || self.is_self(own);
        self.loaded.compiled.kind(node.kind).named
            && node.flags & (flag::COMMENT | flag::ATTRIBUTE) == 0
            && !kind.ends_with("_separator")
            && (!plain || kind.contains("parameter") && !matches!(kind, "parameter_modifiers" | "type_parameters"))
            && !receiver
            && text != "void"
            && node.start < node.end
    }

    /// Go declares several parameters of one type at once: `from, to ID`.
    fn names_of_parameter(&self, at: u32) -> usize {
        if self.kind_name(at) != "parameter_declaration" {
            return 1;
        }
        self.children(at).filter(|&child| self.kind_name(child) == "identifier").count().max(1)
    }

    fn children(&self, parent: u32) -> impl Iterator<Item = u32> {
        let after = self.nodes[parent as usize].after;
        let first = Some(parent + 1).filter(|&first| first < after);
        std::iter::successors(first, move |&at| Some(self.nodes[at as usize].after).filter(|&next| next < after))
    }

    fn kind_name(&self, at: u32) -> &'a str {
        self.loaded.grammar.node_kind_for_id(self.nodes[at as usize].kind).unwrap_or("")
    }

    /// Whether a name means the type around.
    pub(super) fn is_self(&self, name: &str) -> bool {
        self.loaded.settings.self_names.iter().any(|own| own == name)
    }

    /// The head without annotations, up to the body.
    pub(super) fn signature(&self, def: &Def) -> Span {
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
        let signs: &[&str] = if def.body == NONE { &["{", ":"] } else { &["{", ":", " ="] };
        let trimmed = signs.iter().find_map(|sign| trimmed.strip_suffix(sign)).unwrap_or(trimmed).trim_end();
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
}
