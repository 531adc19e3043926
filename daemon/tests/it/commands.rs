//! The other commands.

use expect_test::{Expect, expect};

use crate::support::{Workspace, fixture};

fn small() -> Workspace {
    fixture(
        "//- /a.py\nclass Animal:\n    def speak(self, loud):\n        if loud:\n            return 'A'\n        return 'a'\n\ndef test_speak(): pass\n//- /b.bin\n\0\0\0\n//- /c.txt\nplain\n",
    )
}

/// The same with and without a daemon.
fn check(arguments: &[&str], expected: Expect) {
    expected.assert_eq(&small().run(arguments));
    let workspace = small();
    workspace.start_daemon();
    expected.assert_eq(&workspace.run(arguments));
}

#[test]
fn index_tells_what_it_did() {
    let workspace = small();
    let first = workspace.run(&["index"]);
    assert!(
        first.starts_with("2 files (2 indexed, ")
            && first.contains("1 files left out; `devmentor status --skipped` says why"),
        "{first}"
    );
    assert!(first.contains(" pieces embedded for search by meaning; all in "), "{first}");
    let second = workspace.run(&["index"]);
    assert!(second.starts_with("2 files (nothing changed) in ") && !second.contains("embedded"), "{second}");
    std::fs::remove_file(workspace.path("c.txt")).unwrap();
    let third = workspace.run(&["index", "--no-vectors"]);
    assert!(third.contains("1 files that are gone were removed"), "{third}");
    let rebuilt = workspace.run(&["index", "--rebuild"]);
    assert!(rebuilt.starts_with("1 files (1 indexed, "), "{rebuilt}");
}

