//! Each language's sample gives the facts beside it. `UPDATE_EXPECT=1` rewrites them; `LANG_ONLY=rust` tests one language.

use std::path::{Path, PathBuf};

use expect_test::expect_file;
use grammars::{Detail, Extractor, FileFacts, Language};

use crate::languages;
use crate::render::render;

/// The sample of a language: the file named `sample` with whatever extension, `sample.facts` aside.
pub(crate) fn sample(language: Language) -> Option<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("languages").join(language.name());
    let path = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        name.starts_with("sample") && name != "sample.facts"
    })?;
    let text = std::fs::read_to_string(&path).ok()?;
    Some((path, text))
}

fn facts(language: Language, text: &str, detail: Detail) -> FileFacts {
    Extractor::new().facts(language, text, detail).unwrap()
}

#[test]
fn samples_give_their_facts() {
    for language in languages() {
        let Some((path, text)) = sample(language) else {
            continue; // `every_folder_is_complete` complains.
        };
        let rendered = render(language, &facts(language, &text, Detail::Full), &text);
        expect_file![path.with_file_name("sample.facts")].assert_eq(&rendered);
    }
}

#[test]
fn samples_are_detected() {
    for language in languages() {
        let Some((path, text)) = sample(language) else {
            continue;
        };
        let name = path.file_name().unwrap().to_str().unwrap();
        // Languages whose files have no extension are told by their name.
        let detected = grammars::detect(&path, text.as_bytes())
            .or_else(|| grammars::detect(Path::new(name.trim_start_matches("sample.")), text.as_bytes()));
        assert_eq!(detected, Some(language), "{}", path.display());
    }
}

/// What the index stores does not depend on whether references are asked for too.
#[test]
fn both_details_agree() {
    for language in languages() {
        let Some((_, text)) = sample(language) else {
            continue;
        };
        let mut full = facts(language, &text, Detail::Full);
        full.scopes.clear();
        full.bindings.clear();
        full.references.clear();
        let index = facts(language, &text, Detail::Index);
        assert_eq!(render(language, &full, &text), render(language, &index, &text));
    }
}
