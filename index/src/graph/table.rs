//! The files, folders and symbols of a workspace, ordered so that a file, a folder and a subtree are each one range.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use grammars::{SymbolKind, Visibility};
use smallvec::SmallVec;

use super::lang::Lang;
use super::names::{NONE, Names};
use crate::source::FileFlags;
use crate::store::FileEntry;

/// Several symbols, usually one.
pub(super) type Nodes = SmallVec<[u32; 4]>;

/// A symbol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Its own name.
    pub(super) name: u32,
    /// The last part of a qualifier written in the definition (`Type` in `ns::Type::method`), or [`NONE`].
    pub(super) qualifier: u32,
    /// The symbol around it, or [`NONE`].
    pub(super) container: u32,
    pub(super) file: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) kind: SymbolKind,
    pub(super) flags: u8,
}

impl Row {
    /// A test runner finds it, or it stands in a file of tests.
    pub(super) const TEST: u8 = 1;
    /// Visible in its own type or file only.
    pub(super) const PRIVATE: u8 = 2;
    /// A callable with a body: not a prototype, an abstract method or an overload's signature.
    pub(super) const BODY: u8 = 4;

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) fn flags(symbol: &grammars::Symbol, file: FileFlags) -> u8 {
        let test = symbol.is_test || file.has(FileFlags::TEST);
        let private = symbol.visibility == Visibility::Private;
        let body = symbol.kind.is_callable() && !symbol.is_declaration;
        u8::from(test) * Self::TEST + u8::from(private) * Self::PRIVATE + u8::from(body) * Self::BODY
    }

    /// Whether it adds members to a type or is one: what `self` may mean.
    pub(super) fn is_type_like(&self) -> bool {
        self.kind.is_type() || self.kind == SymbolKind::Impl
    }

    /// Whether it is a named place that holds symbols without being a type.
    pub(super) fn is_space(&self) -> bool {
        matches!(self.kind, SymbolKind::Module | SymbolKind::Namespace)
    }
}

/// A folder. The files below it, at any depth, are one range, and those directly in it its beginning.
#[derive(Debug, Clone)]
pub(super) struct Dir {
    /// Without a `/` at the end; empty for the workspace itself.
    pub(super) path: Box<str>,
    /// The files directly in it.
    pub(super) files: Range<u32>,
    /// The end of the files below it.
    pub(super) subtree_end: u32,
}

/// Everything that is looked up while calls are resolved, and afterwards.
#[derive(Default)]
pub(super) struct Table {
    pub(super) names: Names,
    pub(super) files: Vec<Arc<FileEntry>>,
    pub(super) langs: Vec<Lang>,
    pub(super) dir_of: Vec<u32>,
    pub(super) dirs: Vec<Dir>,
    /// Where each file's symbols begin; one more than there are files.
    pub(super) starts: Vec<u32>,
    pub(super) rows: Vec<Row>,
    /// Where the symbols of each name begin in `postings`.
    offsets: Vec<u32>,
    postings: Vec<u32>,
}

/// The order of paths in which every subtree is one range and a folder's own files come before those of its folders.
pub(super) fn path_order(a: &str, b: &str) -> Ordering {
    let (a_dir, a_name) = split(a);
    let (b_dir, b_name) = split(b);
    dir_order(a_dir, b_dir).then_with(|| a_name.cmp(b_name))
}

fn dir_order(a: &str, b: &str) -> Ordering {
    let key = |byte: u8| if byte == b'/' { 0 } else { byte };
    a.bytes().map(key).cmp(b.bytes().map(key))
}

