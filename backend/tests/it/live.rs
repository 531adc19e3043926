//! Live rooms: two nodes, clients that come and go, access that ends.

use std::net::SocketAddr;
use std::sync::Arc;

use backend::{Node, Registration};
use domain::{Event, State};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::services::{Postgres, Redis};
use crate::support::{Server, command_id, solo, start, team, within};

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

pub(crate) struct Client {
    socket: Socket,
    epoch: String,
    state: State,
}

impl Client {
    pub(crate) async fn connect(node: &Node, token: &str) -> Self {
        let mut request = format!("ws://{}/ws", node.address).into_client_request().unwrap();
        if !token.is_empty() {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut client = Self { socket, epoch: String::new(), state: State::default() };
        let ready = client.hear("ready").await;
        client.epoch = ready["epoch"].as_str().unwrap().to_owned();
        client
    }

    /// A client that comes with what it has; nothing where the node is just dying.
    pub(crate) async fn try_connect(address: SocketAddr, token: &str, state: State) -> Option<Self> {
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        let connecting = tokio_tungstenite::connect_async(request);
        let (socket, _) = tokio::time::timeout(std::time::Duration::from_secs(5), connecting).await.ok()?.ok()?;
        Some(Self { socket, epoch: String::new(), state })
    }

    /// Follows a project for some messages, or until the number that `finished` tells is reached.
    pub(crate) async fn follow(
        &mut self,
        project: &str,
        messages: usize,
        finished: &mut tokio::sync::watch::Receiver<u64>,
    ) {
        let said = json!({ "type": "join", "project": project, "after": self.state.seq });
        if self.socket.send(Message::text(said.to_string())).await.is_err() {
            return;
        }
        for _ in 0..messages {
            let end = *finished.borrow_and_update();
            if end > 0 && self.state.seq >= end {
                return;
            }
            let text = tokio::select! {
                message = self.socket.next() => match message {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    _ => return,
                },
                _ = finished.changed() => continue,
            };
            let said: Value = serde_json::from_str(&text).unwrap();
            assert_ne!(said["type"], "reset", "one history");
            self.apply(&said);
        }
    }

    /// The same connection, for a client that has something already.
    pub(crate) fn with(self, state: State) -> Self {
        Self { state, ..self }
    }

    /// Applies what has arrived by now.
    pub(crate) fn take_what_is_there(&mut self) {
        use futures_util::FutureExt;
        while let Some(Some(Ok(message))) = self.socket.next().now_or_never() {
            if let Message::Text(text) = message {
                self.apply(&serde_json::from_str(&text).unwrap());
            }
        }
    }

    fn apply(&mut self, said: &Value) {
        if said["type"] == "event" {
            let event: Event = serde_json::from_value(said["event"].clone()).unwrap();
            assert_eq!(event.seq, self.state.seq + 1, "nothing missing, nothing twice");
            self.state.apply(&event);
        }
    }

    pub(crate) fn into_state(self) -> State {
        self.state
    }

    async fn say(&mut self, said: Value) {
        self.socket.send(Message::text(said.to_string())).await.unwrap();
    }

    pub(crate) async fn join(&mut self, project: &str) {
        let said = json!({ "type": "join", "project": project, "after": self.state.seq, "epoch": self.epoch });
        self.say(said).await;
        self.hear("joined").await;
    }

    /// The next message of a type; events on the way are applied.
    async fn hear(&mut self, kind: &str) -> Value {
        within(kind, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let said: Value = serde_json::from_str(&text).unwrap();
                        self.apply(&said);
                        if said["type"] == kind {
                            return said;
                        }
                    }
                    Some(Ok(Message::Close(close))) => {
                        let close = close.unwrap();
                        let said =
                            json!({ "type": "close", "code": u16::from(close.code), "reason": close.reason.as_str() });
                        assert_eq!(kind, "close", "{said}");
                        return said;
                    }
                    Some(Ok(_)) => {}
                    other => panic!("the connection ended: {other:?}"),
                }
            }
        })
        .await
    }

    pub(crate) async fn until(&mut self, seq: u64) {
        while self.state.seq < seq {
            self.hear("event").await;
        }
    }
}

async fn seq(server: &Server, token: &str, project: &str) -> u64 {
    server.get(token, &format!("/api/projects/{project}")).await.body["seq"].as_u64().unwrap()
}

