//! One daemon for all windows: how it starts, is replaced, is missed and leaves.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::editor::{Editor, uri};
use crate::support::{Workspace, fixture, kill, wait_until};

fn small() -> Workspace {
    fixture("//- /a.rs\nfn saved() {}\n//- /b.py\ndef other():\n    pass\n")
}

/// What `devmentor daemon status --json` tells.
fn status(workspace: &Workspace) -> Value {
    workspace.json(&["daemon", "status", "--json"]).remove(0)
}

fn windows(workspace: &Workspace) -> usize {
    let status = status(workspace);
    let clients = status["clients"].as_array().cloned().unwrap_or_default();
    clients.iter().filter(|client| client["kind"] == "lsp").count()
}

fn runtime_folder(workspace: &Workspace) -> PathBuf {
    std::fs::read_dir(workspace.home().join("run/devmentor")).unwrap().next().unwrap().unwrap().path()
}

fn sockets(workspace: &Workspace) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(runtime_folder(workspace)).unwrap().map(|entry| entry.unwrap().path());
    let mut sockets: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|name| name == "sock")).collect();
    sockets.sort();
    sockets
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn is_alive(process: i32) -> bool {
    let Some(process) = rustix::process::Pid::from_raw(process) else { return false };
    rustix::process::test_kill_process(process).is_ok()
}

#[test]
fn twenty_windows_that_open_at_once_share_one_daemon() {
    let workspace = small();
    let mut editors: Vec<Editor> = (0..20).map(|_| Editor::start(&workspace, &["lsp"])).collect();
    for editor in &mut editors {
        editor.initialize(&workspace);
    }
    assert_eq!(windows(&workspace), 20);
    assert_eq!(workspace.log().matches(" listening").count(), 1, "{}", workspace.log());
    assert_eq!(sockets(&workspace).len(), 2);
    let status = status(&workspace);
    assert_eq!(status["workspaces"].as_array().unwrap().len(), 1, "{status}");
    for editor in editors {
        assert!(editor.close().success());
    }
    wait_until("no window is left", || (windows(&workspace) == 0).then_some(()));
}

#[test]
fn sockets_and_logs_are_the_users_alone() {
    let workspace = small();
    workspace.start_daemon();
    let folder = runtime_folder(&workspace);
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(folder.parent().unwrap()), 0o700);
    for socket in sockets(&workspace) {
        assert_eq!(mode(&socket), 0o600, "{}", socket.display());
    }
    let log = PathBuf::from(status(&workspace)["log"].as_str().unwrap());
    assert_eq!(mode(&log), 0o600);
    assert_eq!(mode(log.parent().unwrap()), 0o700);
}

#[test]
fn a_daemon_that_is_killed_under_a_window_is_replaced_and_unsaved_text_is_still_there() {
    let workspace = small();
    let mut editor = Editor::open(&workspace);
    editor.open_text(&workspace, "a.rs", "rust", "fn unsaved() {}\n");
    let start = json!({ "line": 0, "character": 0 });
    editor.tell(
        "textDocument/didChange",
        json!({
            "textDocument": { "uri": uri(&workspace, "a.rs"), "version": 2 },
            "contentChanges": [{ "range": { "start": start, "end": start }, "text": "fn typed() {}\n" }],
        }),
    );
    assert_eq!(editor.symbols(&workspace, "a.rs"), ["typed", "unsaved"]);
    let first = workspace.daemon_process().unwrap();
    kill(first);
    assert_eq!(editor.symbols(&workspace, "a.rs"), ["typed", "unsaved"]);
    let second = workspace.daemon_process().unwrap();
    assert_ne!(first, second);
    assert_eq!(sockets(&workspace).len(), 2, "those of the killed one are gone");
    assert!(editor.close().success());
}

#[test]
fn a_window_that_is_killed_harms_no_other() {
    let workspace = small();
    let (mut first, mut second) = (Editor::open(&workspace), Editor::open(&workspace));
    assert_eq!(windows(&workspace), 2);
    first.process().kill().unwrap();
    wait_until("the window is gone", || (windows(&workspace) == 1).then_some(()));
    second.open_text(&workspace, "a.rs", "rust", "fn unsaved() {}\n");
    assert_eq!(second.symbols(&workspace, "a.rs"), ["unsaved"]);
    assert!(second.close().success());
}

