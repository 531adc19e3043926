//! Scopes and bindings of one file, and what a name at a place is bound to.

use rustc_hash::FxHashMap;

use super::names::Word;
use crate::facts::{BindingKind, ImportId, ScopeId, Span, SymbolId, Target};
use crate::query::flag;

/// Scopes nested deeper than this are taken for part of the one around them: code is not written so, attacks are.
const MAX_SCOPES_DEEP: usize = 200;

/// Bindings of one name in one scope that are looked at to find the one before a place.
const MAX_REBINDINGS: usize = 1000;

pub(super) struct ScopeFrame {
    pub(super) parent: Option<ScopeId>,
    pub(super) span: Span,
    /// Its node; 0 for the file, which every node is inside of.
    pub(super) node: u32,
    after: u32,
    function: bool,
    class: bool,
    /// Variables around it are not visible in it.
    closed: bool,
}

pub(super) struct Bound {
    pub(super) word: Word,
    pub(super) kind: BindingKind,
    pub(super) scope: ScopeId,
    pub(super) span: Span,
    pub(super) symbol: Option<SymbolId>,
    pub(super) import: Option<ImportId>,
    /// In the name space of types.
    is_type: bool,
    /// First byte at which it is visible.
    from: u32,
    /// Whether it is visible before that too.
    everywhere: bool,
    /// The binding of the same name before it in the same scope.
    before: Option<u32>,
}

impl Bound {
    pub(super) fn is_variable(&self) -> bool {
        matches!(self.kind, BindingKind::Variable | BindingKind::Parameter)
    }
}

/// A name that a function takes from outside though it assigns it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Redirect {
    /// From the file (`global`).
    File,
    /// From the function around (`nonlocal`).
    Outer,
}

/// What is to be bound.
pub(super) struct NewBinding {
    pub(super) word: Word,
    pub(super) kind: BindingKind,
    pub(super) span: Span,
    pub(super) symbol: Option<SymbolId>,
    pub(super) import: Option<ImportId>,
    pub(super) is_type: bool,
    pub(super) from: u32,
    pub(super) everywhere: bool,
}

pub(super) struct Scopes {
    pub(super) all: Vec<ScopeFrame>,
    open: Vec<ScopeId>,
    pub(super) bindings: Vec<Bound>,
    /// The last binding of a name in a scope.
    last: FxHashMap<(ScopeId, Word), u32>,
    redirects: FxHashMap<(ScopeId, Word), Redirect>,
    /// Whether a name is bound anywhere; most called names are not.
    bound: Vec<bool>,
}

impl Scopes {
    pub(super) fn new(text_len: u32) -> Self {
        let file = ScopeFrame {
            parent: None,
            span: Span { start: 0, end: text_len },
            node: 0,
            after: u32::MAX,
            function: true,
            class: false,
            closed: true,
        };
        Self {
            all: vec![file],
            open: vec![0],
            bindings: Vec::new(),
            last: FxHashMap::default(),
            redirects: FxHashMap::default(),
            bound: Vec::new(),
        }
    }

    /// Leaves what ended before node `index`.
    pub(super) fn leave(&mut self, index: u32) {
        while self.open.len() > 1 && self.all[self.current() as usize].after <= index {
            self.open.pop();
        }
    }

    pub(super) fn current(&self) -> ScopeId {
        self.open.last().copied().unwrap_or(0)
    }

    pub(super) fn enter(&mut self, node: u32, after: u32, span: Span, function: bool, flags: u64) {
        if self.open.len() >= MAX_SCOPES_DEEP || node == 0 {
            return;
        }
        let parent = Some(self.current());
        self.open.push(self.all.len() as ScopeId);
        let class = flags & flag::SCOPE_CLASS != 0;
        let closed = flags & flag::SCOPE_CLOSED != 0;
        self.all.push(ScopeFrame { parent, span, node, after, function, class, closed });
    }

    /// Whether an assignment in `scope` means a variable that is there already.
    pub(super) fn has_variable(&self, scope: ScopeId, word: Word, is_type: bool) -> bool {
        let mut next = Some(scope);
        while let Some(current) = next {
            let frame = &self.all[current as usize];
            let last = self.last.get(&(current, word)).map(|&id| &self.bindings[id as usize]);
            if last.is_some_and(|binding| binding.is_variable() && binding.is_type == is_type) {
                return true;
            }
            next = if frame.closed { None } else { frame.parent };
        }
        false
    }

