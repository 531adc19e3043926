//! Live connections: `/ws`, and server-sent events where WebSocket is blocked.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::{Permission, ProjectId};
use futures_util::{SinkExt, StreamExt};
use schemars::JsonSchema;
use serde::Deserialize;

use super::guard::{InProject, identify};
use super::input::Query;
use super::route::{About, Api, Rule};
use crate::accounts::Identity;
use crate::app::{App, Meters};
use crate::problem::Problem;
use crate::realtime::wire::{self, FromClient};
use crate::realtime::{Member, Outbox};
use crate::streams::permissions;

/// The largest frame a client may send, and how many projects it may follow at once.
const MAX_FRAME: usize = 16 << 10;
const MAX_ROOMS: usize = 50;
/// Bytes read at once. What clients say is short; a longer frame takes several reads.
const READ_BUFFER: usize = 2 << 10;
/// Frames a client may send in ten seconds.
const MAX_FRAMES: u32 = 200;
/// How long a client may take to say who it is, and to take one frame.
const PATIENCE: Duration = Duration::from_secs(10);
/// Silence after which a connection is asked whether it still lives; two times, and it is closed.
const QUIET: Duration = Duration::from_secs(30);

pub(super) fn register(api: &mut Api) {
    api.get(
        "/ws",
        About::new(Rule::Open, "Live rooms over WebSocket; says who it is by Authorization or in the first frame")
            .gives_other(101, ""),
        upgrade,
    );
    let about = About::new(Rule::Project(Permission::Read), "Live events as server-sent events").query::<After>();
    api.get("/api/projects/{project}/stream", about.gives_other(200, "text/event-stream"), stream);
}

async fn upgrade(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade =
        upgrade.map_err(|rejection| Problem::new(rejection.status(), "no_websocket", rejection.body_text()))?;
    let known = match identify(&app, &headers).await {
        Ok(who) => Some(who),
        // A browser cannot send the header; it says who it is in the first frame.
        Err(_) if !headers.contains_key("authorization") => None,
        Err(problem) => return Err(problem),
    };
    // The library fills its read buffer with zeros before each read, so its size is what every idle connection holds: 128 KiB
    // if it is not said.
    let upgrade = upgrade.read_buffer_size(READ_BUFFER).max_message_size(MAX_FRAME).max_frame_size(MAX_FRAME);
    Ok(upgrade.on_upgrade(move |socket| async move {
        app.meters.live_connections.fetch_add(1, Ordering::Relaxed);
        serve(&app, socket, known).await;
        app.meters.live_connections.fetch_sub(1, Ordering::Relaxed);
    }))
}

/// One connection from its first frame to its last.
async fn serve(app: &Arc<App>, socket: WebSocket, mut who: Option<Identity>) {
    let (mut sink, mut frames) = socket.split();
    let outbox = Arc::new(Outbox::default());
    let mut rooms: HashMap<ProjectId, Member> = HashMap::new();
    if who.is_some() {
        outbox.push(wire::ready(&app.epoch));
    }
    // Made once: with a thousand connections in a room, what is made anew for each message is a part of its price.
    let late = tokio::time::sleep(PATIENCE);
    let shutdown = app.shutdown.cancelled();
    tokio::pin!(late, shutdown);
    let (mut window, mut count, mut quiet) = (tokio::time::Instant::now(), 0, 0);
    let mut silence = tokio::time::interval_at(tokio::time::Instant::now() + QUIET, QUIET);
    let (code, reason) = loop {
        tokio::select! {
            text = outbox.next() => {
                let Some(text) = text else {
                    Meters::count(&app.meters.live_cut_off_total);
                    break (wire::RESUME, "too slow: come back with your last number");
                };
                let sent = sink.send(Message::Text(text));
                if !matches!(tokio::time::timeout(PATIENCE, sent).await, Ok(Ok(()))) {
                    return;
                }
            }
            frame = frames.next() => {
                quiet = 0;
                if window.elapsed() > PATIENCE {
                    (window, count) = (tokio::time::Instant::now(), 0);
                }
                count += 1;
                if count > MAX_FRAMES {
                    break (wire::REFUSED, "too many frames");
                }
                let text = match frame {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Binary(_))) => break (wire::REFUSED, "frames are JSON texts"),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                };
                match serde_json::from_str(&text) {
                    Ok(said) => {
                        if let Err(reason) = hear(app, &mut who, &mut rooms, &outbox, said).await {
                            break (wire::REFUSED, reason);
                        }
                    }
                    Err(_) => break (wire::REFUSED, "the frame is not understood"),
                }
            }
            () = &mut late, if who.is_none() => break (wire::REFUSED, "say who you are first"),
            _ = silence.tick() => {
                quiet += 1;
                if quiet > 2 || sink.send(Message::Ping(bytes::Bytes::new())).await.is_err() {
                    return;
                }
            }
            () = &mut shutdown => break (wire::RESUME, "the server restarts"),
        }
    };
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    // Whoever does not take it in time loses the connection anyway.
    let _ = tokio::time::timeout(Duration::from_secs(1), sink.send(close)).await;
}

