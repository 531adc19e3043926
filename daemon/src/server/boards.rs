//! The boards of this user: those of the server that is configured, or of a backend of one's own within this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use backend::{Config, Node};
use jiff::Timestamp;
use sync::{Boards, Connection, Credentials, Hub, Place, Reach, Server, Standing, Status, Way};
use tokio_util::sync::CancellationToken;

use super::api::{ProjectSync, RefusedShown, SyncStatus};
use crate::account::client::Client;
use crate::account::keep::Keep;
use crate::account::refresh;
use crate::config;
use crate::workspace::{backend_data, task_data};

/// When they cannot be opened they are tried again after so long: another daemon may have left, a disk may have room.
const AGAIN: Duration = Duration::from_secs(5);
/// A login that could not be refreshed is tried again after so long.
const LOGIN_AGAIN: Duration = Duration::from_secs(30);

/// The boards of a daemon, and what ends with them.
#[derive(Clone)]
pub(crate) struct Hosted {
    /// For whoever shows them.
    pub(crate) boards: Boards,
    stop: CancellationToken,
    /// Held by the task that hosts; closed when it has ended.
    done: tokio::sync::watch::Receiver<()>,
}

impl Hosted {
    /// Opens the boards, now and again until that works. Must be called inside a runtime.
    pub(crate) fn start() -> Hosted {
        let (boards, stop) = (Boards::off(), CancellationToken::new());
        boards.set(Standing::Starting);
        let (alive, done) = tokio::sync::watch::channel(());
        let hosted = Hosted { boards: boards.clone(), stop: stop.clone(), done };
        tokio::spawn(async move {
            let _alive = alive;
            keep_open(&boards, &stop).await;
        });
        hosted
    }

    /// None at all, for a process that shows no tasks.
    pub(crate) fn off() -> Hosted {
        Hosted { boards: Boards::off(), stop: CancellationToken::new(), done: tokio::sync::watch::channel(()).1 }
    }

    /// Ends them: what waits stays on the disk.
    pub(crate) async fn end(&mut self) {
        self.stop.cancel();
        // An error says that the task has ended, which is what is waited for.
        while self.done.changed().await.is_ok() {}
    }
}

