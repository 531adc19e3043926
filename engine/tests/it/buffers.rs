//! Unsaved texts in search.

use std::sync::Arc;
use std::time::Duration;

use engine::Lease;

use crate::support::{find, until, world};

fn text(text: &str) -> Arc<String> {
    Arc::new(text.to_owned())
}

fn seen(lease: &Lease, wanted: &str) -> String {
    assert!(lease.flush_buffers(Duration::from_secs(60)));
    find(lease, wanted)
}

#[test]
fn unsaved_text_is_searched_and_closing_goes_back_to_the_disk() {
    let world = world("//- /a.rs\nfn saved() {}\n");
    let lease = world.open();
    let (one, two) = (world.engine.new_window(), world.engine.new_window());
    lease.set_buffer(one, "a.rs", text("fn typed_in_one() {}\n"));
    assert_eq!((seen(&lease, "typed_in_one"), seen(&lease, "saved")), ("a.rs:1".to_owned(), String::new()));
    lease.set_buffer(two, "a.rs", text("\nfn typed_in_two() {}\n"));
    assert_eq!((seen(&lease, "typed_in_one"), seen(&lease, "typed_in_two")), (String::new(), "a.rs:2".to_owned()));
    lease.close_window(two);
    assert_eq!(seen(&lease, "typed_in_one"), "a.rs:1");
    lease.close_buffer(one, "a.rs");
    assert_eq!((seen(&lease, "typed_in_one"), seen(&lease, "saved")), (String::new(), "a.rs:1".to_owned()));
}

#[test]
fn a_new_file_is_found_before_it_is_saved_and_an_ignored_one_is_not() {
    let world = world("//- /.gitignore\n/out/\n//- /out/b.rs\nfn ignored() {}\n//- /a.rs\nfn saved() {}\n");
    world.git(&["init", "-q"]);
    let lease = world.open();
    let window = world.engine.new_window();
    lease.set_buffer(window, "new.rs", text("fn brand_new() {}\n"));
    lease.set_buffer(window, "out/b.rs", text("fn ignored_and_changed() {}\n"));
    assert_eq!((seen(&lease, "brand_new"), seen(&lease, "ignored")), ("new.rs:1".to_owned(), String::new()));
}

#[test]
fn a_buffer_that_is_saved_is_answered_by_the_disk_again() {
    let world = world("//- /a.rs\nfn saved() {}\n");
    let lease = world.open();
    let window = world.engine.new_window();
    lease.set_buffer(window, "a.rs", text("fn typed() {}\n"));
    assert_eq!(seen(&lease, "typed"), "a.rs:1");
    world.write("a.rs", "fn typed() {}\n");
    until("the commit has it", || {
        lease
            .snapshot()
            .unwrap()
            .saved("a.rs")
            .is_some_and(|file| file.size == 14 && file.hash == index::record::content_hash(b"fn typed() {}\n"))
    });
    until("the overlay is empty", || lease.snapshot().unwrap().file("a.rs").is_some_and(|file| file.hash != 0));
    assert_eq!(seen(&lease, "typed"), "a.rs:1");
}

#[test]
fn buffers_set_before_the_index_is_open_are_not_lost() {
    let world = world("//- /a.rs\nfn saved() {}\n");
    let lease = world.engine.open(world.root()).unwrap();
    lease.set_buffer(world.engine.new_window(), "a.rs", text("fn early() {}\n"));
    crate::support::ready(&lease);
    until("the early text is found", || find(&lease, "early") == "a.rs:1");
}
