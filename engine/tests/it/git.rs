//! What git tells about lines.

use std::sync::Arc;

use engine::git::Git;
use engine::questions::last_change::{last_change, last_change_now};
use engine::questions::permalink::permalink;
use grammars::Lines;

use crate::support::{until, world};

const FILE: &str = "fn one() {}\nfn two() {}\n";

fn lines(first: u32, last: u32) -> Lines {
    Lines { first, last }
}

#[test]
fn the_last_change_of_lines_of_an_unsaved_text() {
    let world = world(&format!("//- /src/a.rs\n{FILE}"));
    world.git(&["init", "-q"]);
    world.git(&["add", "."]);
    world.git(&["commit", "-q", "-m", "Add one and two"]);
    let git = Arc::new(Git::new(world.root().to_path_buf()));
    let typed = Arc::new(format!("// typed\n{FILE}"));
    assert_eq!(last_change(&git, "src/a.rs", &typed, lines(1, 1)), None, "git is not waited for");
    until("git has answered", || last_change(&git, "src/a.rs", &typed, lines(1, 1)).is_some());
    let change = last_change(&git, "src/a.rs", &typed, lines(1, 2)).unwrap();
    assert_eq!(
        (change.author.as_str(), change.subject.as_str(), change.time),
        ("Ada", "Add one and two", 1_700_000_000)
    );
    assert!(!change.uncommitted);
    assert!(last_change(&git, "src/a.rs", &typed, lines(0, 1)).unwrap().uncommitted);
    assert_eq!(last_change(&git, "src/a.rs", &typed, lines(0, 0)), None, "what is only typed has no last change");
    assert_eq!(last_change(&git, "src/a.rs", &typed, lines(9, 10)), None);
}

#[test]
fn without_a_repository_git_says_so_and_nothing_hangs() {
    let world = world(&format!("//- /a.rs\n{FILE}"));
    let git = Git::new(world.root().to_path_buf());
    let error = last_change_now(&git, "a.rs", &Arc::new(FILE.to_owned()), lines(0, 0)).unwrap_err().to_string();
    assert!(error.starts_with("git: not a git repository"), "{error}");
    assert!(permalink(&git, "a.rs", lines(0, 0)).is_err());
}

#[test]
fn a_permalink_leads_to_the_commit_even_from_a_folder_inside() {
    let world = world(&format!("//- /sub/a b.rs\n{FILE}\n//- /sub/new.rs\n"));
    world.git(&["init", "-q"]);
    world.git(&["add", "sub/a b.rs"]);
    world.git(&["commit", "-q", "-m", "Add"]);
    let git = Git::new(world.root().join("sub"));
    let error = permalink(&git, "a b.rs", lines(0, 1)).unwrap_err().to_string();
    assert!(error.contains("no remote"), "{error}");
    world.git(&["remote", "add", "elsewhere", "git@github.com:o/r.git"]);
    let commit = git.head().unwrap();
    assert_eq!(
        permalink(&git, "a b.rs", lines(0, 1)).unwrap(),
        format!("https://github.com/o/r/blob/{commit}/sub/a%20b.rs#L1-L2")
    );
    let error = permalink(&git, "new.rs", lines(0, 0)).unwrap_err().to_string();
    assert!(error.contains("not committed yet"), "{error}");
}

#[test]
fn a_repository_cannot_run_programs_here() {
    let world = world(&format!("//- /a.rs\n{FILE}\n//- /.gitattributes\n*.rs diff=evil\n"));
    world.git(&["init", "-q"]);
    world.git(&["add", "."]);
    world.git(&["commit", "-q", "-m", "Add"]);
    for key in ["core.fsmonitor", "diff.evil.textconv", "core.pager", "pager.blame"] {
        world.git(&["config", key, "touch ran; cat"]);
    }
    let git = Git::new(world.root().to_path_buf());
    assert!(last_change_now(&git, "a.rs", &Arc::new(FILE.to_owned()), lines(0, 0)).unwrap().is_some());
    assert!(git.committed("a.rs").is_ok());
    assert!(!world.root().join("ran").exists());
}
