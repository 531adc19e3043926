//! Languages as small handles, with their settings and compiled queries made on first use.

use std::sync::OnceLock;

use tree_sitter::Language as Grammar;

use crate::blank::Blank;
use crate::query::{Compiled, compile};
use crate::registry::{Entry, LANGUAGES};
use crate::settings::Settings;

/// Number of a language in this build. Store the name, not the number: the order may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LanguageId(pub u16);

/// A language that can be parsed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(LanguageId);

/// Something wrong in a language's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The language.
    pub language: &'static str,
    /// The file in its folder.
    pub file: String,
    /// Line in that file, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "languages/{}/{}:{}: {}", self.language, self.file, self.line, self.message)
    }
}

/// What is made of a language's folder.
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) grammar: Grammar,
    pub(crate) compiled: Compiled,
    pub(crate) problems: Vec<Problem>,
    /// Whether it has the queries of a full language, so that functions are measured.
    pub(crate) full: bool,
    /// What the parser must not see.
    pub(crate) blank: Option<Blank>,
}

impl Language {
    /// All languages, in the order of their numbers.
    pub fn all() -> impl ExactSizeIterator<Item = Language> {
        (0..LANGUAGES.len() as u16).map(|number| Language(LanguageId(number)))
    }

    /// The language with this name (`rust`, `csharp`), in any case.
    pub fn by_name(name: &str) -> Option<Language> {
        Self::all().find(|language| language.name().eq_ignore_ascii_case(name))
    }

    /// The language with this number, if this build has it.
    pub fn by_id(id: LanguageId) -> Option<Language> {
        ((id.0 as usize) < LANGUAGES.len()).then_some(Language(id))
    }

    /// Its number in this build.
    pub fn id(self) -> LanguageId {
        self.0
    }

    /// Its name, the same in every build.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The name shown to people.
    pub fn title(self) -> &'static str {
        let settings = self.settings();
        if settings.title.is_empty() { self.name() } else { &settings.title }
    }

    /// Its conventions.
    pub fn settings(self) -> &'static Settings {
        static SETTINGS: OnceLock<Vec<OnceLock<Settings>>> = OnceLock::new();
        SETTINGS.get_or_init(|| LANGUAGES.iter().map(|_| OnceLock::new()).collect())[self.0.0 as usize]
            .get_or_init(|| toml::from_str(self.entry().settings).unwrap_or_default())
    }

    /// Whether it gives scopes, calls, imports and metrics, not symbols and comments only.
    pub fn is_full(self) -> bool {
        self.entry().full
    }

    /// Its grammar, for whoever measures the parser alone.
    pub fn grammar(self) -> Grammar {
        (self.entry().grammar)()
    }

    /// What is wrong with its settings and queries; empty in a released build. A broken pattern is left out, the others work.
    pub fn problems(self) -> &'static [Problem] {
        &self.loaded().problems
    }

    /// Checks its queries with tree-sitter's own reader, which also knows which children a node can have.
    pub fn check(self) -> Vec<Problem> {
        let loaded = self.loaded();
        let source = Source::new(self.entry());
        let mut problems = loaded.problems.clone();
        // tree-sitter stops at the first problem, so each file is tried alone.
        for (file, text) in &source.files {
            if let Err(error) = tree_sitter::Query::new(&loaded.grammar, text) {
                let message = error.message.lines().next().unwrap_or("").to_owned();
                problems.push(Problem {
                    language: self.name(),
                    file: (*file).to_owned(),
                    line: error.row + 1,
                    message: format!("{:?}: {message}", error.kind),
                });
            }
        }
        problems
    }

    /// All query text of the language, joined.
    #[cfg(test)]
    pub(crate) fn query_text(self) -> String {
        Source::new(self.entry()).files.into_iter().map(|(_, text)| text).collect()
    }

    fn entry(self) -> &'static Entry {
        &LANGUAGES[self.0.0 as usize]
    }

    pub(crate) fn loaded(self) -> &'static Loaded {
        static LOADED: OnceLock<Vec<OnceLock<Loaded>>> = OnceLock::new();
        let all = LOADED.get_or_init(|| LANGUAGES.iter().map(|_| OnceLock::new()).collect());
        all[self.0.0 as usize].get_or_init(|| load(self.entry(), self))
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

fn load(entry: &'static Entry, language: Language) -> Loaded {
    let grammar = (entry.grammar)();
    let source = Source::new(entry);
    let mut problems = source.problems.clone();
    if let Err(error) = toml::from_str::<Settings>(entry.settings) {
        let line = error.span().map_or(0, |span| entry.settings[..span.start].matches('\n').count());
        problems.push(Problem {
            language: entry.name,
            file: "language.toml".to_owned(),
            line: line + 1,
            message: error.message().to_owned(),
        });
    }
    let text: String = source.files.iter().map(|(_, text)| text.as_str()).collect();
    let (compiled, errors) = compile(&grammar, &text);
    for error in errors {
        let (file, line) = source.place(error.offset);
        problems.push(Problem { language: entry.name, file, line, message: error.message });
    }
    let settings = language.settings().clone();
    let blank = Blank::new(&settings.blank_words, &settings.blank_patterns).unwrap_or_else(|message| {
        problems.push(Problem { language: entry.name, file: "language.toml".to_owned(), line: 1, message });
        None
    });
    for problem in &problems {
        tracing::warn!(%problem, "a query file of this build is broken; its other patterns work");
    }
    Loaded { settings, grammar, compiled, problems, full: entry.full, blank }
}

/// The query texts of one language with what they inherit.
struct Source {
    /// `file` or `language/file`, and text that ends with a line break.
    files: Vec<(String, String)>,
    problems: Vec<Problem>,
}

impl Source {
    fn new(entry: &'static Entry) -> Self {
        let mut source = Self { files: Vec::new(), problems: Vec::new() };
        for (file, text) in entry.queries {
            source.add(entry, entry, file, text, 0);
        }
        source
    }

    /// Adds a file, what it inherits first.
    fn add(&mut self, of: &Entry, holder: &Entry, file: &'static str, text: &str, depth: usize) {
        if let Some(parent) = text.lines().next().and_then(|line| line.strip_prefix("; inherits:")) {
            let parent = parent.trim();
            let found = LANGUAGES.iter().find(|entry| entry.name == parent);
            match found.and_then(|entry| Some((entry, entry.queries.iter().find(|(name, _)| *name == file)?))) {
                Some((entry, (_, text))) if depth < 4 => self.add(of, entry, file, text, depth + 1),
                _ => self.problems.push(Problem {
                    language: of.name,
                    file: file.to_owned(),
                    line: 1,
                    message: format!("inherits from `{parent}`, which has no such file (or is too deep)"),
                }),
            }
        }
        let name = if of.name == holder.name { file.to_owned() } else { format!("../{}/{file}", holder.name) };
        self.files.push((name, format!("{text}\n")));
    }

    /// File and line (from 1) of an offset in the joined text.
    fn place(&self, mut offset: usize) -> (String, usize) {
        for (file, text) in &self.files {
            if offset < text.len() {
                let line = text.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count();
                return (file.clone(), line + 1);
            }
            offset -= text.len();
        }
        (self.files.last().map_or(String::new(), |(file, _)| file.clone()), 1)
    }
}
