//! What storage promises, on each database.

use std::collections::BTreeSet;
use std::sync::Arc;

use backend::accounts::record::{self, AuthEntry, AuthEvent, Origin};
use backend::bus::Bus;
use backend::storage::{self, DeviceRow, IdentityRow, InvitationRow, StoreError, StreamRow, UserRow};
use backend::streams::{Envelope, Failure, Streams};
use domain::command::TaskFields;
use domain::state::EntityRef;
use domain::{ColumnId, Command, CommandId, OrgId, Permission, Permissions, ProjectId, State, TaskId, UserId, decide};

use crate::services::Postgres;

const ALL: Permissions = Permissions::of(Permission::ALL);

struct World {
    url: String,
    streams: Arc<Streams>,
    owner: UserId,
    project: ProjectId,
}

async fn node(url: &str) -> Arc<Streams> {
    Arc::new(Streams::new(storage::open(url).await.unwrap(), Bus::local()))
}

impl World {
    async fn new(url: String) -> Self {
        let streams = node(&url).await;
        let (owner, org, project) = (UserId::fresh(), OrgId::fresh(), ProjectId::fresh());
        let row = |id: String, key: &str| StreamRow {
            id,
            org: org.to_string(),
            key: key.to_owned(),
            seq: 0,
            hash: String::new(),
            deleted: false,
        };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let changes = decide::new_org(org, "Acme", owner, at).unwrap();
        streams.create(row(org.to_string(), ""), owner, CommandId::fresh(), changes).await.unwrap();
        let columns = [ColumnId::fresh(), ColumnId::fresh(), ColumnId::fresh()];
        let changes = decide::new_project(project, org, "DM", "DevMentor", "", columns, at).unwrap();
        streams.create(row(project.to_string(), "DM"), owner, CommandId::fresh(), changes).await.unwrap();
        Self { url, streams, owner, project }
    }

    async fn send(&self, streams: &Arc<Streams>, envelope: &Envelope) -> Result<backend::streams::Done, Failure> {
        streams.execute(&self.project.to_string(), self.owner, ALL, envelope).await
    }
}

fn create(title: &str) -> Envelope {
    let fields = TaskFields { title: Some(title.to_owned()), ..TaskFields::default() };
    let command = Command::CreateTask { id: TaskId::fresh(), fields, column: None };
    Envelope { id: CommandId::fresh(), command, expected: None }
}

/// Two nodes, eight writers: numbers without gaps, every acknowledged command there once, tables as the log says.
async fn writers_on_two_nodes_lose_nothing(url: String) {
    let world = Arc::new(World::new(url).await);
    let nodes = [world.streams.clone(), node(&world.url).await];
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (world, node) = (world.clone(), nodes[writer % 2].clone());
        writers.spawn(async move {
            let mut seen = Vec::new();
            for number in 0..15 {
                let envelope = create(&format!("{writer}/{number} 👩‍👩‍👧"));
                seen.push(world.send(&node, &envelope).await.unwrap().seq);
                // Sent again, as after a lost answer.
                let again = world.send(&node, &envelope).await.unwrap();
                assert!(again.repeated && again.seq == *seen.last().unwrap());
            }
            seen
        });
    }
    let seen: BTreeSet<u64> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(seen, (2..=121).collect());
    for node in &nodes {
        let slot = node.fresh(&world.project.to_string()).await.unwrap().unwrap();
        let (count, last) = slot.read(|state| (state.tasks.len(), state.project().unwrap().last_number));
        assert_eq!((count, last), (120, 120));
    }
    let (events, findings) = storage::check(&**world.streams.store()).await.unwrap();
    assert_eq!((events, findings), (122, vec![]));
}

async fn a_command_is_done_once_and_never_as_another(url: String) {
    let world = World::new(url).await;
    let envelope = create("once");
    assert!(!world.send(&world.streams, &envelope).await.unwrap().repeated);
    let other = Envelope { id: envelope.id, ..create("other") };
    assert!(matches!(world.send(&world.streams, &other).await, Err(Failure::Reused)));
    // A refused command leaves nothing behind, so that its identity may come again when it has become possible.
    let Command::CreateTask { id, .. } = envelope.command else { unreachable!() };
    let delete =
        Envelope { id: CommandId::fresh(), command: Command::DeleteTask { id: TaskId::fresh() }, expected: None };
    assert!(matches!(world.send(&world.streams, &delete).await, Err(Failure::Refused(_))));
    let stale = Envelope {
        id: CommandId::fresh(),
        command: Command::DeleteTask { id },
        expected: Some((EntityRef::Task(id), 1)),
    };
    assert!(matches!(world.send(&world.streams, &stale).await, Err(Failure::Stale { current: 2 })));
    let fits = Envelope { expected: Some((EntityRef::Task(id), 2)), ..stale };
    assert_eq!(world.send(&world.streams, &fits).await.unwrap().seq, 3);
    let stranger = world.streams.execute(&world.project.to_string(), UserId::fresh(), ALL, &create("x")).await;
    assert!(matches!(stranger, Err(Failure::Hidden)));
}

