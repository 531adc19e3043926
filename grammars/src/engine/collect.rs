//! Runs the patterns over the nodes and sorts what they capture into definitions, imports, calls and marks.

use rustc_hash::FxHashMap;

use crate::facts::{SymbolKind, Visibility};
use crate::flat::{NONE, Node};
use crate::query::{Compiled, Matcher, Role, flag};

/// A definition as captured; parts that were not are [`NONE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Def {
    pub(super) name: u32,
    /// The widest and the narrowest node captured as this definition.
    pub(super) node: u32,
    pub(super) narrow: u32,
    pub(super) kind: SymbolKind,
    pub(super) body: u32,
    pub(super) qualifier: u32,
    /// The last of several qualifiers: a path that is nested to the right has no node of its own.
    pub(super) qualifier_last: u32,
    /// First and last node of the documentation inside.
    pub(super) doc: u32,
    pub(super) doc_last: u32,
    pub(super) parameters: u32,
    pub(super) modifier: u32,
    pub(super) visibility: Option<Visibility>,
    /// Whether it belongs to the type around the function in which it stands.
    pub(super) member: bool,
    /// Number of the pattern: the last one gives the kind.
    pattern: u32,
}

/// An import as captured.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImportMatch {
    pub(super) import: u32,
    pub(super) module: u32,
    pub(super) item: u32,
    pub(super) alias: u32,
    pub(super) wildcard: u32,
}

impl ImportMatch {
    /// The node that tells one import of a statement from the others.
    pub(super) fn key(&self) -> u32 {
        [self.item, self.wildcard, self.module, self.alias, self.import]
            .into_iter()
            .find(|&node| node != NONE)
            .unwrap_or(NONE)
    }
}

/// A call as captured.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallMatch {
    pub(super) callee: u32,
    pub(super) receiver: u32,
    /// The last of several receivers.
    pub(super) receiver_last: u32,
    /// Among the tokens of a macro: the receiver is in the text only.
    pub(super) tokens: bool,
    /// Of a macro, which has a name space of its own.
    pub(super) is_macro: bool,
}

/// Everything that the patterns captured, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Ordered by node; what starts at one node by name.
    pub(super) defs: Vec<Def>,
    /// Ordered by [`ImportMatch::key`].
    pub(super) imports: Vec<ImportMatch>,
    /// Ordered by callee.
    pub(super) calls: Vec<CallMatch>,
    /// Names that are exported apart from their definition.
    pub(super) exported: Vec<u32>,
    /// The node in which a path prefix holds, and the prefix.
    pub(super) prefixes: FxHashMap<u32, u32>,
    /// Whether the matcher gave up, so that something may be missing.
    pub(super) exhausted: bool,
}

/// Fills in the parts that are still missing.
fn fill(part: &mut u32, other: u32) {
    if *part == NONE {
        *part = other;
    }
}

pub(super) fn collect(nodes: &mut [Node], compiled: &Compiled, text: &str) -> Collected {
    let mut out = Collected::default();
    let mut marks: Vec<(u32, u64)> = Vec::new();
    {
        let shared: &[Node] = nodes;
        let mut matcher = Matcher::new(shared, compiled, text);
        for index in 0..shared.len() {
            let node = &shared[index];
            if node.flags & flag::PATTERNS == 0 {
                continue;
            }
            for &number in compiled.starting_at(node.kind) {
                matcher.run(&compiled.patterns[number as usize], index as u32, &mut |captures| {
                    take(captures, number, compiled, shared, &mut out, &mut marks);
                });
            }
        }
        out.exhausted = matcher.exhausted();
    }
    for (node, flags) in marks {
        nodes[node as usize].flags |= flags;
    }
    merge_defs(&mut out.defs);
    out.imports.sort_by_key(ImportMatch::key);
    out.imports.dedup_by(|later, first| {
        let same = later.key() == first.key();
        if same {
            fill(&mut first.module, later.module);
            fill(&mut first.item, later.item);
            fill(&mut first.alias, later.alias);
            fill(&mut first.wildcard, later.wildcard);
        }
        same
    });
    out.calls.sort_by_key(|call| call.callee);
    out.calls.dedup_by(|later, first| {
        let same = later.callee == first.callee;
        if same {
            fill(&mut first.receiver, later.receiver);
            fill(&mut first.receiver_last, later.receiver_last);
        }
        same
    });
    for def in &out.defs {
        nodes[def.node as usize].flags |= flag::DEF;
        // A name that is defined is no use of that name.
        nodes[def.name as usize].flags |= flag::MEMBER;
    }
    for call in &out.calls {
        nodes[call.callee as usize].flags |= flag::CALLEE;
    }
    out
}

