//! Writers, subscribers, and a hand that stops nodes without waiting for anybody, kills Redis and cuts connections (a node
//! killed as a process is in `process.rs`). At the end: every acknowledged write is there
//! once, every subscriber has what a fresh read has, and the replay is clean.
//!
//! `DEVMENTOR_CHAOS_SECONDS` makes it longer; some seconds are enough to meet every kind of death.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use backend::Registration;
use domain::State;
use parking_lot::RwLock;
use serde_json::json;

use crate::live::Client;
use crate::services::{Postgres, Redis};
use crate::support::{Server, command_id, start, within};

const WRITERS: usize = 8;
const SUBSCRIBERS: usize = 20;

/// The nodes as they are now; each may be replaced at any moment.
type Nodes = Arc<RwLock<[Arc<Server>; 2]>>;

fn node(nodes: &Nodes, number: usize) -> Arc<Server> {
    nodes.read()[number % 2].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_whatever_is_killed() {
    let seconds = std::env::var("DEVMENTOR_CHAOS_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let postgres = Postgres::start();
    let url = postgres.database().await;
    let mut redis = Redis::start().await;
    let new_node =
        async |redis: &str| Arc::new(start(Some(url.clone()), Some(redis.to_owned()), Registration::Open).await);
    let nodes: Nodes = Arc::new(RwLock::new([new_node(&redis.url).await, new_node(&redis.url).await]));
    let (token, _) = node(&nodes, 0).person("ann").await;
    let (_, project) = node(&nodes, 0).project(&token).await;
    let over = Arc::new(AtomicBool::new(false));

    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (nodes, token, project, over) = (nodes.clone(), token.clone(), project.clone(), over.clone());
        writers.spawn(async move {
            let mut acknowledged = BTreeMap::new();
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let title = format!("{writer}/{number}");
                let task = domain::TaskId::fresh().to_string();
                let command = json!({ "type": "task.create", "id": task, "fields": { "title": title } });
                let sent = json!({ "id": command_id(), "command": command });
                // As a client does: the same command, to any node, until it is acknowledged.
                for attempt in 0.. {
                    let path = format!("/api/projects/{project}/commands");
                    let call = node(&nodes, writer + attempt).call_over_tcp(&token, &path, &sent).await;
                    if let Some(seq) = call {
                        assert!(acknowledged.insert(seq, title).is_none());
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            acknowledged
        });
    }
    let mut subscribers = tokio::task::JoinSet::new();
    let (finish, finished) = tokio::sync::watch::channel(0u64);
    for subscriber in 0..SUBSCRIBERS {
        let (nodes, token, project) = (nodes.clone(), token.clone(), project.clone());
        let mut finished = finished.clone();
        subscribers.spawn(async move {
            let mut state = State::default();
            let mut hurried = fastrand::Rng::with_seed(subscriber as u64);
            for attempt in 0.. {
                let end = *finished.borrow_and_update();
                if end > 0 && state.seq >= end {
                    break;
                }
                let Some(mut client) =
                    Client::try_connect(&node(&nodes, subscriber + attempt).node, &token, state.clone()).await
                else {
                    tokio::task::yield_now().await;
                    continue;
                };
                // Now and then a client goes without a word.
                let patience = hurried.usize(20..400);
                client.follow(&project, patience, &mut finished).await;
                state = client.into_state();
            }
            state
        });
    }

    let began = Instant::now();
    let mut deaths = 0;
    let mut rng = fastrand::Rng::with_seed(7);
    let mut beat = tokio::time::interval(Duration::from_millis(400));
    while began.elapsed() < Duration::from_secs(seconds) {
        beat.tick().await;
        deaths += 1;
        if deaths % 4 == 0 {
            // Redis goes, and comes back at the same place for the nodes that know it there.
            redis.restart().await;
        } else {
            let victim = rng.usize(0..2);
            let fresh = new_node(&redis.url).await;
            let old = std::mem::replace(&mut nodes.write()[victim], fresh);
            old.node.kill();
        }
    }
    over.store(true, Ordering::Relaxed);
    let acknowledged: Vec<_> = within("the writers", writers.join_all()).await;
    let all: BTreeMap<u64, String> = acknowledged.iter().flatten().map(|(seq, title)| (*seq, title.clone())).collect();
    assert_eq!(all.len(), acknowledged.iter().map(BTreeMap::len).sum::<usize>(), "no number twice");

    let survivor = node(&nodes, 0);
    let fresh = survivor.node.app.streams.fresh(&project).await.unwrap().unwrap().read(State::clone);
    finish.send(fresh.seq).unwrap();
    let mut titles: Vec<_> = fresh.tasks.values().map(|task| task.title.clone()).collect();
    let mut expected: Vec<_> = all.into_values().collect();
    titles.sort();
    expected.sort();
    assert_eq!(titles, expected, "every acknowledged write is there, once");
    for state in within("the subscribers", subscribers.join_all()).await {
        assert!(state == fresh, "a subscriber at {} has something else than a fresh read", state.seq);
    }
    let (_, findings) = backend::storage::check(&**survivor.node.app.streams.store()).await.unwrap();
    assert_eq!(findings, vec![]);
    assert!(deaths > 3 && titles.len() > 50, "{deaths} deaths, {} writes", titles.len());
}
