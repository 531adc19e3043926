//! When the disk is full: a clear message, what was indexed stays searchable, and it goes on when there is room.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use index::{Error, Index, IndexOptions, Mode, Query, Silent, VectorOptions};

use crate::support::{Workspace, fixture};

/// A small file system of its own; needs the administrator, as in a container.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Option<Disk> {
        let folder = tempfile::tempdir().unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Disk(folder));
        }
        eprintln!("not tested: only the administrator may mount a small file system");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Fills the disk but for so many bytes.
    fn leave(&self, free: u64) {
        let mut file = std::fs::File::create(self.filler()).unwrap();
        // What the index takes is not known; the system says when the disk is full.
        while file.write_all(&[1; 4096]).is_ok() {}
        let size = file.metadata().unwrap().len();
        file.set_len(size.saturating_sub(free)).unwrap();
    }

    fn empty(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn add_files(workspace: &Workspace, round: usize) {
    for file in 0..30 {
        let mut text = String::new();
        for function in 0..20 {
            writeln!(
                text,
                "def okapi_{round}_{file}_{function}(value):\n    return grazing(value, {}, 'leaf{}')\n",
                file * function,
                file * 31 + function
            )
            .unwrap();
        }
        workspace.write(&format!("r{round}/f{file}.py"), text);
    }
}

#[test]
fn a_full_disk_is_told_and_survived() {
    let Some(disk) = Disk::new() else { return };
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    let run = |arguments: &[&str]| {
        workspace.shown(&workspace.command(arguments).env("DEVMENTOR_INDEX_DIR", disk.path()).output().unwrap())
    };
    assert!(!run(&["index"]).contains("exit status"));
    let mut told = 0;
    for (round, free) in [0, 20_000, 100_000, 300_000, 1_000_000].into_iter().enumerate() {
        add_files(&workspace, round);
        disk.leave(free);
        let shown = run(&["index"]);
        if shown.contains("exit status") {
            assert!(
                shown.contains("no space left") && shown.ends_with("exit status 2\n"),
                "{free} bytes free: {shown}"
            );
            told += 1;
        }
        for query in [
            &["search", "--no-update", "-e", "zebra"][..],
            &["search", "--no-update", "-s", "zebra"],
            &["search", "--no-update", "-w", "zebra"],
            &["search", "--no-update", "-m", "zebra"],
        ] {
            let shown = run(query);
            assert!(shown.contains("a.py:1") && !shown.contains("exit status"), "{free} bytes free: {shown}");
        }
        disk.empty();
        if round % 2 == 1 {
            let shown = run(&["index"]);
            assert!(!shown.contains("exit status"), "{free} bytes free before: {shown}");
        }
    }
    assert!(told >= 2, "{told}");
    assert!(!run(&["index"]).contains("exit status"));
    let doctor = run(&["doctor"]);
    assert!(!doctor.contains("bad "), "{doctor}");
    let found = run(&["search", "-e", "okapi_4_29_19"]);
    assert!(found.starts_with("r4/f29.py:"), "{found}");
}

#[test]
fn an_open_index_goes_on_when_there_is_room_again() {
    let Some(disk) = Disk::new() else { return };
    let workspace = fixture("//- /a.py\ndef zebra(): pass\n");
    let index =
        Index::open(disk.path(), workspace.root(), &IndexOptions::default(), &VectorOptions::default()).unwrap();
    let go = AtomicBool::new(false);
    let update = || index.update(&Silent, &go).and_then(|_| index.embed(&Silent, &go));
    let found = |name: &str| !index.snapshot().search(&Query::new(name).mode(Mode::Symbol)).unwrap().hits.is_empty();
    update().unwrap();
    let mut told = 0;
    for (round, free) in [0, 50_000, 400_000].into_iter().enumerate() {
        add_files(&workspace, round);
        disk.leave(free);
        match update() {
            Err(Error::Full { .. }) => told += 1,
            Err(error) => assert!(error.to_string().contains("no space left"), "{free} bytes free: {error}"),
            Ok(_) => {}
        }
        assert!(found("zebra"));
        disk.empty();
        update().unwrap_or_else(|error| panic!("{free} bytes were free: {error}"));
        assert!(found(&format!("okapi_{round}_29_19")));
        assert_eq!(index.stale().unwrap(), 0);
        let (have, wanted) = index.snapshot().vector_count().unwrap().unwrap();
        assert_eq!(have, wanted);
    }
    assert!(told >= 1, "{told}");
}