async fn a_backup_restores_to_the_same_state_in_a_new_epoch(url: String, empty: String) {
    let world = World::new(url).await;
    for title in ["a", "b", "c"] {
        world.send(&world.streams, &create(title)).await.unwrap();
    }
    let mut file = Vec::new();
    assert_eq!(backend::admin::backup(&**world.streams.store(), &mut file).await.unwrap(), 5);

    let fresh = storage::open(&empty).await.unwrap();
    let mut damaged =
        String::from_utf8(file.clone()).unwrap().replace("\\\"title\\\":\\\"b\\\"", "\\\"title\\\":\\\"B\\\"");
    let refused = backend::admin::restore(&*fresh, &mut damaged.as_bytes()).await.unwrap_err();
    assert!(refused.to_string().contains("does not follow"), "{refused}");
    damaged.clear();
    assert!(fresh.streams("", 10).await.unwrap().iter().all(|stream| stream.id != world.project.to_string()));
}

async fn a_whole_backup_is_restored(url: String, empty: String) {
    let world = World::new(url).await;
    world.send(&world.streams, &create("a")).await.unwrap();
    let mut file = Vec::new();
    backend::admin::backup(&**world.streams.store(), &mut file).await.unwrap();
    let store = storage::open(&empty).await.unwrap();
    assert_eq!(backend::admin::restore(&*store, &mut &*file).await.unwrap(), 3);
    assert_eq!(storage::check(&*store).await.unwrap(), (3, vec![]));
    let epochs = [world.streams.store().meta("epoch").await.unwrap(), store.meta("epoch").await.unwrap()];
    assert_ne!(epochs[0], epochs[1]);
    let copy = Streams::new(store.clone(), Bus::local());
    let state = |slot: Arc<backend::streams::Slot>| slot.read(State::clone);
    let id = world.project.to_string();
    assert_eq!(state(copy.fresh(&id).await.unwrap().unwrap()), state(world.streams.fresh(&id).await.unwrap().unwrap()));
    assert!(backend::admin::restore(&*store, &mut &*file).await.unwrap_err().to_string().contains("not empty"));
}

async fn several_nodes_may_migrate_at_once(url: String) {
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = url.clone();
        nodes.spawn(async move { storage::open(&url).await.unwrap().meta("epoch").await.unwrap() });
    }
    let epochs: BTreeSet<_> = nodes.join_all().await.into_iter().collect();
    assert_eq!(epochs.len(), 1, "all see one epoch");
}

/// Receipts go when their time is over, and no sooner.
async fn old_receipts_are_forgotten(url: String) {
    let world = World::new(url).await;
    let (store, task) = (world.streams.store().clone(), create("a"));
    let first = world.send(&world.streams, &task).await.unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    assert_eq!(store.forget_receipts(now - 60_000).await.unwrap(), 0);
    assert!(world.send(&world.streams, &task).await.unwrap().repeated);
    assert_eq!(store.forget_receipts(now + 60_000).await.unwrap(), 1);
    // Taken for a new command, which finds that its task is there.
    let again = world.send(&world.streams, &task).await;
    assert!(matches!(&again, Err(Failure::Refused(refusal)) if refusal.code == "exists"), "{first:?} {again:?}");
}

