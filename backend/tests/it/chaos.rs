//! Writers, subscribers, and a hand that kills: nodes as processes by SIGKILL, Redis likewise, connections without a word.
//! Everything goes through real sockets. At the end: every acknowledged write is in the log once and nothing else is, every
//! subscriber has byte for byte what a fresh read has, and the replay is clean.
//!
//! `DEVMENTOR_CHAOS_SECONDS` makes it longer; some seconds are enough to meet every kind of death.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use backend::Registration;
use domain::{CommandId, State};
use parking_lot::RwLock;
use serde_json::{Value, json};

use crate::live::Client;
use crate::process::Process;
use crate::services::{Postgres, Redis};
use crate::support::{send_over_tcp, start, within};

const WRITERS: usize = 8;
const SUBSCRIBERS: usize = 20;

/// Where the nodes are now; each may be another one at any moment.
type Nodes = Arc<RwLock<[SocketAddr; 2]>>;

fn node(nodes: &Nodes, number: usize) -> SocketAddr {
    nodes.read()[number % 2]
}

/// What one writer does: cards made, renamed and pushed from column to column, each command until it is acknowledged.
struct Writer {
    number: usize,
    nodes: Nodes,
    token: String,
    project: String,
    columns: Vec<String>,
    sendings: Arc<AtomicU64>,
    done: Arc<AtomicU64>,
}

impl Writer {
    async fn run(self, over: Arc<AtomicBool>) -> BTreeMap<CommandId, u64> {
        let (mut acknowledged, mut cards, mut attempt) = (BTreeMap::new(), Vec::new(), self.number);
        for number in 0.. {
            if over.load(Ordering::Relaxed) {
                break;
            }
            let title = format!("{}/{number} 👩‍👩‍👧", self.number);
            let command = match number % 3 {
                0 => {
                    cards.push(domain::TaskId::fresh());
                    json!({ "type": "task.create", "id": cards.last(), "fields": { "title": title } })
                }
                1 => json!({ "type": "task.update", "id": cards[number % cards.len()], "fields": { "title": title } }),
                // The newest card stands in the first column, so this always changes something.
                _ => json!({ "type": "task.move", "id": cards.last(), "column": self.columns[1 + number % 2] }),
            };
            let id = CommandId::fresh();
            let sent = json!({ "id": id, "command": command });
            let path = format!("/api/projects/{}/commands", self.project);
            // As a client does: the same command, to any node, until it is acknowledged.
            let seq = loop {
                self.sendings.fetch_add(1, Ordering::Relaxed);
                match send_over_tcp(node(&self.nodes, attempt), &self.token, &path, &sent).await {
                    Some(seq) => break seq,
                    None => attempt += 1,
                }
                tokio::task::yield_now().await;
            };
            self.done.fetch_add(1, Ordering::Relaxed);
            acknowledged.insert(id, seq);
        }
        acknowledged
    }
}