/// Sorts the captures of one match.
fn take(
    captures: &[(u16, u32)],
    pattern: u32,
    compiled: &Compiled,
    nodes: &[Node],
    out: &mut Collected,
    marks: &mut Vec<(u32, u64)>,
) {
    let mut def = Def {
        name: NONE,
        node: NONE,
        narrow: NONE,
        kind: SymbolKind::Variable,
        body: NONE,
        qualifier: NONE,
        qualifier_last: NONE,
        doc: NONE,
        doc_last: NONE,
        parameters: NONE,
        modifier: NONE,
        visibility: None,
        member: compiled.patterns[pattern as usize].member,
        pattern,
    };
    let mut import = ImportMatch { import: NONE, module: NONE, item: NONE, alias: NONE, wildcard: NONE };
    let mut call = CallMatch {
        callee: NONE,
        receiver: NONE,
        receiver_last: NONE,
        tokens: compiled.patterns[pattern as usize].tokens,
        is_macro: compiled.patterns[pattern as usize].is_macro,
    };
    for &(capture, node) in captures {
        match compiled.roles[capture as usize] {
            Role::Flag(flag) => marks.push((node, flag)),
            Role::Def(kind) => (def.node, def.narrow, def.kind) = (node, node, kind),
            Role::Name => def.name = node,
            Role::Body => def.body = node,
            Role::Qualifier => {
                fill(&mut def.qualifier, node);
                def.qualifier_last = node;
            }
            Role::Doc => {
                fill(&mut def.doc, node);
                def.doc_last = node;
            }
            Role::Parameters => def.parameters = node,
            Role::Visibility => def.modifier = node,
            Role::VisibilityIs(visibility) => def.visibility = Some(visibility),
            Role::Exported => out.exported.push(node),
            Role::Import => import.import = node,
            Role::Module => import.module = node,
            Role::Item => import.item = node,
            Role::Alias => import.alias = node,
            Role::Wildcard => import.wildcard = node,
            Role::Callee => call.callee = node,
            Role::Receiver => {
                fill(&mut call.receiver, node);
                call.receiver_last = node;
            }
            Role::ModulePrefix => {
                out.prefixes.insert(nodes[node as usize].parent, node);
            }
            Role::Call | Role::Private => {}
        }
    }
    // A name that the grammar made up to go on after an error is empty.
    let has_text = |node: u32| node != NONE && nodes[node as usize].start < nodes[node as usize].end;
    if def.node != NONE && has_text(def.name) {
        out.defs.push(def);
    }
    let parts = [import.module, import.item, import.alias, import.wildcard];
    if import.import != NONE && parts.iter().any(|&part| has_text(part)) {
        out.imports.push(import);
    }
    // Among tokens, only a bracket directly behind the name makes a call: `f(x)`, not `f, (x)`.
    let called = |node: u32| {
        let node = &nodes[node as usize];
        nodes.get(node.after as usize).is_some_and(|next| next.start == node.end)
    };
    if has_text(call.callee) && (!call.tokens || called(call.callee)) {
        out.calls.push(call);
    }
}

/// One name node is one symbol: the last pattern gives the kind, the parts add up.
fn merge_defs(defs: &mut Vec<Def>) {
    defs.sort_by_key(|def| (def.name, def.pattern));
    defs.dedup_by(|later, first| {
        if later.name != first.name {
            return false;
        }
        first.kind = later.kind;
        // An outer node has a smaller index than the nodes in it.
        first.node = first.node.min(later.node);
        first.narrow = first.narrow.max(later.narrow);
        // The later pattern knows better, but need not know everything.
        for (part, other) in [
            (&mut first.body, later.body),
            (&mut first.qualifier, later.qualifier),
            (&mut first.qualifier_last, later.qualifier_last),
            (&mut first.doc, later.doc),
            (&mut first.doc_last, later.doc_last),
            (&mut first.parameters, later.parameters),
            (&mut first.modifier, later.modifier),
        ] {
            if other != NONE {
                *part = other;
            }
        }
        first.member |= later.member;
        first.visibility = later.visibility.or(first.visibility);
        true
    });
    defs.sort_by_key(|def| (def.node, def.name));
}
