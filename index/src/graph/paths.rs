//! Finds files and folders by what imports say of them: a whole path, a path from somewhere, the end of a path.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::table::{Table, split};

/// Several files or folders, usually one.
pub(super) type Ids = SmallVec<[u32; 2]>;

/// The paths of a workspace by all that imports look them up by.
pub(super) struct Paths<'t> {
    table: &'t Table,
    files: FxHashMap<&'t str, u32>,
    dirs: FxHashMap<&'t str, u32>,
    stems: FxHashMap<&'t str, Ids>,
    dir_names: FxHashMap<&'t str, Ids>,
}

impl<'t> Paths<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        let mut paths = Paths {
            table,
            files: FxHashMap::with_capacity_and_hasher(table.files.len(), Default::default()),
            dirs: FxHashMap::with_capacity_and_hasher(table.dirs.len(), Default::default()),
            stems: FxHashMap::with_capacity_and_hasher(table.files.len(), Default::default()),
            dir_names: FxHashMap::default(),
        };
        for (id, file) in table.files.iter().enumerate() {
            paths.files.insert(&file.path, id as u32);
            paths.stems.entry(stem(split(&file.path).1)).or_default().push(id as u32);
        }
        for (id, dir) in table.dirs.iter().enumerate() {
            paths.dirs.insert(&dir.path, id as u32);
            paths.dir_names.entry(split(&dir.path).1).or_default().push(id as u32);
        }
        paths
    }

    /// The file with exactly this path.
    pub(super) fn file(&self, path: &str) -> Option<u32> {
        self.files.get(path).copied()
    }

    /// The file of this name in a folder.
    pub(super) fn file_in(&self, dir: &str, name: &str) -> Option<u32> {
        self.file(&join(dir, name)?)
    }

    /// The folder with exactly this path.
    pub(super) fn dir(&self, path: &str) -> Option<u32> {
        self.dirs.get(path).copied()
    }

    /// The files whose path is `suffix` or ends with it after a `/`.
    pub(super) fn files_ending(&self, suffix: &str) -> Ids {
        let named = self.stems.get(stem(split(suffix).1)).map(|ids| &ids[..]).unwrap_or(&[]);
        named.iter().copied().filter(|&file| ends_with(self.table.path_of(file), suffix)).collect()
    }

    /// The folders whose path is `suffix` or ends with it after a `/`.
    pub(super) fn dirs_ending(&self, suffix: &str) -> Ids {
        self.dirs_named(split(suffix).1)
            .iter()
            .copied()
            .filter(|&dir| ends_with(&self.table.dirs[dir as usize].path, suffix))
            .collect()
    }

    /// The folders of this name.
    pub(super) fn dirs_named(&self, name: &str) -> &[u32] {
        self.dir_names.get(name).map(|ids| &ids[..]).unwrap_or(&[])
    }

    /// The one file of `candidates` that is meant when a file of `near` names it: the only one, or the one with the shortest path.
    pub(super) fn shortest(&self, candidates: &[u32]) -> Option<u32> {
        candidates.iter().copied().min_by_key(|&file| (self.table.path_of(file).len(), file))
    }
}

/// A file name without its last extension.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// Whether a path ends with whole parts.
pub(super) fn ends_with(path: &str, suffix: &str) -> bool {
    path.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('/') || suffix.is_empty())
}

/// `relative` as seen from a folder, `.` and `..` resolved; none when it leaves the workspace.
pub(super) fn join(dir: &str, relative: &str) -> Option<String> {
    let mut path = if relative.starts_with('/') { String::new() } else { dir.to_owned() };
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if path.is_empty() => return None,
            ".." => path.truncate(path.rfind('/').unwrap_or(0)),
            part => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
            }
        }
    }
    Some(path)
}

/// The folder around a folder; none for the workspace itself.
pub(super) fn parent(dir: &str) -> Option<&str> {
    (!dir.is_empty()).then(|| split(dir).0)
}

/// Whether `dir` is `ancestor` or lies in it.
pub(super) fn is_inside(dir: &str, ancestor: &str) -> bool {
    ancestor.is_empty() || dir.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_in_the_workspace() {
        assert_eq!(join("a/b", "../c.js").as_deref(), Some("a/c.js"));
        assert_eq!(join("", "./x").as_deref(), Some("x"));
        assert_eq!(join("a", "../../x"), None);
    }

    #[test]
    fn suffixes_match_whole_parts_only() {
        assert!(ends_with("include/linux/fs.h", "linux/fs.h") && ends_with("fs.h", "fs.h"));
        assert!(!ends_with("include/xlinux/fs.h", "linux/fs.h"));
        assert!(is_inside("a/b", "a") && !is_inside("ab", "a"));
    }
}
