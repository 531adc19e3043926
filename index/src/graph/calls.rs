//! What a call calls: certain where scope or import proves it, else every symbol of that name.
//!
//! The rule for certainty: exactly one definition can be meant, and dynamic dispatch cannot choose another. A method called on
//! the object itself is certain only where it cannot be overridden: in Rust (methods of an `impl`, not of a trait) and for private methods
//! where the language forbids to override them ([`Lang::private_is_final`]).

use grammars::{SymbolKind, Target};
use rustc_hash::FxHashMap;

use super::by_name::{ByName, ByNameKey};
use super::landing::{Landing, Place, Want};
use super::lang::Lang;
use super::names::NONE;
use super::scope::Resolver;
use super::table::{Nodes, Row};

/// A call as it is kept until it is resolved. Calls of locals are not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallRow {
    pub(super) name: u32,
    pub(super) receiver: u32,
    /// The calling symbol's index in its file, or [`NONE`].
    pub(super) caller: u32,
    target: u32,
    line: u32,
}

const TAG: u32 = 30;
const ID: u32 = (1 << TAG) - 1;

impl CallRow {
    pub(super) fn new(name: u32, receiver: u32, has_receiver: bool, caller: u32, target: Target, line: u32) -> CallRow {
        let target = match target {
            Target::Free => 0,
            Target::Local => 1 << TAG,
            Target::Symbol(id) => 2 << TAG | id.min(ID),
            Target::Import(id) => 3 << TAG | id.min(ID),
        };
        CallRow { name, receiver, caller, target, line: line.min(u32::MAX >> 1) << 1 | u32::from(has_receiver) }
    }

    pub(super) fn target(&self) -> Target {
        match self.target >> TAG {
            0 => Target::Free,
            1 => Target::Local,
            2 => Target::Symbol(self.target & ID),
            _ => Target::Import(self.target & ID),
        }
    }

    pub(super) fn line(&self) -> u32 {
        self.line >> 1
    }

    fn has_receiver(&self) -> bool {
        self.line & 1 != 0
    }
}

/// What a call calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Callee {
    /// Nothing of the workspace.
    Nothing,
    /// This.
    Sure(u32),
    /// One of these, by its name.
    Maybe(Nodes),
}

impl Callee {
    pub(super) fn maybe(nodes: Nodes) -> Callee {
        if nodes.is_empty() || nodes.len() > MOST_CANDIDATES { Callee::Nothing } else { Callee::Maybe(nodes) }
    }
}

/// A name with more definitions than this says nothing about which one is called.
pub(super) const MOST_CANDIDATES: usize = 16;

/// Macros that every Rust file knows.
const RUST_MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "compile_error",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include",
    "include_bytes",
    "include_str",
    "line",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "thread_local",
    "todo",
    "try",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Resolves calls, file by file.
pub(super) struct Calls<'t> {
    pub(super) resolver: Resolver<'t>,
    pub(super) by_name: FxHashMap<ByNameKey, Nodes>,
    /// Which file each file was last reached from; what is included from the current file has its number.
    pub(super) reached: Vec<u32>,
    pub(super) reached_from: u32,
    /// Whether the current file includes something that was not found.
    pub(super) reach_incomplete: bool,
}

impl<'t> Calls<'t> {
    pub(super) fn new(resolver: Resolver<'t>) -> Self {
        let reached = vec![NONE; resolver.table.files.len()];
        Calls { resolver, by_name: FxHashMap::default(), reached, reached_from: NONE, reach_incomplete: false }
    }

    /// What a call of `file` calls.
    pub(super) fn resolve(&mut self, file: u32, call: &CallRow) -> Callee {
        let table = self.resolver.table;
        let lang = table.langs[file as usize];
        if call.name == NONE || lang == Lang::Other || table.named(call.name).is_empty() {
            return match (call.name, call.target()) {
                // An alias is called: no symbol need have its name.
                (name, Target::Import(_)) if name != NONE && lang != Lang::Other => self.free(file, lang, call),
                _ => Callee::Nothing,
            };
        }
        if call.has_receiver() { self.with_receiver(file, lang, call) } else { self.free(file, lang, call) }
    }

    pub(super) fn caller(&self, file: u32, call: &CallRow) -> Option<u32> {
        let nodes = self.resolver.table.nodes(file);
        nodes.start.checked_add(call.caller).filter(|node| nodes.contains(node))
    }

