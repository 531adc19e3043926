//! From the facts of files to the graph.

use std::ops::Range;
use std::sync::Arc;

use grammars::{FileFacts, Symbol, SymbolKind, Target};
use rustc_hash::FxHashMap;

use super::Graph;
use super::calls::{CallRow, Callee, Calls};
use super::edges::{Edge, Lists};
use super::landing::{ImportRow, Place};
use super::lang::{Lang, last_part};
use super::names::{NONE, Names};
use super::scope::{Resolver, Spaces};
use super::table::{Row, Table, path_order};
use crate::source::FileFlags;
use crate::store::FileEntry;

/// Collects the facts of files; only what the graph needs is kept of them.
#[derive(Default)]
pub struct Builder {
    names: Names,
    files: Vec<FileRows>,
    rows: Vec<Row>,
    imports: Vec<ImportRow>,
    calls: Vec<CallRow>,
    /// The numbers of the current file's names, once they are asked for.
    scratch: Vec<u32>,
}

/// What one file added.
struct FileRows {
    entry: Arc<FileEntry>,
    lang: Lang,
    rows: Range<u32>,
    imports: Range<u32>,
    calls: Range<u32>,
}

/// Not looked up yet.
const UNASKED: u32 = u32::MAX - 1;

impl Builder {
    /// Adds a file. Documents and data files take part as files only.
    pub fn add(&mut self, entry: &Arc<FileEntry>, facts: &FileFacts) {
        let lang = Lang::of(entry.language);
        let (rows, imports, calls) = (self.rows.len() as u32, self.imports.len() as u32, self.calls.len() as u32);
        if !entry.flags.has(FileFlags::PROSE) {
            self.scratch.clear();
            self.scratch.resize(facts.names.len(), UNASKED);
            self.add_symbols(entry.flags, facts);
            self.add_imports(lang, facts);
            self.add_calls(lang, facts);
        }
        self.files.push(FileRows {
            entry: entry.clone(),
            lang,
            rows: rows..self.rows.len() as u32,
            imports: imports..self.imports.len() as u32,
            calls: calls..self.calls.len() as u32,
        });
    }

    fn name(&mut self, facts: &FileFacts, id: grammars::NameId) -> u32 {
        let Some(slot) = self.scratch.get_mut(id.0 as usize) else {
            return NONE;
        };
        if *slot == UNASKED {
            *slot = self.names.intern(facts.name(id));
        }
        *slot
    }

    fn add_symbols(&mut self, flags: FileFlags, facts: &FileFacts) {
        for (index, symbol) in facts.symbols.iter().enumerate() {
            let Symbol { name, kind, container, qualifier, lines, .. } = symbol;
            let row = Row {
                name: self.name(facts, *name),
                qualifier: qualifier.map_or(NONE, |id| self.names.intern(last_part(facts.name(id)))),
                // A container that does not stand before what it contains would make a circle.
                container: container.filter(|&container| (container as usize) < index).unwrap_or(NONE),
                file: NONE,
                first: lines.first,
                last: lines.last,
                kind: *kind,
                flags: Row::flags(symbol, flags),
            };
            self.rows.push(row);
        }
    }

    fn add_imports(&mut self, lang: Lang, facts: &FileFacts) {
        for import in &facts.imports {
            let module = facts.name(import.module);
            let local = match (import.alias, import.item) {
                (Some(alias), _) => self.name(facts, alias),
                (None, Some(item)) if facts.name(item) != "self" => self.name(facts, item),
                // `import a.b` binds `a`, which is not what it imports.
                _ if lang == Lang::Python && module.contains('.') => NONE,
                _ => self.names.intern(last_part(module)),
            };
            let inside = if lang == Lang::Rust { module_at(facts, import.span.start) } else { NONE };
            let row = ImportRow {
                module: self.name(facts, import.module),
                item: import.item.map_or(NONE, |item| self.name(facts, item)),
                local,
                inside,
                alias: import.alias.is_some(),
                wildcard: import.wildcard,
            };
            self.imports.push(row);
        }
    }

