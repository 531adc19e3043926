//! Colours, and what a hostile source could do to a terminal.

use std::os::unix::process::CommandExt;

use expect_test::expect;

use crate::support::fixture;

#[test]
fn output_that_is_no_terminal_has_no_colours() {
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    for arguments in [
        &["index"][..],
        &["search", "zebra"],
        &["search", "-e", "zebra"],
        &["symbols", "a.py"],
        &["status"],
        &["doctor"],
        &["config"],
        &["search", "-r", "("],
        &["graph", "zebra"],
    ] {
        let output = workspace.command(arguments).output().unwrap();
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "{arguments:?}");
    }
}

#[test]
fn colours_can_be_asked_for() {
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    let output = workspace.command(&["search", "-e", "zebra"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    expect![[r#"
        ␛[35ma.py␛[0m:␛[32m1␛[0m:def ␛[1m␛[31mzebra␛[0m(): pass
    "#]]
    .assert_eq(&workspace.shown(&output).replace('\u{1b}', "␛"));
    let output =
        workspace.command(&["search", "-e", "zebra"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn control_signs_of_sources_and_names_never_reach_the_terminal() {
    let workspace = fixture("");
    workspace.write(
        "a\u{1b}]0;title\u{7}.py",
        "def zebra(): return '\u{1b}[2Jgone\u{7}\u{9b}31m \u{202e}txt'\r\n\n# zebra\n\n\n\n\n\n\n\n\n",
    );
    workspace.write("b\nc.md", "# zebra \u{1b}[31m\n\nzebra\n");
    std::os::unix::fs::symlink("nowhere", workspace.path("link\u{1b}[31m")).unwrap();
    let bad = |output: &std::process::Output| {
        let text = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
        let hidden = text.chars().find(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || *c == '\u{202e}');
        hidden.map(|c| format!("{c:?} in {text:?}"))
    };
    for arguments in [
        &["search", "zebra"][..],
        &["search", "-e", "zebra"],
        &["search", "-s", "zebra"],
        &["search", "-m", "zebra"],
        &["symbols", "a\u{1b}]0;title\u{7}.py"],
        &["symbols", "b\nc.md"],
        &["status", "--skipped"],
        &["doctor"],
        &["graph", "zebra"],
        &["search", "-e", "zebra", "--json"],
    ] {
        let output = workspace.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", workspace.shown(&output));
        assert_eq!(bad(&output), None, "{arguments:?}");
    }
    let hits = workspace.json(&["search", "-e", "gone", "--json"]);
    assert!(hits[0]["snippet"].as_str().unwrap().contains('\u{1b}'), "JSON keeps the text as it is");
}

#[test]
fn unreadable_files_and_folders_cost_only_themselves() {
    let workspace = fixture(
        "//- /good.py\ndef zebra(): pass\n//- /secret.py\ndef zebra(): pass\n//- /closed/inner.py\ndef zebra(): pass\n",
    );
    let mode = |path: &str, mode| {
        std::fs::set_permissions(workspace.path(path), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap()
    };
    mode("secret.py", 0);
    mode("closed", 0);
    for folder in [workspace.root(), workspace.home()] {
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    }
    // The administrator may read everything, so then somebody else must run it, from where everybody may start it.
    let root = std::fs::metadata(workspace.path("good.py"))
        .map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
        .unwrap()
        == 0;
    let bin = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = workspace.command(arguments);
        if root {
            let copy = bin.path().join("devmentor");
            if !copy.exists() {
                std::fs::copy(env!("CARGO_BIN_EXE_devmentor"), &copy).unwrap();
                std::fs::set_permissions(bin.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            }
            let mut other = std::process::Command::new(copy);
            other.args(arguments).current_dir(workspace.root()).uid(65534).gid(65534);
            other.env_clear().env("HOME", workspace.home()).env("DEVMENTOR_INDEX_DIR", workspace.base());
            command = other;
        }
        workspace.shown(&command.output().unwrap())
    };
    expect![[r#"
        good.py:1:def zebra(): pass
    "#]]
    .assert_eq(&run(&["search", "-e", "zebra"]));
    let status = run(&["status", "--skipped"]);
    expect![[r#"
          | closed  cannot be read (ROOT/closed: Permission denied (os error 13))
          | secret.py  cannot be read (Permission denied (os error 13))
    "#]]
    .assert_eq(&status.split("\n\n").last().unwrap().replace("  closed", "| closed").replace("  secret", "| secret"));
    let doctor = run(&["doctor"]);
    assert!(
        doctor.contains("2 files or folders cannot be read, such as ") && doctor.ends_with("exit status 1\n"),
        "{doctor}"
    );
    mode("closed", 0o755);
}