#[test]
fn index_of_what_is_no_folder_is_an_error() {
    check(
        &["index", "missing"],
        expect![[r#"
        stderr: error: cannot read missing: No such file or directory (os error 2). Name a folder that exists and that you may read
        exit status 2
    "#]],
    );
    check(
        &["index", "a.py"],
        expect![[r#"
        stderr: error: cannot read ROOT/a.py: not a directory. Name a folder that exists and that you may read
        exit status 2
    "#]],
    );
}

#[test]
fn symbols_lists_what_a_file_defines() {
    // The bars keep the indentation.
    let shown = small().run(&["symbols", "a.py"]);
    let shown: String = shown.lines().map(|line| format!("|{line}\n")).collect();
    expect![[r#"
        |     1 class Animal  class Animal
        |     2   method speak  def speak(self, loud)  complexity 1
        |     7 function test_speak  def test_speak()  test
    "#]]
    .assert_eq(&shown);
    let symbols = small().json(&["symbols", "--json", "a.py"]);
    expect![[r#"
        {
          "cognitive": 1,
          "cyclomatic": 2,
          "end_line": 5,
          "kind": "method",
          "line": 2,
          "name": "speak",
          "nesting": 1,
          "parameters": 1,
          "path": "Animal.speak",
          "signature": "def speak(self, loud)",
          "test": false,
          "visibility": "public"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&symbols[1]).unwrap());
}

#[test]
fn symbols_of_something_else_is_an_error_or_nothing() {
    check(
        &["symbols", "b.bin"],
        expect![[r#"
        stderr: error: b.bin is not text
        exit status 2
    "#]],
    );
    check(
        &["symbols", "c.txt"],
        expect![[r#"
        stderr: error: the language of c.txt is not known; `devmentor doctor` lists the known ones
        exit status 2
    "#]],
    );
    check(
        &["symbols", "."],
        expect![[r#"
        stderr: error: . is a folder; name a file
        exit status 2
    "#]],
    );
    check(
        &["symbols", "missing.py"],
        expect![[r#"
        stderr: error: cannot read missing.py: No such file or directory (os error 2)
        exit status 2
    "#]],
    );
    let workspace = small();
    workspace.write("empty.py", "");
    assert_eq!(workspace.run(&["symbols", "empty.py"]), "exit status 1\n");
    assert!(std::process::Command::new("mkfifo").arg(workspace.path("pipe.py")).status().unwrap().success());
    expect![[r#"
        stderr: error: pipe.py is no file but a pipe, a socket or a device
        exit status 2
    "#]]
    .assert_eq(&workspace.run(&["symbols", "pipe.py"]));
}

#[test]
fn status_tells_what_is_indexed_and_what_is_not() {
    let workspace = small();
    workspace.run(&["index"]);
    let status = workspace.run(&["status", "--skipped"]);
    assert!(status.starts_with("ROOT\n2 files, 8 lines, 3 symbols\nup to date\n"), "{status}");
    assert!(status.ends_with("1 files and folders left out\n          1  not text\n\n  b.bin  not text\n"), "{status}");
    workspace.write("d.py", "x = 1\n");
    let status = workspace.json(&["status", "--json"]).remove(0);
    for (key, value) in [("files", "2"), ("lines", "8"), ("symbols", "3"), ("stale", "1"), ("writable", "true")] {
        assert_eq!(status[key].to_string(), value, "{key}");
    }
    expect![[r#"{"python":{"files":1,"lines":7},"text":{"files":1,"lines":1}} [{"path":"b.bin","reason":"binary"}] {"have":3,"wanted":3}"#]].assert_eq(&format!("{} {} {}", status["languages"], status["skipped"], status["vectors"]));
}

#[test]
fn doctor_says_what_is_wrong_and_how_to_mend_it() {
    let workspace = small();
    let doctor = workspace.run(&["doctor"]);
    assert!(
        doctor.contains(
            "bad  3 files are not indexed as they are\n     → run `devmentor index`; searches do so by themselves\n"
        ),
        "{doctor}"
    );
    assert!(doctor.ends_with("exit status 1\n"), "{doctor}");
    workspace.run(&["index"]);
    let doctor = workspace.run(&["doctor"]);
    assert!(!doctor.contains("bad ") && doctor.contains("ok   the index is up to date\n"), "{doctor}");
    workspace.write("devmentor.toml", "[index]\nthread = 2\n");
    let doctor = workspace.run(&["doctor"]);
    assert!(
        doctor.contains("bad  ROOT/devmentor.toml:2: there is no key `index.thread`; did you mean `index.threads`?"),
        "{doctor}"
    );
}

#[test]
fn config_shows_each_value_and_where_it_comes_from() {
    let workspace = small();
    workspace.write("devmentor.toml", "[index]\nthreads = 2\nexclude = [\"c.*\"]\n");
    std::fs::create_dir_all(workspace.home().join("config/devmentor")).unwrap();
    std::fs::write(workspace.home().join("config/devmentor/config.toml"), "[index]\nthreads = 1\nmemory-mb = 64\n")
        .unwrap();
    expect![[r#"
        daemon.idle-minutes    = 10  default
        daemon.log-level       = "info"  default
        index.exclude          = ["c.*"]  ROOT/devmentor.toml:3
        index.generated        = false  default
        index.max-file-kb      = 2048  default
        index.memory-mb        = 64  HOME/config/devmentor/config.toml:3
        index.parse-timeout-ms = 5000  default
        index.substring        = true  default
        index.threads          = 2  ROOT/devmentor.toml:2
        index.vectors          = true  default
        index.vendored         = false  default
        tasks.project          = ""  default
        tasks.server           = ""  default
        vectors.api-key-env    = "QDRANT_API_KEY"  default
        vectors.timeout-ms     = 10000  default
        vectors.url            = ""  default

        read   HOME/config/devmentor/config.toml
        read   ROOT/devmentor.toml
    "#]]
    .assert_eq(&workspace.run(&["config"]));
    assert_eq!(workspace.status(&["search", "-e", "plain"]), Some(1), "c.txt is excluded");
    let values = workspace.json(&["config", "--json"]);
    let threads = values.iter().find(|value| value["key"] == "index.threads").unwrap();
    assert_eq!(threads["value"], 2);
}

#[test]
fn a_wrong_configuration_stops_every_command_with_its_place() {
    let workspace = small();
    workspace.write("devmentor.toml", "[index]\nthreads = \"two\"\n");
    for arguments in [&["index"][..], &["search", "x"], &["status"], &["config"], &["symbols", "a.py"], &["graph", "x"]]
    {
        let shown = workspace.run(arguments);
        assert_eq!(
            shown,
            "stderr: error: ROOT/devmentor.toml:2: `index.threads` is a whole number of 0 or more, such as `0`, not `\"two\"`\nexit status 2\n",
            "{arguments:?}"
        );
    }
    workspace.write("devmentor.toml", "[vectors]\nurl = \"http://example.com\"\n");
    assert!(workspace.run(&["index"]).contains("may not be set by a repository"));
}

#[test]
fn help_has_examples() {
    for command in [
        "index",
        "task",
        "project",
        "sync",
        "hook",
        "search",
        "symbols",
        "graph",
        "lsp",
        "mcp",
        "serve",
        "admin",
        "daemon",
        "logs",
        "status",
        "doctor",
        "login",
        "logout",
        "whoami",
        "config",
        "completions",
    ] {
        let help = small().run(&["help", command]);
        assert!(help.contains("Usage: devmentor") && help.len() > 200, "{command}: {help}");
        assert_eq!(small().run(&[command, "--help"]), help);
    }
    check(
        &["--help"],
        expect![[r#"
            Understand and search any code base, and serve the boards of those who work on it

            Usage: devmentor [OPTIONS] <COMMAND>

            Commands:
              index        Index a folder, or bring its index up to date
              search       Search; without a query, an interactive prompt
              symbols      List the symbols of a file
              graph        Show who calls a symbol and what it calls
              task         List, make and do tasks
              project      List and make projects, and say which one this repository is about
              sync         Show how your boards stand with their server, and what waits to be sent
              hook         Suggest the active task in commit messages
              lsp          Serve an editor as its language server, on standard input and output
              mcp          Serve an agent by the Model Context Protocol, on standard input and output
              serve        Serve projects and boards to a team, or to yourself
              admin        Look after the database of `serve`: backup, restore, checks
              daemon       Start, stop or look at the process that serves every window
              logs         Show the log of the daemon
              status       Show what is indexed, and what was left out and why
              doctor       Find out what is wrong and how to mend it
              login        Log in to a team's server
              logout       Log out of a team's server
              whoami       Show where you are logged in, and as whom
              config       Show the effective configuration and where each value comes from
              completions  Print completions for a shell
              help         Print this message or the help of the given subcommand(s)

            Options:
              -v, --verbose...  Say more on standard error; twice for details
              -h, --help        Print help
              -V, --version     Print version

            Examples:
              devmentor index                            index this repository
              devmentor search 'where are retries handled'
              devmentor search --symbol gUBI             finds getUserById
              devmentor search                           search as you type questions
              devmentor graph parse_url                  who calls it, and what it calls
              devmentor task new 'Retry on a full disk'  a task on the board of this repository

            `devmentor help COMMAND` tells more, with examples.
        "#]],
    );
    assert_eq!(small().status(&[]), Some(2));
    assert_eq!(small().status(&["serach"]), Some(2));
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = small().run(&["completions", shell]);
        assert!(script.contains("devmentor") && script.contains("no-tests"), "{shell}");
    }
    let script = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(script.path(), small().run(&["completions", "bash"])).unwrap();
    assert!(std::process::Command::new("bash").arg("-n").arg(script.path()).status().unwrap().success());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let workspace = fixture("");
    workspace.write("a.txt", "zebra\n".repeat(20_000));
    workspace.run(&["index"]);
    let mut child = workspace
        .command(&["search", "-e", "zebra", "-n", "10000"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