    fn add_calls(&mut self, lang: Lang, facts: &FileFacts) {
        if lang == Lang::Other {
            return;
        }
        for call in &facts.calls {
            // A local that is called is no symbol; what is called on one may be.
            if call.target == Target::Local && !call.has_receiver {
                continue;
            }
            let name = self.name(facts, call.name);
            let receiver = call.qualifier.map_or(NONE, |qualifier| self.name(facts, qualifier));
            let caller = call.caller.unwrap_or(NONE);
            self.calls.push(CallRow::new(name, receiver, call.has_receiver, caller, call.target, call.line));
        }
    }

    /// Resolves everything that was added.
    pub fn finish(mut self) -> Graph {
        self.files.sort_by(|a, b| path_order(&a.entry.path, &b.entry.path));
        let mut table = self.table();
        let ranges: Vec<Range<u32>> = self.files.iter().map(|file| file.imports.clone()).collect();
        for (range, first) in ranges.iter().zip(&table.starts) {
            for import in &mut self.imports[range.start as usize..range.end as usize] {
                import.inside = import.inside.checked_add(*first).unwrap_or(NONE);
            }
        }
        let spaces = spaces(&mut table);
        table.set_postings();
        let mut calls = Calls::new(Resolver::new(&table, &self.imports, &ranges, spaces));
        let edges = self.edges(&mut calls);
        let (file_imports, uses) = imports(&mut calls, &ranges);
        let owners = owners(&calls);
        drop(calls);
        drop((self.calls, self.imports, self.rows, self.files));
        Graph::new(table, edges, file_imports, uses, owners)
    }

    fn table(&mut self) -> Table {
        let mut table = Table::with_names(std::mem::take(&mut self.names));
        table.names.shrink();
        table.rows.reserve_exact(self.rows.len());
        for (index, file) in self.files.iter().enumerate() {
            let first = table.rows.len() as u32;
            table.starts.push(first);
            table.files.push(file.entry.clone());
            table.langs.push(file.lang);
            let rows = &self.rows[file.rows.start as usize..file.rows.end as usize];
            let placed = |row: &Row| Row {
                file: index as u32,
                container: row.container.checked_add(first).unwrap_or(NONE),
                ..*row
            };
            table.rows.extend(rows.iter().map(placed));
        }
        table.starts.push(table.rows.len() as u32);
        table.set_dirs();
        table
    }

    fn edges(&self, calls: &mut Calls<'_>) -> Lists<Edge> {
        let mut edges = Lists::new();
        let mut of_files = Lists::new();
        // (caller, edge) of one file.
        let mut found: Vec<(u32, Edge)> = Vec::new();
        for (file, rows) in self.files.iter().enumerate() {
            let nodes = calls.resolver.table.nodes(file as u32);
            found.clear();
            for call in &self.calls[rows.calls.start as usize..rows.calls.end as usize] {
                let caller = if call.caller < nodes.len() as u32 { call.caller } else { NONE };
                let mut add = |to, candidates: usize| {
                    found.push((
                        caller,
                        Edge { to, line: call.line(), count: 1, candidates: candidates.min(255) as u8 },
                    ));
                };
                match calls.resolve(file as u32, call) {
                    Callee::Nothing => {}
                    Callee::Sure(node) => add(node, 0),
                    Callee::Maybe(nodes) => nodes.iter().for_each(|&node| add(node, nodes.len())),
                }
            }
            found.sort_unstable_by_key(|(caller, edge)| (*caller, edge.to, edge.line));
            found.dedup_by(|(caller, edge), (kept_caller, kept)| {
                let same = caller == kept_caller && edge.to == kept.to;
                if same {
                    kept.count = kept.count.saturating_add(edge.count);
                    kept.candidates = kept.candidates.min(edge.candidates);
                }
                same
            });
            let mut rest = &found[..];
            for caller in 0..nodes.len() as u32 {
                let end = rest.iter().take_while(|(by, _)| *by == caller).count();
                edges.push(rest[..end].iter().map(|(_, edge)| *edge));
                rest = &rest[end..];
            }
            of_files.push(rest.iter().map(|(_, edge)| *edge));
        }
        edges.append(of_files);
        edges.shrink();
        edges
    }
}

/// The innermost inline module around a byte.
fn module_at(facts: &FileFacts, byte: u32) -> u32 {
    let mut next = facts.symbols.partition_point(|symbol| symbol.span.start <= byte).checked_sub(1);
    while let Some((id, symbol)) = next.and_then(|id| Some((id, facts.symbols.get(id)?))) {
        if symbol.kind == SymbolKind::Module && symbol.span.contains(byte) {
            return id as u32;
        }
        // Siblings that end before `byte` are skipped through their container.
        next = symbol.container.map(|container| container as usize).filter(|&container| container < id);
    }
    NONE
}

