//! Names of languages in a query: a wish for that language, not words to look for.

use grammars::Language;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Context;

/// The name of a language counts as a wish when this share of the searched files is in it.
const SHARE: f32 = 0.1;

/// Words that name a language and nothing else; `go` and `c` are words of their own.
const NAMES: &[(&str, &[&str])] = &[
    ("python", &["python"]),
    ("rust", &["rust"]),
    ("javascript", &["javascript"]),
    ("js", &["javascript"]),
    ("typescript", &["typescript", "tsx"]),
    ("golang", &["go"]),
    ("java", &["java"]),
    ("kotlin", &["kotlin"]),
    ("ruby", &["ruby"]),
    ("php", &["php"]),
    ("csharp", &["csharp"]),
    ("c#", &["csharp"]),
    ("c++", &["cpp"]),
    ("swift", &["swift"]),
];

/// What a query says once the names of languages are taken out of it.
pub(super) struct Said {
    /// The text that is embedded. Never empty: a query that is nothing but a language's name is kept.
    pub text: String,
    /// The languages that it asks for.
    pub wanted: FxHashSet<Language>,
}

/// Takes the names of languages that are common among the searched files out of the query.
pub(super) fn said(context: &Context<'_>) -> Said {
    let query = &context.query.text;
    let named = |word: &str| {
        let word = word.trim_matches([',', '.', '?', '!', ':', ';']).to_lowercase();
        let names = NAMES.iter().find(|(name, _)| *name == word).map(|(_, languages)| *languages).unwrap_or(&[]);
        names.iter().filter_map(|name| Language::by_name(name)).collect::<Vec<_>>()
    };
    if query.split_whitespace().all(|word| named(word).is_empty()) {
        return Said { text: query.clone(), wanted: FxHashSet::default() };
    }
    let counts = count(context);
    let total = counts.values().sum::<usize>().max(1) as f32;
    let mut wanted = FxHashSet::default();
    let mut kept = Vec::new();
    for word in query.split_whitespace() {
        let languages = named(word);
        let files: usize = languages.iter().filter_map(|language| counts.get(language)).sum();
        if !languages.is_empty() && files as f32 >= SHARE * total {
            wanted.extend(languages);
        } else {
            kept.push(word);
        }
    }
    Said { text: if kept.is_empty() { query.clone() } else { kept.join(" ") }, wanted }
}

/// How many of the searched files there are in each programming language.
fn count(context: &Context<'_>) -> FxHashMap<Language, usize> {
    let mut counts = FxHashMap::default();
    for file in context.snapshot.files().filter(|file| context.scope.whole_file(file)) {
        if let Some(language) = file.language.filter(|language| !language.settings().data) {
            *counts.entry(language).or_default() += 1;
        }
    }
    counts
}
