//! Calls whose target nothing proves: every symbol of that name.

use grammars::SymbolKind;

use super::calls::{CallRow, Callee, Calls, MOST_CANDIDATES};
use super::landing::Want;
use super::lang::Family;
use super::names::NONE;
use super::table::{Nodes, Row};

/// What is looked for by name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ByName {
    /// Functions and types.
    Free,
    /// Functions, types, and methods that the object around may have.
    FreeOrOwn,
    Method,
    /// Methods that a trait gives to types (Rust).
    TraitMethod,
    Macro,
}

pub(super) type ByNameKey = (u32, Family, ByName, bool);

impl Calls<'_> {
    pub(super) fn methods(&mut self, file: u32, call: &CallRow) -> Callee {
        self.guess(file, call, ByName::Method)
    }

    pub(super) fn guess(&mut self, file: u32, call: &CallRow, by_name: ByName) -> Callee {
        Callee::maybe(self.candidates(file, call.name, by_name))
    }

    /// Every symbol of the language family that a call of this name may mean; none when there are too many.
    pub(super) fn candidates(&mut self, file: u32, name: u32, by_name: ByName) -> Nodes {
        let table = self.resolver.table;
        let family = table.langs[file as usize].family();
        // Code does not call tests; tests call both.
        let from_test = table.is_test_file(file);
        let search = || {
            let fits = |&node: &u32| {
                let row = table.row(node);
                let owned = row.kind == SymbolKind::Method
                    || row.qualifier != NONE
                    || (row.container != NONE && table.row(row.container).is_type_like());
                let in_trait = || {
                    row.container != NONE
                        && matches!(table.row(row.container).kind, SymbolKind::Trait | SymbolKind::Interface)
                };
                let kind = match by_name {
                    ByName::Macro => row.kind == SymbolKind::Macro,
                    ByName::Method => owned && matches!(row.kind, SymbolKind::Method | SymbolKind::Function),
                    ByName::TraitMethod => owned && row.kind.is_callable() && in_trait(),
                    ByName::Free => is_plain(row) && !owned || row.kind.is_type() && row.kind != SymbolKind::Trait,
                    ByName::FreeOrOwn => is_plain(row) || row.kind.is_type() && row.kind != SymbolKind::Trait,
                };
                kind
                    && table.langs[row.file as usize].family() == family
                    && (from_test || !table.is_test_file(row.file))
                    // A static function of C is seen by its own file, whose scopes would have bound it.
                    && !(family == Family::C && row.has(Row::PRIVATE) && !owned)
            };
            let found: Nodes = table.named(name).iter().copied().filter(fits).take(4 * MOST_CANDIDATES).collect();
            found
        };
        let key = (name, family, by_name, from_test);
        if let Some(found) = self.by_name.get(&key) {
            return found.clone();
        }
        let mut found = self.resolver.narrow(&search(), Want::Call);
        if found.len() > MOST_CANDIDATES {
            found = Nodes::new();
        }
        self.by_name.insert(key, found.clone());
        found
    }
}

fn is_plain(row: &Row) -> bool {
    row.kind.is_callable()
}
