//! Symbols by what people write: `name`, `Type::method`, `module.Type.method`, `file.py:name`.

use super::lang::parts;
use super::names::NONE;
use super::paths::{ends_with, stem};
use super::table::split;
use super::{Graph, NodeId};

/// File names that stand for their folder in a path.
const FOLDER_FILES: &[&str] = &["mod", "lib", "main", "index", "__init__"];

impl Graph {
    /// The symbols that `path` may mean, the most central first.
    ///
    /// A path is a name with as many of its containers before it as are needed to tell it from others (`method`, `Type::method`, `Type.method`,
    /// `module::Type::method`; files and folders count as modules), and before all a file with a single `:` (`src/app.py:main`; the end of a path suffices).
    pub fn find(&self, path: &str) -> Vec<NodeId> {
        let path = path.trim();
        let mut found = self.find_in(None, path);
        if found.is_empty() {
            // The last single colon parts a file from a symbol.
            let colon = path
                .rmatch_indices(':')
                .map(|(at, _)| at)
                .find(|&at| !path[..at].ends_with(':') && !path[at + 1..].starts_with(':'));
            if let Some(at) = colon {
                found = self.find_in(Some(&path[..at]), &path[at + 1..]);
            }
        }
        found.sort_by(|a, b| {
            self.ranks.symbols[b.0 as usize].total_cmp(&self.ranks.symbols[a.0 as usize]).then(a.cmp(b))
        });
        found
    }

    fn find_in(&self, file: Option<&str>, path: &str) -> Vec<NodeId> {
        let in_file = |node: u32| {
            file.is_none_or(|file| {
                ends_with(self.table.path_of(self.table.row(node).file), file.trim_start_matches("./"))
            })
        };
        let all = |name: &str| self.table.names.find(name).map(|name| self.table.named(name)).unwrap_or(&[]);
        // Some names hold separators themselves (`a.b` of a package, `operator::`).
        let whole = all(path);
        if !whole.is_empty() {
            return whole.iter().copied().filter(|&node| in_file(node)).map(NodeId).collect();
        }
        let parts: Vec<&str> = path.split('#').flat_map(parts).collect();
        let Some((name, around)) = parts.split_last() else {
            return Vec::new();
        };
        let fits = |&node: &u32| in_file(node) && self.is_around(node, around);
        all(name).iter().copied().filter(fits).map(NodeId).collect()
    }

    /// Whether `around` ends the chain of containers, files and folders around a symbol.
    fn is_around(&self, node: u32, around: &[&str]) -> bool {
        let mut rest = around;
        let mut matches = |name: &str| match rest.split_last() {
            Some((last, before)) if *last == name => {
                rest = before;
                Some(true)
            }
            Some(_) => Some(false),
            None => None,
        };
        let row = self.table.row(node);
        if row.qualifier != NONE && matches(self.table.names.get(row.qualifier)) == Some(false) {
            return false;
        }
        let mut container = row.container;
        while container != NONE {
            if matches(self.table.name_of(container)) == Some(false) {
                return false;
            }
            container = self.table.row(container).container;
        }
        let file_path = self.table.path_of(row.file);
        let (folder, file) = split(file_path);
        let file = stem(file);
        if !FOLDER_FILES.contains(&file) && matches(file) == Some(false) {
            return false;
        }
        // A path may begin anywhere, so the folders need only hold its rest.
        rest.is_empty() || format!("/{folder}/").contains(&format!("/{}/", rest.join("/")))
    }
}
