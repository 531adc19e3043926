//! What a path leads to: from an import or a first name, member by member, to symbols.

use std::ops::Range;

use grammars::SymbolKind;
use rustc_hash::{FxHashMap, FxHashSet};

use super::landing::{ImportRow, Landing, Place, Want};
use super::lang::Lang;
use super::modules::GoModules;
use super::names::NONE;
use super::paths::Paths;
use super::table::{Nodes, Row, Table};

/// Imports and members are followed at most this far, whatever re-exports what.
const DEEPEST: u8 = 48;
/// How many answers about wildcard imports are kept.
const MOST_WILDCARD_ANSWERS: usize = 1 << 20;
/// Of a name that is defined more often than this, definitions in other files are not searched for the members of a type.
const MOST_SAME_NAMES: usize = 4096;

enum Memo {
    New,
    Busy,
    Done(Landing),
}

/// Resolves the imports and paths of a workspace.
pub(super) struct Resolver<'t> {
    pub(super) table: &'t Table,
    pub(super) paths: Paths<'t>,
    pub(super) imports: &'t [ImportRow],
    /// Which of `imports` each file has.
    pub(super) import_ranges: &'t [Range<u32>],
    pub(super) spaces: Spaces,
    pub(super) go: GoModules,
    /// Files that a path without a folder was found to mean, by the path.
    pub(super) suffixes: FxHashMap<u32, Option<u32>>,
    /// Imports that share their local name with another import or a symbol of their file: alternatives under conditions
    /// (`try: … except ImportError: …`, `#[cfg(…)]`), of which none is certain.
    contested: Vec<bool>,
    /// The symbols that share their name with an import, by file and name.
    pub(super) clashes: FxHashSet<(u32, u32)>,
    /// The module that was found last, by the importing file and the path.
    pub(super) last_module: ((u32, u32), Landing),
    memo: Vec<Memo>,
    /// Which files have wildcard imports.
    has_wildcards: Vec<bool>,
    /// What wildcard imports bring, by file, inline module and name; none while it is looked for.
    wildcards: FxHashMap<(u32, u32, u32), Option<Landing>>,
    depth: u8,
}

/// Declared namespaces and packages.
#[derive(Default)]
pub(super) struct Spaces {
    /// The full name of each namespace symbol.
    pub(super) of_node: FxHashMap<u32, u32>,
    /// The package or namespace that a file declares for all that stands at its top, or [`NONE`].
    pub(super) of_file: Vec<u32>,
    /// All full names.
    pub(super) known: FxHashSet<u32>,
}

/// Which imports are contested, and which symbols contest them.
fn alternatives(table: &Table, imports: &[ImportRow], ranges: &[Range<u32>]) -> (Vec<bool>, FxHashSet<(u32, u32)>) {
    let mut contested = vec![false; imports.len()];
    let mut clashes = FxHashSet::default();
    let mut first: FxHashMap<(u32, u32), usize> = FxHashMap::default();
    for (file, range) in ranges.iter().enumerate() {
        first.clear();
        for id in range.start as usize..range.end as usize {
            let import = &imports[id];
            if import.wildcard || import.local == NONE {
                continue;
            }
            let earlier = *first.entry((import.local, import.inside)).or_insert(id);
            let other = &imports[earlier];
            if (other.module, other.item) != (import.module, import.item) {
                contested[id] = true;
                contested[earlier] = true;
            }
            if import.inside == NONE && !table.top(import.local, file as u32).is_empty() {
                contested[id] = true;
                clashes.insert((file as u32, import.local));
            }
        }
    }
    (contested, clashes)
}

impl<'t> Resolver<'t> {
    pub(super) fn new(
        table: &'t Table,
        imports: &'t [ImportRow],
        import_ranges: &'t [Range<u32>],
        spaces: Spaces,
    ) -> Self {
        let paths = Paths::new(table);
        let go = GoModules::new(table, &paths, imports, import_ranges);
        let memo = imports.iter().map(|_| Memo::New).collect();
        let (contested, clashes) = alternatives(table, imports, import_ranges);
        let wildcard =
            |range: &Range<u32>| imports[range.start as usize..range.end as usize].iter().any(|import| import.wildcard);
        let has_wildcards = import_ranges.iter().map(wildcard).collect();
        Resolver {
            table,
            paths,
            imports,
            import_ranges,
            spaces,
            go,
            suffixes: FxHashMap::default(),
            contested,
            clashes,
            last_module: ((NONE, NONE), Landing::UNKNOWN),
            memo,
            has_wildcards,
            wildcards: FxHashMap::default(),
            depth: 0,
        }
    }

