//! Killed at any instant, an index opens again and ends with the answers of a new one.

use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use index::{Index, IndexOptions, Mode, Query, Silent, VectorOptions};

use crate::support::{Workspace, fixture};

/// Names the run: `DEVMENTOR_TEST_SEED` repeats one.
fn seed() -> u64 {
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    std::env::var("DEVMENTOR_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(now)
}

struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

const WORDS: &[&str] =
    &["user", "order", "retry", "cache", "token", "parse", "render", "socket", "index", "merge", "invoice", "upload"];

/// A file with a few functions in one of several languages.
fn source(random: &mut Random, number: u64) -> (String, String) {
    let mut text = String::new();
    let extension = ["py", "rs", "go", "ts"][number as usize % 4];
    if extension == "go" {
        text += "package main\n\n";
    }
    for function in 0..6 {
        let words = [(); 3].map(|()| WORDS[random.next(WORDS.len() as u64) as usize]);
        let name = format!("{}_{}_{number}_{function}", words[0], words[1]);
        match extension {
            "py" => writeln!(text, "def {name}(value):\n    \"\"\"Handle the {0} of the {2}.\"\"\"\n    return {1}({0}, value)\n", words[0], words[1], words[2]),
            "rs" => writeln!(text, "/// Handles the {0} of the {2}.\npub fn {name}(value: u32) -> u32 {{\n    {1}({0}, value)\n}}\n", words[0], words[1], words[2]),
            "go" => writeln!(text, "// Handles the {0} of the {2}.\nfunc {name}(value int) int {{\n\treturn {1}({0}, value)\n}}\n", words[0], words[1], words[2]),
            _ => writeln!(text, "/** Handles the {0} of the {2}. */\nexport function {name}(value: number) {{\n  return {1}({0}, value);\n}}\n", words[0], words[1], words[2]),
        }
        .unwrap();
    }
    (format!("src/part{}/file{number}.{extension}", number % 7), text)
}

/// What an index answers in every mode; the order of weighed words is left out, because deleted documents blur statistics until they are merged away.
fn answers(index: &Index) -> String {
    let questions = [
        (Mode::Fused, "retry of the order"),
        (Mode::Fused, "user_order"),
        (Mode::Words, "invoice upload"),
        (Mode::Words, "handle the token"),
        (Mode::Exact, "cache("),
        (Mode::Exact, "edited"),
        (Mode::Regex, r"fn (user|merge)_\w+"),
        (Mode::Regex, r"\bsocket, "),
        (Mode::Symbol, "parse"),
        (Mode::Symbol, "renInv"),
        (Mode::Meaning, "send a file to the server"),
        (Mode::Meaning, "pay"),
    ];
    let snapshot = index.snapshot();
    let mut out = String::new();
    for (mode, text) in questions {
        let answer = snapshot.search(&Query::new(text).mode(mode).limit(5_000)).unwrap();
        let mut hits: Vec<String> = answer
            .hits
            .iter()
            .map(|hit| {
                format!(
                    "{}:{}-{} {:?} {:?} {:?}\n",
                    hit.path, hit.lines.first, hit.lines.last, hit.symbol, hit.kind, hit.snippet
                )
            })
            .collect();
        if matches!(mode, Mode::Fused | Mode::Words) {
            hits.sort();
        }
        writeln!(out, "== {mode:?} {text}\n{}", hits.concat()).unwrap();
    }
    writeln!(
        out,
        "{:?} {:?} {}",
        snapshot.vector_count().unwrap(),
        snapshot.symbol_count().unwrap(),
        snapshot.files().count()
    )
    .unwrap();
    out
}

fn opened(base: &Path, workspace: &Workspace) -> Index {
    Index::open(base, workspace.root(), &IndexOptions::default(), &VectorOptions::default()).unwrap()
}

fn fresh(workspace: &Workspace) -> String {
    let base = tempfile::tempdir().unwrap();
    let index = opened(base.path(), workspace);
    index.update(&Silent, &AtomicBool::new(false)).unwrap();
    index.embed(&Silent, &AtomicBool::new(false)).unwrap();
    answers(&index)
}

/// Changes, adds and deletes a few files.
fn edit(workspace: &Workspace, random: &mut Random, files: &mut Vec<String>, round: u64) {
    for _ in 0..8 {
        let path = files[random.next(files.len() as u64) as usize].clone();
        let text = std::fs::read_to_string(workspace.path(&path)).unwrap();
        workspace.write(&path, format!("{text}// edited in round {round}\n"));
    }
    for _ in 0..3 {
        let gone = files.swap_remove(random.next(files.len() as u64) as usize);
        std::fs::remove_file(workspace.path(&gone)).unwrap();
    }
    for number in 0..3 {
        let (path, text) = source(random, 10_000 + round * 10 + number);
        workspace.write(&path, text);
        files.push(path);
    }
}

#[test]
fn killed_at_random_points_it_ends_with_the_answers_of_a_new_index() {
    let seed = seed();
    let mut random = Random(seed);
    let workspace = fixture("");
    let mut files = Vec::new();
    for number in 0..160 {
        let (path, text) = source(&mut random, number);
        workspace.write(&path, text);
        files.push(path);
    }
    let begun = Instant::now();
    assert_eq!(workspace.status(&["index"]), Some(0));
    let whole = begun.elapsed();
    for series in 0..3 {
        std::fs::remove_dir_all(workspace.base()).unwrap();
        let mut delays = Vec::new();
        for round in 0..6 {
            let delay = Duration::from_micros(random.next(whole.as_micros() as u64 * 11 / 10 + 1));
            delays.push(delay);
            let mut child = workspace.command(&["index"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // The point of the test is that any instant will do.
            std::thread::sleep(delay);
            child.kill().unwrap();
            child.wait().unwrap();
            if round % 2 == 1 {
                edit(&workspace, &mut random, &mut files, series * 10 + round);
            }
        }
        let told = format!("DEVMENTOR_TEST_SEED={seed}, series {series}, killed after {delays:?} of {whole:?}");
        let search = workspace.run(&["search", "-e", "cache(", "-n", "1"]);
        assert!(!search.contains("exit status"), "{told}: {search}");
        assert_eq!(workspace.status(&["index"]), Some(0), "{told}");
        let index = opened(&workspace.base(), &workspace);
        assert_eq!(index.stale().unwrap(), 0, "{told}");
        assert_eq!(index.verify().unwrap(), Vec::<std::path::PathBuf>::new(), "{told}");
        let (have, want) = (answers(&index), fresh(&workspace));
        if have != want {
            let differs = have.lines().zip(want.lines()).find(|(have, want)| have != want);
            panic!("{told}: {differs:#?}");
        }
    }
}

#[test]
fn a_second_process_searches_while_the_first_holds_the_index() {
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    let index = opened(&workspace.base(), &workspace);
    index.update(&Silent, &AtomicBool::new(false)).unwrap();
    index.embed(&Silent, &AtomicBool::new(false)).unwrap();
    assert!(index.is_writable());
    workspace.write("b.py", "def zebra(): return 'newer'\n");
    for query in
        [&["search", "zebra"][..], &["search", "-e", "zebra"], &["search", "-s", "zebra"], &["search", "-m", "zebra"]]
    {
        let shown = workspace.run(query);
        assert!(shown.starts_with("a.py:") && !shown.contains("b.py") && !shown.contains("exit status"), "{shown}");
        assert!(
            shown.contains("another devmentor process is indexing this workspace; answers are as of its last commit"),
            "{shown}"
        );
    }
    assert_eq!(
        workspace.run(&["index"]),
        "Another devmentor process is indexing ROOT; it can be searched meanwhile.\n"
    );
    let doctor = workspace.run(&["doctor"]);
    assert!(doctor.contains("another process keeps this index up to date"), "{doctor}");
    let rebuild = workspace.run(&["index", "--rebuild"]);
    assert!(
        rebuild.starts_with("stderr: error: another devmentor process is indexing this workspace")
            && rebuild.ends_with("exit status 2\n"),
        "{rebuild}"
    );
}

#[test]
fn a_watching_process_ends_cleanly_when_it_is_asked_to() {
    use std::io::{BufRead, BufReader};
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    let mut child =
        workspace.command(&["index", "--watch"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("Watching for changes")));
    workspace.write("b.py", "def okapi(): pass\n");
    assert!(lines.any(|line| line.starts_with("1 indexed, 0 removed in ")));
    assert!(workspace.run(&["search", "-s", "okapi"]).starts_with("b.py:1"));
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(workspace.run(&["doctor"]).lines().filter(|line| line.starts_with("bad")).count(), 0);
}
