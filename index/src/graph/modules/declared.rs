//! Java, Kotlin, Scala, C#, PHP: files declare their package or namespace, imports name it.

use crate::graph::landing::{Landing, Place, Want};
use crate::graph::lang::parts;
use crate::graph::paths::Ids;
use crate::graph::scope::Resolver;

/// A package or type by its dotted name. `item` is what is imported from it: it helps to tell a file by its path.
pub(in crate::graph) fn dotted(resolver: &mut Resolver, module: &str, item: &str) -> Landing {
    let known = |name: &str| resolver.table.names.find(name).filter(|space| resolver.spaces.known.contains(space));
    // The longest part that is a declared package; what follows are types in it.
    let mut end = module.len();
    let found = loop {
        if let Some(space) = known(&module[..end]) {
            break Some((space, &module[end..]));
        }
        match module[..end].rfind('.') {
            Some(at) => end = at,
            None => break None,
        }
    };
    if let Some((space, types)) = found {
        let landing = Landing::sure(Place::Space(space));
        return parts(types).fold(landing, |landing, part| resolver.member(&landing, part, Want::Scope));
    }
    // A file that declares no package but lies where its package would be.
    let path = if item.is_empty() { module.replace('.', "/") } else { format!("{}/{item}", module.replace('.', "/")) };
    let files: Ids = ["java", "kt", "scala"]
        .iter()
        .flat_map(|extension| resolver.paths.files_ending(&format!("{path}.{extension}")))
        .collect();
    match files[..] {
        [file] if path.contains('/') => Landing { place: Place::File(file), certain: false },
        _ => Landing::OUTSIDE,
    }
}

/// A name by its namespace.
pub(in crate::graph) fn php(resolver: &mut Resolver, module: &str, item: &str) -> Landing {
    let module = module.trim_matches('\\');
    let (space, name) = if item.is_empty() { module.rsplit_once('\\').unwrap_or(("", module)) } else { (module, item) };
    let found = resolver.table.names.find(space).filter(|space| resolver.spaces.known.contains(space));
    let landing = match found {
        Some(space) => resolver.member(&Landing::sure(Place::Space(space)), name, Want::Scope),
        None => Landing::OUTSIDE,
    };
    // `use A\B;` may import a namespace to be used as `B\f()`.
    let whole = if item.is_empty() {
        resolver.table.names.find(module)
    } else {
        resolver.table.names.find(&format!("{module}\\{item}"))
    };
    match whole.filter(|whole| !landing.is_found() && resolver.spaces.known.contains(whole)) {
        Some(space) => Landing::sure(Place::Space(space)),
        None => landing,
    }
}