    /// The imports of a file.
    pub(super) fn imports_of(&self, file: u32) -> Range<u32> {
        self.import_ranges[file as usize].clone()
    }

    /// Where an import leads: to its item, or to the module when it names none.
    pub(super) fn import(&mut self, file: u32, id: u32) -> Landing {
        match &self.memo[id as usize] {
            Memo::Done(landing) => return landing.clone(),
            // Modules that import each other are fine, a name that is only ever passed round is nowhere defined.
            Memo::Busy => return Landing::UNKNOWN,
            Memo::New => {}
        }
        if self.depth >= DEEPEST {
            return Landing::UNKNOWN;
        }
        self.memo[id as usize] = Memo::Busy;
        self.depth += 1;
        let landing = super::modules::import(self, file, &self.imports[id as usize]);
        self.depth -= 1;
        let landing = landing.doubted(!self.contested[id as usize]);
        self.memo[id as usize] = Memo::Done(landing.clone());
        landing
    }

    /// Follows `part` from `from`.
    pub(super) fn member(&mut self, from: &Landing, part: &str, want: Want) -> Landing {
        let Some(name) = self.table.names.find(part) else {
            return match &from.place {
                // No symbol has this name, but a file may.
                Place::File(_) | Place::Dir(_) | Place::Space(_) => {
                    self.submodule(&from.place, part).doubted(from.certain)
                }
                Place::Unknown => Landing::UNKNOWN,
                _ => Landing::OUTSIDE,
            };
        };
        self.named_member(from, name, want)
    }

    /// Follows the name with this number from `from`.
    pub(super) fn named_member(&mut self, from: &Landing, name: u32, want: Want) -> Landing {
        if self.depth >= DEEPEST {
            return Landing::UNKNOWN;
        }
        self.depth += 1;
        let landing = match &from.place {
            Place::Outside => Landing::OUTSIDE,
            Place::Unknown | Place::Inherited => Landing::UNKNOWN,
            Place::Nodes(nodes) => self.node_member(nodes, name),
            Place::File(file) => self.file_member(*file, NONE, name, want),
            Place::Dir(dir) => self.dir_member(*dir, name),
            Place::Space(space) => self.space_member(*space, name),
        };
        self.depth -= 1;
        landing.doubted(from.certain)
    }

    fn node_member(&mut self, nodes: &Nodes, name: u32) -> Landing {
        let nodes = self.narrow(nodes, Want::Scope);
        let [node] = nodes[..] else {
            return Landing::UNKNOWN;
        };
        let row = *self.table.row(node);
        if row.is_space() {
            let inside = self.children(node, name);
            if !inside.is_empty() {
                return Landing::nodes(inside);
            }
            // `mod name;` says that the module is a file.
            if self.table.langs[row.file as usize] == Lang::Rust {
                let module = if row.container == NONE {
                    super::modules::rust_child(self, row.file, self.table.names.get(row.name))
                } else {
                    None
                };
                return match module {
                    Some(file) => self.file_member(file, NONE, name, Want::Call),
                    None => self.file_member(row.file, node, name, Want::Call),
                };
            }
            return Landing::UNKNOWN;
        }
        if row.is_type_like() {
            let (members, complete) = self.type_members(node, name);
            return match members.is_empty() {
                true => Landing { place: Place::Inherited, certain: false },
                false => Landing::nodes(members).doubted(complete),
            };
        }
        // A variable: its type is not known.
        Landing::UNKNOWN
    }

    /// The symbols of this name directly in a symbol.
    fn children(&self, node: u32, name: u32) -> Nodes {
        let file = self.table.row(node).file;
        let named = self.table.named_in_file(name, file).iter().copied();
        named
            .filter(|&child| self.table.row(child).container == node && self.table.row(child).kind != SymbolKind::Impl)
            .collect()
    }

