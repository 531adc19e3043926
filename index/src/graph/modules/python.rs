//! Python: modules are files below a root, or relative to the importing file.

use smallvec::SmallVec;

use crate::graph::landing::{Landing, Place};
use crate::graph::lang::Lang;
use crate::graph::paths::{is_inside, join, parent};
use crate::graph::scope::Resolver;
use crate::graph::table::split;

/// A module by its path from the file: relative with dots, else from a root.
pub(in crate::graph) fn module(resolver: &Resolver, file: u32, module: &str) -> Landing {
    let dir = &*resolver.table.dir(file).path;
    let rest = module.trim_start_matches('.');
    let up = module.len() - rest.len();
    if up == 0 {
        return absolute(resolver, dir, module);
    }
    let mut base = Some(dir);
    for _ in 1..up {
        base = base.and_then(parent);
    }
    let Some(base) = base else {
        return Landing::OUTSIDE;
    };
    module_at(resolver, base, &rest.replace('.', "/")).map_or(Landing::OUTSIDE, Landing::sure)
}

/// The module at `path` below a folder: a file, a package, or a folder that is a package without saying so.
pub(in crate::graph) fn module_at(resolver: &Resolver, dir: &str, path: &str) -> Option<Place> {
    let path = join(dir, path)?;
    let candidates =
        [format!("{path}/__init__.py"), format!("{path}.py"), format!("{path}/__init__.pyi"), format!("{path}.pyi")];
    let file = candidates.iter().find_map(|path| resolver.paths.file(path.trim_start_matches('/')));
    file.map(Place::File).or_else(|| {
        let dir = resolver.paths.dir(&path)?;
        let files = resolver.table.dirs[dir as usize].files.clone();
        files.clone().any(|file| resolver.table.langs[file as usize] == Lang::Python).then_some(Place::Dir(dir))
    })
}

/// Folders that are commonly put on the path of modules.
const PYTHON_ROOTS: &[&str] = &["src", "lib", "python", "Lib"];

pub(in crate::graph) fn absolute(resolver: &Resolver, from: &str, module: &str) -> Landing {
    let path = module.replace('.', "/");
    let mut roots: SmallVec<[(String, Place); 2]> = SmallVec::new();
    let mut offer = |root: &str| {
        let root = root.trim_end_matches('/');
        // A folder that is itself a package is no root: the module's full name would be longer.
        let is_package = resolver.paths.file_in(root, "__init__.py").is_some();
        if !is_package
            && !roots.iter().any(|(known, _)| known == root)
            && let Some(place) = module_at(resolver, root, &path)
        {
            roots.push((root.to_owned(), place));
        }
    };
    for extension in ["py", "pyi"] {
        for file in resolver.paths.files_ending(&format!("{path}.{extension}")) {
            let whole = resolver.table.path_of(file);
            offer(&whole[..whole.len() - path.len() - 1 - extension.len()]);
        }
    }
    for dir in resolver.paths.dirs_ending(&path) {
        let whole = &*resolver.table.dirs[dir as usize].path;
        offer(&whole[..whole.len() - path.len()]);
    }
    let near = |root: &str| is_inside(from, root);
    let place = match &roots[..] {
        [] => return Landing::OUTSIDE,
        [(root, place)] => {
            let plausible = near(root) || PYTHON_ROOTS.contains(&split(root).1);
            return Landing { place: place.clone(), certain: plausible && matches!(place, Place::File(_)) };
        }
        several => several.iter().filter(|(root, _)| near(root)).max_by_key(|(root, _)| root.len()),
    };
    match place {
        Some((root, place)) => {
            Landing { place: place.clone(), certain: root == from && matches!(place, Place::File(_)) }
        }
        None => Landing::UNKNOWN,
    }
}