/// Folder (empty for the workspace itself) and file name.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl Table {
    pub(super) fn with_names(names: Names) -> Table {
        Table { names, ..Table::default() }
    }

    /// Finds the folders of `files`, which are in [`path_order`].
    pub(super) fn set_dirs(&mut self) {
        self.dirs = vec![Dir { path: "".into(), files: 0..0, subtree_end: 0 }];
        // The folders from the workspace to the current one.
        let mut open: Vec<u32> = vec![0];
        for (file, entry) in self.files.iter().enumerate() {
            let (folder, _) = split(&entry.path);
            while let Some(&top) = open.last() {
                let path = &*self.dirs[top as usize].path;
                let inside = path.is_empty()
                    || folder == path
                    || folder.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
                if inside {
                    break;
                }
                self.dirs[top as usize].subtree_end = file as u32;
                open.pop();
            }
            loop {
                let top = open.last().copied().unwrap_or(0);
                let path = &*self.dirs[top as usize].path;
                if path == folder {
                    break;
                }
                let from = if path.is_empty() { 0 } else { path.len() + 1 };
                // An odd path (`//x`) gives one odd folder instead of an empty part.
                let end = folder[from..].find('/').filter(|&at| at > 0).map_or(folder.len(), |at| from + at);
                open.push(self.dirs.len() as u32);
                self.dirs.push(Dir { path: folder[..end].into(), files: file as u32..file as u32, subtree_end: 0 });
            }
            let dir = open.last().copied().unwrap_or(0);
            self.dirs[dir as usize].files.end = file as u32 + 1;
            self.dir_of.push(dir);
        }
        for dir in open {
            self.dirs[dir as usize].subtree_end = self.files.len() as u32;
        }
    }

    /// Groups the symbols by name.
    pub(super) fn set_postings(&mut self) {
        self.offsets = vec![0; self.names.len() + 1];
        let named = |row: &&Row| row.name != NONE;
        self.rows.iter().filter(named).for_each(|row| self.offsets[row.name as usize + 1] += 1);
        for name in 1..self.offsets.len() {
            self.offsets[name] += self.offsets[name - 1];
        }
        let mut next = self.offsets.clone();
        self.postings = vec![0; self.offsets.last().copied().unwrap_or(0) as usize];
        for (node, row) in self.rows.iter().enumerate().filter(|(_, row)| row.name != NONE) {
            self.postings[next[row.name as usize] as usize] = node as u32;
            next[row.name as usize] += 1;
        }
    }

    pub(super) fn row(&self, node: u32) -> &Row {
        &self.rows[node as usize]
    }

    pub(super) fn name_of(&self, node: u32) -> &str {
        self.names.get(self.row(node).name)
    }

    pub(super) fn path_of(&self, file: u32) -> &str {
        &self.files[file as usize].path
    }

    /// The file name without the folder.
    pub(super) fn file_name(&self, file: u32) -> &str {
        split(self.path_of(file)).1
    }

    pub(super) fn dir(&self, file: u32) -> &Dir {
        &self.dirs[self.dir_of[file as usize] as usize]
    }

    pub(super) fn is_test_file(&self, file: u32) -> bool {
        self.files[file as usize].flags.has(FileFlags::TEST)
    }

    /// The symbols of a file.
    pub(super) fn nodes(&self, file: u32) -> Range<u32> {
        self.starts[file as usize]..self.starts[file as usize + 1]
    }

    /// All symbols with this name, in order.
    pub(super) fn named(&self, name: u32) -> &[u32] {
        let index = name as usize;
        if index + 1 >= self.offsets.len() {
            return &[];
        }
        &self.postings[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }

    /// The symbols with this name in a range of files, in order.
    pub(super) fn named_in(&self, name: u32, files: Range<u32>) -> &[u32] {
        let all = self.named(name);
        if all.is_empty() || files.is_empty() {
            return &[];
        }
        let (first, end) = (self.starts[files.start as usize], self.starts[files.end as usize]);
        let from = all.partition_point(|&node| node < first);
        let to = from + all[from..].partition_point(|&node| node < end);
        &all[from..to]
    }

    /// The symbols with this name in one file.
    pub(super) fn named_in_file(&self, name: u32, file: u32) -> &[u32] {
        self.named_in(name, file..file + 1)
    }

    /// Whether a symbol is seen at the top of its file: in nothing, or in the namespace that some languages put around everything.
    pub(super) fn is_top(&self, node: u32) -> bool {
        let row = self.row(node);
        if row.qualifier != NONE || row.kind == SymbolKind::Impl {
            return false;
        }
        row.container == NONE
            || (matches!(
                self.langs[row.file as usize],
                Lang::Java | Lang::Kotlin | Lang::Scala | Lang::CSharp | Lang::Php
            ) && self.row(row.container).is_space())
    }

    /// The symbols of this name at the top of a file; `impl` blocks, which share the name of their type, left out.
    pub(super) fn top(&self, name: u32, file: u32) -> Nodes {
        self.named_in_file(name, file).iter().copied().filter(|&node| self.is_top(node)).collect()
    }

    /// The type around a symbol (itself included): an `impl` block counts as one.
    pub(super) fn type_around(&self, node: u32) -> Option<u32> {
        let mut next = node;
        // A file's symbols nest at most as deep as there are symbols; containers stand before what they contain.
        while next != NONE {
            let row = self.row(next);
            if row.is_type_like() {
                return Some(next);
            }
            next = row.container;
        }
        None
    }

    /// Bytes of memory that are held, the file entries apart.
    pub(super) fn memory(&self) -> usize {
        self.names.memory()
            + self.rows.capacity() * size_of::<Row>()
            + (self.offsets.capacity() + self.postings.capacity() + self.starts.capacity() + self.dir_of.capacity()) * 4
            + self.dirs.iter().map(|dir| size_of::<Dir>() + dir.path.len()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_s_files_come_first_and_every_subtree_is_one_range() {
        let mut paths = vec!["b.rs", "a/z.rs", "a/b/c.rs", "a-b/x.rs", "a/a.rs", "c/d/e.rs"];
        paths.sort_by(|a, b| path_order(a, b));
        assert_eq!(paths, ["b.rs", "a/a.rs", "a/z.rs", "a/b/c.rs", "a-b/x.rs", "c/d/e.rs"]);
    }
}
