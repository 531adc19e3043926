//! Several indexes, several users of one index, and caps.

use std::sync::atomic::{AtomicBool, Ordering};

use index::{Error, Filter, IndexOptions, Progress, Silent};

use crate::support::{Workspace, answers, ask, fixture, fresh, open};

#[test]
fn two_workspaces_are_open_at_once_and_know_nothing_of_each_other() {
    let one = fixture("//- /a.py\ndef zebra(): pass\n");
    let base = one.base();
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("a.py"), "def okapi(): pass\n").unwrap();
    let other = open(base, other.path(), &IndexOptions::default()).unwrap();
    other.update(&Silent, &AtomicBool::new(false)).unwrap();
    assert_eq!(one.paths("symbol:zebra", Filter::default()), "a.py");
    assert_eq!(other.snapshot().search(&ask("symbol:okapi")).unwrap().hits.len(), 1);
    assert!(other.snapshot().search(&ask("exact:zebra")).unwrap().hits.is_empty());
}

#[test]
fn a_second_user_searches_while_the_first_writes_and_sees_its_commits() {
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    let second = open(workspace.base(), workspace.root(), &workspace.options).unwrap();
    assert!(workspace.index.is_writable() && !second.is_writable());
    for query in ["zebra", "words:zebra", "exact:zebra", "regex:zebr[a]", "symbol:zebra", "meaning:zebra"] {
        assert_eq!(second.snapshot().search(&ask(query)).unwrap().hits.len(), 1, "{query}");
    }
    workspace.write("b.py", "def okapi(): pass\n");
    let busy = second.update(&Silent, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(busy, Error::Busy { .. }), "{busy}");
    workspace.update();
    workspace.embed();
    second.refresh().unwrap();
    assert_eq!(second.snapshot().search(&ask("symbol:okapi")).unwrap().hits.len(), 1);
    assert_eq!(second.snapshot().search(&ask("meaning:okapi")).unwrap().hits.len(), 2);
    drop(second);

    let root = workspace.root().to_path_buf();
    let Workspace { index, options, .. } = &workspace;
    assert!(index.is_writable());
    let (_base, other) = fresh(&root, options);
    assert_eq!(answers(index, &["words:def", "symbol:okapi"]), answers(&other, &["words:def", "symbol:okapi"]));
}

/// Stops the work when so many files are done.
struct StopAfter {
    left: std::sync::atomic::AtomicUsize,
    cancelled: AtomicBool,
}

impl Progress for StopAfter {
    fn start(&self, _: usize, _: u64) {}

    fn file(&self, _: u64) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_cancelled_update_keeps_what_it_has_and_the_next_one_goes_on() {
    let workspace = Workspace::empty(IndexOptions::default());
    for number in 0..200 {
        workspace.write(&format!("f{number}.py"), format!("def zebra_{number}(): pass\n"));
    }
    let stop = StopAfter { left: 50.into(), cancelled: AtomicBool::new(false) };
    let error = workspace.index.update(&stop, &stop.cancelled).unwrap_err();
    assert!(matches!(error, Error::Cancelled));
    let workspace = workspace.reopen();
    let kept = workspace.index.snapshot().files().count();
    assert!((50..200).contains(&kept), "{kept}");
    assert_eq!(workspace.update().indexed, 200 - kept);
    workspace.embed();
    let (_base, other) = fresh(workspace.root(), &workspace.options);
    let questions = ["words:zebra", "exact:zebra_77", "symbol:zebra_9", "meaning:zebra 12"];
    assert_eq!(answers(&workspace.index, &questions), answers(&other, &questions));
}

#[test]
fn tight_caps_change_nothing_but_speed() {
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n//- /b.py\ndef okapi(): pass\n");
    let options = IndexOptions { threads: 1, memory_mb: 1, parse_timeout_ms: 10_000, ..IndexOptions::default() };
    let (_base, other) = fresh(workspace.root(), &options);
    let questions = ["words:def", "exact:zebra", "symbol:okapi", "meaning:zebra"];
    assert_eq!(answers(&workspace.index, &questions), answers(&other, &questions));
    for threads in [3, 1_000_000] {
        let (_base, other) =
            fresh(workspace.root(), &IndexOptions { threads, memory_mb: 8, ..IndexOptions::default() });
        assert_eq!(answers(&workspace.index, &questions), answers(&other, &questions));
    }
}

#[test]
fn the_largest_file_is_an_option() {
    let workspace =
        Workspace::empty(IndexOptions { max_file_kb: 1, exclude: vec!["gen/**".into()], ..IndexOptions::default() });
    workspace.write("small.py", "def zebra(): pass\n");
    workspace.write("large.py", "def zebra(): pass\n".repeat(100));
    workspace.write("gen/x.py", "def zebra(): pass\n");
    workspace.update();
    assert_eq!(workspace.paths("exact:zebra", Filter::default()), "small.py");
    assert_eq!(
        workspace.skipped(),
        "\"gen/x.py\" excluded by index.exclude\n\"large.py\" larger than index.max-file-kb\n"
    );
    let error = open(
        workspace.base(),
        workspace.root(),
        &IndexOptions { exclude: vec!["a{".into()], ..IndexOptions::default() },
    )
    .err()
    .unwrap();
    assert!(error.to_string().starts_with("index.exclude: "), "{error}");
}

#[test]
fn generated_and_vendored_files_are_an_option() {
    let text = "//- /vendor/v.py\ndef zebra(): pass\n//- /x_pb2.py\ndef zebra(): pass\n//- /g.go\n// Code generated by x. DO NOT EDIT.\npackage zebra\n//- /own.py\ndef zebra(): pass\n";
    let workspace = fixture(text);
    assert_eq!(workspace.paths("exact:zebra", Filter::default()), "own.py");
    let options = IndexOptions { generated: true, vendored: true, ..IndexOptions::default() };
    let index = open(workspace.base(), workspace.root(), &options);
    assert!(index.is_ok_and(|index| !index.is_writable()));
    let Workspace { .. } = &workspace;
    let (_base, all) = fresh(workspace.root(), &options);
    let hits = all.snapshot().search(&ask("exact:zebra")).unwrap().hits;
    let paths: Vec<&str> = hits.iter().map(|hit| hit.path.as_str()).collect();
    assert_eq!(paths, ["own.py", "g.go", "vendor/v.py", "x_pb2.py"], "they come last");
}