    pub(super) fn symbol(&self, file: u32, id: u32) -> Option<u32> {
        let nodes = self.resolver.table.nodes(file);
        nodes.start.checked_add(id).filter(|node| nodes.contains(node))
    }

    pub(super) fn imported(&mut self, file: u32, id: u32) -> Landing {
        let imports = self.resolver.imports_of(file);
        match imports.start.checked_add(id).filter(|id| imports.contains(id)) {
            Some(id) => self.resolver.import(file, id),
            None => Landing::UNKNOWN,
        }
    }

    fn free(&mut self, file: u32, lang: Lang, call: &CallRow) -> Callee {
        match call.target() {
            Target::Local => Callee::Nothing,
            Target::Symbol(id) => match self.symbol(file, id) {
                Some(node) => self.on_symbol(file, lang, call, node),
                None => Callee::Nothing,
            },
            Target::Import(id) => {
                let landing = self.imported(file, id);
                match (landing.place, landing.certain) {
                    (Place::Nodes(nodes), certain) => {
                        let nodes = self.resolver.narrow(&nodes, Want::Call);
                        match nodes[..] {
                            [node] if certain => Callee::Sure(node),
                            _ => Callee::maybe(nodes),
                        }
                    }
                    (Place::Unknown, _) => self.guess(file, call, ByName::Free),
                    // `const start = require("./start")` may be a function.
                    (Place::File(module), _) if lang == Lang::JavaScript => self.exported(module, call.name),
                    _ => Callee::Nothing,
                }
            }
            Target::Free => self.unbound(file, lang, call),
        }
    }

    /// What a module may be when it is called: what it exports without a name, or what has the name that the caller gave it.
    fn exported(&self, module: u32, name: u32) -> Callee {
        let table = self.resolver.table;
        let unnamed = ["default", "exports"].into_iter().filter_map(|name| table.names.find(name));
        let top = unnamed.chain([name]).map(|name| table.top(name, module)).find(|top| !top.is_empty());
        Callee::maybe(self.resolver.narrow(&top.unwrap_or_default(), Want::Call))
    }

    /// A call that the file's own scopes bind to a symbol.
    fn on_symbol(&mut self, file: u32, lang: Lang, call: &CallRow, node: u32) -> Callee {
        let table = self.resolver.table;
        if table.row(node).name != call.name {
            return Callee::Nothing;
        }
        if matches!(lang, Lang::C | Lang::Cpp | Lang::ObjectiveC) {
            return self.c_call(file, lang, call);
        }
        let nodes = self.siblings(node);
        let nodes = self.resolver.narrow(&nodes, Want::Call);
        let [only] = nodes[..] else {
            return Callee::maybe(nodes);
        };
        let row = table.row(only);
        let is_method =
            row.kind == SymbolKind::Method && row.container != NONE && table.row(row.container).is_type_like();
        if is_method && !(lang.private_is_final() && row.has(Row::PRIVATE)) {
            return Callee::maybe(nodes);
        }
        // An import of the same name is the alternative.
        if table.is_top(only) && self.resolver.clashes.contains(&(file, call.name)) {
            return Callee::maybe(nodes);
        }
        Callee::Sure(only)
    }

    /// The symbols that share a name and a place with `node`, itself included: overloads, alternatives under conditions.
    pub(super) fn siblings(&self, node: u32) -> Nodes {
        let table = self.resolver.table;
        let row = *table.row(node);
        let named = table.named_in_file(row.name, row.file).iter().copied();
        let alike = |&other: &u32| {
            let other = table.row(other);
            other.container == row.container && other.qualifier == row.qualifier && other.kind != SymbolKind::Impl
        };
        let found: Nodes = named.filter(alike).collect();
        if found.is_empty() { Nodes::from_slice(&[node]) } else { found }
    }

