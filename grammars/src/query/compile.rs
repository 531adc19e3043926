//! From query text to tables: what to do at a node is looked up by its kind.

use tree_sitter::Language as Grammar;

use super::parse::{KIND_ERROR, Reader};
use super::{Elem, KindId, Pattern, QueryError, Role, Seq, Test, Times, What, flag};

/// What the engine needs to know of a node kind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KindInfo {
    /// Marks that every node of this kind gets.
    pub(crate) flags: u64,
    /// First of its patterns in [`Compiled::starts`].
    first: u32,
    /// How many.
    count: u16,
    /// Whether the grammar names it (a bare token such as `","` is not named).
    pub(crate) named: bool,
    /// Whether any pattern could look at it.
    pub(crate) kept: bool,
    /// Whether the fields of its children matter.
    pub(crate) fields: bool,
    /// Whether it is a pair of brackets round an expression.
    pub(crate) parenthesis: bool,
}

/// Kinds that stand before a definition in every grammar that has them.
const ATTRIBUTES: &[&str] =
    &["attribute_item", "decorator", "annotation", "marker_annotation", "attribute_list", "attribute_declaration"];

/// The compiled queries of one language.
#[derive(Debug)]
pub(crate) struct Compiled {
    kinds: Vec<KindInfo>,
    /// Numbers of patterns, grouped by the kind at which they start.
    starts: Vec<u32>,
    /// All patterns in the order of the files.
    pub(crate) patterns: Vec<Pattern>,
    /// What each capture means.
    pub(crate) roles: Vec<Role>,
    /// The capture names, without `@`.
    #[cfg_attr(not(test), allow(dead_code, reason = "the comparison with tree-sitter's own matcher names captures"))]
    pub(crate) names: Vec<String>,
    /// The field named `condition`.
    pub(crate) condition: u16,
}

impl Compiled {
    /// What is known of `kind`.
    pub(crate) fn kind(&self, kind: KindId) -> &KindInfo {
        // The last entry stands for ERROR, whose number is the largest of its type.
        let last = self.kinds.len() - 1;
        &self.kinds[(kind as usize).min(last)]
    }

    /// Numbers of the patterns that start at `kind`.
    pub(crate) fn starting_at(&self, kind: KindId) -> &[u32] {
        let info = self.kind(kind);
        &self.starts[info.first as usize..info.first as usize + info.count as usize]
    }
}

/// Compiles all patterns that can be compiled, and says what is wrong with the others.
pub(crate) fn compile(grammar: &Grammar, text: &str) -> (Compiled, Vec<QueryError>) {
    let count = grammar.node_kind_count();
    let mut kinds: Vec<KindInfo> = (0..count)
        .map(|kind| {
            let kind = kind as u16;
            let named = grammar.node_kind_is_named(kind);
            let name = grammar.node_kind_for_id(kind).unwrap_or("");
            let attribute = named && ATTRIBUTES.contains(&name);
            KindInfo {
                named,
                kept: named,
                flags: if attribute { flag::ATTRIBUTE } else { 0 },
                parenthesis: named && name.contains("parenthes"),
                ..KindInfo::default()
            }
        })
        .collect();
    kinds.push(KindInfo { named: true, kept: true, flags: flag::ERROR, ..KindInfo::default() });
    let error = kinds.len() - 1;

    let mut reader = Reader::new(grammar, text);
    let mut patterns = Vec::new();
    let mut errors = Vec::new();
    let mut starts: Vec<Vec<u32>> = vec![Vec::new(); kinds.len()];
    loop {
        match reader.pattern() {
            Ok(None) => break,
            Err(error) => {
                errors.push(error);
                reader.recover();
            }
            Ok(Some(pattern)) => {
                let mut roots = Vec::new();
                root_kinds(&pattern.root, &mut roots);
                if roots.is_empty() {
                    errors.push(QueryError {
                        offset: 0,
                        message: format!("pattern {} starts at a wildcard: name its kind", patterns.len() + 1),
                    });
                    continue;
                }
                note_used(&pattern.root, &mut kinds, error);
                if let Some(flags) = bare_flags(&pattern, &reader.roles) {
                    for root in roots {
                        kinds[slot(root, error)].flags |= flags;
                    }
                    continue;
                }
                for root in roots {
                    let list = &mut starts[slot(root, error)];
                    let number = patterns.len() as u32;
                    if list.last() != Some(&number) {
                        list.push(number);
                    }
                }
                patterns.push(pattern);
            }
        }
    }
    let condition = grammar.field_id_for_name("condition").map_or(0, |id| id.get());
    let mut flat = Vec::new();
    for (info, list) in kinds.iter_mut().zip(&starts) {
        info.first = flat.len() as u32;
        info.count = list.len() as u16;
        if !list.is_empty() {
            info.flags |= flag::PATTERNS;
        }
        // Whether a node stands in the condition of a branch changes its weight.
        info.fields |= info.flags & (flag::BRANCH | flag::SWITCH) != 0 && condition != 0;
        flat.extend_from_slice(list);
    }
    let (roles, names) = (reader.roles, reader.names);
    (Compiled { kinds, starts: flat, patterns, roles, names, condition }, errors)
}

