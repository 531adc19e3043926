//! Which symbol is meant at a place of a file: the one that is defined there, or the one that is used there.

use grammars::{BindingKind, FileFacts, SymbolId, Target as Bound};
use index::FileKey;
use index::graph::{Confidence, End, Graph, NodeId};

use super::locate;

/// What is meant at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// A symbol of this file, whatever the graph knows of it.
    Here {
        /// Its index in the file's facts.
        symbol: SymbolId,
        /// The same in the graph, when it is there already.
        node: Option<NodeId>,
        /// Whether the place is where it is defined.
        defined: bool,
    },
    /// A symbol of the graph.
    Elsewhere {
        /// Its number.
        node: NodeId,
        /// Whether scopes or imports prove that it is this one.
        proven: bool,
    },
}

impl Meant {
    /// The symbol in the graph.
    pub fn node(&self) -> Option<NodeId> {
        match *self {
            Meant::Here { node, .. } => node,
            Meant::Elsewhere { node, .. } => Some(node),
        }
    }

    /// Whether it is surely this symbol.
    pub fn proven(&self) -> bool {
        match self {
            Meant::Here { .. } => true,
            Meant::Elsewhere { proven, .. } => *proven,
        }
    }
}

/// The symbol that is meant at a byte of a file. `facts` are of the text as it is now, in full detail; the graph may be older, or not there yet.
pub fn meant(graph: Option<&Graph>, path: &str, facts: &FileFacts, byte: u32) -> Option<Meant> {
    // The end of a name belongs to it: that is where the cursor stands when it was typed.
    let touches = |span: grammars::Span| span.start <= byte && byte <= span.end && !span.is_empty();
    let here = |symbol, defined| {
        let node = graph.and_then(|graph| locate(graph, path, facts, symbol));
        Meant::Here { symbol, node, defined }
    };
    if let Some(symbol) = facts.symbols.iter().position(|symbol| touches(symbol.name_span)) {
        return Some(here(symbol as SymbolId, true));
    }
    if let Some(call) = facts.calls.iter().find(|call| touches(call.span)) {
        // A qualified or method call's target is its first part, not what is called.
        let plain = call.qualifier.is_none() && !call.has_receiver;
        if let (Bound::Symbol(symbol), true) = (call.target, plain) {
            return Some(here(symbol, false));
        }
        if let (Bound::Local, true) = (call.target, plain) {
            return None;
        }
        return called(graph?, path, facts, call.caller, facts.name(call.name));
    }
    let reference = facts.references.iter().find(|reference| touches(reference.span))?;
    let name = facts.name(reference.name);
    match reference.binding.and_then(|binding| facts.bindings.get(binding as usize)) {
        Some(binding) if binding.kind == BindingKind::Definition => {
            let symbol = facts.symbols.iter().position(|symbol| symbol.name_span == binding.span)?;
            Some(here(symbol as SymbolId, false))
        }
        Some(binding) if binding.kind == BindingKind::Import => imported(graph?, path, name),
        Some(_) => None,
        None => by_name(graph?, name),
    }
}

/// What a call in a symbol's body leads to, as the graph has it.
fn called(graph: &Graph, path: &str, facts: &FileFacts, caller: Option<SymbolId>, name: &str) -> Option<Meant> {
    let links = match caller.and_then(|caller| locate(graph, path, facts, caller)) {
        Some(caller) => graph.callees(caller),
        None => graph.file_callees(FileKey::of(path)),
    };
    let fits = links.into_iter().filter_map(|link| match link.end {
        End::Symbol(node) if graph.node(node).is_some_and(|node| node.name == name) => Some((link.confidence, node)),
        _ => None,
    });
    match fits.min() {
        Some((confidence, node)) => Some(Meant::Elsewhere { node, proven: confidence == Confidence::Resolved }),
        // The call may be newer than the graph.
        None => by_name(graph, name),
    }
}

/// A name that an import of the file brings in.
fn imported(graph: &Graph, path: &str, name: &str) -> Option<Meant> {
    let files: Vec<FileKey> = graph.imports(FileKey::of(path)).map(|file| file.key).collect();
    let mut fits = graph
        .find(name)
        .into_iter()
        .filter(|&id| graph.node(id).is_some_and(|node| node.container.is_none() && files.contains(&node.file.key)));
    let node = fits.next()?;
    Some(Meant::Elsewhere { node, proven: fits.next().is_none() })
}

/// A name that only one symbol has.
fn by_name(graph: &Graph, name: &str) -> Option<Meant> {
    match graph.find(name)[..] {
        [node] => Some(Meant::Elsewhere { node, proven: false }),
        _ => None,
    }
}
