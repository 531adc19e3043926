//! A workspace from a text, and answers as text.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use index::{
    Answer, EmbedOutcome, Filter, Hit, Index, IndexOptions, Mode, Query, Reason, Silent, Summary, VectorOptions,
};
use tempfile::TempDir;

/// A folder with files and the index of it, kept in another folder.
pub(crate) struct Workspace {
    pub(crate) index: Arc<Index>,
    pub(crate) options: IndexOptions,
    files: TempDir,
    base: TempDir,
}

/// Files from one text: `//- /src/a.rs` begins a file. They are indexed, text and vectors.
pub(crate) fn fixture(text: &str) -> Workspace {
    let workspace = Workspace::empty(IndexOptions::default());
    workspace.write_all(text);
    workspace.update();
    workspace.embed();
    workspace
}

/// The files of a fixture's text.
pub(crate) fn files_of(text: &str) -> Vec<(&str, &str)> {
    let files = text.split("//- /").skip(1).map(|file| file.split_once('\n').unwrap_or((file, "")));
    files.map(|(name, content)| (name.trim(), content)).collect()
}

impl Workspace {
    pub(crate) fn empty(options: IndexOptions) -> Workspace {
        let options = IndexOptions { threads: 2, memory_mb: 32, ..options };
        let (files, base) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let index = Arc::new(open(base.path(), files.path(), &options).unwrap());
        Workspace { index, options, files, base }
    }

    /// The folder with the files.
    pub(crate) fn root(&self) -> &Path {
        self.files.path()
    }

    /// The folder in which indexes are kept.
    pub(crate) fn base(&self) -> &Path {
        self.base.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn write_all(&self, text: &str) {
        for (path, content) in files_of(text) {
            self.write(path, content);
        }
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.path(path)).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
        std::fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Runs git in the workspace, untouched by the configuration of whoever runs the tests.
    pub(crate) fn git(&self, arguments: &str) {
        let mut git = Command::new("git");
        git.current_dir(self.root()).args([
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@localhost",
            "-c",
            "init.defaultBranch=main",
        ]);
        git.args(arguments.split_whitespace())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn update(&self) -> Summary {
        self.index.update(&Silent, &AtomicBool::new(false)).unwrap()
    }

    pub(crate) fn embed(&self) -> EmbedOutcome {
        self.index.embed(&Silent, &AtomicBool::new(false)).unwrap()
    }

    /// Closes the index and opens it again.
    pub(crate) fn reopen(self) -> Workspace {
        let Workspace { index, options, files, base } = self;
        drop(index);
        let index = Arc::new(open(base.path(), files.path(), &options).unwrap());
        Workspace { index, options, files, base }
    }

    /// The hits of a query, best first: see [`ask`].
    pub(crate) fn search(&self, query: &str) -> String {
        self.search_in(query, Filter::default())
    }

    pub(crate) fn search_in(&self, query: &str, filter: Filter) -> String {
        match self.index.snapshot().search(&ask(query).filter(filter)) {
            Ok(answer) => show(&answer),
            Err(error) => format!("error: {error}\n"),
        }
    }

    /// The paths with hits, each once, in order.
    pub(crate) fn paths(&self, query: &str, filter: Filter) -> String {
        let mut paths: Vec<String> = self
            .index
            .snapshot()
            .search(&ask(query).filter(filter))
            .unwrap()
            .hits
            .into_iter()
            .map(|hit| hit.path)
            .collect();
        paths.dedup();
        paths.join(" ")
    }

    /// What was left out: `path reason`, one a line.
    pub(crate) fn skipped(&self) -> String {
        let skipped = self.index.skipped();
        skipped.iter().map(|skip| format!("{:?} {}\n", skip.path, skip.reason.describe())).collect()
    }
}

/// Opens an index with the embedded vector store.
pub(crate) fn open(base: &Path, root: &Path, options: &IndexOptions) -> index::Result<Index> {
    Index::open(base, root, options, &VectorOptions::default())
}

/// A query whose mode stands before it: `words:`, `exact:`, `regex:`, `symbol:`, `meaning:`; without one the default.
pub(crate) fn ask(query: &str) -> Query {
    let modes = [
        ("words:", Mode::Words),
        ("exact:", Mode::Exact),
        ("regex:", Mode::Regex),
        ("symbol:", Mode::Symbol),
        ("meaning:", Mode::Meaning),
    ];
    let chosen = modes.iter().find_map(|(prefix, mode)| query.strip_prefix(prefix).map(|text| (text, *mode)));
    let (text, mode) = chosen.unwrap_or((query, Mode::Fused));
    Query::new(text).mode(mode)
}

/// An answer as text; what is lit up stands in «».
pub(crate) fn show(answer: &Answer) -> String {
    let mut out = String::new();
    for hit in &answer.hits {
        write!(out, "{}:{}", hit.path, hit.lines.first + 1).unwrap();
        if hit.lines.last > hit.lines.first {
            write!(out, "-{}", hit.lines.last + 1).unwrap();
        }
        if let Some(symbol) = &hit.symbol {
            write!(out, " {symbol} ({})", hit.kind.unwrap().name()).unwrap();
        }
        let reasons: Vec<String> = hit.reasons.iter().map(reason).collect();
        writeln!(out, " | {}", reasons.join("; ")).unwrap();
        out += &snippet(hit);
    }
    if answer.more {
        out += "…\n";
    }
    for note in &answer.notes {
        writeln!(out, "note: {note}").unwrap();
    }
    out
}

/// Without cosines: they are the model's matter.
fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Meaning(_) => "similar meaning".to_owned(),
        other => other.to_string(),
    }
}

fn snippet(hit: &Hit) -> String {
    let mut out = String::new();
    for (number, line) in hit.snippet.lines.iter().enumerate() {
        let mut shown = String::new();
        let mut at = 0;
        for (_, range) in hit.snippet.highlights.iter().filter(|(of, _)| *of == number) {
            shown += &format!("{}«{}»", &line[at..range.start], &line[range.clone()]);
            at = range.end;
        }
        shown += &line[at..];
        writeln!(out, "{:>5} {shown}", hit.snippet.first_line as usize + number + 1).unwrap();
    }
    out
}

/// What an index answers to questions in every mode, comparable between indexes of the same files. Words are weighed by statistics that deleted
/// documents blur until they are merged away, so the order of those hits is left out.
pub(crate) fn answers(index: &Index, questions: &[&str]) -> String {
    let mut out = String::new();
    for question in questions {
        writeln!(out, "== {question}").unwrap();
        let answer = index.snapshot().search(&ask(question).limit(300));
        let answer = answer.unwrap_or_else(|error| panic!("{question}: {error}"));
        let mut hits: Vec<String> =
            answer.hits.iter().map(|hit| show(&Answer { hits: vec![hit.clone()], ..Answer::default() })).collect();
        if matches!(ask(question).mode, Mode::Words | Mode::Fused) {
            hits.sort();
        }
        out += &hits.concat();
    }
    let mut files: Vec<String> =
        index.snapshot().files().map(|file| format!("{} {}\n", file.path, file.lines)).collect();
    files.sort();
    out + &files.concat()
}

/// A new index of the same files, made from nothing.
pub(crate) fn fresh(root: &Path, options: &IndexOptions) -> (TempDir, Index) {
    let base = tempfile::tempdir().unwrap();
    let index = open(base.path(), root, options).unwrap();
    index.update(&Silent, &AtomicBool::new(false)).unwrap();
    index.embed(&Silent, &AtomicBool::new(false)).unwrap();
    (base, index)
}
