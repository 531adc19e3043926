//! Go: packages are folders, below the path of their module.

use std::ops::Range;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::graph::landing::{ImportRow, Landing, Place};
use crate::graph::lang::Lang;
use crate::graph::paths::{Paths, join, parent};
use crate::graph::scope::Resolver;
use crate::graph::table::{Table, split};

/// The module paths of a workspace, found by what its files import: the manifest says them, the imports repeat them.
#[derive(Default)]
pub(in crate::graph) struct GoModules {
    /// Folder of the module and its path.
    roots: Vec<(String, String)>,
}

impl GoModules {
    /// Takes a vote: an import that ends with the path of a folder of Go files speaks for the rest being the module's path.
    pub(in crate::graph) fn new(
        table: &Table,
        paths: &Paths,
        imports: &[ImportRow],
        ranges: &[Range<u32>],
    ) -> GoModules {
        let mut votes: FxHashMap<(&str, &str), u32> = FxHashMap::default();
        let mut memo: FxHashMap<u32, SmallVec<[(&str, &str); 1]>> = FxHashMap::default();
        for (file, range) in ranges.iter().enumerate().filter(|(file, _)| table.langs[*file] == Lang::Go) {
            debug_assert!(file < table.files.len());
            for import in range.clone().map(|id| &imports[id as usize]) {
                let module = table.names.get(import.module);
                let found = memo.entry(import.module).or_insert_with(|| votes_of(table, paths, module));
                found.iter().for_each(|vote| *votes.entry(*vote).or_default() += 1);
            }
        }
        let mut best: FxHashMap<&str, (u32, bool, &str)> = FxHashMap::default();
        for ((root, prefix), count) in votes {
            let entry = best.entry(root).or_insert((0, false, ""));
            // A dot in the first part marks a module that can be fetched; `encoding` of `encoding/json` is none.
            let dotted = prefix.split('/').next().is_some_and(|host| host.contains('.'));
            if (dotted, count, entry.2) > (entry.1, entry.0, prefix) {
                *entry = (count, dotted, prefix);
            }
        }
        let mut roots: Vec<_> =
            best.into_iter().map(|(root, (_, _, prefix))| (root.to_owned(), prefix.to_owned())).collect();
        // The innermost module first.
        roots.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.cmp(b)));
        GoModules { roots }
    }
}

/// The modules (folder, path) for which an import speaks.
pub(in crate::graph) fn votes_of<'t>(
    table: &'t Table,
    paths: &Paths<'t>,
    module: &'t str,
) -> SmallVec<[(&'t str, &'t str); 1]> {
    let mut votes = SmallVec::new();
    for &dir in paths.dirs_named(split(module).1) {
        let path = &*table.dirs[dir as usize].path;
        let has_go = table.dirs[dir as usize].files.clone().any(|file| table.langs[file as usize] == Lang::Go);
        if !has_go || path.contains("vendor/") {
            continue;
        }
        // The module is the nearest folder around with a manifest; without any it is the workspace.
        let mut root = path;
        while !root.is_empty() && paths.file_in(root, "go.mod").is_none() {
            root = parent(root).unwrap_or("");
        }
        let below = path[root.len()..].trim_start_matches('/');
        if !below.is_empty()
            && let Some(prefix) = module.strip_suffix(below).and_then(|prefix| prefix.strip_suffix('/'))
        {
            votes.push((root, prefix));
        }
    }
    votes
}

pub(in crate::graph) fn package(resolver: &Resolver, module: &str) -> Landing {
    for (root, prefix) in &resolver.go.roots {
        let Some(below) =
            module.strip_prefix(prefix.as_str()).filter(|below| below.is_empty() || below.starts_with('/'))
        else {
            continue;
        };
        if let Some(dir) = join(root, below.trim_start_matches('/')).and_then(|path| resolver.paths.dir(&path)) {
            return Landing::sure(Place::Dir(dir));
        }
    }
    match resolver.paths.dirs_ending(&format!("vendor/{module}"))[..] {
        [dir] => Landing::sure(Place::Dir(dir)),
        _ => Landing::OUTSIDE,
    }
}
