//! Opening, sharing, closing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::Phase;
use index::{IndexOptions, VectorOptions};

use crate::support::{find, ready, until, world, world_with};

#[test]
fn twenty_windows_share_one_workspace_and_the_last_one_closes_it() {
    let world = world("//- /a.rs\nfn alpha() {}\n");
    let first = world.open();
    let others: Vec<_> = (0..19).map(|_| world.engine.open(world.root()).unwrap()).collect();
    let index = first.index().unwrap();
    assert!(others.iter().all(|lease| Arc::ptr_eq(&lease.index().unwrap(), &index)));
    assert_eq!(world.engine.workspaces()[0].1, 20);
    drop(first);
    assert_eq!(find(&others[0], "alpha"), "a.rs:1");
    drop(others);
    until("the workspace is closed", || world.engine.workspaces().is_empty());
    // Nobody else holds the index: its lock is free.
    let weak = Arc::downgrade(&index);
    drop(index);
    until("the index is let go", || weak.strong_count() == 0);
}

#[test]
fn a_workspace_closed_and_opened_at_once_can_be_written() {
    let world = world("//- /a.rs\nfn alpha() {}\n");
    for _ in 0..5 {
        drop(world.open());
    }
    let lease = world.open();
    world.write("b.rs", "fn beta() {}\n");
    until("the new file is found", || find(&lease, "beta") == "b.rs:1");
    assert!(lease.state().writable);
}

#[test]
fn opening_returns_at_once_and_tells_how_far_it_is() {
    let gate = Arc::new(AtomicBool::new(false));
    let open = gate.clone();
    let world = world_with("//- /a.rs\nfn alpha() {}\n", |options| {
        options.settings = Arc::new(move |_| {
            until("the gate opens", || open.load(Ordering::Relaxed));
            Ok((IndexOptions::default(), VectorOptions::default()))
        });
    });
    let lease = world.engine.open(world.root()).unwrap();
    assert_eq!(lease.state().phase, Phase::Opening);
    let error = lease.snapshot().err().unwrap().to_string();
    assert!(error.ends_with("is not ready: it is being opened"), "{error}");
    gate.store(true, Ordering::Relaxed);
    ready(&lease);
    assert_eq!(find(&lease, "alpha"), "a.rs:1");
}

#[test]
fn a_failure_is_told_in_words_and_reindexing_tries_again() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = broken.clone();
    let world = world_with("//- /a.rs\nfn alpha() {}\n", |options| {
        options.settings = Arc::new(move |_| match is_broken.load(Ordering::Relaxed) {
            true => Err("devmentor.toml:3: there is no key `index.thread`".to_owned()),
            false => Ok((IndexOptions::default(), VectorOptions::default())),
        });
    });
    let lease = world.engine.open(world.root()).unwrap();
    until("it fails", || matches!(lease.state().phase, Phase::Failed { .. }));
    let error = lease.snapshot().err().unwrap().to_string();
    assert!(error.contains("devmentor.toml:3"), "{error}");
    broken.store(false, Ordering::Relaxed);
    lease.reindex(false);
    until("it works", || lease.state().phase == Phase::Ready);
}

#[test]
fn indexing_can_be_cancelled_and_goes_on_when_asked() {
    let files: String = (0..400).map(|n| format!("//- /f{n}.rs\nfn name_{n}() {{ other_{n}(); }}\n")).collect();
    let world = world(&files);
    let lease = world.engine.open(world.root()).unwrap();
    lease.cancel_indexing();
    until("it stops", || !lease.state().phase.is_busy());
    assert_eq!(lease.state().phase, Phase::Cancelled);
    lease.reindex(false);
    ready(&lease);
    assert_eq!(find(&lease, "name_399"), "f399.rs:1");
}

#[test]
fn a_second_process_reads_and_takes_over_when_the_first_is_gone() {
    let world = world("//- /a.rs\nfn alpha() {}\n");
    let first = world.open();
    let base = world.base().to_path_buf();
    let other = engine::Engine::new(engine::EngineOptions {
        grace: std::time::Duration::ZERO,
        ..engine::EngineOptions::new(base)
    });
    let second = other.open(world.root()).unwrap();
    ready(&second);
    assert!(!second.state().writable);
    world.write("b.rs", "fn beta() {}\n");
    until("the reader sees the writer's commit", || {
        find(&first, "beta") == "b.rs:1" && find(&second, "beta") == "b.rs:1"
    });
    drop(first);
    until("the reader becomes the writer", || second.state().writable);
    world.write("c.rs", "fn gamma() {}\n");
    until("it indexes", || find(&second, "gamma") == "c.rs:1");
    other.shutdown();
}

#[test]
fn files_are_followed_and_paths_are_confined() {
    let world = world("//- /src/a.rs\nfn alpha() {}\n");
    let lease = world.open();
    let before = lease.state().generation;
    world.write("src/a.rs", "fn omega() {}\n");
    until("the change is found", || find(&lease, "omega") == "src/a.rs:1");
    until("the state tells of it", || lease.state().generation > before);
    assert_eq!(lease.relative(&lease.root().join("src/a.rs")).as_deref(), Some("src/a.rs"));
    assert_eq!(lease.relative(&lease.root().join("../other/a.rs")), None);
    assert_eq!(lease.relative(std::path::Path::new("/etc/passwd")), None);
    assert!(world.engine.open(&world.root().join("src/a.rs")).is_err());
    assert!(world.engine.open(&world.root().join("missing")).is_err());
    assert_eq!(world.engine.workspace_of(&world.root().join("src/a.rs")).unwrap().root(), lease.root());
}
