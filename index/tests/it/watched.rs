//! A watched workspace: what changes on disk is found without anybody asking.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use index::Filter;
use index::watch::{Told, Watch};

use crate::support::{Workspace, fixture};

/// Longer than any machine needs; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watched {
    workspace: Workspace,
    told: Receiver<Told>,
    _watch: Watch,
}

fn watched(text: &str) -> Watched {
    let workspace = fixture(text);
    let (sender, told) = channel();
    let watch = Watch::start(workspace.index.clone(), move |event| {
        let _ = sender.send(event);
    });
    let watched = Watched { workspace, told, _watch: watch };
    loop {
        match watched.told.recv_timeout(PATIENCE).expect("the watch begins") {
            Told::Watching => return watched,
            Told::Updated(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

impl Watched {
    /// Waits until a query has hits in these files.
    fn wait_for(&self, query: &str, paths: &str) {
        let begun = Instant::now();
        while self.workspace.paths(query, Filter::default()) != paths {
            match self.told.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
                Ok(Told::Failed(error)) => panic!("{error}"),
                Ok(_) => {}
                Err(error) => panic!("{query}: {error}; found in {:?}", self.workspace.paths(query, Filter::default())),
            }
        }
    }
}

#[test]
fn a_saved_file_is_found() {
    let watched = watched("//- /src/a.py\ndef zebra(): pass\n");
    watched.workspace.write("src/a.py", "def okapi(): pass\n");
    watched.wait_for("symbol:okapi", "src/a.py");
    watched.wait_for("exact:zebra", "");
}

#[test]
fn a_file_saved_by_renaming_is_found() {
    let watched = watched("//- /src/a.py\ndef zebra(): pass\n");
    watched.workspace.write("src/.a.py.swp", "def okapi(): pass\n");
    watched.workspace.rename("src/.a.py.swp", "src/a.py");
    watched.wait_for("symbol:okapi", "src/a.py");
    watched.wait_for("exact:zebra", "");
}

#[test]
fn files_in_new_folders_are_found_and_watched() {
    let watched = watched("//- /a.py\ndef zebra(): pass\n");
    watched.workspace.write("new/deep/b.py", "def okapi(): pass\n");
    watched.wait_for("symbol:okapi", "new/deep/b.py");
    watched.workspace.write("new/deep/c.py", "def lion(): pass\n");
    watched.wait_for("symbol:lion", "new/deep/c.py");
    watched.workspace.write("new/deep/b.py", "def tiger(): pass\n");
    watched.wait_for("symbol:tiger", "new/deep/b.py");
}

#[test]
fn files_that_appear_while_their_folder_is_being_noticed_are_found() {
    let watched = watched("//- /a.py\ndef zebra(): pass\n");
    for number in 0..40 {
        watched.workspace.write(&format!("new{number}/inner/b.py"), format!("def okapi_{number}(): pass\n"));
    }
    for number in 0..40 {
        watched.wait_for(&format!("exact:okapi_{number}()"), &format!("new{number}/inner/b.py"));
    }
}

#[test]
fn deleted_files_and_folders_are_forgotten() {
    let watched = watched(
        "//- /a.py\ndef zebra(): pass\n//- /lib/b.py\ndef okapi(): pass\n//- /lib/deep/c.py\ndef lion(): pass\n",
    );
    watched.workspace.remove("a.py");
    watched.wait_for("exact:zebra", "");
    std::fs::remove_dir_all(watched.workspace.path("lib")).unwrap();
    watched.wait_for("exact:lion", "");
    watched.wait_for("exact:okapi", "");
}

#[test]
fn a_renamed_folder_takes_its_files_along() {
    let watched = watched("//- /lib/deep/c.py\ndef lion(): pass\n");
    watched.workspace.rename("lib", "other/lib");
    watched.wait_for("symbol:lion", "other/lib/deep/c.py");
    watched.workspace.write("other/lib/deep/c.py", "def tiger(): pass\n");
    watched.wait_for("symbol:tiger", "other/lib/deep/c.py");
}

#[test]
fn a_folder_that_comes_back_is_watched_again() {
    let watched = watched("//- /lib/deep/c.py\ndef lion(): pass\n");
    for round in 0..5 {
        std::fs::remove_dir_all(watched.workspace.path("lib")).unwrap();
        watched.workspace.write("lib/deep/c.py", format!("def tiger_{round}(): pass\n"));
        watched.wait_for(&format!("symbol:tiger_{round}"), "lib/deep/c.py");
        watched.workspace.write("lib/deep/c.py", format!("def leopard_{round}(): pass\n"));
        watched.wait_for(&format!("symbol:leopard_{round}"), "lib/deep/c.py");
    }
}

#[test]
fn many_files_at_once_are_found() {
    let watched = watched("//- /src/a.py\ndef zebra(): pass\n");
    for number in 0..600 {
        watched.workspace.write(&format!("src/f{number}.py"), format!("def okapi_{number}(): pass\n"));
    }
    watched.wait_for("exact:okapi_599()", "src/f599.py");
    watched.wait_for("exact:okapi_0()", "src/f0.py");
    for number in 0..600 {
        watched.workspace.write(&format!("src/f{number}.py"), format!("def lion_{number}(): pass\n"));
    }
    watched.wait_for("exact:okapi_", "");
    watched.wait_for("exact:lion_300()", "src/f300.py");
}

#[test]
fn a_branch_switch_is_followed() {
    let workspace = |text: &str| watched(text);
    let watched = workspace("//- /a.py\ndef zebra(): pass\n");
    watched.workspace.git("init -q");
    watched.workspace.git("add .");
    watched.workspace.git("commit -qm one");
    watched.workspace.git("switch -qc other");
    watched.workspace.write("a.py", "def okapi(): pass\n");
    watched.workspace.write("lib/b.py", "def lion(): pass\n");
    watched.workspace.git("add .");
    watched.workspace.git("commit -qm two");
    watched.wait_for("symbol:lion", "lib/b.py");
    watched.workspace.git("switch -q main");
    watched.wait_for("exact:lion", "");
    watched.wait_for("symbol:zebra", "a.py");
    watched.workspace.git("switch -q other");
    watched.wait_for("symbol:lion", "lib/b.py");
    watched.wait_for("symbol:okapi", "a.py");
}

#[test]
fn a_changed_gitignore_hides_and_shows_files() {
    let watched = watched("//- /a.py\ndef zebra(): pass\n//- /b.py\ndef zebra(): pass\n");
    watched.workspace.write(".gitignore", "b.py\n");
    watched.wait_for("symbol:zebra", "a.py");
    watched.workspace.write(".gitignore", "a.py\n");
    watched.wait_for("symbol:zebra", "b.py");
    watched.workspace.remove(".gitignore");
    watched.wait_for("symbol:zebra", "a.py b.py");
}

#[test]
fn a_saved_file_is_found_by_meaning_too() {
    let watched = watched("//- /a.py\ndef zebra(): pass\n");
    watched.workspace.write("a.py", "def retry_request(): pass\n");
    watched.wait_for("symbol:retry_request", "a.py");
    watched.wait_for("meaning:retry a request", "a.py");
}

#[test]
fn a_dropped_watch_ends_at_once() {
    let watched = watched("//- /a.py\ndef zebra(): pass\n");
    let begun = Instant::now();
    drop(watched);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
