//! The control API over a pipe in memory.

use std::path::Path;
use std::time::Duration;

use engine::Phase;
use jsonrpsee::core::client::{Client, Subscription};
use serde::de::DeserializeOwned;

use super::api::{ControlClient, Work, WorkEvent};
use super::*;

/// A daemon without sockets and a workspace of one file.
struct Case {
    folder: tempfile::TempDir,
    daemon: Daemon,
}

fn case() -> Case {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("workspace")).unwrap();
    std::fs::write(folder.path().join("workspace/a.rs"), "fn only() {}\n").unwrap();
    let mut options = EngineOptions::new(folder.path().join("indexes"));
    options.grace = Duration::ZERO;
    Case { daemon: Daemon::new(Engine::new(options), Hosted::off(), Build::own(), PathBuf::new()), folder }
}

impl Case {
    fn root(&self) -> PathBuf {
        self.folder.path().join("workspace").canonicalize().unwrap()
    }

    async fn client(&self) -> Client {
        connect_in_process(self.daemon.clone()).await.unwrap()
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        self.daemon.engine.shutdown();
    }
}

/// The first event for which something holds.
async fn wait_for<T: DeserializeOwned + Send>(events: &mut Subscription<T>, wanted: impl Fn(&T) -> bool) -> T {
    let found = async {
        loop {
            let event = events.next().await.expect("more events").expect("an event that can be read");
            if wanted(&event) {
                return event;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.expect("within a minute")
}

#[tokio::test]
async fn progress_is_told_from_the_opening_of_a_workspace_to_its_end() {
    let case = case();
    let client = case.client().await;
    let mut progress = client.progress().await.unwrap();
    assert_eq!(wait_for(&mut progress, |_| true).await, []);
    let mut open = client.open(case.root()).await.unwrap();
    wait_for(&mut open, |state| state.phase == Phase::Ready).await;
    let all = wait_for(&mut progress, |all| all.iter().any(|one| one.state.phase == Phase::Ready)).await;
    assert_eq!((all[0].root.as_path(), all[0].users), (case.root().as_path(), 1));
    drop(open);
    assert_eq!(wait_for(&mut progress, Vec::is_empty).await, [], "what nobody has open is closed");
}

#[tokio::test]
async fn a_workspace_that_is_not_there_is_refused() {
    let case = case();
    let client = case.client().await;
    let missing = Path::new("/no/such/folder").to_path_buf();
    let error = client.open(missing.clone()).await.unwrap_err().to_string();
    assert!(error.contains("/no/such/folder"), "{error}");
    let mut work = client.work(missing, Work::Vectors).await.unwrap();
    let last = wait_for(&mut work, |event| !matches!(event, WorkEvent::Progress { .. })).await;
    assert!(matches!(last, WorkEvent::Failed { why } if why.contains("/no/such/folder")));
}

#[tokio::test]
async fn work_tells_what_it_did() {
    let case = case();
    let client = case.client().await;
    let mut work = client.work(case.root(), Work::Text { rebuild: true }).await.unwrap();
    let done = wait_for(&mut work, |event| !matches!(event, WorkEvent::Progress { .. })).await;
    assert!(
        matches!(done, WorkEvent::Updated(Some(updated)) if updated.files == 1 && updated.indexed == 1),
        "{done:?}"
    );
}

#[tokio::test]
async fn a_thousand_questions_at_once_are_all_answered() {
    let case = case();
    let client = Arc::new(case.client().await);
    let mut asked = JoinSet::new();
    for _ in 0..1000 {
        let client = client.clone();
        asked.spawn(async move { client.status().await.unwrap().process });
    }
    while let Some(answer) = asked.join_next().await {
        assert_eq!(answer.unwrap(), std::process::id());
    }
}

#[tokio::test]
async fn a_connection_counts_as_a_client_until_it_ends() {
    let case = case();
    let client = case.client().await;
    client.status().await.unwrap();
    assert_eq!(case.daemon.clients.list().len(), 1);
    drop(client);
    let gone = case.daemon.clients.nobody_for(Duration::from_millis(1));
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("within a minute");
}

#[tokio::test]
async fn a_daemon_that_leaves_answers_what_it_was_asked_and_ends_its_connections() {
    let case = case();
    let client = case.client().await;
    client.shutdown("for the test".to_owned()).await.unwrap();
    assert_eq!(case.daemon.leave.borrow().as_deref(), Some("for the test"));
    tokio::time::timeout(Duration::from_secs(60), client.on_disconnect()).await.expect("within a minute");
}
