//! Several clients that are offline more often than not: each makes commands whenever it likes, sends them when it can,
//! loses answers, sends things twice, loses its connection, throws its copy away. They all run at once. At the end one
//! history explains everything: the rules of `domain`, applied to the commands in the order of the log, give exactly the
//! log; the replayed log, the read tables and every client's copy are one state.
//!
//! `DEVMENTOR_MODEL_CASES` runs more of them. A failure prints what the clients did, made as small as it could be, and the
//! seed, which `DEVMENTOR_MODEL_SEED` takes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use backend::Registration;
use backend::storage::StreamRow;
use domain::{Command, CommandId, Context, Event, OrgId, Permissions, ProjectId, State, UserId, decide};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::commands::{any_command, id};
use crate::live::Client;
use crate::services::{Postgres, Redis};
use crate::support::{Server, command_id, start, within};

/// What one client does next.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a few of them in a test")]
enum Step {
    /// A command goes to the end of its queue.
    Make(Command),
    /// The head of the queue is sent, and the answer arrives.
    Send,
    /// It is sent, and the answer gets lost.
    SendInVain,
    /// Something that was answered long ago is sent again.
    SendAgain(prop::sample::Index),
    /// The live connection begins, to this node.
    Connect(usize),
    /// And breaks without a word.
    Break,
    /// Where nothing live gets through: asks for what is new.
    Poll,
    /// The copy is thrown away and read anew, page by page.
    Anew,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => any_command().prop_map(Step::Make),
        1 => prop::collection::vec(any_command(), 1..5).prop_map(|commands| Step::Make(Command::Bulk { commands })),
        6 => Just(Step::Send),
        2 => Just(Step::SendInVain),
        1 => any::<prop::sample::Index>().prop_map(Step::SendAgain),
        2 => (0..2usize).prop_map(Step::Connect),
        1 => Just(Step::Break),
        1 => Just(Step::Poll),
        1 => Just(Step::Anew),
    ]
}

/// The people behind the clients: an owner with two devices, a member, and a guest.
const PEOPLE: [usize; 4] = [0, 0, 1, 2];

fn plans() -> impl Strategy<Value = Vec<Vec<Step>>> {
    prop::collection::vec(prop::collection::vec(step(), 5..60), PEOPLE.len())
}

#[derive(Clone)]
struct Person {
    token: String,
    id: UserId,
}

/// Nodes on one database, and the people who have accounts there.
struct World {
    nodes: Vec<Server>,
    people: Vec<Person>,
    org: OrgId,
}

/// What the server said to a command.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Done { seq: u64 },
    Refused { code: String },
}

struct Device {
    world: Arc<World>,
    person: Person,
    project: String,
    /// The node that it sends to.
    node: usize,
    queue: VecDeque<(CommandId, Command)>,
    /// Every command that was made, in order.
    made: Vec<(CommandId, Command)>,
    answered: Vec<(CommandId, Said)>,
    copy: State,
    live: Option<Client>,
}

impl World {
    async fn new(nodes: Vec<Server>) -> Self {
        let mut people = Vec::new();
        for handle in ["ann", "bob", "gus"] {
            let (token, id) = nodes[0].person(handle).await;
            people.push(Person { token, id: id.parse().unwrap() });
        }
        let token = &people[0].token;
        let org = nodes[0].post(token, "/api/orgs", json!({ "name": "Acme" })).await["id"].as_str().unwrap().to_owned();
        for (person, role) in [(1, "member"), (2, "guest")] {
            let command = json!({ "type": "org_member.set", "user": people[person].id, "role": role });
            let sent = json!({ "id": command_id(), "command": command });
            nodes[0].post(token, &format!("/api/orgs/{org}/commands"), sent).await;
        }
        Self { nodes, people, org: org.parse().unwrap() }
    }

    /// A project whose columns are 1, 2 and 3, as the generated commands name them; the guest is invited.
    async fn project(&self) -> String {
        let project = ProjectId::fresh();
        let row = StreamRow {
            id: project.to_string(),
            org: self.org.to_string(),
            key: format!("P{}", &project.to_string()[22..]).to_uppercase(),
            seq: 0,
            hash: String::new(),
            deleted: false,
        };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let changes = decide::new_project(project, self.org, "DM", "d", "", [id(1), id(2), id(3)], at).unwrap();
        let streams = &self.nodes[0].node.app.streams;
        streams.create(row, self.people[0].id, CommandId::fresh(), changes).await.unwrap();
        let command = json!({ "type": "member.set", "user": self.people[2].id, "role": "guest" });
        let sent = json!({ "id": command_id(), "command": command });
        self.nodes[0].post(&self.people[0].token, &format!("/api/projects/{project}/commands"), sent).await;
        project.to_string()
    }
}