#[test]
fn a_newer_program_takes_over_and_the_windows_of_the_older_one_go_on() {
    let workspace = small();
    let mut older = Editor::open(&workspace);
    older.open_text(&workspace, "a.rs", "rust", "fn unsaved() {}\n");
    assert_eq!(older.symbols(&workspace, "a.rs"), ["unsaved"]);
    let first = workspace.daemon_process().unwrap();

    let newer = workspace.home().join("devmentor");
    std::fs::copy(env!("CARGO_BIN_EXE_devmentor"), &newer).unwrap();
    let written = std::fs::metadata(env!("CARGO_BIN_EXE_devmentor")).unwrap().modified().unwrap();
    let file = std::fs::File::options().write(true).open(&newer).unwrap();
    file.set_modified(written + std::time::Duration::from_secs(60)).unwrap();
    drop(file);
    let plain = workspace.command(&[]);
    let mut command = Command::new(&newer);
    command.arg("lsp").current_dir(workspace.root());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut new = Editor::of(command);
    new.initialize(&workspace);
    let second = workspace.daemon_process().unwrap();
    assert_ne!(first, second);
    wait_until("the older daemon has left", || (!is_alive(first)).then_some(()));

    assert_eq!(older.symbols(&workspace, "a.rs"), ["unsaved"]);
    assert_eq!(workspace.daemon_process(), Some(second), "the older window uses the newer daemon");
    wait_until("both windows are there", || (windows(&workspace) == 2).then_some(()));
    assert!(older.close().success());
    assert!(new.close().success());
}

#[test]
fn a_daemon_that_cannot_start_is_told_with_its_last_words() {
    let workspace = small();
    workspace.configure("[daemon]\nidle-minutes = \"ten\"\n");
    let shown = workspace.run(&["lsp"]);
    assert!(
        shown.contains("DevMentor cannot start: the daemon could not start (exit status: 2); it said:")
            && shown.contains("config.toml:2: `daemon.idle-minutes` is a whole number of 0 or more"),
        "{shown}"
    );
    assert!(shown.ends_with("exit status 2\n"), "{shown}");
    workspace.configure("[daemon]\nlog-level = \"loud\"\n");
    let shown = workspace.run(&["daemon", "start"]);
    assert!(shown.contains("`daemon.log-level` is `loud`; it is one of error, warn, info, debug and trace"), "{shown}");
}

#[test]
fn a_daemon_that_hangs_keeps_nobody_waiting() {
    let workspace = small();
    workspace.run(&["index"]);
    workspace.start_daemon();
    let process = rustix::process::Pid::from_raw(workspace.daemon_process().unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::STOP).unwrap();
    let shown = workspace.run(&["lsp"]);
    assert!(shown.contains("does not answer: no answer within 5 seconds"), "{shown}");
    assert!(workspace.run(&["search", "--symbol", "saved"]).contains("saved"), "the command line helps itself");
}

#[test]
fn status_tells_who_is_connected_and_what_is_open() {
    let workspace = small();
    assert!(!workspace.run(&["status"]).contains("daemon"), "none runs");
    let editor = Editor::open(&workspace);
    workspace.run(&["search", "saved"]);
    let shown = workspace.run(&["status"]);
    let (_, daemon) = shown.split_once("\n\ndaemon ").unwrap_or_else(|| panic!("{shown}"));
    let lines: Vec<&str> = daemon.lines().collect();
    let process = workspace.daemon_process().unwrap();
    assert!(lines[0].starts_with(&format!("{} as process {process}, for ", env!("CARGO_PKG_VERSION"))), "{shown}");
    assert!(lines[0].contains(" MB of memory ("), "{shown}");
    assert_eq!(lines[1], "1 window, 0 other clients");
    assert!(lines[2].starts_with("  ROOT  ") && lines[2].contains(" user"), "{shown}");
    let json = workspace.json(&["status", "--json"]).remove(0);
    assert_eq!(json["daemon"]["process"], json!(process));
    assert!(editor.close().success());
}