    /// The members of a type, wherever they are defined, and whether that is all there can be.
    pub(super) fn type_members(&self, node: u32, name: u32) -> (Nodes, bool) {
        let table = self.table;
        let owner = *table.row(node);
        let lang = table.langs[owner.file as usize];
        let belongs = |child: u32| {
            let row = table.row(child);
            let around = row.container;
            (around == node && node != child)
                || (row.qualifier != NONE && row.qualifier == owner.name)
                || (around != NONE
                    && table.row(around).kind == SymbolKind::Impl
                    && table.row(around).name == owner.name)
        };
        let mut members: Nodes =
            table.named_in_file(name, owner.file).iter().copied().filter(|&child| belongs(child)).collect();
        // Where else the members of a type may stand.
        let reach = match lang {
            Lang::Go => table.dir(owner.file).files.clone(),
            Lang::Rust => self.crate_files(owner.file),
            Lang::C | Lang::Cpp | Lang::ObjectiveC | Lang::Swift | Lang::Ruby | Lang::CSharp => {
                0..table.files.len() as u32
            }
            _ => return (members, true),
        };
        let family = lang.family();
        let types = table.named_in(owner.name, reach.clone());
        let elsewhere = table.named_in(name, reach);
        if types.len().max(elsewhere.len()) > MOST_SAME_NAMES {
            return (members, false);
        }
        // Classes that are reopened or split over files are the same type; to all others a second type of the name is a stranger.
        let same = |&&other: &&u32| {
            let row = table.row(other);
            row.kind.is_type() && other != node && table.langs[row.file as usize].family() == family
        };
        let strangers = types.iter().filter(same).count();
        if strangers > 0 {
            let complete = !matches!(lang, Lang::Ruby | Lang::CSharp) && !members.is_empty();
            return (members, complete);
        }
        let others = elsewhere.iter().copied().filter(|&child| table.row(child).file != owner.file && belongs(child));
        members.extend(others.filter(|&child| table.langs[table.row(child).file as usize].family() == family));
        (members, true)
    }

    fn file_member(&mut self, file: u32, inside: u32, name: u32, want: Want) -> Landing {
        if inside == NONE {
            let top = self.table.top(name, file);
            let top = self.narrow(&top, want);
            // A module that stands in its own file is that file.
            let text = self.table.names.get(name);
            let declared =
                top.len() == 1 && self.table.row(top[0]).is_space() && self.table.langs[file as usize] == Lang::Rust;
            let module =
                if top.is_empty() || declared { self.submodule(&Place::File(file), text) } else { Landing::OUTSIDE };
            if module.is_found() {
                return module;
            }
            if !top.is_empty() {
                return Landing::nodes(top);
            }
        }
        self.passed_on(file, inside, name)
    }

    /// What a module imports is found in it as well: by its own import, or through wildcards.
    fn passed_on(&mut self, file: u32, inside: u32, name: u32) -> Landing {
        for id in self.imports_of(file) {
            let import = &self.imports[id as usize];
            if import.local == name && !import.wildcard && import.inside == inside {
                return self.import(file, id);
            }
        }
        self.through_wildcards(file, inside, name)
    }

    /// What the wildcard imports of a file or inline module bring under this name.
    pub(super) fn through_wildcards(&mut self, file: u32, inside: u32, name: u32) -> Landing {
        if !self.has_wildcards[file as usize] {
            return Landing::OUTSIDE;
        }
        // Modules that import everything of each other, in chains and circles, would otherwise be walked again for every way that leads to them.
        let key = (file, inside, name);
        match self.wildcards.get(&key) {
            Some(Some(landing)) => return landing.clone(),
            // On the way already: the circle adds nothing.
            Some(None) => return Landing::OUTSIDE,
            None => {}
        }
        if self.depth == 0 && self.wildcards.len() >= MOST_WILDCARD_ANSWERS {
            self.wildcards.clear();
        }
        self.wildcards.insert(key, None);
        let landing = self.search_wildcards(file, inside, name);
        self.wildcards.insert(key, Some(landing.clone()));
        landing
    }

    fn search_wildcards(&mut self, file: u32, inside: u32, name: u32) -> Landing {
        let mut found = Nodes::new();
        let mut certain = true;
        for id in self.imports_of(file) {
            let import = &self.imports[id as usize];
            if !import.wildcard || import.inside != inside {
                continue;
            }
            let module = self.import(file, id);
            if module.place == Place::File(file) && inside == NONE {
                continue;
            }
            match self.named_member(&module, name, Want::Call) {
                Landing { place: Place::Nodes(nodes), certain: proven } => {
                    certain &= proven;
                    nodes.into_iter().for_each(|node| {
                        if !found.contains(&node) {
                            found.push(node)
                        }
                    });
                }
                Landing { place: Place::Unknown, .. } => certain = false,
                landing @ Landing { place: Place::File(_) | Place::Dir(_), .. } if found.is_empty() => return landing,
                _ => {}
            }
        }
        match (found.is_empty(), certain) {
            (true, true) => Landing::OUTSIDE,
            (true, false) => Landing::UNKNOWN,
            (false, certain) => Landing::nodes(found).doubted(certain),
        }
    }

