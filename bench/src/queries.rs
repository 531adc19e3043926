//! Latency of queries.

#![allow(clippy::print_stdout)] // The table is the point.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use index::{Index, IndexOptions, Mode, Query, Silent, Snapshot, VectorOptions};

use crate::measure::{Times, megabytes, memory, program};

/// Questions that make sense in any code base.
const QUESTIONS: &[&str] = &[
    "parse the configuration file",
    "retry after a connection error",
    "convert a date to text",
    "open a file and read all lines",
    "compare two versions",
    "escape html characters",
    "where are permissions checked",
    "cache the result of an expensive call",
    "sort a list by key",
    "close the connection",
    "split a string at a separator",
    "log an error with its cause",
    "allocate memory for a buffer",
    "find the shortest path",
    "validate user input",
    "render a template",
    "write bytes to a socket",
    "remove duplicates from a list",
    "wait until a lock is free",
    "compute a hash of a file",
];

/// Patterns with and without literals; `{}` becomes a name of the corpus.
const PATTERNS: &[&str] = &[
    r"{}\(",
    r"\b{}\b",
    r"(?i){}",
    r"fn \w*{}",
    r"(def|class|function) \w+",
    r"{}|TODO",
    r"^\s*return {}",
    r"[A-Z]{4,}_[A-Z]{4,}_{}",
    r"\d{4}-\d{2}-\d{2}",
    r"{}.*\{$",
];

pub(crate) fn run(corpus: &Path, count: usize, keep: &Path, only: Option<&str>) -> anyhow::Result<()> {
    let options = IndexOptions { threads: 2, ..IndexOptions::default() };
    let index = Index::open(keep, corpus, &options, &VectorOptions::default())?;
    index.update(&Silent, &AtomicBool::new(false))?;
    index.embed(&Silent, &AtomicBool::new(false))?;
    let snapshot = index.snapshot();
    let names = names(&snapshot)?;
    let mut random = fastrand::Rng::with_seed(7);
    let mut name = move || names[random.usize(0..names.len())].clone();
    println!("{}: resident after opening {}", corpus.display(), megabytes(memory("VmRSS")));

    let two_words = |name: &mut dyn FnMut() -> String| format!("{} {}", name(), name());
    let sets: Vec<(&str, Mode, Vec<String>)> = vec![
        ("words", Mode::Words, (0..count).map(|_| two_words(&mut name)).collect()),
        ("symbol", Mode::Symbol, (0..count).map(|at| humps(&name(), at)).collect()),
        ("exact", Mode::Exact, (0..count).map(|_| name()).collect()),
        ("regex", Mode::Regex, (0..count).map(|at| PATTERNS[at % PATTERNS.len()].replace("{}", &name())).collect()),
        (
            "meaning",
            Mode::Meaning,
            (0..count).map(|at| format!("{} {}", QUESTIONS[at % QUESTIONS.len()], name())).collect(),
        ),
        (
            "default",
            Mode::Fused,
            (0..count)
                .map(|at| if at % 2 == 0 { QUESTIONS[at / 2 % QUESTIONS.len()].to_owned() } else { name() })
                .collect(),
        ),
    ];
    for (title, mode, queries) in sets.iter().filter(|(title, ..)| only.is_none_or(|only| only == *title)) {
        let mut slowest = (std::time::Duration::ZERO, String::new());
        let times = Times::of(count, |at| {
            let begun = std::time::Instant::now();
            let answer = snapshot.search(&Query::new(queries[at].clone()).mode(*mode));
            if begun.elapsed() > slowest.0 && at > 0 {
                slowest = (begun.elapsed(), queries[at].clone());
            }
            Ok(answer)
        })?;
        println!("{title:<8} {}   slowest `{}`", times.line(), slowest.1);
    }
    if only.is_some() {
        return Ok(());
    }
    println!("resident after all queries {}", megabytes(memory("VmRSS")));

    let folder = corpus.display().to_string();
    let sample = 20.min(count);
    for (title, flag, queries) in [("ripgrep, fixed text", "-F", &sets[2].2), ("ripgrep, regex", "-e", &sets[3].2)] {
        let run = |at: usize| {
            program("rg", &["-n", "-m", "20", flag, &queries[at], &folder])
                .ok_or_else(|| anyhow::anyhow!("ripgrep is not installed"))
        };
        match Times::of(sample, run) {
            Ok(times) => println!("{title:<20} {}", times.line()),
            Err(error) => println!("{title:<20} {error}"),
        }
    }
    let tags = tempfile::NamedTempFile::new()?;
    let tags_path = tags.path().display().to_string();
    if program("ctags", &["-R", "-f", &tags_path, &folder]).is_some() {
        let run = |at: usize| {
            program("readtags", &["-t", &tags_path, "-i", "-p", "-", &sets[2].2[at]])
                .ok_or_else(|| anyhow::anyhow!("readtags is not installed"))
        };
        match Times::of(sample, run) {
            Ok(times) => println!("{:<20} {}", "readtags, prefix", times.line()),
            Err(error) => println!("{:<20} {error}", "readtags"),
        }
    }
    Ok(())
}

/// Names of symbols, spread over the corpus.
fn names(snapshot: &Snapshot) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    snapshot.each_facts(|_, facts| {
        let symbols = facts.symbols.iter().step_by(17).map(|symbol| facts.name(symbol.name));
        names.extend(
            symbols
                .filter(|name| name.len() > 3 && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
                .map(str::to_owned),
        );
    })?;
    anyhow::ensure!(!names.is_empty(), "the corpus has no symbols");
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Every third query whole, every third its beginning, every third its humps.
fn humps(name: &str, at: usize) -> String {
    match at % 3 {
        0 => name.to_owned(),
        1 => name.chars().take(name.len().div_ceil(2)).collect(),
        _ => {
            let initials: String =
                index::tokens::identifier_parts(name).filter_map(|part| part.chars().next()).collect();
            if initials.len() > 1 { initials } else { name.to_owned() }
        }
    }
}
