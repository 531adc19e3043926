//! What people do to tasks, by the words they use.

use std::sync::Arc;
use std::time::Duration;

use domain::model::Category;
use jiff::Timestamp;
use sync::{Credentials, Deed, Hub, ListRequest, Place, Server, TaskError};
use tokio_util::sync::CancellationToken;

use crate::support::Backend;

/// The boards of one person, by a backend of their own.
async fn hub(backend: &Backend, folder: &std::path::Path, stop: &CancellationToken) -> Hub {
    let server = Server::new(&format!("http://{}", backend.node.address), Credentials::none()).unwrap();
    Hub::open(folder, server, true, Arc::new(Timestamp::now), stop.clone()).await.unwrap()
}

fn new(title: &str) -> Deed {
    serde_json::from_value(serde_json::json!({"do": "new", "title": title, "mine": true})).unwrap()
}

fn place() -> Place {
    Place { repository: "git.example/ann/dev-mentor".to_owned(), name: "dev-mentor".to_owned(), project: None }
}

fn deed(json: serde_json::Value) -> Deed {
    serde_json::from_value(json).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_lives_from_its_first_word_to_done() {
    let backend = Backend::start().await;
    let (folder, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let hub = hub(&backend, folder.path(), &stop).await;
    let act = async |deed: Deed| hub.act(&deed, Some(&place()), false).await;

    let made = act(new("Write the queue")).await.unwrap();
    assert_eq!((made.task.key.as_str(), made.branch.as_str()), ("DM-1", "DM-1-write-the-queue"));
    assert!(made.task.mine && made.changed && made.task.category == Category::Todo);
    let started = act(deed(serde_json::json!({"do": "start", "task": "dm-1"}))).await.unwrap();
    assert_eq!(started.task.category, Category::Doing);
    assert!(!act(deed(serde_json::json!({"do": "start", "task": "DM-1"}))).await.unwrap().changed, "it is so already");
    act(deed(serde_json::json!({"do": "comment", "task": "DM-1", "text": "half *done*"}))).await.unwrap();
    act(deed(serde_json::json!({"do": "log", "task": "DM-1", "minutes": 90}))).await.unwrap();
    let wrong = act(deed(serde_json::json!({"do": "move", "task": "DM-1", "to": "Nowhere"}))).await.unwrap_err();
    assert!(wrong.to_string().contains("it has "), "{wrong}");
    let finished = act(deed(serde_json::json!({"do": "finish", "task": "DM-1"}))).await.unwrap();
    assert_eq!(finished.task.category, Category::Done);

    let shown = hub.show("DM-1").unwrap();
    assert_eq!((shown.comments.len(), shown.minutes), (1, 90));
    assert!(shown.url.ends_with("/p/DM/t/1"), "{}", shown.url);
    let open = ListRequest { place: Some(place()), ..ListRequest::default() };
    assert_eq!(hub.list(&open, hub.today()).unwrap(), [], "what is done is not open");
    let all = ListRequest { query: "assignee:me".to_owned(), ..ListRequest::default() };
    assert_eq!(hub.list(&all, hub.today()).unwrap().len(), 1);
    let mistaken = ListRequest { query: "colour:red".to_owned(), ..ListRequest::default() };
    assert!(matches!(hub.list(&mistaken, hub.today()), Err(TaskError::Invalid(_))));
    assert!(matches!(hub.show("DM-7"), Err(TaskError::Unknown(_))));
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_changes_nothing_and_says_what_would_be() {
    let backend = Backend::start().await;
    let (folder, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let hub = hub(&backend, folder.path(), &stop).await;
    hub.act(&new("One"), Some(&place()), false).await.unwrap();
    let preview = hub.act(&new("Two"), Some(&place()), true).await.unwrap();
    assert_eq!((preview.task.key.as_str(), preview.changed), ("DM-2", true));
    let start = deed(serde_json::json!({"do": "start", "task": "DM-1"}));
    assert!(hub.act(&start, None, true).await.unwrap().changed);
    let lines = hub.list(&ListRequest::default(), hub.today()).unwrap();
    assert_eq!(
        lines.iter().map(|line| (line.key.as_str(), line.category)).collect::<Vec<_>>(),
        [("DM-1", Category::Todo)]
    );
    assert!(hub.act(&new(" "), Some(&place()), true).await.is_err(), "what would be refused is said");
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_repository_has_a_project_of_its_own_and_keeps_it() {
    let backend = Backend::start().await;
    let (folder, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let first = hub(&backend, folder.path(), &stop).await;
    let other = Place { repository: "/home/ann/django".to_owned(), name: "django".to_owned(), project: None };
    first.act(&new("Here"), Some(&place()), false).await.unwrap();
    assert_eq!(first.act(&new("There"), Some(&other), false).await.unwrap().task.key, "DJAN-1");
    let said = Place { project: Some("DM".to_owned()), ..other.clone() };
    assert_eq!(first.act(&new("Here too"), Some(&said), false).await.unwrap().task.key, "DM-2");
    let nowhere = first.act(&new("Where?"), None, false).await.unwrap_err();
    assert!(nowhere.to_string().contains("DJAN"), "{nowhere}");
    for project in first.projects() {
        let mut status = project.status();
        tokio::time::timeout(Duration::from_secs(20), status.wait_for(|it| it.queued == 0)).await.unwrap().unwrap();
    }
    stop.cancel();
    drop(first);

    let stop = CancellationToken::new();
    let again = loop {
        let server = Server::new(&format!("http://{}", backend.node.address), Credentials::none()).unwrap();
        // What was stopped lets go of the file when its last task ends.
        match Hub::open(folder.path(), server, true, Arc::new(Timestamp::now), stop.clone()).await {
            Ok(hub) => break hub,
            Err(sync::StoreError::InUse { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(again.project_of(&other).unwrap().unwrap().read(|it| it.shown().project().unwrap().key.clone()), "DJAN");
    stop.cancel();
}