/// The namespaces and packages that files declare, by their full names.
fn spaces(table: &mut Table) -> Spaces {
    let mut spaces = Spaces { of_file: vec![NONE; table.files.len()], ..Spaces::default() };
    for node in 0..table.rows.len() as u32 {
        let row = *table.row(node);
        let separator = match table.langs[row.file as usize] {
            Lang::Java | Lang::Kotlin | Lang::Scala | Lang::CSharp => '.',
            Lang::Php => '\\',
            _ => continue,
        };
        if !row.is_space() || row.name == NONE {
            continue;
        }
        let outer = spaces.of_node.get(&row.container).copied();
        let full = match outer {
            Some(outer) => {
                let full = format!("{}{separator}{}", table.names.get(outer), table.names.get(row.name));
                table.names.intern(&full)
            }
            None if row.container != NONE => continue,
            None => row.name,
        };
        if full == NONE {
            continue;
        }
        spaces.of_node.insert(node, full);
        spaces.known.insert(full);
        let of_file = &mut spaces.of_file[row.file as usize];
        if *of_file == NONE {
            *of_file = full;
        }
        // `a.b.c` is reached through `a` and `a.b`, though no file need declare those.
        let text = table.names.get(full).to_owned();
        for (at, _) in text.match_indices(separator) {
            let part = table.names.intern(&text[..at]);
            spaces.known.insert(part);
        }
    }
    spaces
}

/// Which files each file imports, and which symbols its imports name.
fn imports(calls: &mut Calls<'_>, ranges: &[Range<u32>]) -> (Lists<u32>, Lists<u32>) {
    let table = calls.resolver.table;
    let (mut files, mut uses) = (Lists::new(), Lists::new());
    // A package is a folder or what declares it.
    let mut packages: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for (file, &space) in calls.resolver.spaces.of_file.iter().enumerate().filter(|(_, space)| **space != NONE) {
        packages.entry(space).or_default().push(file as u32);
    }
    let (mut found, mut named) = (Vec::new(), Vec::new());
    for (file, range) in ranges.iter().enumerate() {
        found.clear();
        named.clear();
        for id in range.clone() {
            let landing = calls.resolver.import(file as u32, id);
            match &landing.place {
                Place::File(other) => found.push(*other),
                Place::Nodes(nodes) if landing.certain => {
                    found.extend(nodes.iter().map(|&node| table.row(node).file));
                    named.extend_from_slice(nodes);
                }
                Place::Dir(dir) => found.extend(
                    table.dirs[*dir as usize]
                        .files
                        .clone()
                        .filter(|&other| table.langs[other as usize] != Lang::Other && !table.is_test_file(other)),
                ),
                Place::Space(space) => {
                    found.extend_from_slice(packages.get(space).map(|files| &files[..]).unwrap_or(&[]))
                }
                _ => {}
            }
        }
        for list in [&mut found, &mut named] {
            list.sort_unstable();
            list.dedup();
        }
        files.push(found.iter().copied().filter(|&other| other != file as u32));
        uses.push(named.iter().copied().filter(|&node| table.row(node).file != file as u32));
    }
    (files, uses)
}

/// The type of each member that is defined apart from it: in an `impl` block, or by a qualifier. In order of the members.
fn owners(calls: &Calls<'_>) -> Vec<(u32, u32)> {
    let table = calls.resolver.table;
    let mut owners = Vec::new();
    let mut blocks: FxHashMap<u32, Option<u32>> = FxHashMap::default();
    for (node, row) in table.rows.iter().enumerate() {
        let owner = if row.container != NONE && table.row(row.container).kind == SymbolKind::Impl {
            *blocks.entry(row.container).or_insert_with(|| calls.owner(row.container))
        } else if row.qualifier != NONE {
            let types = table.named_in(row.qualifier, table.dir(row.file).files.clone());
            let mut types = types.iter().copied().filter(|&node| table.row(node).kind.is_type());
            types.next().filter(|_| types.next().is_none())
        } else {
            None
        };
        owners.extend(owner.map(|owner| (node as u32, owner)));
    }
    owners
}