impl Device {
    async fn send(&self, id: CommandId, command: &Command) -> Said {
        let server = &self.world.nodes[self.node % self.world.nodes.len()];
        let path = format!("/api/projects/{}/commands", self.project);
        let answer =
            server.call(&self.person.token, "POST", &path, Some(json!({ "id": id, "command": command }))).await;
        match answer.status.as_u16() {
            200 => Said::Done { seq: answer.body["seq"].as_u64().unwrap() },
            403 | 404 | 409 | 422 => Said::Refused { code: answer.body["code"].as_str().unwrap().to_owned() },
            other => panic!("{other} {} to {command:?}", answer.text),
        }
    }

    async fn get(&self, path: &str) -> Value {
        let server = &self.world.nodes[self.node % self.world.nodes.len()];
        let answer = server.get(&self.person.token, &format!("/api/projects/{}/{path}", self.project)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    }

    async fn poll(&mut self) {
        loop {
            let page = self.get(&format!("events?limit=3&after={}", self.copy.seq)).await;
            for event in page["events"].as_array().unwrap() {
                let event: Event = serde_json::from_value(event.clone()).unwrap();
                assert_eq!(event.seq, self.copy.seq + 1, "nothing missing, nothing twice");
                self.copy.apply(&event);
            }
            if page["more"] == false {
                return;
            }
        }
    }

    async fn anew(&mut self) {
        let (mut after, mut first, mut rows) = (String::new(), None, Vec::new());
        loop {
            let page = self.get(&format!("entities?limit=4{after}")).await;
            first = first.or(page["seq"].as_u64());
            for item in page["items"].as_array().unwrap() {
                rows.push((item["version"].as_u64().unwrap(), serde_json::from_value(item.clone()).unwrap()));
            }
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        self.copy = State::from_entities(first.unwrap(), rows);
        self.poll().await;
    }

    /// What came live becomes the copy, and the connection is gone.
    fn disconnect(&mut self) {
        if let Some(client) = self.live.take() {
            self.copy = client.into_state();
        }
    }

    async fn connect(&mut self, node: usize) {
        self.disconnect();
        let server = &self.world.nodes[node % self.world.nodes.len()];
        let mut client = Client::connect(&server.node, &self.person.token).await.with(std::mem::take(&mut self.copy));
        client.join(&self.project).await;
        self.live = Some(client);
    }

    async fn step(&mut self, step: Step) {
        if let Some(live) = &mut self.live {
            live.take_what_is_there();
        }
        match step {
            Step::Make(command) => {
                let made = (CommandId::fresh(), command);
                self.queue.push_back(made.clone());
                self.made.push(made);
            }
            Step::Send => {
                if let Some((id, command)) = self.queue.pop_front() {
                    let said = self.send(id, &command).await;
                    self.answered.push((id, said));
                }
            }
            Step::SendInVain => {
                if let Some((id, command)) = self.queue.front() {
                    self.send(*id, command).await;
                }
            }
            Step::SendAgain(which) if !self.answered.is_empty() => {
                let (id, before) = which.get(&self.answered).clone();
                let command = self.made.iter().find(|made| made.0 == id).unwrap().1.clone();
                // What was done is not done again. What was refused left nothing behind and may be possible by now.
                if let Said::Done { .. } = before {
                    assert_eq!(self.send(id, &command).await, before, "{command:?}");
                }
            }
            Step::Connect(node) => {
                self.node = node;
                self.connect(node).await;
            }
            Step::Break => self.disconnect(),
            Step::Poll => {
                self.disconnect();
                self.poll().await;
            }
            Step::Anew => {
                self.disconnect();
                self.anew().await;
            }
            Step::SendAgain(_) => {}
        }
    }

    async fn run(mut self, plan: Vec<Step>) -> Self {
        for step in plan {
            self.step(step).await;
        }
        while !self.queue.is_empty() {
            self.step(Step::Send).await;
        }
        self
    }
}

/// One run of all clients, and everything that must hold afterwards.
async fn run(world: &Arc<World>, plans: Vec<Vec<Step>>) {
    let project = world.project().await;
    let mut running = tokio::task::JoinSet::new();
    for (device, plan) in plans.into_iter().enumerate() {
        let device = Device {
            world: world.clone(),
            person: world.people[PEOPLE[device]].clone(),
            project: project.clone(),
            node: device,
            queue: VecDeque::new(),
            made: Vec::new(),
            answered: Vec::new(),
            copy: State::default(),
            live: None,
        };
        running.spawn(device.run(plan));
    }
    let mut devices = within("the clients", running.join_all()).await;

    let store = world.nodes[0].node.app.streams.store();
    let rows = store.events(&project, 0, 100_000).await.unwrap();
    let log: Vec<Event> = rows.iter().map(|row| serde_json::from_str(&row.body).unwrap()).collect();

    // The states between the events; the rules explain each step from one to the next.
    let mut commands: BTreeMap<CommandId, (UserId, Permissions, &Command)> = BTreeMap::new();
    for device in &devices {
        let streams = &world.nodes[0].node.app.streams;
        let (slot, org) = streams.fresh_with_org(&project).await.unwrap().unwrap();
        let permissions = backend::streams::permissions(&slot, org.as_deref(), device.person.id);
        commands.extend(device.made.iter().map(|(id, command)| (*id, (device.person.id, permissions, command))));
    }
    let explain = |state: &State, id: CommandId, at| {
        let (actor, permissions, command) = commands[&id];
        decide(state, &Context { actor, permissions, at }, command)
    };
    let mut states = vec![State::default()];
    for event in &log {
        let mut state = states.last().unwrap().clone();
        if commands.contains_key(&event.command) {
            assert_eq!(explain(&state, event.command, event.at).as_ref(), Ok(&event.changes), "event {}", event.seq);
        }
        state.apply(event);
        state.check_invariants().unwrap();
        states.push(state);
    }
    let last = states.last().unwrap();

    let numbers: BTreeMap<CommandId, u64> = log.iter().map(|event| (event.command, event.seq)).collect();
    assert_eq!(numbers.len(), log.len(), "no command twice");
    for device in &devices {
        for (id, said) in &device.answered {
            match (said, numbers.get(id)) {
                (Said::Done { seq }, Some(number)) => assert_eq!(seq, number),
                // It was so already: nothing to do at the moment of the answer.
                (Said::Done { seq }, None) => {
                    assert_eq!(explain(&states[*seq as usize], *id, jiff::Timestamp::UNIX_EPOCH), Ok(Vec::new()));
                }
                (Said::Refused { code }, number) => assert_eq!(number, None, "{code}"),
            }
        }
        let order: Vec<_> = device.made.iter().filter_map(|made| numbers.get(&made.0)).collect();
        assert!(order.is_sorted(), "a client's commands are done in its order: {order:?}");
    }

    // The copy of every client, by whatever way it came; then the memory of each node; then the tables.
    for (number, device) in devices.iter_mut().enumerate() {
        if device.live.is_none() {
            device.connect(number / 2).await;
        }
        if let Some(live) = &mut device.live {
            live.until(last.seq).await;
        }
        device.disconnect();
        let me = device.person.id;
        let shown = State::from_entities(last.seq, last.entities().filter(|(_, entity)| entity.is_shown_to(me)));
        assert_same(&device.copy, &shown, &format!("the copy of client {number}"));
    }
    for server in &world.nodes {
        let slot = server.node.app.streams.fresh(&project).await.unwrap().unwrap();
        assert_same(&slot.read(State::clone), last, "the memory of a node");
    }
    let kept = store.entities(&project).await.unwrap();
    let kept = kept.iter().map(|row| (row.seq, serde_json::from_str(&row.body).unwrap()));
    assert_same(&State::from_entities(last.seq, kept), last, "the read tables");
}

/// Says only what differs: whole states are longer than anybody reads.
fn assert_same(state: &State, log: &State, what: &str) {
    if state == log {
        return;
    }
    let all = |state: &State| state.entities().map(|row| format!("{row:?}")).collect::<Vec<_>>();
    let (has, should) = (all(state), all(log));
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|one| !those.contains(one)).cloned().collect()
    };
    panic!(
        "{what} is at {} and the log at {}; it has {:#?} where the log gives {:#?}",
        state.seq,
        log.seq,
        only(&has, &should),
        only(&should, &has)
    );
}

