//! Which languages there are: a line each. Adding one is a folder under `languages/` and a line here.
//!
//! The order is the order of precedence when two languages claim the same file extension.

use tree_sitter::Language as Grammar;

/// The files of one language as they stand in its folder, and its grammar.
pub(crate) struct Entry {
    /// Folder name; the name under which the language is stored and asked for.
    pub(crate) name: &'static str,
    /// `language.toml`.
    pub(crate) settings: &'static str,
    /// Query files: name and text.
    pub(crate) queries: &'static [(&'static str, &'static str)],
    /// Whether it gives scopes, calls, imports and metrics too.
    pub(crate) full: bool,
    /// The grammar of the crate.
    pub(crate) grammar: fn() -> Grammar,
}

macro_rules! file {
    ($name:literal, $file:literal) => {
        ($file, include_str!(concat!("../languages/", $name, "/", $file)))
    };
}

/// A language with all facts.
macro_rules! full {
    ($name:literal, $grammar:expr) => {
        Entry {
            name: $name,
            settings: include_str!(concat!("../languages/", $name, "/language.toml")),
            queries: &[
                file!($name, "symbols.scm"),
                file!($name, "imports.scm"),
                file!($name, "calls.scm"),
                file!($name, "scopes.scm"),
                file!($name, "metrics.scm"),
                file!($name, "tests.scm"),
            ],
            full: true,
            grammar: || $grammar.into(),
        }
    };
}

/// A language with symbols and comments.
macro_rules! basic {
    ($name:literal, $grammar:expr) => {
        Entry {
            name: $name,
            settings: include_str!(concat!("../languages/", $name, "/language.toml")),
            queries: &[file!($name, "symbols.scm")],
            full: false,
            grammar: || $grammar.into(),
        }
    };
}

/// All languages.
pub(crate) static LANGUAGES: &[Entry] = &[
    full!("rust", tree_sitter_rust::LANGUAGE),
    full!("python", tree_sitter_python::LANGUAGE),
    full!("javascript", tree_sitter_javascript::LANGUAGE),
    full!("typescript", tree_sitter_typescript::LANGUAGE_TYPESCRIPT),
    full!("tsx", tree_sitter_typescript::LANGUAGE_TSX),
    full!("go", tree_sitter_go::LANGUAGE),
    full!("java", tree_sitter_java::LANGUAGE),
    full!("c", tree_sitter_c::LANGUAGE),
    full!("cpp", tree_sitter_cpp::LANGUAGE),
    full!("csharp", tree_sitter_c_sharp::LANGUAGE),
    full!("ruby", tree_sitter_ruby::LANGUAGE),
    full!("php", tree_sitter_php::LANGUAGE_PHP),
    full!("kotlin", tree_sitter_kotlin_ng::LANGUAGE),
    full!("swift", tree_sitter_swift::LANGUAGE),
    full!("bash", tree_sitter_bash::LANGUAGE),
    basic!("cmake", tree_sitter_cmake::LANGUAGE),
    basic!("css", tree_sitter_css::LANGUAGE),
    basic!("dart", tree_sitter_dart::LANGUAGE),
    basic!("dockerfile", tree_sitter_containerfile::LANGUAGE),
    basic!("elixir", tree_sitter_elixir::LANGUAGE),
    basic!("erlang", tree_sitter_erlang::LANGUAGE),
    basic!("fortran", tree_sitter_fortran::LANGUAGE),
    basic!("graphql", tree_sitter_graphql::LANGUAGE),
    basic!("haskell", tree_sitter_haskell::LANGUAGE),
    basic!("hcl", tree_sitter_hcl::LANGUAGE),
    basic!("html", tree_sitter_html::LANGUAGE),
    basic!("json", tree_sitter_json::LANGUAGE),
    basic!("julia", tree_sitter_julia::LANGUAGE),
    basic!("lua", tree_sitter_lua::LANGUAGE),
    basic!("make", tree_sitter_make::LANGUAGE),
    basic!("markdown", tree_sitter_md::LANGUAGE),
    basic!("nix", tree_sitter_nix::LANGUAGE),
    basic!("objc", tree_sitter_objc::LANGUAGE),
    basic!("ocaml", tree_sitter_ocaml::LANGUAGE_OCAML),
    basic!("ocaml_interface", tree_sitter_ocaml::LANGUAGE_OCAML_INTERFACE),
    basic!("perl", ts_parser_perl::LANGUAGE),
    basic!("powershell", tree_sitter_powershell::LANGUAGE),
    basic!("protobuf", tree_sitter_proto::LANGUAGE),
    basic!("r", tree_sitter_r::LANGUAGE),
    basic!("scala", tree_sitter_scala::LANGUAGE),
    basic!("scss", tree_sitter_scss::language()),
    basic!("solidity", tree_sitter_solidity::LANGUAGE),
    basic!("sql", tree_sitter_sequel::LANGUAGE),
    basic!("svelte", tree_sitter_svelte_ng::LANGUAGE),
    basic!("toml", tree_sitter_toml_ng::LANGUAGE),
    basic!("vue", tree_sitter_vue_next::LANGUAGE),
    basic!("xml", tree_sitter_xml::LANGUAGE_XML),
    basic!("yaml", tree_sitter_yaml::LANGUAGE),
    basic!("zig", tree_sitter_zig::LANGUAGE),
];