/// Two clients on two nodes move cards on one board; one node is killed in the middle; nothing acknowledged is lost.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_show_one_board_and_one_of_them_may_die() {
    let (postgres, redis) = (Postgres::start(), Redis::start().await);
    let url = postgres.database().await;
    let node = async || start(Some(url.clone()), Some(redis.url.clone()), Registration::Open).await;
    let (one, two) = (node().await, node().await);
    let (token, _) = one.person("ann").await;
    let (_, project) = one.project(&token).await;
    let (mut near, mut far) = (Client::connect(&one.node, &token).await, Client::connect(&two.node, &token).await);
    near.join(&project).await;
    far.join(&project).await;
    for number in 0..6 {
        let server = if number % 2 == 0 { &one } else { &two };
        server.task(&token, &project, &format!("t{number}")).await;
    }
    let moves = [(&one, 1, 3), (&two, 2, 5), (&one, 6, 1), (&two, 4, 1)];
    for (server, task, after) in moves {
        let after = server.get(&token, &format!("/api/projects/{project}/tasks/{after}")).await.body["id"].clone();
        server.post(&token, &format!("/api/projects/{project}/tasks/{task}/move"), json!({ "after": after })).await;
    }
    let last = seq(&two, &token, &project).await;
    near.until(last).await;
    far.until(last).await;
    assert_eq!(near.state, far.state);

    // The node of `near` dies; another starts; `near` comes back where it was.
    one.node.kill();
    two.task(&token, &project, "while you were away").await;
    let three = node().await;
    let (kept, epoch) = (near.state, near.epoch);
    let mut near = Client { state: kept, ..Client::connect(&three.node, &token).await };
    assert_eq!(near.epoch, epoch);
    near.join(&project).await;
    three.task(&token, &project, "and back").await;
    let last = seq(&two, &token, &project).await;
    near.until(last).await;
    far.until(last).await;
    assert_eq!(near.state, far.state);

    // Hints are gone with Redis; the events are not.
    drop(redis);
    two.task(&token, &project, "without redis").await;
    near.until(last + 1).await;
    far.until(last + 1).await;
    let fresh = three.node.app.streams.fresh(&project).await.unwrap().unwrap();
    assert_eq!(fresh.read(State::clone), near.state);
    let (_, findings) = backend::storage::check(&**two.node.app.streams.store()).await.unwrap();
    assert_eq!(findings, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_in_the_middle_of_a_storm_misses_nothing() {
    let server = Arc::new(solo().await);
    let project =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let (storm, target) = (server.clone(), project.clone());
    let writing = tokio::spawn(async move {
        for number in 0..150 {
            storm.task("", &target, &format!("t{number}")).await;
        }
    });
    let mut joined = tokio::task::JoinSet::new();
    for start in 0..8 {
        let (server, project) = (server.clone(), project.clone());
        joined.spawn(async move {
            while seq(&server, "", &project).await < start * 15 {
                tokio::task::yield_now().await;
            }
            let mut client = Client::connect(&server.node, "").await;
            client.join(&project).await;
            client.until(151).await;
            client.state
        });
    }
    let states = within("the storm", joined.join_all()).await;
    writing.await.unwrap();
    let fresh = server.node.app.streams.fresh(&project).await.unwrap().unwrap().read(State::clone);
    assert!(states.iter().all(|state| *state == fresh));
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_access_ends_the_stream_before_the_next_event() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (org, project) = server.project(&ann).await;
    let (bob, id) = server.person("bob").await;
    let set = json!({ "id": command_id(), "command": { "type": "org_member.set", "user": id, "role": "member" } });
    server.post(&ann, &format!("/api/orgs/{org}/commands"), set).await;
    let mut client = Client::connect(&server.node, &bob).await;
    client.join(&project).await;
    let remove = json!({ "id": command_id(), "command": { "type": "org_member.remove", "user": id } });
    server.post(&ann, &format!("/api/orgs/{org}/commands"), remove).await;
    let left = client.hear("left").await;
    assert_eq!(left["reason"], "access to this project has ended");
    server.task(&ann, &project, "secret").await;
    client.say(json!({ "type": "join", "project": project, "after": 0 })).await;
    assert_eq!(client.hear("error").await["detail"], "there is no such project here");
    client.say(json!({ "type": "ping" })).await;
    client.hear("pong").await;
    assert!(!client.state.tasks.values().any(|task| task.title == "secret"));
}

/// The numbers go on without a gap, but what stands in somebody's private view reaches nobody else, live or in history.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_view_reaches_its_owner_alone() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (org, project) = server.project(&ann).await;
    let (bob, id) = server.person("bob").await;
    let set = json!({ "id": command_id(), "command": { "type": "org_member.set", "user": id, "role": "member" } });
    server.post(&ann, &format!("/api/orgs/{org}/commands"), set).await;
    let mut owner = Client::connect(&server.node, &ann).await;
    owner.join(&project).await;
    let mut other = Client::connect(&server.node, &bob).await;
    other.join(&project).await;

    let view = domain::ViewId::fresh().to_string();
    let send = async |command: Value| {
        let body = json!({ "id": command_id(), "command": command });
        server.post(&ann, &format!("/api/projects/{project}/commands"), body).await;
    };
    let fields = json!({ "name": "salaries", "query": "label:salary" });
    send(json!({ "type": "view.create", "id": view, "fields": fields })).await;
    let end = seq(&server, &ann, &project).await;
    owner.until(end).await;
    other.until(end).await;
    assert_eq!(owner.state.views.values().map(|view| &*view.name).collect::<Vec<_>>(), ["salaries"]);
    assert!(other.state.views.is_empty());
    let events = server.get(&bob, &format!("/api/projects/{project}/events?after=0")).await.text;
    let entities = server.get(&bob, &format!("/api/projects/{project}/entities")).await.text;
    assert!(!events.contains("salar") && !entities.contains("salar"), "{events}");
    assert!(server.get(&ann, &format!("/api/projects/{project}/events?after=0")).await.text.contains("salaries"));

    send(json!({ "type": "view.update", "id": view, "fields": { "shared": true } })).await;
    other.until(end + 1).await;
    assert_eq!(other.state.views.len(), 1, "what is shared is everybody's");
    send(json!({ "type": "view.update", "id": view, "fields": { "shared": false } })).await;
    other.until(end + 2).await;
    assert!(other.state.views.is_empty(), "and is gone when it is private again");
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_says_who_looks_and_what_is_edited() {
    let server = solo().await;
    let project =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let mut one = Client::connect(&server.node, "").await;
    one.join(&project).await;
    assert_eq!(one.hear("presence").await["people"].as_array().unwrap().len(), 1);
    let mut two = Client::connect(&server.node, "").await;
    two.join(&project).await;
    assert_eq!(one.hear("presence").await["people"].as_array().unwrap().len(), 2);
    two.say(json!({ "type": "presence", "project": project, "doing": "edit DM-1" })).await;
    assert_eq!(one.hear("presence").await["people"][1]["doing"], "edit DM-1");
    drop(two);
    assert_eq!(one.hear("presence").await["people"].as_array().unwrap().len(), 1);
}

/// Everybody in a room gets every list of its people, so a room that fills must not send one for each who comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_fills_lists_its_people_now_and_then() {
    let server = solo().await;
    let project =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let mut first = Client::connect(&server.node, "").await;
    first.join(&project).await;
    let began = std::time::Instant::now();
    let mut others = Vec::new();
    for _ in 0..150 {
        let mut other = Client::connect(&server.node, "").await;
        other.join(&project).await;
        others.push(other);
    }
    others[140].say(json!({ "type": "presence", "project": project, "doing": "edit DM-1" })).await;
    let mut lists = 0;
    loop {
        let list = first.hear("presence").await;
        lists += 1;
        let people = list["people"].as_array().unwrap();
        assert!(people.len() <= 100);
        if list["count"] == 151 && people[0]["doing"] == "edit DM-1" {
            break;
        }
    }
    let most = began.elapsed().as_millis() / 200 + 2;
    assert!(lists <= most, "{lists} lists in {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_another_history_begin_anew() {
    let server = solo().await;
    let project =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let mut client = Client::connect(&server.node, "").await;
    client.say(json!({ "type": "join", "project": project, "after": 0, "epoch": "another" })).await;
    client.hear("reset").await;
    client.say(json!({ "type": "join", "project": project, "after": 99 })).await;
    client.hear("reset").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_not_understood_end_the_connection_with_a_reason() {
    let server = solo().await;
    for (frame, reason) in [
        (Message::text("{"), "the frame is not understood"),
        (Message::text(r#"{"type":"join","project":"prj_x","after":0}"#), "the frame is not understood"),
        (Message::text(r#"{"type":"join","after":-1}"#), "the frame is not understood"),
        (Message::binary(vec![0; 8]), "frames are JSON texts"),
    ] {
        let mut client = Client::connect(&server.node, "").await;
        client.socket.send(frame).await.unwrap();
        let close = client.hear("close").await;
        assert_eq!((close["code"].clone(), close["reason"].clone()), (json!(4400), json!(reason)));
    }
    let mut flood = Client::connect(&server.node, "").await;
    for _ in 0..201 {
        flood.say(json!({ "type": "ping" })).await;
    }
    assert_eq!(flood.hear("close").await["reason"], "too many frames");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_server_wants_to_know_who_you_are() {
    let server = team().await;
    let (token, _) = server.person("ann").await;
    let url = format!("ws://{}/ws", server.node.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    socket.send(Message::text(json!({ "type": "ping" }).to_string())).await.unwrap();
    let close = within("close", socket.next()).await.unwrap().unwrap();
    assert!(matches!(close, Message::Close(Some(frame)) if frame.reason.as_str() == "say who you are first"));
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    socket.send(Message::text(json!({ "type": "auth", "token": token }).to_string())).await.unwrap();
    let ready = within("ready", socket.next()).await.unwrap().unwrap();
    assert!(ready.to_text().unwrap().contains("ready"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_tells_its_clients_to_come_back() {
    let server = solo().await;
    let mut client = Client::connect(&server.node, "").await;
    let stopping = tokio::spawn(server.node.stop());
    assert_eq!(client.hear("close").await["code"], 4008);
    drop(client);
    within("the stop", stopping).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_websocket_is_blocked_events_come_as_a_stream() {
    let server = solo().await;
    let project =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let request = axum::http::Request::builder()
        .uri(format!("/api/projects/{project}/stream?after=0"))
        .header("host", "localhost");
    let response = tower::ServiceExt::oneshot(server.router.clone(), request.body(axum::body::Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    server.task("", &project, "streamed").await;
    let mut chunks = response.into_body().into_data_stream();
    let mut text = String::new();
    within("the event", async {
        while !text.contains("streamed") {
            text += std::str::from_utf8(&chunks.next().await.unwrap().unwrap()).unwrap();
        }
    })
    .await;
    assert!(text.contains(r#""kind":"project.create""#), "history comes first");
}
