//! Machines and a backend that come, go and lose each other.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::command::TaskFields;
use domain::state::EntityRef;
use domain::{Command, ProjectId, TaskId};
use jiff::Timestamp;
use sqlx::{Connection as _, Executor as _};
use sync::{Connection, Credentials, Hub, Reach, Server, StoreError, Submitted, Way};
use tokio_util::sync::CancellationToken;

use crate::support::{Backend, Machine, Network, retitle};

/// Two machines, each by its way to the backend, that have read the project.
async fn both(project: ProjectId, [one, other]: [(&Path, SocketAddr); 2]) -> [Machine; 2] {
    let machines = [Machine::start(one.0, one.1, project).await, Machine::start(other.0, other.1, project).await];
    for machine in &machines {
        machine.until_read().await;
    }
    machines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_does_is_shown_at_once_and_reaches_the_other() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    let (home, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let address = backend.node.address;
    let [ann, bob] = both(project, [(home.path(), address), (away.path(), address)]).await;

    let task = ann.make_task("Write the queue").await;
    assert_eq!(ann.titles(), ["Write the queue"], "shown before anybody was asked");
    bob.until("the task to arrive", |status| status.seq >= 2).await;
    assert_eq!(bob.titles(), ["Write the queue"]);
    bob.project.submit(retitle(task, "Write the queue first")).await.unwrap();
    ann.until("the change to arrive", |status| status.seq >= 3 && status.queued == 0).await;
    assert_eq!(ann.titles(), ["Write the queue first"]);
    bob.until_settled(3).await;
    assert_eq!(ann.project.read(|it| it.shown().clone()), bob.project.read(|it| it.shown().clone()));
    assert_eq!(bob.project.submit(retitle(task, "Write the queue first")).await.unwrap(), Submitted::Nothing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_offline_survives_the_process_and_arrives_once_and_in_order() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    let network = Network::to(backend.node.address).await;
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::start(folder.path(), network.address, project).await;
    machine.until_read().await;
    network.cut();
    let titles: Vec<String> = (0..40).map(|number| format!("offline {number}")).collect();
    for title in &titles[..20] {
        machine.make_task(title).await;
    }
    machine.end().await;

    // Still without a network: what was done is there, and more can be done.
    let machine = Machine::start(folder.path(), network.address, project).await;
    assert_eq!(machine.titles(), titles[..20]);
    for title in &titles[20..] {
        machine.make_task(title).await;
    }
    assert_eq!(backend.titles(project).await, Vec::<String>::new());

    // The network is back, and breaks again and again in the middle of things.
    network.mend();
    for least in [5, 12, 30] {
        machine.until("some to be sent", |status| status.queued <= 40 - least).await;
        network.break_connections();
        machine.project.retry();
    }
    machine.until_settled(41).await;
    assert_eq!(backend.titles(project).await, titles);
    assert_eq!(machine.titles(), titles);
    // The disk follows a moment later: a command that is done twice is done once.
    let emptied = async {
        while !machine.store.queue(project).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), emptied).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_refuses_is_undone_and_kept_with_the_reason() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    let network = Network::to(backend.node.address).await;
    let (home, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [ann, bob] = both(project, [(home.path(), network.address), (away.path(), backend.node.address)]).await;
    let task = ann.make_task("Shared").await;
    let other = ann.make_task("Another").await;
    bob.until("both tasks", |status| status.seq >= 3).await;
    ann.until_settled(3).await;

    network.cut();
    ann.project.submit(retitle(task, "A long text that took an hour")).await.unwrap();
    ann.project.submit(retitle(other, "Another one")).await.unwrap();
    assert!(ann.project.read(|it| it.is_pending(EntityRef::Task(task))));
    bob.project.submit(Command::DeleteTask { id: task }).await.unwrap();
    bob.until_settled(4).await;
    network.mend();
    ann.project.retry();

    ann.until_settled(5).await;
    assert_eq!(ann.titles(), ["Another one"]);
    let refused = ann.store.refused().await.unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].command, retitle(task, "A long text that took an hour"));
    assert!(refused[0].code == "not_found" && !refused[0].detail.is_empty(), "{refused:?}");
    assert!(ann.store.dismiss(refused[0].id).await.unwrap());
    assert_eq!(ann.store.refused().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_web_sockets_are_blocked_events_come_another_way_and_it_is_told_which() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    for (streams, way) in [(true, Way::Stream), (false, Way::Polling)] {
        let network = Network::to(backend.node.address).await;
        network.block_web_sockets();
        if !streams {
            network.block_streams();
        }
        let (home, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let blocked = Machine::start(home.path(), network.address, project).await;
        blocked.until("a way through", |status| status.connection == Connection::Live(way)).await;
        let free = Machine::start(away.path(), backend.node.address, project).await;
        free.until_read().await;
        let title = format!("seen by {way:?}");
        free.make_task(&title).await;
        free.until("it to be sent", |status| status.queued == 0).await;
        let seq = free.project.status().borrow().seq;
        blocked.until_settled(seq).await;
        assert!(blocked.titles().contains(&title));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_server_has_another_history_and_everything_is_read_again() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    let network = Network::to(backend.node.address).await;
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::start(folder.path(), network.address, project).await;
    machine.until_read().await;
    machine.make_task("in the backup").await;
    machine.until_settled(2).await;
    let mut backup = Vec::new();
    backend::admin::backup(&**backend.node.app.streams.store(), &mut backup).await.unwrap();
    machine.make_task("after the backup").await;
    machine.until_settled(3).await;
    network.cut();
    machine.make_task("waits").await;
    backend.node.stop().await;

    let restored = Arc::new(tempfile::tempdir().unwrap());
    let url = format!("sqlite:{}", restored.path().join("backend.sqlite").display());
    let store = backend::storage::open(&url).await.unwrap();
    backend::admin::restore(&*store, &mut backup.as_slice()).await.unwrap();
    drop(store);
    let backend = Backend::start_in(restored).await;
    network.lead_to(backend.node.address);
    network.mend();
    machine.project.retry();
    // What was only in the lost history is gone; what waited is done in the new one.
    machine
        .until("the queue to be sent", |status| {
            status.queued == 0 && status.connection == Connection::Live(Way::WebSocket)
        })
        .await;
    assert_eq!(backend.titles(project).await, ["in the backup", "waits"]);
    assert_eq!(machine.titles(), ["in the backup", "waits"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_project_is_gone_what_waits_is_kept() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    let network = Network::to(backend.node.address).await;
    let (home, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [ann, bob] = both(project, [(home.path(), network.address), (away.path(), backend.node.address)]).await;
    network.cut();
    ann.make_task("written on a train").await;
    bob.project.submit(Command::DeleteProject { confirm: "DM".to_owned() }).await.unwrap();
    bob.until("the project to be gone", |status| matches!(status.connection, Connection::Gone(_))).await;
    network.mend();
    ann.project.retry();
    ann.until("the project to be gone", |status| matches!(status.connection, Connection::Gone(_))).await;
    assert_eq!(ann.titles(), ["written on a train"]);
    assert_eq!(ann.store.queue(project).await.unwrap().len(), 1);
    let refused =
        ann.project.submit(Command::CreateTask { id: TaskId::fresh(), fields: Default::default(), column: None });
    assert!(refused.await.unwrap_err().to_string().starts_with("the project cannot be changed any more"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_folder_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let first = sync::Store::open(folder.path()).await.unwrap();
    let second = sync::Store::open(folder.path()).await.unwrap_err();
    assert!(second.to_string().ends_with("is in use by another DevMentor process"), "{second}");
    drop(first);
    sync::Store::open(folder.path()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_replica_is_an_error_that_says_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let project = ProjectId::fresh();
    let store = sync::Store::open(folder.path()).await.unwrap();
    let path = store.path().to_owned();
    let mut raw = sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let command = domain::CommandId::fresh();
    for (row, wanted) in [
        (format!("('x', '{project}', '{{}}', '2026-01-01T00:00:00Z')"), "the column id, which is x, is damaged"),
        (format!("('{command}', '{project}', '{{', '2026-01-01T00:00:00Z')"), "the column command ("),
        (format!("('{command}', '{project}', x'ff', '2026-01-01T00:00:00Z')"), "is damaged"),
        (
            format!("('{command}', '{project}', '{{\"type\":\"task.delete\",\"id\":\"{}\"}}', 7)", TaskId::fresh()),
            "is damaged",
        ),
    ] {
        let insert = format!("DELETE FROM outbox; INSERT INTO outbox (id, project, command, at) VALUES {row}");
        raw.execute(sqlx::AssertSqlSafe(insert)).await.unwrap();
        let told = store.queue(project).await.unwrap_err().to_string();
        assert!(told.contains(wanted) && told.starts_with(&path.display().to_string()), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_finds_projects_and_tasks_by_their_keys_and_knows_them_offline() {
    let backend = Backend::start().await;
    let project = backend.project().await;
    let network = Network::to(backend.node.address).await;
    let folder = tempfile::tempdir().unwrap();
    let server = || Server::new(&format!("http://{}", network.address), Credentials::none()).unwrap();
    let stop = CancellationToken::new();
    let hub = Hub::open(folder.path(), server(), false, Arc::new(Timestamp::now), stop.clone()).await.unwrap();
    hub.reach().wait_for(|reach| *reach == Reach::Known).await.unwrap();
    let known = hub.project(project).unwrap();
    known.status().wait_for(|status| status.seq > 0).await.unwrap();
    let id = TaskId::fresh();
    let fields = TaskFields { title: Some("Found by its key".to_owned()), ..TaskFields::default() };
    known.submit(Command::CreateTask { id, fields, column: None }).await.unwrap();
    known.status().wait_for(|status| status.queued == 0).await.unwrap();
    assert_eq!(hub.task("dm-1").map(|(_, task)| task), Some(id));
    assert!(hub.task("DM-2").is_none() && hub.task("XY-1").is_none() && hub.task("DM").is_none());
    stop.cancel();
    drop((hub, known));

    network.cut();
    let stop = CancellationToken::new();
    let hub = loop {
        // The tasks of the one before let go of the file a moment later.
        match Hub::open(folder.path(), server(), false, Arc::new(Timestamp::now), stop.clone()).await {
            Ok(hub) => break hub,
            Err(StoreError::InUse { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(hub.task("DM-1").map(|(_, task)| task), Some(id));
    hub.reach().wait_for(|reach| matches!(reach, Reach::Unknown(_))).await.unwrap();
    stop.cancel();
}
