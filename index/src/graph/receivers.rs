//! Calls with a receiver: `self.f()`, `Type::f()`, `module.f()`, and what is called on a value.

use grammars::{SymbolKind, Target};
use smallvec::SmallVec;

use super::by_name::ByName;
use super::calls::{CallRow, Callee, Calls};
use super::landing::{Landing, Place, Want};
use super::lang::{Lang, parts};
use super::names::NONE;
use super::table::{Nodes, Row};

impl Calls<'_> {
    pub(super) fn with_receiver(&mut self, file: u32, lang: Lang, call: &CallRow) -> Callee {
        let table = self.resolver.table;
        let receiver = table.names.get(call.receiver);
        if lang.is_self(receiver)
            && let Some(callee) = self.on_self(file, lang, call, receiver)
        {
            return callee;
        }
        let path: SmallVec<[&str; 6]> = parts(receiver).collect();
        let Some((&first, rest)) = path.split_first() else {
            return self.methods(file, call);
        };
        if matches!(lang, Lang::C | Lang::Cpp | Lang::ObjectiveC) && !matches!(call.target(), Target::Local) {
            let last = path.last().copied().unwrap_or(first);
            return if receiver.contains("::") || rest.is_empty() {
                self.c_member(file, call, last)
            } else {
                self.methods(file, call)
            };
        }
        let mut landing = match call.target() {
            Target::Local => Landing::UNKNOWN,
            Target::Symbol(id) => match self.symbol(file, id) {
                Some(node) => Landing::nodes(self.siblings(node)),
                None => Landing::UNKNOWN,
            },
            Target::Import(id) => return self.on_import(file, lang, call, id, &path),
            Target::Free => return self.on_free_path(file, lang, call, &path),
        };
        for part in rest {
            landing = self.resolver.member(&landing, part, Want::Scope);
        }
        self.on_landing(file, call, &landing)
    }

    /// The called name in what the receiver leads to.
    fn on_landing(&mut self, file: u32, call: &CallRow, landing: &Landing) -> Callee {
        let found = self.resolver.named_member(landing, call.name, Want::Call);
        let table = self.resolver.table;
        match (found.place, found.certain) {
            (Place::Nodes(nodes), certain) => {
                let nodes = self.resolver.narrow(&nodes, Want::Call);
                // What a trait or interface declares is chosen when it runs.
                let around = |node: u32| table.row(node).container;
                let dispatched = |node| {
                    around(node) != NONE
                        && matches!(table.row(around(node)).kind, SymbolKind::Interface | SymbolKind::Trait)
                };
                match nodes[..] {
                    [node] if certain && !dispatched(node) => Callee::Sure(node),
                    _ => Callee::maybe(nodes),
                }
            }
            (Place::Inherited, _) if table.langs[file as usize] == Lang::Rust => {
                Callee::maybe(self.candidates(file, call.name, ByName::TraitMethod))
            }
            (Place::Inherited | Place::Unknown, _) if !matches!(landing.place, Place::Outside) => {
                self.methods(file, call)
            }
            _ => Callee::Nothing,
        }
    }

    /// `self.f()`; none when the receiver turns out to mean something else (`self::f()` of a Rust module).
    fn on_self(&mut self, file: u32, lang: Lang, call: &CallRow, receiver: &str) -> Option<Callee> {
        let table = self.resolver.table;
        let caller = self.caller(file, call);
        let around = caller.and_then(|node| table.type_around(node)).or_else(|| {
            // A method defined apart from its type: the type is written in its name.
            let owner = caller.map(|node| table.row(node).qualifier).filter(|&name| name != NONE)?;
            let types: Nodes =
                table.named(owner).iter().copied().filter(|&node| table.row(node).kind.is_type()).take(2).collect();
            if types.len() == 1 { Some(types[0]) } else { None }
        });
        let Some(around) = around else {
            return if lang == Lang::Rust { None } else { Some(self.methods(file, call)) };
        };
        let row = *table.row(around);
        let owner = if row.kind == SymbolKind::Impl { self.owner(around) } else { Some(around) };
        let (members, complete) = self.resolver.type_members(owner.unwrap_or(around), call.name);
        let members = self.resolver.narrow(&members, Want::Call);
        let [member] = members[..] else {
            return Some(match members.is_empty() {
                false => Callee::maybe(members),
                true if lang == Lang::Rust => Callee::maybe(self.candidates(file, call.name, ByName::TraitMethod)),
                true => self.methods(file, call),
            });
        };
        let fixed = match lang {
            Lang::Rust => {
                owner.is_some_and(|owner| !matches!(table.row(owner).kind, SymbolKind::Trait | SymbolKind::Interface))
            }
            // `self::f()` names the class; `static::f()` and `$this->f()` are chosen when it runs.
            Lang::Php if receiver == "self" => true,
            lang => lang.private_is_final() && table.row(member).has(Row::PRIVATE),
        };
        Some(if fixed && complete { Callee::Sure(member) } else { Callee::maybe(members) })
    }

    /// The type that an `impl` block is for, when there is exactly one it can be.
    pub(super) fn owner(&self, block: u32) -> Option<u32> {
        let table = self.resolver.table;
        let row = table.row(block);
        let is_type = |&node: &u32| table.row(node).kind.is_type();
        let here: Nodes = table.named_in_file(row.name, row.file).iter().copied().filter(is_type).take(2).collect();
        match here[..] {
            [only] => Some(only),
            [] => {
                let files = self.resolver.crate_files(row.file);
                let near: Nodes = table.named_in(row.name, files).iter().copied().filter(is_type).take(2).collect();
                if near.len() == 1 { Some(near[0]) } else { None }
            }
            _ => None,
        }
    }

    fn on_import(&mut self, file: u32, lang: Lang, call: &CallRow, id: u32, path: &[&str]) -> Callee {
        let table = self.resolver.table;
        let mut landing = self.imported(file, id);
        let mut rest = &path[1..];
        let imports = self.resolver.imports_of(file);
        let row = imports
            .start
            .checked_add(id)
            .filter(|id| imports.contains(id))
            .map(|id| self.resolver.imports[id as usize]);
        // `import a.b` binds `a`: the module is as much of the receiver as is one.
        if lang == Lang::Python
            && row.is_some_and(|row| row.item == NONE && !row.alias && table.names.get(row.module).contains('.'))
        {
            landing = Landing::OUTSIDE;
            for end in (1..=path.len()).rev() {
                let module = super::modules::python(&self.resolver, file, &path[..end].join("."));
                if matches!(module.place, Place::File(_)) || (end == 1 && module.is_found()) {
                    landing = module;
                    rest = &path[end..];
                    break;
                }
            }
        }
        for part in rest {
            landing = self.resolver.member(&landing, part, Want::Scope);
        }
        match landing.place {
            // An import that cannot be followed may be a module or a type; its functions are looked for by name.
            Place::Unknown => self.guess(file, call, ByName::FreeOrOwn),
            _ => self.on_landing(file, call, &landing),
        }
    }

    /// A path whose first name nothing in the file binds.
    fn on_free_path(&mut self, file: u32, lang: Lang, call: &CallRow, path: &[&str]) -> Callee {
        let table = self.resolver.table;
        let first = table.names.find(path[0]).unwrap_or(NONE);
        let (start, rest) = match lang {
            Lang::Rust => {
                let inside = self.module_around(file, call);
                let landing = super::modules::rust_path(&mut self.resolver, file, inside, path);
                let landing = match landing.is_found() || first == NONE {
                    true => landing,
                    false => {
                        let start = self.resolver.through_wildcards(file, inside, first);
                        path[1..].iter().fold(start, |landing, part| self.resolver.member(&landing, part, Want::Scope))
                    }
                };
                (landing, &path[..0])
            }
            Lang::Go => (self.go_package(file, first), &path[1..]),
            Lang::Python => (self.resolver.through_wildcards(file, NONE, first), &path[1..]),
            Lang::Java | Lang::Kotlin | Lang::Scala | Lang::CSharp | Lang::Php => {
                let near = self.in_space(file, call, first);
                if near.is_found() {
                    (near, &path[1..])
                } else {
                    let separator = if lang == Lang::Php { "\\" } else { "." };
                    let whole = path.join(separator);
                    let known = table.names.find(&whole).filter(|space| self.resolver.spaces.known.contains(space));
                    match known {
                        Some(space) => (Landing::sure(Place::Space(space)), &path[..0]),
                        None if path.len() > 1 && lang != Lang::Php => {
                            let landing = super::modules::dotted(&mut self.resolver, &whole, "");
                            if landing.is_found() {
                                (landing, &path[..0])
                            } else {
                                (self.by_first_name(file, lang, path[0], first), &path[1..])
                            }
                        }
                        None => (self.by_first_name(file, lang, path[0], first), &path[1..]),
                    }
                }
            }
            // In a module, a name that nothing binds belongs to the platform (`console`, `Object`).
            Lang::JavaScript if !self.resolver.imports_of(file).is_empty() => {
                return Callee::Nothing;
            }
            _ => (self.by_first_name(file, lang, path[0], first), &path[1..]),
        };
        let mut landing = start;
        for part in rest {
            landing = self.resolver.member(&landing, part, Want::Scope);
        }
        self.on_landing(file, call, &landing)
    }

    /// A receiver's first name looked for in the whole workspace: nothing that is found is proven, but what is not there is outside.
    fn by_first_name(&mut self, file: u32, lang: Lang, text: &str, name: u32) -> Landing {
        let table = self.resolver.table;
        let family = lang.family();
        let usable = |&node: &u32| {
            let row = table.row(node);
            (row.kind.is_type() || row.is_space() || (row.container == NONE && !row.kind.is_callable()))
                && table.langs[row.file as usize].family() == family
                && (!table.is_test_file(row.file) || table.is_test_file(file))
        };
        let found: Nodes = table.named(name).iter().copied().filter(usable).take(2).collect();
        match found.len() {
            // A field that is inherited may be meant.
            0 if lang.implicit_self() && text.starts_with(|first: char| first.is_lowercase() || first == '_') => {
                Landing::UNKNOWN
            }
            0 => Landing::OUTSIDE,
            1 => Landing::nodes(found).doubted(false),
            _ => Landing::UNKNOWN,
        }
    }
}