    /// A name that nothing in the file binds.
    fn unbound(&mut self, file: u32, lang: Lang, call: &CallRow) -> Callee {
        let table = self.resolver.table;
        match lang {
            Lang::C | Lang::Cpp | Lang::ObjectiveC | Lang::Bash => {
                return self.c_call(file, lang, call);
            }
            Lang::Go => {
                let landing = self.go_package(file, call.name);
                return self.on_names(file, call, landing, ByName::Free);
            }
            Lang::Python | Lang::Rust => {
                let inside = if lang == Lang::Rust { self.module_around(file, call) } else { NONE };
                let landing = self.resolver.through_wildcards(file, inside, call.name);
                if landing == Landing::OUTSIDE && lang == Lang::Rust {
                    // The macros of the language stand in no import; a crate that has its own of such a name would have to be asked for it.
                    return match RUST_MACROS.contains(&table.names.get(call.name)) {
                        true => Callee::Nothing,
                        false => self.guess(file, call, ByName::Macro),
                    };
                }
                return self.on_names(file, call, landing, ByName::Free);
            }
            // In a module, a name that nothing binds belongs to the platform.
            Lang::JavaScript if !self.resolver.imports_of(file).is_empty() => {
                return Callee::Nothing;
            }
            Lang::Java | Lang::Kotlin | Lang::Scala | Lang::CSharp | Lang::Php => {
                let landing = self.in_space(file, call, call.name);
                if let Place::Nodes(nodes) = &landing.place {
                    let nodes = self.resolver.narrow(nodes, Want::Call);
                    // A function of the package gives way to a method that is inherited; a type does not.
                    let plain = |node: u32| table.row(node).kind.is_type() || lang == Lang::Php;
                    return match nodes[..] {
                        [node] if landing.certain && plain(node) => Callee::Sure(node),
                        _ => Callee::maybe(nodes),
                    };
                }
            }
            _ => {}
        }
        debug_assert!(!lang.names_are_bound());
        self.guess(file, call, if lang.implicit_self() { ByName::FreeOrOwn } else { ByName::Free })
    }

    fn on_names(&mut self, file: u32, call: &CallRow, landing: Landing, otherwise: ByName) -> Callee {
        match landing.place {
            Place::Nodes(nodes) => {
                let nodes = self.resolver.narrow(&nodes, Want::Call);
                match nodes[..] {
                    [node] if landing.certain => Callee::Sure(node),
                    _ => Callee::maybe(nodes),
                }
            }
            Place::Unknown => self.guess(file, call, otherwise),
            _ => Callee::Nothing,
        }
    }

    /// A name of the package of a Go file: all files of its folder, tests seen by tests only.
    pub(super) fn go_package(&mut self, file: u32, name: u32) -> Landing {
        let table = self.resolver.table;
        if self.resolver.imports_of(file).any(|id| self.resolver.imports[id as usize].wildcard) {
            return Landing::UNKNOWN;
        }
        let named = table.named_in(name, table.dir(file).files.clone()).iter().copied();
        let in_test = |file: u32| table.file_name(file).ends_with("_test.go");
        let visible = |&node: &u32| {
            let row = table.row(node);
            table.is_top(node)
                && !row.is_space()
                && table.langs[row.file as usize] == Lang::Go
                && (in_test(file) || !in_test(row.file))
        };
        Landing::nodes(named.filter(visible).collect())
    }

    /// A name of the namespaces that a file sees without saying: its own, those around it, and those of wildcard imports.
    pub(super) fn in_space(&mut self, file: u32, call: &CallRow, name: u32) -> Landing {
        let table = self.resolver.table;
        if name == NONE {
            return Landing::OUTSIDE;
        }
        let mut own = self.resolver.spaces.of_file.get(file as usize).copied().unwrap_or(NONE);
        let mut around = self.caller(file, call);
        while let Some(node) = around {
            if let Some(&space) = self.resolver.spaces.of_node.get(&node) {
                own = space;
                break;
            }
            around = Some(table.row(node).container).filter(|&node| node != NONE);
        }
        // C# sees the namespaces around its own as well.
        let nested = table.langs[file as usize] == Lang::CSharp;
        let mut space = Some(own).filter(|&space| space != NONE);
        while let Some(id) = space {
            let found = self.resolver.named_member(&Landing::sure(Place::Space(id)), name, Want::Call);
            if matches!(found.place, Place::Nodes(_)) {
                return found;
            }
            let outer =
                table.names.get(id).rsplit_once('.').filter(|_| nested).and_then(|(outer, _)| table.names.find(outer));
            space = outer;
        }
        if table.langs[file as usize] == Lang::Php {
            Landing::OUTSIDE
        } else {
            self.resolver.through_wildcards(file, NONE, name)
        }
    }

    /// The inline module (Rust) that a call stands in.
    pub(super) fn module_around(&self, file: u32, call: &CallRow) -> u32 {
        let table = self.resolver.table;
        let mut node = self.caller(file, call).unwrap_or(NONE);
        while node != NONE && !table.row(node).is_space() {
            node = table.row(node).container;
        }
        node
    }
}