async fn keep_open(boards: &Boards, stop: &CancellationToken) {
    loop {
        match open(stop).await {
            Ok((hub, node)) => {
                boards.set(Standing::Ready(hub));
                stop.cancelled().await;
                boards.set(Standing::Off);
                if let Some(node) = node {
                    node.stop().await;
                }
                return;
            }
            Err(error) => {
                let why = format!("{error:#}");
                tracing::warn!(why, "no boards");
                boards.set(Standing::Failed(why));
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(AGAIN)).await.is_none() {
            return;
        }
    }
}

async fn open(stop: &CancellationToken) -> Result<(Hub, Option<Node>)> {
    let configured = config::load_user()?.tasks.server;
    let clock: sync::Clock = Arc::new(Timestamp::now);
    if configured.is_empty() {
        let data = backend_data()?;
        let config = Config { listen: ([127, 0, 0, 1], 0).into(), data: data.clone(), ..Config::default() };
        let node = backend::serve(config).await.with_context(|| format!("the boards in {}", data.display()))?;
        let server = Server::new(&format!("http://{}", node.address), Credentials::none())?;
        let hub = Hub::open(&task_data()?.join("solo"), server, true, clock, stop.clone()).await;
        return match hub {
            Ok(hub) => Ok((hub, Some(node))),
            Err(error) => {
                node.stop().await;
                Err(error.into())
            }
        };
    }
    let name = Client::new(&configured, false)?.server();
    // Refused here when it would go over a network in the open, before there is anything to give away.
    let credentials = Credentials::token_of("");
    let server = Server::new(&name, credentials.clone())?;
    credentials.set(None);
    let hub = Hub::open(&task_data()?.join(folder_of(&name)), server, false, clock, stop.clone()).await?;
    let (stop, follower) = (stop.clone(), hub.clone());
    tokio::spawn(async move { stop.run_until_cancelled(stay_logged_in(name, credentials, follower)).await });
    Ok((hub, None))
}

/// A folder's name for a server.
fn folder_of(server: &str) -> String {
    server.chars().map(|symbol| if symbol.is_ascii_alphanumeric() || symbol == '.' { symbol } else { '_' }).collect()
}

/// Keeps a fresh access token at hand.
async fn stay_logged_in(server: String, credentials: Credentials, hub: Hub) {
    loop {
        let name = server.clone();
        let refreshed = tokio::task::spawn_blocking(move || refresh(&Keep::here()?, &name)).await;
        let pause = match refreshed.map_err(|fault| anyhow!(fault)).flatten() {
            Ok(tokens) => {
                credentials.set(Some(tokens.access_token));
                hub.retry();
                // At half its life, so that a server that is away for a moment ends no login.
                Duration::from_secs((tokens.expires_in / 2).clamp(10, 3_600))
            }
            Err(error) => {
                tracing::info!(error = format!("{error:#}"), "not logged in");
                LOGIN_AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// What a folder is to boards: its repository, its name, and the project that its configuration names.
pub(crate) fn place_of(root: &Path) -> Place {
    let remote = engine::git::Git::new(root.to_path_buf()).remote().ok();
    let project = match config::load(root) {
        Ok(effective) => Some(effective.config.tasks.project).filter(|project| !project.is_empty()),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "the configuration of a repository cannot be used");
            None
        }
    };
    Place {
        repository: engine::questions::repository::repository(remote.as_deref(), root),
        name: root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        project,
    }
}

/// As [`place_of`], off the threads that move bytes.
pub(crate) async fn place(root: Option<PathBuf>) -> Result<Option<Place>> {
    match root {
        Some(root) => Ok(Some(tokio::task::spawn_blocking(move || place_of(&root)).await?)),
        None => Ok(None),
    }
}

/// How the boards stand with their server.
///
/// # Errors
/// What was refused cannot be read.
pub(crate) async fn status(hub: &Hub) -> Result<SyncStatus> {
    let trouble = match &*hub.reach().borrow() {
        Reach::Starting | Reach::Known => None,
        Reach::Unknown(why) => Some(why.clone()),
        Reach::AnotherAccount { .. } => Some(
            "what is kept here belongs to another account than the one that is logged in; log in as that one"
                .to_owned(),
        ),
    };
    let keys = hub.keys();
    let project = |(id, status): (domain::ProjectId, Status)| ProjectSync {
        key: keys.get(&id).cloned().unwrap_or_else(|| id.to_string()),
        live: matches!(status.connection, Connection::Live(_)),
        connection: match status.connection {
            Connection::Starting => "starting".to_owned(),
            Connection::Reading => "reading everything".to_owned(),
            Connection::Live(Way::WebSocket) => "live".to_owned(),
            Connection::Live(Way::Stream) => "live by server-sent events, because WebSocket is blocked".to_owned(),
            Connection::Live(Way::Polling) => "asking every few seconds, because nothing else gets through".to_owned(),
            Connection::Offline(why) => format!("offline: {why}"),
            Connection::LoginNeeded(why) => format!("log in with `devmentor login`: {why}"),
            Connection::Gone(why) => format!("gone: {why}"),
        },
        seq: status.seq,
        behind: status.behind,
        queued: status.queued,
        trouble: status.trouble,
    };
    let refused = hub.refused().await?.into_iter().map(|one| RefusedShown {
        id: one.id,
        kind: one.command.kind().to_owned(),
        command: one.command,
        reason: one.detail,
        at: one.at,
    });
    Ok(SyncStatus {
        server: hub.server().base().to_string(),
        solo: hub.is_solo(),
        trouble,
        projects: hub.statuses().into_iter().map(project).collect(),
        refused: refused.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::folder_of;

    #[test]
    fn a_server_has_a_folder_of_its_own() {
        assert_eq!(folder_of("https://boards.example.com"), "https___boards.example.com");
        assert_eq!(folder_of("http://localhost:7340"), "http___localhost_7340");
    }
}
