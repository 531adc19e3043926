//! Runs the binary in a workspace, apart from the machine's own configuration.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A workspace with a home of its own.
pub(crate) struct Workspace {
    files: TempDir,
    home: TempDir,
}

/// Files from one text: `//- /src/a.rs` begins a file.
pub(crate) fn fixture(text: &str) -> Workspace {
    let workspace = Workspace { files: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() };
    std::fs::create_dir(workspace.home().join("run")).unwrap();
    std::fs::create_dir(workspace.path(".git")).unwrap();
    for file in text.split("//- /").skip(1) {
        let (name, content) = file.split_once('\n').unwrap_or((file, ""));
        workspace.write(name.trim(), content);
    }
    workspace
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // No test leaves a process behind.
        if let Some(process) = self.daemon_process() {
            kill(process);
        }
    }
}

/// Ends a process at once.
pub(crate) fn kill(process: i32) {
    let Some(process) = rustix::process::Pid::from_raw(process) else { return };
    // It may have left already.
    let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
}

/// Waits for something to become true; what takes longer than this is broken.
pub(crate) fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "still not so after a minute: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Workspace {
    pub(crate) fn root(&self) -> &Path {
        self.files.path()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Where the indexes are kept.
    pub(crate) fn base(&self) -> PathBuf {
        self.home().join("indexes")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devmentor"));
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        command
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("DEVMENTOR_INDEX_DIR", self.base());
        command.env("XDG_RUNTIME_DIR", self.home().join("run")).env("XDG_STATE_HOME", self.home().join("state"));
        command.env("XDG_DATA_HOME", self.home().join("data"));
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "DEVMENTOR_LOG", "XDG_CACHE_HOME"] {
            command.env_remove(name);
        }
        command
    }

    /// Puts the user's own configuration in place.
    pub(crate) fn configure(&self, text: &str) {
        let folder = self.home().join("config").join("devmentor");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// Starts a daemon that the commands use from now on, until the value is dropped.
    pub(crate) fn start_daemon(&self) {
        let output = self.command(&["daemon", "start"]).output().unwrap();
        assert!(output.status.success(), "{}", self.shown(&output));
    }

    /// What the daemon wrote down about itself, while it runs.
    pub(crate) fn record(&self) -> Option<serde_json::Value> {
        let folder = std::fs::read_dir(self.home().join("run").join("devmentor")).ok()?.next()?.ok()?.path();
        serde_json::from_slice(&std::fs::read(folder.join("daemon.json")).ok()?).ok()
    }

    /// The process of the daemon.
    pub(crate) fn daemon_process(&self) -> Option<i32> {
        self.record()?["process"].as_i64().map(|process| process as i32)
    }

    /// All that the daemons of this workspace logged.
    pub(crate) fn log(&self) -> String {
        let output = self.command(&["logs", "-n", "100000"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs and shows what a person sees: output, then what went to standard error, then the exit status when it is not 0.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.shown(&self.command(arguments).output().unwrap())
    }

    pub(crate) fn shown(&self, output: &Output) -> String {
        let mut shown = String::from_utf8(output.stdout.clone()).unwrap();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            shown += &format!("stderr: {line}\n");
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => shown += &format!("exit status {code}\n"),
            None => shown += &format!("{}\n", output.status),
        }
        let root = self.root().canonicalize().unwrap();
        shown.replace(&root.display().to_string(), "ROOT").replace(&self.home().display().to_string(), "HOME")
    }

    pub(crate) fn status(&self, arguments: &[&str]) -> Option<i32> {
        self.command(arguments).output().unwrap().status.code()
    }

    /// One value a line of output.
    pub(crate) fn json(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let output = self.command(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
    }
}
