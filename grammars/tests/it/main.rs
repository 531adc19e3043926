//! Tests of the grammars from outside: text in, facts out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod detection;
mod facts;
mod incremental;
mod queries;
mod recovery;
mod render;
mod robust;
mod samples;
mod symbols;

use grammars::Language;

/// The languages to test: all, or those that `LANG_ONLY=rust,python` names.
fn languages() -> Vec<Language> {
    let only = std::env::var("LANG_ONLY").unwrap_or_default();
    let only: Vec<&str> = only.split(',').filter(|name| !name.is_empty()).collect();
    for name in &only {
        assert!(Language::by_name(name).is_some(), "LANG_ONLY={name}: no such language");
    }
    Language::all().filter(|language| only.is_empty() || only.contains(&language.name())).collect()
}