#[test]
fn its_log_can_be_followed() {
    let workspace = small();
    workspace.start_daemon();
    let mut logs = workspace.command(&["logs", "-f", "-n", "0"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(logs.stdout.take().unwrap()).lines();
    // It may begin to follow after the first of these.
    let told =
        std::thread::spawn(move || lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(" leaving "))));
    wait_until("the end of a daemon is told", || {
        workspace.start_daemon();
        assert_eq!(workspace.run(&["daemon", "stop"]), "the daemon has left\n");
        told.is_finished().then_some(())
    });
    logs.kill().unwrap();
    logs.wait().unwrap();
    assert!(told.join().unwrap().is_some());
}

#[test]
fn without_clients_it_leaves_and_leaves_nothing_behind() {
    let workspace = small();
    workspace.configure("[daemon]\nidle-minutes = 0\n");
    let editor = Editor::open(&workspace);
    let process = workspace.daemon_process().unwrap();
    assert!(editor.close().success());
    wait_until("the daemon has left", || (!is_alive(process)).then_some(()));
    assert_eq!(workspace.record(), None);
    assert_eq!(sockets(&workspace), Vec::<PathBuf>::new());
    assert!(workspace.log().contains("nobody was connected for 2 seconds"), "{}", workspace.log());
    assert!(workspace.run(&["doctor"]).contains("ok   no daemon runs; the first window starts it"));
}

#[test]
fn it_leaves_when_it_is_told_to() {
    let workspace = small();
    assert_eq!(workspace.run(&["daemon", "status"]), "no daemon runs\nexit status 1\n");
    assert_eq!(workspace.run(&["daemon", "stop"]), "no daemon runs\n");
    workspace.start_daemon();
    let process = workspace.daemon_process().unwrap();
    assert!(workspace.run(&["daemon", "start"]).ends_with(&format!("runs as process {process}\n")), "it runs already");
    assert_eq!(workspace.run(&["daemon", "stop"]), "the daemon has left\n");
    wait_until("its process has ended", || (!is_alive(process)).then_some(()));

    workspace.start_daemon();
    let process = workspace.daemon_process().unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(process).unwrap(), rustix::process::Signal::TERM)
        .unwrap();
    wait_until("the daemon has left", || (!is_alive(process)).then_some(()));
    assert_eq!(sockets(&workspace), Vec::<PathBuf>::new());
}

#[test]
fn a_window_alone_needs_no_daemon() {
    let workspace = small();
    let mut editor = Editor::start(&workspace, &["lsp", "--standalone"]);
    editor.initialize(&workspace);
    editor.open_text(&workspace, "a.rs", "rust", "fn unsaved() {}\n");
    assert_eq!(editor.symbols(&workspace, "a.rs"), ["unsaved"]);
    assert!(editor.close().success());
    assert_eq!(workspace.record(), None);
}

#[test]
fn what_people_write_and_ask_is_in_no_log() {
    let workspace = small();
    let secret = "hunter2correcthorse";
    let mut command = workspace.command(&["daemon", "start"]);
    assert!(command.env("DEVMENTOR_LOG", "trace").status().unwrap().success());
    let mut editor = Editor::open(&workspace);
    editor.open_text(&workspace, "a.rs", "rust", &format!("const KEY: &str = \"{secret}\";\n"));
    editor.ask("workspace/symbol", json!({ "query": secret }));
    editor.symbols(&workspace, "a.rs");
    workspace.run(&["search", "--exact", secret]);
    workspace.run(&["graph", secret]);
    assert!(editor.close().success());
    let log = workspace.log();
    assert!(log.lines().count() > 2, "{log}");
    assert!(!log.contains(secret), "{}", log.lines().find(|line| line.contains(secret)).unwrap_or_default());
}

#[test]
fn doctor_looks_at_the_daemon() {
    let workspace = small();
    workspace.run(&["index"]);
    workspace.start_daemon();
    let process = workspace.daemon_process().unwrap();
    // A command that has just ended counts as a client until its connection is seen to be closed.
    let answers = format!("(process {process}) answers; 0 clients");
    let doctor = wait_until("the daemon is alone", || {
        Some(workspace.run(&["doctor"])).filter(|doctor| doctor.contains(&answers))
    });
    assert!(doctor.contains("ok   sockets are kept in HOME/run/devmentor/"), "{doctor}");
    kill(process);
    wait_until("the daemon is dead", || {
        workspace.run(&["doctor"]).contains(&format!("the last daemon (process {process}) was killed")).then_some(())
    });
}