/// Every entity with its version, as one text.
fn bytes(state: &State) -> String {
    serde_json::to_string(&state.entities().collect::<Vec<_>>()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_whatever_is_killed() {
    let seconds = std::env::var("DEVMENTOR_CHAOS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let postgres = Postgres::start();
    let url = postgres.database().await;
    let mut redis = Redis::start().await;
    let new_node = |redis: &Redis| {
        let arguments = ["--registration", "open", "--database-url", &url, "--redis-url", &redis.url];
        tokio::task::block_in_place(|| Process::start_with(&arguments))
    };
    let mut processes = [new_node(&redis), new_node(&redis)];
    let nodes: Nodes = Arc::new(RwLock::new([processes[0].address(), processes[1].address()]));
    // A node of this process on the same database, for accounts and for looking at the end. Nobody is served by it.
    let observer = start(Some(url.clone()), None, Registration::Open).await;
    let (token, _) = observer.person("ann").await;
    let (_, project) = observer.project(&token).await;
    let board = observer.get(&token, &format!("/api/projects/{project}/board")).await.body;
    let columns: Vec<String> = board["columns"].as_array().unwrap().iter().map(|column| text(&column["id"])).collect();
    let over = Arc::new(AtomicBool::new(false));
    let [sendings, done, joins] = [0, 0, 0].map(|zero| Arc::new(AtomicU64::new(zero)));

    let mut writers = tokio::task::JoinSet::new();
    for number in 0..WRITERS {
        let (nodes, token, project) = (nodes.clone(), token.clone(), project.clone());
        let (columns, sendings, done) = (columns.clone(), sendings.clone(), done.clone());
        let writer = Writer { number, nodes, token, project, columns, sendings, done };
        writers.spawn(writer.run(over.clone()));
    }
    let mut subscribers = tokio::task::JoinSet::new();
    let (finish, finished) = tokio::sync::watch::channel(0u64);
    for subscriber in 0..SUBSCRIBERS {
        let (nodes, token, project, joins) = (nodes.clone(), token.clone(), project.clone(), joins.clone());
        let mut finished = finished.clone();
        subscribers.spawn(async move {
            let mut state = State::default();
            let mut hurried = fastrand::Rng::with_seed(subscriber as u64);
            for attempt in 0.. {
                let end = *finished.borrow_and_update();
                if end > 0 && state.seq >= end {
                    break;
                }
                let address = node(&nodes, subscriber + attempt);
                let Some(mut client) = Client::try_connect(address, &token, state.clone()).await else {
                    tokio::task::yield_now().await;
                    continue;
                };
                joins.fetch_add(1, Ordering::Relaxed);
                // Now and then a client goes without a word.
                let patience = hurried.usize(20..400);
                client.follow(&project, patience, &mut finished).await;
                state = client.into_state();
            }
            state
        });
    }

    let began = Instant::now();
    let (mut nodes_killed, mut redis_killed) = (0, 0);
    let mut rng = fastrand::Rng::with_seed(7);
    while began.elapsed() < Duration::from_secs(seconds) || nodes_killed + redis_killed < 8 {
        // Between two deaths some work gets done, however slow the machine is, and never so much that nothing dies.
        let enough = done.load(Ordering::Relaxed) + 15;
        let alive = Instant::now();
        within("work between two deaths", async {
            while done.load(Ordering::Relaxed) < enough || alive.elapsed() < Duration::from_millis(300) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        if (nodes_killed + redis_killed) % 4 == 3 {
            // Redis goes, and comes back at the same place for the nodes that know it there.
            redis.restart().await;
            redis_killed += 1;
        } else {
            let victim = rng.usize(0..2);
            let fresh = new_node(&redis);
            nodes.write()[victim] = fresh.address();
            std::mem::replace(&mut processes[victim], fresh).kill();
            nodes_killed += 1;
        }
    }
    over.store(true, Ordering::Relaxed);
    let acknowledged: Vec<_> = within("the writers", writers.join_all()).await;

    // The log is what was acknowledged: nothing is lost, nothing is there twice, nothing else is there.
    let log = events(&observer, &token, &project).await;
    let last = log.len() as u64 + 1;
    let written: usize = acknowledged.iter().map(BTreeMap::len).sum();
    let all: BTreeMap<CommandId, u64> = acknowledged.into_iter().flatten().collect();
    assert_eq!((log.len(), all.len()), (written, written));
    for (event, seq) in log.iter().zip(2..) {
        let id: CommandId = event["command"].as_str().unwrap().parse().unwrap();
        assert_eq!((event["seq"].as_u64(), all.get(&id)), (Some(seq), Some(&seq)), "{event}");
    }

    finish.send(last).unwrap();
    let fresh = observer.node.app.streams.fresh(&project).await.unwrap().unwrap().read(State::clone);
    let expected = bytes(&fresh);
    for state in within("the subscribers", subscribers.join_all()).await {
        assert!(bytes(&state) == expected, "a subscriber at {} has something else than a fresh read", state.seq);
    }
    let (_, findings) = backend::storage::check(&**observer.node.app.streams.store()).await.unwrap();
    assert_eq!(findings, vec![]);
    let figures = format!(
        "{nodes_killed} nodes and {redis_killed} Redis killed in {:?}; {written} writes acknowledged, {} sent; \
         {} connections of {SUBSCRIBERS} subscribers",
        began.elapsed(),
        sendings.load(Ordering::Relaxed),
        joins.load(Ordering::Relaxed)
    );
    println!("{figures}");
    for process in processes {
        process.kill();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Everything after the project's creation.
async fn events(server: &crate::support::Server, token: &str, project: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.len() + 1;
        let page = server.get(token, &format!("/api/projects/{project}/events?limit=500&after={after}")).await.body;
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        if page["more"] == false {
            return all;
        }
    }
}
