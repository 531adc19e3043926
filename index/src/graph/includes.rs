//! Calls in languages where a file sees what it includes: C, C++ and Bash.

use grammars::SymbolKind;

use super::by_name::ByName;
use super::calls::{CallRow, Callee, Calls, MOST_CANDIDATES};
use super::landing::{Place, Want};
use super::lang::Lang;
use super::names::NONE;
use super::table::{Nodes, Row};

/// How many files are looked through for what a file includes, directly or not.
const MOST_INCLUDED: usize = 4096;

impl Calls<'_> {
    /// A call in a language where a file sees what it includes, directly or not.
    ///
    /// Certain when something that is seen declares the name, and there is exactly one definition that can be linked to it: one in a
    /// file that is seen, or one elsewhere that is not private to its file.
    pub(super) fn c_call(&mut self, file: u32, lang: Lang, call: &CallRow) -> Callee {
        self.reach(file);
        let table = self.resolver.table;
        let inside_type = self
            .caller(file, call)
            .is_some_and(|node| table.row(node).qualifier != NONE || table.type_around(node).is_some());
        let mut declared = false;
        let (mut bodies, mut prototypes) = (Nodes::new(), Nodes::new());
        let mut own_method = false;
        for &node in table.named(call.name) {
            let row = table.row(node);
            if table.langs[row.file as usize].family() != lang.family() || row.kind == SymbolKind::Impl {
                continue;
            }
            let seen = self.reached[row.file as usize] == file;
            let member =
                row.container != NONE && table.row(row.container).is_type_like() || row.kind == SymbolKind::Method;
            if member && row.kind.is_callable() {
                own_method = true;
                continue;
            }
            if !(row.kind.is_callable() || row.kind.is_type() && lang == Lang::Cpp) {
                continue;
            }
            declared |= seen;
            if bodies.len() > MOST_CANDIDATES {
                break;
            }
            // A macro and a type are used by those who see them; a function may be linked from anywhere.
            let linked = row.kind == SymbolKind::Function && !row.has(Row::PRIVATE);
            if seen || linked {
                let has_body =
                    row.has(Row::BODY) || !matches!(row.kind, SymbolKind::Function | SymbolKind::Constructor);
                if has_body { bodies.push(node) } else { prototypes.push(node) }
            }
        }
        if lang == Lang::Bash && !declared && !self.reach_incomplete && bodies.is_empty() {
            return Callee::Nothing;
        }
        if inside_type && own_method && lang == Lang::Cpp {
            return self.guess(file, call, ByName::FreeOrOwn);
        }
        // What the file itself defines goes before what others define under that name.
        let own: Nodes = bodies.iter().copied().filter(|&node| table.row(node).file == file).collect();
        let pool = if own.is_empty() { bodies } else { own };
        match (&pool[..], &prototypes[..]) {
            (&[one], _) if declared => Callee::Sure(one),
            // Defined outside the workspace (assembly, a library), declared in one place.
            (&[], &[one]) if declared => Callee::Sure(one),
            (&[], _) => Callee::maybe(prototypes),
            _ => Callee::maybe(pool),
        }
    }

    /// `space::f()` or `Type::f()` of C++.
    pub(super) fn c_member(&mut self, file: u32, call: &CallRow, around: &str) -> Callee {
        let table = self.resolver.table;
        let family = table.langs[file as usize].family();
        let Some(around) = table.names.find(around) else {
            return Callee::Nothing;
        };
        self.reach(file);
        let belongs =
            |row: &Row| row.qualifier == around || (row.container != NONE && table.row(row.container).name == around);
        let mut found = Nodes::new();
        let mut declared = false;
        for &node in table.named(call.name) {
            let row = table.row(node);
            if table.langs[row.file as usize].family() == family && row.kind.is_callable() && belongs(row) {
                declared |= self.reached[row.file as usize] == file;
                found.push(node);
                if found.len() > 2 * MOST_CANDIDATES {
                    break;
                }
            }
        }
        if found.is_empty() {
            // The receiver is a variable, or what it has is inherited.
            let is_space =
                table.named(around).iter().any(|&node| table.row(node).is_type_like() || table.row(node).is_space());
            return if is_space || !table.names.get(call.receiver).contains("::") {
                self.methods(file, call)
            } else {
                Callee::Nothing
            };
        }
        let qualified = table.names.get(call.receiver).contains("::")
            || table.named(around).iter().any(|&node| table.row(node).kind.is_type());
        match self.resolver.narrow(&found, Want::Call)[..] {
            [node] if declared && qualified => Callee::Sure(node),
            ref nodes => Callee::maybe(Nodes::from_slice(nodes)),
        }
    }

    /// Marks the files that `file` includes, directly or not, and itself.
    fn reach(&mut self, file: u32) {
        if self.reached_from == file {
            return;
        }
        self.reached_from = file;
        self.reach_incomplete = false;
        self.reached[file as usize] = file;
        let mut queue: Vec<u32> = vec![file];
        let mut next = 0;
        while let Some(&from) = queue.get(next).filter(|_| queue.len() < MOST_INCLUDED) {
            next += 1;
            for id in self.resolver.imports_of(from) {
                match self.resolver.import(from, id).place {
                    Place::File(included) if self.reached[included as usize] != file => {
                        self.reached[included as usize] = file;
                        queue.push(included);
                    }
                    Place::Unknown => self.reach_incomplete = true,
                    _ => {}
                }
            }
        }
    }
}
