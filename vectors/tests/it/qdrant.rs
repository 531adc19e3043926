//! What only the server's store can get wrong: the way to the server, and what it finds there.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use vectors::{Collection, Error, Filter, QdrantStore, VectorStore, qdrant};

use crate::fixture::{DIMENSIONS, Fixture, collection, fill, qdrant_options, vector};

fn open(url: &str, change: impl FnOnce(&mut qdrant::Options)) -> (QdrantStore, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = qdrant::Options::new(url, "test", folder.path());
    options.timeout = Duration::from_millis(500);
    change(&mut options);
    (QdrantStore::open(&collection(), options).unwrap(), folder)
}

#[track_caller]
fn server_error(result: vectors::Result<impl std::fmt::Debug>) -> String {
    match result {
        Err(error @ Error::Server { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_is_away_is_named_with_what_to_do() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (store, _folder) = open(&format!("http://me:secret@127.0.0.1:{port}"), |_| ());
    let message = server_error(store.search(&vector(1), 3, &Filter::default()));
    let expected = format!("cannot search at http://127.0.0.1:{port}: ");
    assert!(message.starts_with(&expected) && message.contains("start the server"), "{message}");
    assert!(!message.contains("secret"), "{message}");
    for result in [store.ensure(), store.remove(), store.delete_by_filter(&Filter::default())] {
        server_error(result);
    }
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    // Takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let (store, _folder) = open(&url, |_| ());
    let start = Instant::now();
    let message = server_error(store.count(&Filter::default()));
    assert!(start.elapsed() < Duration::from_secs(20), "the time that a request has is half a second");
    assert!(message.contains("no answer within 500ms"), "{message}");
}

#[test]
fn embeddings_are_kept_although_the_server_is_away() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (store, _folder) = open(&format!("http://127.0.0.1:{port}"), |_| ());
    let known = vector(1);
    server_error(store.upsert(&[crate::fixture::point(1, &known)]));
    assert_eq!(store.cached(&[1, 2]).unwrap(), [true, false]);
    store.flush().unwrap();
}

#[test]
fn the_key_is_sent_and_a_wrong_one_is_reported_without_it() {
    let peer = crate::fixture::Peer::start(Some("right-key"));
    let (store, _folder) = open(&peer.url, |options| {
        options.api_key = Some("wrong-key".to_owned());
        options.timeout = Duration::from_secs(20);
    });
    let message = server_error(store.ensure());
    assert!(message.contains("check the API key") && !message.contains("wrong-key"), "{message}");
    let (store, _folder) = open(&peer.url, |options| {
        options.api_key = Some("right-key".to_owned());
        options.timeout = Duration::from_secs(20);
    });
    store.ensure().unwrap();
    fill(&store, [1], |_| ());
    assert_eq!(store.count(&Filter::default()).unwrap(), 1);
}

#[test]
fn points_without_a_collection_say_to_index_again() {
    let store = Fixture::qdrant();
    let known = vector(1);
    let message = server_error(store.upsert(&[crate::fixture::point(1, &known)]));
    assert!(message.contains("index again"), "{message}");
}

#[test]
fn workspaces_models_and_sizes_never_mix() {
    let folder = tempfile::tempdir().unwrap();
    let run = qdrant_options("").workspace;
    let open = |workspace: &str, model: &str, dimensions: usize| {
        let mut options = qdrant_options(folder.path().join(workspace));
        options.workspace = format!("{run}-{workspace}");
        QdrantStore::open(&Collection::new(model, dimensions).unwrap(), options).unwrap()
    };
    let first = open("one", "test-model", DIMENSIONS);
    first.ensure().unwrap();
    fill(&first, [1, 2], |_| ());
    for (workspace, model, dimensions) in
        [("two", "test-model", DIMENSIONS), ("one", "newer-model", DIMENSIONS), ("one", "test-model", DIMENSIONS + 1)]
    {
        let other = open(workspace, model, dimensions);
        other.ensure().unwrap();
        assert_eq!(other.count(&Filter::default()).unwrap(), 0, "{workspace} {model} {dimensions}");
        other.remove().unwrap();
    }
    assert_eq!(first.count(&Filter::default()).unwrap(), 2);
    first.remove().unwrap();
}

#[test]
fn calls_from_asynchronous_code_work() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Fixture::qdrant();
        store.ensure().unwrap();
        fill(&*store, [1], |_| ());
        assert_eq!(store.count(&Filter::default()).unwrap(), 1);
    });
}
