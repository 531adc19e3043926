//! C, C++, Ruby, Bash, PHP: files include files by their paths.

use crate::graph::landing::{Landing, Place};
use crate::graph::paths::join;
use crate::graph::scope::Resolver;

/// A file by its path: from the file that includes it, else by the end of its path, where the shortest wins.
pub(in crate::graph) fn file(resolver: &mut Resolver, file: u32, module: u32, extension: &str) -> Landing {
    let table = resolver.table;
    let written = table.names.get(module);
    // `$DIR/lib.sh`, `${BASH_SOURCE%/*}/lib.sh`: what follows the last variable is certain.
    let path = match written.rfind(['}', ')', '"']) {
        Some(at) => &written[at + 1..],
        None if written.starts_with('$') => written.split_once('/').map_or("", |(_, rest)| rest),
        None => written,
    };
    let variable = path.len() != written.len();
    let path = path.trim_start_matches('/');
    let named = |path: &str| {
        if extension.is_empty() || path.ends_with(&format!(".{extension}")) {
            path.to_owned()
        } else {
            format!("{path}.{extension}")
        }
    };
    if path.is_empty() {
        return Landing::UNKNOWN;
    }
    let relative = join(&table.dir(file).path, &named(path)).and_then(|path| resolver.paths.file(&path));
    if let Some(found) = relative.filter(|&found| found != file) {
        return Landing::sure(Place::File(found));
    }
    let plain = path.trim_start_matches("./");
    if plain.starts_with("../") {
        return Landing::OUTSIDE;
    }
    let found = match resolver.suffixes.get(&module) {
        Some(found) => *found,
        None => {
            let found = resolver.paths.shortest(&resolver.paths.files_ending(&named(plain)));
            resolver.suffixes.insert(module, found);
            found
        }
    };
    match found.filter(|&found| found != file) {
        Some(found) => Landing::sure(Place::File(found)),
        None if variable => Landing::UNKNOWN,
        None => Landing::OUTSIDE,
    }
}
