//! JavaScript and TypeScript: relative paths without extensions; everything bare is a package.

use crate::graph::landing::{Landing, Place, Want};
use crate::graph::lang::Lang;
use crate::graph::names::NONE;
use crate::graph::paths::{join, parent};
use crate::graph::scope::Resolver;

/// What may follow a path that names a file without its extension, in the order in which it is tried.
const JAVASCRIPT_ENDINGS: &[&str] = &[
    "",
    ".ts",
    ".tsx",
    ".d.ts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".mts",
    ".cts",
    ".vue",
    ".svelte",
    "/index.ts",
    "/index.tsx",
    "/index.d.ts",
    "/index.js",
    "/index.jsx",
    "/index.mjs",
    "/index.cjs",
];
/// An import names the file that the compiler writes; the source has the other extension.
const JAVASCRIPT_SOURCES: &[(&str, &[&str])] = &[
    (".js", &[".ts", ".tsx", ".d.ts"]),
    (".jsx", &[".tsx"]),
    (".mjs", &[".mts", ".d.mts"]),
    (".cjs", &[".cts", ".d.cts"]),
];

pub(in crate::graph) fn module(resolver: &Resolver, file: u32, module: &str) -> Landing {
    let table = resolver.table;
    if !module.starts_with('.') {
        // Bare: a package, unless an alias of the bundler or a package of this workspace is meant, which only manifests tell.
        let first = module.split('/').find(|part| !part.starts_with('@')).unwrap_or("");
        let alias =
            module.starts_with("@/") || module.starts_with('~') || module.starts_with('#') || module.starts_with('/');
        let package = |&dir: &u32| {
            let path = &*table.dirs[dir as usize].path;
            !path.contains("node_modules")
                && (parent(path) == Some("") || resolver.paths.file_in(path, "package.json").is_some())
        };
        let own = !first.is_empty() && resolver.paths.dirs_named(first).iter().any(package);
        return if alias || own { Landing::UNKNOWN } else { Landing::OUTSIDE };
    }
    let Some(path) = join(&table.dir(file).path, module) else {
        return Landing::OUTSIDE;
    };
    let script = |path: &str| {
        resolver
            .paths
            .file(path.trim_start_matches('/'))
            .filter(|&found| table.langs[found as usize] == Lang::JavaScript)
    };
    let found = JAVASCRIPT_ENDINGS.iter().find_map(|ending| script(&format!("{path}{ending}")));
    let found = found.or_else(|| {
        let (written, sources) = JAVASCRIPT_SOURCES.iter().find(|(written, _)| path.ends_with(written))?;
        let path = &path[..path.len() - written.len()];
        sources.iter().find_map(|ending| script(&format!("{path}{ending}")))
    });
    found.map_or(Landing::OUTSIDE, |file| Landing::sure(Place::File(file)))
}

/// A default import: an unnamed default export is a symbol `default`; a named one is guessed by the local name.
pub(in crate::graph) fn default_import(resolver: &mut Resolver, module: Landing, local: u32) -> Landing {
    let exported = resolver.member(&module, "default", Want::Call);
    if exported.is_found() || !matches!(module.place, Place::File(_)) || local == NONE {
        return exported;
    }
    let guess = resolver.named_member(&module, local, Want::Call);
    if guess.is_found() { guess.doubted(false) } else { Landing::UNKNOWN }
}