async fn hear(
    app: &Arc<App>,
    who: &mut Option<Identity>,
    rooms: &mut HashMap<ProjectId, Member>,
    outbox: &Arc<Outbox>,
    said: FromClient,
) -> Result<(), &'static str> {
    if let FromClient::Auth { token } = &said {
        *who = Some(app.accounts.identify(token).await.map_err(|_| "the token is not valid")?);
        outbox.push(wire::ready(&app.epoch));
        return Ok(());
    }
    let identity = who.as_ref().ok_or("say who you are first")?;
    match said {
        FromClient::Join { project, after, epoch } => {
            // Leaving before joining again makes the numbers begin where the client says.
            rooms.remove(&project);
            if rooms.len() >= MAX_ROOMS {
                outbox.push(wire::error("a connection follows at most 50 projects"));
                return Ok(());
            }
            let hidden = "there is no such project here";
            match may_read(app, project, identity).await {
                Ok(Some(seq)) if after > seq || epoch.is_some_and(|epoch| epoch != app.epoch) => {
                    outbox.push(wire::reset(project, &app.epoch));
                }
                Ok(Some(_)) => match app.rooms.join(project, identity.user, outbox, after).await {
                    Ok(Some(member)) => {
                        rooms.insert(project, member);
                    }
                    Ok(None) => outbox.push(wire::error(hidden)),
                    Err(_) => outbox.push(wire::error("the database is not available; join again in a moment")),
                },
                Ok(None) => outbox.push(wire::error(hidden)),
                Err(_) => outbox.push(wire::error("the database is not available; join again in a moment")),
            }
        }
        FromClient::Leave { project } => {
            rooms.remove(&project);
        }
        FromClient::Presence { project, doing } => {
            if doing.as_ref().is_some_and(|doing| doing.chars().nth(200).is_some()) {
                return Err("presence is at most 200 characters");
            }
            if let Some(member) = rooms.get(&project) {
                member.says(doing);
            }
        }
        FromClient::Ping => outbox.push(wire::pong()),
        FromClient::Auth { .. } => {}
    }
    Ok(())
}

/// The project's number, for those who may read it.
async fn may_read(app: &App, project: ProjectId, who: &Identity) -> Result<Option<u64>, crate::storage::StoreError> {
    let Some((slot, org)) = app.streams.fresh_with_org(&project.to_string()).await? else { return Ok(None) };
    let permissions = permissions(&slot, org.as_deref(), who.user).intersection(who.limit);
    Ok(permissions.has(Permission::Read).then(|| slot.read(|state| state.seq)))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct After {
    /// The last number that the client has.
    #[serde(default)]
    after: u64,
}

/// Leaves the room and the count when the client goes.
struct Following {
    app: Arc<App>,
    outbox: Arc<Outbox>,
    _member: Member,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.app.meters.live_connections.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn stream(
    State(app): State<Arc<App>>,
    project: InProject,
    Query(asked): Query<After>,
    headers: HeaderMap,
) -> Result<Sse<impl futures_util::Stream<Item = Result<Event, Infallible>>>, Problem> {
    // A browser that reconnects says here how far it was.
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let after = resumed.unwrap_or(asked.after);
    let outbox = Arc::new(Outbox::default());
    outbox.push(wire::ready(&app.epoch));
    if after > project.slot.read(|state| state.seq) {
        outbox.push(wire::reset(project.id, &app.epoch));
    }
    let member = app.rooms.join(project.id, project.who.user, &outbox, after).await?.ok_or_else(Problem::not_found)?;
    app.meters.live_connections.fetch_add(1, Ordering::Relaxed);
    let following = Following { app, outbox, _member: member };
    let events = futures_util::stream::unfold(following, |following| async move {
        let text = tokio::select! {
            text = following.outbox.next() => text?,
            () = following.app.shutdown.cancelled() => return None,
        };
        Some((Ok(Event::default().data(&*text)), following))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