fn check(world: impl Future<Output = World>) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let world = Arc::new(runtime.block_on(world));
    let seed = number("DEVMENTOR_MODEL_SEED").unwrap_or_else(|| fastrand::u64(..));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: number("DEVMENTOR_MODEL_CASES").unwrap_or(10) as u32,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let result = runner.run(&plans(), |plans| {
        runtime.block_on(run(&world, plans));
        Ok(())
    });
    if let Err(TestError::Fail(reason, plans)) = &result {
        panic!("seed {seed}: {reason}\n{plans:#?}");
    }
    result.unwrap();
    let (_, findings) = runtime.block_on(backend::storage::check(&**world.nodes[0].node.app.streams.store())).unwrap();
    assert_eq!(findings, vec![]);
    drop(runtime);
}

#[test]
fn offline_clients_converge_on_sqlite() {
    check(async { World::new(vec![start(None, None, Registration::Open).await]).await });
}

#[test]
fn offline_clients_converge_on_two_nodes_over_postgresql_and_redis() {
    let postgres = Postgres::start();
    let mut redis = None;
    check(async {
        let url = postgres.database().await;
        let redis = redis.insert(Redis::start().await);
        let node = async || start(Some(url.clone()), Some(redis.url.clone()), Registration::Open).await;
        World::new(vec![node().await, node().await]).await
    });
}
