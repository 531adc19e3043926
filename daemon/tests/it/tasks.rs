//! Tasks from the command line, on boards of one's own.

use serde_json::Value;

use crate::support::{Workspace, fixture, kill, wait_until};

fn small() -> Workspace {
    fixture("//- /store.py\nimport os\n\ndef save():\n    # TODO: retry when the disk is full\n    return 1\n")
}

fn words(task: &Value) -> String {
    let text = |name: &str| task[name].as_str().unwrap_or_default().to_owned();
    format!("{} {} [{}]", text("key"), text("title"), text("status"))
}

fn tasks(workspace: &Workspace, query: &str) -> Vec<String> {
    workspace.json(&["task", "list", query, "--json"]).iter().map(words).collect()
}

#[test]
fn a_task_lives_from_its_first_word_to_done() {
    let workspace = small();
    let made =
        workspace.json(&["task", "new", "Retry when the disk is full", "--mine", "--at", "store.py:4", "--json"]);
    let key = made[0]["task"]["key"].as_str().unwrap().to_owned();
    assert_eq!(made[0]["waits"], false, "the number is the server's: {made:?}");
    assert_eq!(tasks(&workspace, ""), [format!("{key} Retry when the disk is full [To do]")]);
    let started = workspace.run(&["task", "start", &key.to_lowercase()]);
    assert!(started.contains(&format!("git switch -c {key}-retry-when-the-disk-is-full")), "{started}");
    workspace.run(&["task", "log", &key, "1h30m", "found the cause"]);
    workspace.run(&["task", "comment", &key, "half **done**"]);
    let shown = workspace.run(&["task", "show", &key]);
    for part in ["In progress", "1 h 30 min", "store.py:4-4  save", "half **done**"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    workspace.run(&["task", "done", &key]);
    assert_eq!(workspace.status(&["task"]), Some(1), "nothing is open");
    assert_eq!(tasks(&workspace, "status:done").len(), 1);
}

#[test]
fn mistakes_are_told_with_what_would_be_right() {
    let workspace = small();
    workspace.run(&["task", "new", "One"]);
    for (arguments, told) in [
        (&["task", "show", "NO-1"][..], "there is no task NO-1"),
        (&["task", "list", "colour:red"], "colour"),
        (&["task", "new", "Two", "--project", "NOPE"], "there is no project NOPE"),
        (&["task", "new", "Two", "--at", "store.py"], "FILE:LINE"),
        (&["task", "new", "Two", "--at", "store.py:99"], "has the lines 1 to 5"),
        (&["task", "new", "\u{1b}[31m"], "control character"),
        (&["project", "use", "NOPE"], "there is no project NOPE"),
    ] {
        let said = workspace.run(arguments);
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
    let preview = workspace.run(&["task", "new", "Two", "--preview"]);
    assert!(preview.contains("would be"), "{preview}");
    assert_eq!(tasks(&workspace, "").len(), 1, "nothing of all that was done");
}

#[test]
fn what_was_said_to_be_kept_outlives_a_daemon_that_is_killed() {
    let workspace = small();
    for number in 0..5 {
        workspace.run(&["task", "new", &format!("Task {number}")]);
        kill(workspace.daemon_process().unwrap());
    }
    let all = wait_until("every task is there", || Some(tasks(&workspace, "")).filter(|all| all.len() == 5));
    assert!(all.iter().enumerate().all(|(number, task)| task.contains(&format!("Task {number}"))), "{all:?}");
    wait_until("everything is sent", || {
        let sync = workspace.json(&["sync", "--json"]).remove(0);
        (sync["projects"][0]["queued"] == 0).then_some(())
    });
}

/// Runs git in the workspace, untouched by the configuration of whoever runs the tests; its editor leaves messages as they are.
fn git(workspace: &Workspace, arguments: &[&str]) -> String {
    let mut git = std::process::Command::new("git");
    git.current_dir(workspace.root()).args(["-c", "init.defaultBranch=main", "-c", "core.editor=true"]).args(arguments);
    for (name, value) in workspace.command(&[]).get_envs() {
        match value {
            Some(value) => git.env(name, value),
            None => git.env_remove(name),
        };
    }
    for (key, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_AUTHOR_NAME", "Ada"),
        ("GIT_AUTHOR_EMAIL", "ada@example.com"),
        ("GIT_COMMITTER_NAME", "Ada"),
        ("GIT_COMMITTER_EMAIL", "ada@example.com"),
    ] {
        git.env(key, value);
    }
    let output = git.output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_commit_message_begins_with_the_task_of_the_branch_and_a_hook_that_was_there_runs_first() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = small();
    git(&workspace, &["init", "--quiet"]);
    let hook = workspace.path(".git/hooks/prepare-commit-msg");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho ran >>\"$(git rev-parse --git-dir)/before\"\n").unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let made = workspace.json(&["task", "new", "Retry", "--mine", "--json"]);
    let key = made[0]["task"]["key"].as_str().unwrap().to_owned();
    workspace.run(&["task", "start", &key]);
    let installed = workspace.run(&["hook", "install"]);
    assert!(installed.contains("is kept and runs first"), "{installed}");
    workspace.run(&["hook", "install"]);

    // On a branch without a key the message names it in a comment; git takes that out, and an empty message is no commit.
    let message = workspace.path(".git/MESSAGE");
    std::fs::write(&message, "\n# what git says\n").unwrap();
    workspace.run(&["hook", "suggest", ".git/MESSAGE"]);
    let said = std::fs::read_to_string(&message).unwrap();
    assert_eq!(said, format!("\n# what git says\n# You work on:\n#   {key} Retry\n"));

    git(&workspace, &["checkout", "--quiet", "-b", &format!("ada/{key}-retry")]);
    git(&workspace, &["add", "."]);
    git(&workspace, &["commit", "--quiet"]);
    assert_eq!(git(&workspace, &["log", "-1", "--format=%s"]), format!("{key}:"));
    git(&workspace, &["commit", "--quiet", "--allow-empty", "-m", "My own words"]);
    assert_eq!(git(&workspace, &["log", "-1", "--format=%s"]), "My own words");
    assert_eq!(std::fs::read_to_string(workspace.path(".git/before")).unwrap(), "ran\nran\n");

    assert!(workspace.run(&["hook", "remove"]).contains("as they were before"));
    assert!(std::fs::read_to_string(&hook).unwrap().contains("echo ran"));
    assert_eq!(workspace.status(&["hook", "remove"]), Some(1), "there is none any more");
}
