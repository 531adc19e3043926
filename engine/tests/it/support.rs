//! A workspace from a text, opened by an engine.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::questions::search::{SearchMode, SearchRequest, search};
use engine::{Engine, EngineOptions, Lease, Phase};
use index::{IndexOptions, VectorOptions};
use tempfile::TempDir;

/// Nothing that a test waits for takes longer, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// A folder with files, and an engine that keeps its indexes in another folder.
pub(crate) struct World {
    pub(crate) engine: Engine,
    files: TempDir,
    base: TempDir,
}

/// Files from one text: `//- /src/a.rs` begins a file.
pub(crate) fn world(text: &str) -> World {
    world_with(text, |_| {})
}

pub(crate) fn world_with(text: &str, change: impl FnOnce(&mut EngineOptions)) -> World {
    let (files, base) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for file in text.split("//- /").skip(1) {
        let (name, content) = file.split_once('\n').unwrap_or((file, ""));
        write(files.path(), name.trim(), content);
    }
    let mut options = EngineOptions::new(base.path());
    options.grace = Duration::ZERO;
    options.settings = Arc::new(|_| {
        let index = IndexOptions { threads: 1, memory_mb: 16, ..IndexOptions::default() };
        Ok((index, VectorOptions::default()))
    });
    change(&mut options);
    World { engine: Engine::new(options), files, base }
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

impl World {
    pub(crate) fn root(&self) -> &Path {
        self.files.path()
    }

    pub(crate) fn base(&self) -> &Path {
        self.base.path()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        write(self.root(), path, content);
    }

    /// Opens the folder and waits until it is indexed.
    pub(crate) fn open(&self) -> Lease {
        let lease = self.engine.open(self.root()).unwrap();
        ready(&lease);
        lease
    }

    /// Runs git in the folder, untouched by the configuration of whoever runs the tests. Commits are of Ada, at a fixed time.
    pub(crate) fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .current_dir(self.root())
            .args(["-c", "init.defaultBranch=main"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", "1700000000 +0000")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_DATE", "1700000000 +0000")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.engine.shutdown();
    }
}

/// Waits until a workspace is indexed and embedded.
pub(crate) fn ready(lease: &Lease) {
    until("the workspace is ready", || match lease.state().phase {
        Phase::Ready => true,
        Phase::Failed { why } => panic!("{why}"),
        _ => false,
    });
}

/// The paths and lines of what an exact search finds, lines from 1.
pub(crate) fn find(lease: &Lease, text: &str) -> String {
    let found = search(&lease.snapshot().unwrap(), &SearchRequest::new(text).mode(SearchMode::Exact)).unwrap();
    let hits = found.hits.iter().map(|hit| format!("{}:{}", hit.path, hit.snippet_line + 1));
    hits.collect::<Vec<_>>().join(" ")
}