fn slot(kind: KindId, error: usize) -> usize {
    if kind == KIND_ERROR { error } else { (kind as usize).min(error) }
}

/// The kinds at which a pattern can start; empty when it would be any.
fn root_kinds(elem: &Elem, out: &mut Vec<KindId>) {
    match &elem.what {
        What::Kind(kind) => out.push(*kind),
        What::OneOf(kinds) => out.extend_from_slice(kinds),
        What::Any | What::AnyNamed => {}
        What::Alternatives(alternatives) => {
            for alternative in alternatives {
                let before = out.len();
                root_kinds(alternative, out);
                if out.len() == before {
                    return out.clear();
                }
            }
        }
        What::Group => {
            if let Some(first) = elem.children.elems.first() {
                root_kinds(first, out);
            }
        }
    }
}

/// The marks that a bare pattern gives, when it is one: a node, or a choice of nodes, without any condition.
fn bare_flags(pattern: &Pattern, roles: &[Role]) -> Option<u64> {
    fn bare(elem: &Elem) -> bool {
        elem.children.elems.is_empty()
            && !elem.children.anchored_end
            && elem.absent.is_empty()
            && elem.field == 0
            && elem.times == Times::One
    }
    let root = &pattern.root;
    let simple = match &root.what {
        What::Kind(_) | What::OneOf(_) => true,
        What::Alternatives(alternatives) => alternatives
            .iter()
            .all(|one| bare(one) && one.captures.is_empty() && matches!(one.what, What::Kind(_) | What::OneOf(_))),
        _ => false,
    };
    if !simple || !bare(root) || !pattern.predicates.is_empty() || pattern.member || root.captures.is_empty() {
        return None;
    }
    root.captures.iter().try_fold(0, |flags, &capture| match roles[capture as usize] {
        Role::Flag(flag) => Some(flags | flag),
        _ => None,
    })
}

/// Marks the kinds that the pattern looks at, and those whose children's fields it needs.
fn note_used(elem: &Elem, kinds: &mut [KindInfo], error: usize) {
    fn has_fields(seq: &Seq) -> bool {
        seq.elems.iter().any(|elem| {
            elem.field != 0
                || matches!(&elem.what, What::Alternatives(list) if list.iter().any(|one| one.field != 0))
                || (matches!(elem.what, What::Group) && has_fields(&elem.children))
        })
    }
    let mut own = Vec::new();
    match &elem.what {
        What::Kind(kind) => own.push(*kind),
        What::OneOf(list) => own.extend_from_slice(list),
        What::Any => kinds.iter_mut().for_each(|info| info.kept = true),
        What::AnyNamed | What::Group => {}
        What::Alternatives(list) => list.iter().for_each(|one| note_used(one, kinds, error)),
    }
    let fields = has_fields(&elem.children) || !elem.absent.is_empty();
    if matches!(elem.what, What::AnyNamed) && fields {
        kinds.iter_mut().for_each(|info| info.fields = true);
    }
    for kind in own {
        let info = &mut kinds[slot(kind, error)];
        info.kept = true;
        info.fields |= fields;
    }
    // A group at the root stands among the children of some unknown parent.
    if matches!(elem.what, What::Group) && fields {
        kinds.iter_mut().for_each(|info| info.fields = true);
    }
    elem.children.elems.iter().for_each(|child| note_used(child, kinds, error));
}

impl Pattern {
    /// Whether the texts of the captures are as the pattern wants. A capture that is absent passes, as in tree-sitter.
    pub(super) fn accepts<'t>(&self, captures: &[(u16, u32)], text_of: impl Fn(u32) -> &'t str) -> bool {
        self.predicates.iter().all(|predicate| {
            captures.iter().filter(|(capture, _)| *capture == predicate.capture).all(|&(_, node)| {
                let text = text_of(node);
                let holds = match &predicate.test {
                    Test::AnyOf(strings) => strings.iter().any(|string| string == text),
                    Test::Same(other) => {
                        captures.iter().filter(|(capture, _)| capture == other).all(|&(_, node)| text_of(node) == text)
                    }
                    Test::Matches(regex) => regex.is_match(text),
                };
                holds != predicate.negated
            })
        })
    }
}