    fn dir_member(&mut self, dir: u32, name: u32) -> Landing {
        let files = self.table.dirs[dir as usize].files.clone();
        let named = self.table.named_in(name, files);
        // A package is what its files say, its tests apart: nobody else sees those.
        let top = named
            .iter()
            .copied()
            .filter(|&node| self.table.is_top(node) && !self.table.is_test_file(self.table.row(node).file));
        let top: Nodes = top.collect();
        if top.is_empty() { self.submodule(&Place::Dir(dir), self.table.names.get(name)) } else { Landing::nodes(top) }
    }

    fn space_member(&mut self, space: u32, name: u32) -> Landing {
        let named = self.table.named(name);
        if named.len() > MOST_SAME_NAMES {
            return Landing::UNKNOWN;
        }
        let inside: Nodes = named.iter().copied().filter(|&node| self.space_of(node) == Some(space)).collect();
        if inside.is_empty() {
            self.submodule(&Place::Space(space), self.table.names.get(name))
        } else {
            Landing::nodes(inside)
        }
    }

    /// The namespace or package that a symbol stands directly in; none for members of types.
    fn space_of(&self, node: u32) -> Option<u32> {
        let row = self.table.row(node);
        if row.is_space() || row.qualifier != NONE {
            return None;
        }
        match row.container {
            NONE => self.spaces.of_file.get(row.file as usize).copied().filter(|&space| space != NONE),
            container => self.spaces.of_node.get(&container).copied(),
        }
    }

    /// A module inside a module, told by files.
    fn submodule(&self, place: &Place, part: &str) -> Landing {
        let found = match *place {
            Place::File(file) => match self.table.langs[file as usize] {
                Lang::Rust => super::modules::rust_child(self, file, part).map(Place::File),
                Lang::Python if self.table.file_name(file).starts_with("__init__.") => {
                    super::modules::python_at(self, &self.table.dir(file).path, part)
                }
                _ => None,
            },
            Place::Dir(dir) => {
                let path = &self.table.dirs[dir as usize].path;
                let first = self.table.dirs[dir as usize].files.start as usize;
                match self.table.langs.get(first) {
                    Some(Lang::Go) => None,
                    _ => super::modules::python_at(self, path, part),
                }
            }
            Place::Space(space) => {
                let name = self.table.names.get(space);
                let separator = if name.contains('\\') { '\\' } else { '.' };
                let inner = self.table.names.find(&format!("{name}{separator}{part}"));
                inner.filter(|inner| self.spaces.known.contains(inner)).map(Place::Space)
            }
            _ => None,
        };
        found.map_or(Landing::OUTSIDE, Landing::sure)
    }

    /// Of several symbols of one name those that a call or a path can mean.
    ///
    /// A body beats a prototype or an overload's signature, what can be called beats a variable, a class beats an interface of its name.
    pub(super) fn narrow(&self, nodes: &[u32], want: Want) -> Nodes {
        let grade = |row: &Row| match want {
            Want::Call => match row.kind {
                kind if kind.is_callable() => u8::from(!row.has(Row::BODY) && kind != SymbolKind::Macro),
                SymbolKind::Class
                | SymbolKind::Struct
                | SymbolKind::Enum
                | SymbolKind::Union
                | SymbolKind::EnumMember => 0,
                SymbolKind::Variable | SymbolKind::Constant | SymbolKind::Property | SymbolKind::Field => 2,
                SymbolKind::Impl => 9,
                _ => 3,
            },
            Want::Scope if row.kind.is_type() => u8::from(row.kind == SymbolKind::TypeAlias),
            Want::Scope if row.is_space() => 0,
            Want::Scope if row.kind.is_callable() => 3,
            Want::Scope => 2,
        };
        let best = nodes.iter().map(|&node| grade(self.table.row(node))).min().unwrap_or(0);
        nodes.iter().copied().filter(|&node| grade(self.table.row(node)) == best).collect()
    }

    /// The files of the crate (Rust) that a file belongs to.
    pub(super) fn crate_files(&self, file: u32) -> Range<u32> {
        match super::modules::crate_root(self, file) {
            Some(root) => {
                let dir = self.table.dir(root);
                dir.files.start..dir.subtree_end
            }
            None => file..file + 1,
        }
    }
}