/// Everything that two nodes may race for is given to one of them; what has ended is not given at all.
async fn what_is_for_one_use_is_used_once(url: String) {
    let nodes = [storage::open(&url).await.unwrap(), storage::open(&url).await.unwrap()];
    let store = &nodes[0];
    let user = UserRow {
        id: "usr_1".to_owned(),
        handle: "ann".to_owned(),
        name: "Ann".to_owned(),
        email: None,
        password: String::new(),
        created_at: String::new(),
        disabled: false,
        service_of: "org_1".to_owned(),
    };
    let identity = IdentityRow {
        id: "1".to_owned(),
        user: "usr_1".to_owned(),
        issuer: "https://a.example".to_owned(),
        subject: "7".to_owned(),
        label: "ann".to_owned(),
        created_at: 1,
    };
    store.add_user_with(&user, &identity).await.unwrap();
    assert_eq!(store.identity("https://a.example", "7").await.unwrap(), Some(identity.clone()));
    assert_eq!(store.service_accounts("org_1").await.unwrap(), std::slice::from_ref(&user));
    // Both or neither: the identity is taken, so there is no second account.
    let other = UserRow { id: "usr_2".to_owned(), handle: "bob".to_owned(), ..user };
    let again = IdentityRow { id: "2".to_owned(), user: "usr_2".to_owned(), ..identity };
    assert!(matches!(store.add_user_with(&other, &again).await, Err(StoreError::Taken(_))));
    assert_eq!(store.user("usr_2").await.unwrap(), None);

    let invitation = InvitationRow {
        id: "1".to_owned(),
        org: "org_1".to_owned(),
        role: "member".to_owned(),
        email: None,
        hash: "h".to_owned(),
        created_by: "usr_1".to_owned(),
        created_at: 1,
        expires_at: 100,
        accepted_by: String::new(),
        revoked: false,
    };
    store.add_invitation(&invitation).await.unwrap();
    let device = DeviceRow {
        hash: "h".to_owned(),
        user_code: "BCDFGHJK".to_owned(),
        client: "cli".to_owned(),
        address: String::new(),
        created_at: 1,
        expires_at: 100,
        pause: 5,
        asked_at: 0,
        state: "pending".to_owned(),
        user: String::new(),
    };
    store.add_device(&device, 0).await.unwrap();
    assert!(matches!(
        store.add_device(&DeviceRow { hash: "i".to_owned(), ..device }, 0).await,
        Err(StoreError::Taken(_))
    ));
    assert!(!store.decide_device("BCDFGHJK", "approved", "usr_1", 100).await.unwrap(), "too late");
    assert!(store.decide_device("BCDFGHJK", "approved", "usr_1", 99).await.unwrap());
    store.put_ticket("a", "t", "body", 100, 0).await.unwrap();
    assert_eq!(store.take_ticket("b", "t", 0).await.unwrap(), None, "another kind");
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = nodes[number % 2].clone();
        racers.spawn(async move {
            let mut won = [0; 3];
            won[0] += usize::from(store.take_ticket("a", "t", 99).await.unwrap().is_some());
            won[1] += usize::from(store.take_device("h", "approved").await.unwrap());
            won[2] += usize::from(store.claim_invitation("1", &format!("usr_{number}"), 99).await.unwrap());
            for entry in 0..5 {
                let body = format!(r#"{{"user":"usr_{number}","org":"","entry":{entry}}}"#);
                store.append_auth(&format!("usr_{number}"), "", &body).await.unwrap();
            }
            won
        });
    }
    let won = racers
        .join_all()
        .await
        .into_iter()
        .fold([0; 3], |all, one| [all[0] + one[0], all[1] + one[1], all[2] + one[2]]);
    assert_eq!(won, [1, 1, 1]);
    let owner = store.invitation("h").await.unwrap().unwrap().accepted_by;
    assert!(store.claim_invitation("1", &owner, 200).await.unwrap(), "whoever has it may finish later");
    store.release_invitation("1", &owner).await.unwrap();
    assert!(!store.claim_invitation("1", "usr_9", 200).await.unwrap(), "it has ended meanwhile");
    store.put_ticket("a", "u", "body", 100, 99).await.unwrap();
    assert_eq!(store.take_ticket("a", "u", 100).await.unwrap(), None, "it has ended");

    // Written by two nodes at once, the record is one chain.
    let rows = store.auth_log(0, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    assert_eq!(storage::check(&**store).await.unwrap().1, vec![]);
    let of = store.auth_log_of("usr_3", u64::MAX, 2).await.unwrap();
    assert!(of.len() == 2 && of[0].seq > of[1].seq && of.iter().all(|row| row.user == "usr_3"));
}

/// What is old goes, two nodes side by side; what is left is still one chain, and a hole in it is still found.
async fn the_record_of_logins_forgets_what_is_old(url: String) {
    let nodes = [storage::open(&url).await.unwrap(), storage::open(&url).await.unwrap()];
    for at in 1..=1_200 {
        let entry = AuthEntry { at, ..AuthEntry::new(AuthEvent::LoggedIn, "usr_1", "", &Origin::default()) };
        nodes[0].append_auth(&entry.user, "", &serde_json::to_string(&entry).unwrap()).await.unwrap();
    }
    let gone = tokio::join!(record::forget(&*nodes[0], 1_101), record::forget(&*nodes[1], 1_101));
    assert_eq!(gone.0.unwrap() + gone.1.unwrap(), 1_100);
    assert_eq!(record::forget(&*nodes[0], 1_101).await.unwrap(), 0);
    let rows = nodes[0].auth_log(0, 200).await.unwrap();
    assert_eq!((rows.len(), rows[0].seq), (100, 1_101));
    assert_eq!(storage::check(&*nodes[1]).await.unwrap().1, vec![]);
    assert_eq!(nodes[0].forget_auth(1_000, "of an older moment").await.unwrap(), 0, "nothing is brought back");
    assert_eq!(nodes[0].forget_auth(1_110, "forged").await.unwrap(), 10);
    let findings = storage::check(&*nodes[1]).await.unwrap().1;
    assert!(findings[0].problem.contains("was altered"), "{findings:?}");
}

/// Commands that wait for each other are decided one after the other and written together, each with its own answer.
async fn commands_that_come_at_once_are_each_answered(url: String) {
    let world = Arc::new(World::new(url).await);
    let task = create("moved by everybody");
    world.send(&world.streams, &task).await.unwrap();
    let Command::CreateTask { id, .. } = task.command else { unreachable!() };
    let delete = |command| Envelope { id: command, command: Command::DeleteTask { id }, expected: None };
    let once = CommandId::fresh();
    let mut sent = Vec::new();
    for number in 0..40 {
        sent.push(create(&format!("{number}")));
    }
    // The same command three times, another one of the same identity, and two more that come too late.
    sent.extend([delete(once), delete(once), delete(once)]);
    sent.push(Envelope { id: once, ..create("another") });
    sent.extend([delete(CommandId::fresh()), delete(CommandId::fresh())]);
    let strangers: Vec<_> = (0..3).map(|_| create("by a stranger")).collect();
    let mut all = tokio::task::JoinSet::new();
    for envelope in sent {
        let world = world.clone();
        all.spawn(async move { world.send(&world.streams, &envelope).await });
    }
    for envelope in strangers {
        let world = world.clone();
        all.spawn(
            async move { world.streams.execute(&world.project.to_string(), UserId::fresh(), ALL, &envelope).await },
        );
    }
    let (mut numbers, mut repeated, mut refused) = (BTreeSet::new(), 0, 0);
    for answer in all.join_all().await {
        match answer {
            Ok(done) if done.repeated => repeated += 1,
            Ok(done) => assert!(numbers.insert(done.seq), "{done:?}"),
            Err(Failure::Refused(_) | Failure::Reused | Failure::Hidden) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    // Forty new tasks, one removal, and the other command of the same identity if it came before all removals with it.
    let done = numbers.len() as u64;
    assert!((41..=42).contains(&done) && done + repeated + refused == 49, "{done} {repeated} {refused}");
    assert_eq!(numbers, (3..3 + done).collect(), "without gaps");
    let (_, findings) = storage::check(&**world.streams.store()).await.unwrap();
    assert_eq!(findings, vec![]);
    let slot = world.streams.fresh(&world.project.to_string()).await.unwrap().unwrap();
    let fresh = node(&world.url).await.fresh(&world.project.to_string()).await.unwrap().unwrap();
    assert_eq!(slot.read(State::clone), fresh.read(State::clone), "what is in memory is what is written");
}

/// A write says what it was decided upon, and is nothing when that is not so any more.
async fn a_write_upon_something_older_is_nothing(url: String) {
    let world = World::new(url).await;
    world.send(&world.streams, &create("a")).await.unwrap();
    let store = world.streams.store();
    let head = store.stream(&world.project.to_string()).await.unwrap().unwrap();
    let org = store.stream(&head.org).await.unwrap().unwrap();
    let receipt = storage::Receipt { body_hash: String::new(), seq: head.seq };
    let right = storage::Write {
        stream: head.id.clone(),
        expected: (head.seq, head.hash.clone()),
        org: Some((org.id.clone(), org.seq)),
        receipts: vec![("cmd_1".to_owned(), receipt)],
        ..storage::Write::default()
    };
    for wrong in [
        storage::Write { expected: (head.seq - 1, head.hash.clone()), ..right.clone() },
        storage::Write { expected: (head.seq, "another".to_owned()), ..right.clone() },
        storage::Write { org: Some((org.id.clone(), org.seq + 1)), ..right.clone() },
        storage::Write { stream: "prj_none".to_owned(), ..right.clone() },
    ] {
        assert!(!store.write(&wrong).await.unwrap(), "{wrong:?}");
        assert_eq!(store.receipt(&wrong.stream, "cmd_1").await.unwrap(), None, "nothing of it");
    }
    assert!(store.write(&right).await.unwrap());
    assert!(!store.write(&right).await.unwrap(), "the command came before");
}

/// Service accounts and accounts at providers are as much of a backup as passwords are.
async fn a_backup_keeps_every_way_in(url: String, empty: String) {
    let store = storage::open(&url).await.unwrap();
    let user = UserRow {
        id: UserId::fresh().to_string(),
        handle: "bot".to_owned(),
        name: "Bot".to_owned(),
        email: None,
        password: String::new(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        disabled: true,
        service_of: OrgId::fresh().to_string(),
    };
    let identity = IdentityRow {
        id: "1".to_owned(),
        user: user.id.clone(),
        issuer: "https://a.example".to_owned(),
        subject: "7".to_owned(),
        label: "ann".to_owned(),
        created_at: 1,
    };
    store.add_user_with(&user, &identity).await.unwrap();
    let mut file = Vec::new();
    backend::admin::backup(&*store, &mut file).await.unwrap();
    let copy = storage::open(&empty).await.unwrap();
    backend::admin::restore(&*copy, &mut &*file).await.unwrap();
    assert_eq!(copy.users().await.unwrap(), std::slice::from_ref(&user));
    assert_eq!(copy.identities_of(&user.id).await.unwrap(), [identity]);
}

fn sqlite(folder: &tempfile::TempDir, name: &str) -> String {
    format!("sqlite:{}", folder.path().join(name).display())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    several_nodes_may_migrate_at_once(sqlite(&folder, "1")).await;
    writers_on_two_nodes_lose_nothing(sqlite(&folder, "2")).await;
    a_command_is_done_once_and_never_as_another(sqlite(&folder, "3")).await;
    a_backup_restores_to_the_same_state_in_a_new_epoch(sqlite(&folder, "4"), sqlite(&folder, "5")).await;
    a_whole_backup_is_restored(sqlite(&folder, "6"), sqlite(&folder, "7")).await;
    old_receipts_are_forgotten(sqlite(&folder, "11")).await;
    what_is_for_one_use_is_used_once(sqlite(&folder, "8")).await;
    a_backup_keeps_every_way_in(sqlite(&folder, "9"), sqlite(&folder, "10")).await;
    the_record_of_logins_forgets_what_is_old(sqlite(&folder, "12")).await;
    commands_that_come_at_once_are_each_answered(sqlite(&folder, "13")).await;
    a_write_upon_something_older_is_nothing(sqlite(&folder, "14")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql() {
    let server = Postgres::start();
    several_nodes_may_migrate_at_once(server.database().await).await;
    writers_on_two_nodes_lose_nothing(server.database().await).await;
    a_command_is_done_once_and_never_as_another(server.database().await).await;
    a_backup_restores_to_the_same_state_in_a_new_epoch(server.database().await, server.database().await).await;
    a_whole_backup_is_restored(server.database().await, server.database().await).await;
    old_receipts_are_forgotten(server.database().await).await;
    what_is_for_one_use_is_used_once(server.database().await).await;
    a_backup_keeps_every_way_in(server.database().await, server.database().await).await;
    the_record_of_logins_forgets_what_is_old(server.database().await).await;
    commands_that_come_at_once_are_each_answered(server.database().await).await;
    a_write_upon_something_older_is_nothing(server.database().await).await;
}

/// Someone with access to the file changes history: the check names the place.
#[tokio::test]
async fn what_was_altered_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(sqlite(&folder, "db")).await;
    world.send(&world.streams, &create("honest")).await.unwrap();
    let pool = sqlx::SqlitePool::connect(&world.url).await.unwrap();
    let check = async || {
        let (_, findings) = storage::check(&**world.streams.store()).await.unwrap();
        findings.into_iter().map(|finding| finding.problem).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(check().await, "");
    sqlx::query("UPDATE entities SET body = replace(body, 'honest', 'forged')").execute(&pool).await.unwrap();
    assert_eq!(check().await, "the read table is not what the events say");
    sqlx::query("UPDATE events SET body = replace(body, 'honest', 'forged')").execute(&pool).await.unwrap();
    assert_eq!(check().await, "event 2 or one before it was altered: its hash does not fit");
}