    pub(super) fn is_local(&self, scope: ScopeId) -> bool {
        let scope = &self.all[scope as usize];
        scope.parent.is_some() && !scope.class
    }

    /// The innermost scope that does not lie in the definition `node`.
    pub(super) fn outside(&self, node: u32) -> ScopeId {
        let mut scope = self.current();
        while let Some(parent) = self.all[scope as usize].parent
            && self.all[scope as usize].node >= node
        {
            scope = parent;
        }
        scope
    }

    /// The function (or file) around a scope.
    pub(super) fn function_around(&self, mut scope: ScopeId) -> ScopeId {
        while let Some(parent) = self.all[scope as usize].parent
            && !self.all[scope as usize].function
        {
            scope = parent;
        }
        scope
    }

    pub(super) fn redirect(&mut self, word: Word, to: Redirect) {
        let scope = self.function_around(self.current());
        if scope != 0 {
            self.redirects.insert((scope, word), to);
        }
    }

    /// Binds a name. With `once`, a name that the scope has already is not bound again: then this is a write, and false.
    pub(super) fn bind(&mut self, mut scope: ScopeId, new: NewBinding, once: bool) -> bool {
        let mut once = once;
        if !self.redirects.is_empty() && new.kind != BindingKind::Parameter {
            match self.redirects.get(&(scope, new.word)) {
                Some(Redirect::Outer) => return false,
                Some(Redirect::File) => (scope, once) = (0, true),
                None => {}
            }
        }
        let id = self.bindings.len() as u32;
        let before = self.last.get(&(scope, new.word)).copied();
        if let Some(before) = before {
            let before = &self.bindings[before as usize];
            // A grammar may offer one name in two ways.
            if before.span == new.span || once && before.is_type == new.is_type {
                return before.span == new.span;
            }
        }
        if self.bound.len() <= new.word as usize {
            self.bound.resize(new.word as usize + 1, false);
        }
        self.bound[new.word as usize] = true;
        self.last.insert((scope, new.word), id);
        let NewBinding { word, kind, span, symbol, import, is_type, from, everywhere } = new;
        self.bindings.push(Bound { word, kind, scope, span, symbol, import, is_type, from, everywhere, before });
        true
    }

    /// The binding that `word` means at byte `at` in `scope`. With `is_type` none, either name space will do.
    pub(super) fn resolve(&self, word: Word, is_type: Option<bool>, scope: ScopeId, at: u32) -> Option<u32> {
        if !self.bound.get(word as usize).copied().unwrap_or(false) {
            return None;
        }
        let mut next = Some(scope);
        let mut closed = false;
        while let Some(current) = next {
            let frame = &self.all[current as usize];
            next = frame.parent;
            let hidden = closed;
            closed |= frame.closed;
            if frame.class && current != scope {
                continue;
            }
            if !self.redirects.is_empty()
                && let Some(redirect) = self.redirects.get(&(current, word))
            {
                if *redirect == Redirect::File {
                    next = Some(0);
                }
                continue;
            }
            if let Some(found) = self.pick(current, word, is_type, at, hidden) {
                return Some(found);
            }
        }
        None
    }

    fn pick(&self, scope: ScopeId, word: Word, is_type: Option<bool>, at: u32, no_variables: bool) -> Option<u32> {
        let mut candidate = self.last.get(&(scope, word)).copied();
        let mut later = None;
        for _ in 0..MAX_REBINDINGS {
            let Some(id) = candidate else {
                break;
            };
            let binding = &self.bindings[id as usize];
            candidate = binding.before;
            if no_variables && binding.is_variable() {
                continue;
            }
            if is_type.is_some_and(|is_type| is_type != binding.is_type) {
                continue;
            }
            if binding.from <= at {
                return Some(id);
            }
            if binding.everywhere {
                later = Some(id);
            }
        }
        later
    }

    /// What a binding means outside the scopes.
    pub(super) fn target(&self, binding: u32) -> Target {
        let binding = &self.bindings[binding as usize];
        match (binding.symbol, binding.import, binding.kind) {
            (Some(symbol), ..) => Target::Symbol(symbol),
            (None, Some(import), _) => Target::Import(import),
            (None, None, BindingKind::Import) => Target::Free,
            (None, None, _) => Target::Local,
        }
    }
}
