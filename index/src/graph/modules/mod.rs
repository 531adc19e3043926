//! Where an import leads, a function for each family of languages.
//!
//! Only the paths of files and what they declare are looked at: no manifest is read and no build is run. A path that several
//! files fit is never proven.

mod declared;
mod go;
mod included;
mod javascript;
mod python;
mod rust;

pub(super) use self::declared::dotted;
pub(super) use self::go::GoModules;
pub(super) use self::python::{module as python, module_at as python_at};
pub(super) use self::rust::{child as rust_child, crate_root, path as rust_path};

use super::landing::{ImportRow, Landing, Place, Want};
use super::lang::Lang;
use super::names::NONE;
use super::scope::Resolver;

/// Where an import leads.
pub(super) fn import(resolver: &mut Resolver, file: u32, row: &ImportRow) -> Landing {
    let table = resolver.table;
    let module = table.names.get(row.module);
    let item = table.names.get(row.item);
    let landing = match table.langs[file as usize] {
        Lang::Rust => return rust::import(resolver, file, row),
        // One statement may import many items of a module.
        Lang::Python | Lang::JavaScript if resolver.last_module.0 == (file, row.module) => {
            resolver.last_module.1.clone()
        }
        Lang::Python => {
            let landing = python::module(resolver, file, module);
            resolver.last_module = ((file, row.module), landing.clone());
            landing
        }
        Lang::JavaScript => {
            let landing = javascript::module(resolver, file, module);
            resolver.last_module = ((file, row.module), landing.clone());
            landing
        }
        Lang::Go => go::package(resolver, module),
        Lang::Java | Lang::Kotlin | Lang::Scala => dotted(resolver, module, item),
        Lang::CSharp => dotted(resolver, module, ""),
        Lang::Php if row.wildcard => included::file(resolver, file, row.module, "php"),
        Lang::Php => return declared::php(resolver, module, item),
        Lang::C | Lang::Cpp | Lang::ObjectiveC if row.wildcard || row.item == NONE => {
            included::file(resolver, file, row.module, "")
        }
        Lang::Ruby => included::file(resolver, file, row.module, "rb"),
        Lang::Bash => included::file(resolver, file, row.module, ""),
        _ => Landing::UNKNOWN,
    };
    if item.is_empty() || row.wildcard {
        return landing;
    }
    // Where the grammar writes `a.b.C` as one node, the path may hold the item already. No type holds one of its own name.
    if let Place::Nodes(nodes) = &landing.place
        && nodes.iter().all(|&node| table.row(node).name == row.item)
    {
        return landing;
    }
    if table.langs[file as usize] == Lang::JavaScript && item == "default" {
        return javascript::default_import(resolver, landing, row.local);
    }
    resolver.member(&landing, item, Want::Call)
}
