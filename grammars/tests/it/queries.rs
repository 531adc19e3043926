//! Every query compiles, for the engine and for tree-sitter itself, and no language is half done.

use std::path::Path;

use crate::languages;

#[test]
fn every_query_compiles() {
    let problems: Vec<String> =
        languages().iter().flat_map(|language| language.check()).map(|problem| problem.to_string()).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_folder_is_complete() {
    let mut missing = Vec::new();
    for language in languages() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("languages").join(language.name());
        let files: &[&str] = if language.is_full() {
            &[
                "language.toml",
                "symbols.scm",
                "imports.scm",
                "calls.scm",
                "scopes.scm",
                "metrics.scm",
                "tests.scm",
                "sample.facts",
            ]
        } else {
            &["language.toml", "symbols.scm", "sample.facts"]
        };
        for file in files {
            if std::fs::read_to_string(folder.join(file)).unwrap_or_default().trim().is_empty() {
                missing.push(format!("languages/{}/{file} is empty", language.name()));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn every_folder_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("languages");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(grammars::Language::by_name(&name).is_some(), "languages/{name} has no line in registry.rs");
    }
}
