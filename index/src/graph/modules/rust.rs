//! Rust: modules are files, crates are named for their folders.

use smallvec::SmallVec;

use crate::graph::landing::{ImportRow, Landing, Place, Want};
use crate::graph::lang::parts;
use crate::graph::names::NONE;
use crate::graph::paths::{Ids, join, parent, stem};
use crate::graph::scope::Resolver;
use crate::graph::table::split;

/// Crates that come with the compiler.
const RUST_STD: &[&str] = &["std", "core", "alloc", "proc_macro", "test"];
/// Folders whose files are crates of their own.
const RUST_CRATE_FOLDERS: &[&str] = &["tests", "benches", "examples", "bin"];

pub(in crate::graph) fn import(resolver: &mut Resolver, file: u32, row: &ImportRow) -> Landing {
    let table = resolver.table;
    let path = parts(table.names.get(row.module))
        .chain(Some(table.names.get(row.item)).filter(|item| !item.is_empty() && *item != "self"));
    let path: SmallVec<[&str; 8]> = path.collect();
    self::path(resolver, file, row.inside, &path)
}

/// Follows a path from a module: `file` itself or the inline module `inside` it.
pub(in crate::graph) fn path(resolver: &mut Resolver, file: u32, inside: u32, path: &[&str]) -> Landing {
    let Some((&first, mut rest)) = path.split_first() else {
        return Landing::OUTSIDE;
    };
    let here = if inside == NONE { Landing::sure(Place::File(file)) } else { Landing::node(inside) };
    let mut landing = match first {
        "crate" | "$crate" => {
            crate_root(resolver, file).map_or(Landing::UNKNOWN, |root| Landing::sure(Place::File(root)))
        }
        "self" => here,
        "super" => {
            let mut module = module_around(resolver, file, inside);
            while let (Some(&"super"), Some((file, inside))) = (rest.first(), module) {
                rest = &rest[1..];
                module = module_around(resolver, file, inside);
            }
            match module {
                Some((file, NONE)) => Landing::sure(Place::File(file)),
                Some((_, inside)) => Landing::node(inside),
                None => Landing::UNKNOWN,
            }
        }
        first if RUST_STD.contains(&first) => return Landing::OUTSIDE,
        first => {
            // A name of this module goes before a crate of that name.
            let local = resolver.member(&here, first, Want::Scope);
            if local.is_found() { local } else { other_crate(resolver, file, first) }
        }
    };
    for (at, part) in rest.iter().enumerate() {
        let want = if at + 1 == rest.len() { Want::Call } else { Want::Scope };
        landing = resolver.member(&landing, part, want);
    }
    landing
}

/// The module around a module.
pub(in crate::graph) fn module_around(resolver: &Resolver, file: u32, inside: u32) -> Option<(u32, u32)> {
    if inside != NONE {
        let container = resolver.table.row(inside).container;
        return Some((
            file,
            if container != NONE && resolver.table.row(container).is_space() { container } else { NONE },
        ));
    }
    let dir = &*resolver.table.dir(file).path;
    let folder = match resolver.table.file_name(file) {
        "lib.rs" | "main.rs" => return None,
        "mod.rs" => parent(dir)?,
        _ => dir,
    };
    let inner = ["mod.rs", "lib.rs", "main.rs"].iter().find_map(|name| resolver.paths.file_in(folder, name));
    inner
        .or_else(|| resolver.paths.file(&format!("{folder}.rs")))
        .filter(|&found| found != file)
        .map(|file| (file, NONE))
}

/// The file of a module declared in `file`.
pub(in crate::graph) fn child(resolver: &Resolver, file: u32, name: &str) -> Option<u32> {
    let dir = &*resolver.table.dir(file).path;
    let own = resolver.table.file_name(file);
    let in_folder = |folder: &str| {
        let found = resolver
            .paths
            .file_in(folder, &format!("{name}.rs"))
            .or_else(|| resolver.paths.file_in(folder, &format!("{name}/mod.rs")));
        found.filter(|&found| found != file)
    };
    if matches!(own, "mod.rs" | "lib.rs" | "main.rs") || own == "build.rs" {
        return in_folder(dir);
    }
    let below = in_folder(&join(dir, stem(own))?);
    below.or_else(|| if RUST_CRATE_FOLDERS.contains(&split(dir).1) { in_folder(dir) } else { None })
}

/// The root file of the crate that a file belongs to.
pub(in crate::graph) fn crate_root(resolver: &Resolver, file: u32) -> Option<u32> {
    let table = resolver.table;
    if matches!(table.file_name(file), "lib.rs" | "main.rs" | "build.rs") {
        return Some(file);
    }
    let mut dir = &*table.dir(file).path;
    if RUST_CRATE_FOLDERS.contains(&split(dir).1) {
        return Some(file);
    }
    loop {
        if let Some(root) = resolver.paths.file_in(dir, "lib.rs").or_else(|| resolver.paths.file_in(dir, "main.rs")) {
            return Some(root);
        }
        dir = parent(dir)?;
    }
}

/// The library of another crate of the workspace. Crates are named for their folders; one that is named otherwise is a guess.
pub(in crate::graph) fn other_crate(resolver: &Resolver, file: u32, name: &str) -> Landing {
    let paths = &resolver.paths;
    let library = |dir: u32| {
        let dir = &*resolver.table.dirs[dir as usize].path;
        paths.file_in(dir, "src/lib.rs").or_else(|| paths.file_in(dir, "lib.rs").filter(|_| split(dir).1 != "src"))
    };
    let libraries = |name: &str| -> Ids {
        let dashed = name.replace('_', "-");
        let mut found: Ids = paths.dirs_named(name).iter().copied().filter_map(library).collect();
        if dashed != name {
            found.extend(paths.dirs_named(&dashed).iter().copied().filter_map(library));
        }
        found
    };
    match libraries(name)[..] {
        [library] => return Landing::sure(Place::File(library)),
        [] => {}
        _ => return Landing::UNKNOWN,
    }
    // `prefix_name` in the folder `name`.
    if let Some((_, short)) = name.split_once('_')
        && let [library] = libraries(short)[..]
    {
        return Landing { place: Place::File(library), certain: false };
    }
    // Tests and binaries of a package whose folder is the workspace: its name stands in its manifest only.
    match paths.file("src/lib.rs") {
        Some(library) if crate_root(resolver, file) != Some(library) => {
            Landing { place: Place::File(library), certain: false }
        }
        _ => Landing::OUTSIDE,
    }
}
