//! Starting and stopping a node.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{CommandId, OrgId, UserId};
use tokio_util::sync::CancellationToken;

use crate::accounts::providers::{ProviderConfig, Providers};
use crate::accounts::{Accounts, fresh_secret};
use crate::app::{App, Meters, Mode};
use crate::bus::Bus;
use crate::problem::Problem;
use crate::realtime::Rooms;
use crate::storage::{self, Store, StoreError, UserRow};
use crate::streams::Streams;

/// The SQLite database within the data folder.
pub(crate) const DATABASE_FILE: &str = "backend.sqlite";
/// Requests under way get this long to end when the node stops.
const DRAIN: Duration = Duration::from_secs(10);

/// Who may make an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Registration {
    /// On a loopback address and without accounts: nobody needs one. Otherwise closed once the first account is made.
    #[default]
    Auto,
    /// A team's server where only the first account is made freely.
    Closed,
    /// A team's server where whoever is invited may make one.
    Invite,
    /// A team's server where anybody may make one.
    Open,
}

/// How a node is run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of the SQLite database, when there is no other.
    pub data: PathBuf,
    /// `postgres://…` or `sqlite:PATH`.
    pub database_url: Option<String>,
    /// `redis://…`, when there are several nodes.
    pub redis_url: Option<String>,
    /// Who may make an account.
    pub registration: Registration,
    /// Ways in besides passwords.
    pub ways_in: WaysIn,
}

/// Ways in besides passwords.
#[derive(Debug, Clone, Default)]
pub struct WaysIn {
    /// The address at which browsers reach this server, such as `https://devmentor.example.com`.
    pub public_url: Option<String>,
    /// Accounts somewhere else that open one here.
    pub providers: Vec<ProviderConfig>,
}

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database failed.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// Redis' URL is wrong.
    #[error("the Redis URL: {0}")]
    Redis(#[from] redis::RedisError),
    /// The address or the folder cannot be used.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Something that must not be served was asked for.
    #[error("{0}")]
    Refused(String),
}

impl From<Problem> for ServeError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.detail)
    }
}

/// A node that runs.
#[derive(Debug)]
pub struct Node {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves.
    pub app: Arc<App>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Node {
    /// Stops taking requests, lets those under way end, and tells live clients to come back.
    pub async fn stop(self) {
        self.stop.cancel();
        self.app.shutdown.cancel();
        let abort = self.task.abort_handle();
        if tokio::time::timeout(DRAIN, self.task).await.is_err() {
            abort.abort();
        }
    }

    /// Ends at once: no new connections, live ones are told to come back, nobody is waited for.
    pub fn kill(&self) {
        self.task.abort();
        self.app.shutdown.cancel();
    }

    /// Runs until the process is asked to end.
    pub async fn run(self) {
        asked_to_end().await;
        tracing::info!("stopping");
        self.stop().await;
    }
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    // Without a signal there is nothing to wait for but the end of the process.
    let _ = tokio::signal::ctrl_c().await;
}

/// Starts a node and answers when it listens.
///
/// # Errors
/// The database, Redis' URL, the folder or the address cannot be used; or a server without login would be open to others.
pub async fn serve(config: Config) -> Result<Node, ServeError> {
    let url = match &config.database_url {
        Some(url) => url.clone(),
        None => {
            std::fs::create_dir_all(&config.data)
                .map_err(|cause| ServeError::Io { what: config.data.display().to_string(), cause })?;
            format!("sqlite:{}", config.data.join(DATABASE_FILE).display())
        }
    };
    let providers = Providers::new(config.ways_in.public_url.as_deref(), &config.ways_in.providers);
    let providers = providers.map_err(ServeError::Refused)?;
    let store = storage::open(&url).await?;
    let bus = match &config.redis_url {
        Some(url) => Bus::redis(url)?,
        None => Bus::local(),
    };
    let secret = store.meta_init("token_secret", &fresh_secret()?).await?;
    let epoch = store.meta("epoch").await?.unwrap_or_default();
    let streams = Arc::new(Streams::new(store.clone(), bus));
    let shutdown = CancellationToken::new();
    let (mode, newcomer) = mode(&*store, &config).await?;
    let app = Arc::new(App {
        rooms: Rooms::start(streams.clone(), shutdown.clone()),
        accounts: Accounts::new(store.clone(), secret.as_bytes()),
        providers,
        streams,
        mode,
        epoch,
        meters: Meters::default(),
        buckets: crate::http::Buckets::default(),
        shutdown,
    });
    if let (Mode::Solo(user), true) = (mode, newcomer) {
        crate::http::make_org(&app, OrgId::fresh(), "Personal", user, CommandId::fresh()).await?;
    }
    let listening = |cause| ServeError::Io { what: config.listen.to_string(), cause };
    let listener = tokio::net::TcpListener::bind(config.listen).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let stop = CancellationToken::new();
    let router = crate::http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let asked = stop.clone();
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(asked.cancelled_owned()).await {
            tracing::error!(%error, "the listener ended");
        }
    });
    tracing::info!(%address, database = store.name(), "serving");
    Ok(Node { address, app, stop, task })
}

/// The handle of the person who works alone.
const SOLO: &str = "solo";

/// Who may come in, and whether the person of solo mode was made just now.
async fn mode(store: &dyn Store, config: &Config) -> Result<(Mode, bool), ServeError> {
    let solo = store.user_named(SOLO).await?.filter(|user| user.password.is_empty());
    let others = store.count_users().await? - u64::from(solo.is_some());
    let alone = config.registration == Registration::Auto && others == 0;
    if !alone {
        return Ok((Mode::Team { registration: config.registration }, false));
    }
    if !config.listen.ip().is_loopback() {
        let detail = format!(
            "{} can be reached by others, and there are no accounts yet: without login only loopback addresses are \
             served. Say --registration closed (the first account is free) or open to run a team's server.",
            config.listen
        );
        return Err(ServeError::Refused(detail));
    }
    let parse = |id: &str| id.parse::<UserId>().map_err(|error| StoreError::Corrupt(error.to_string()));
    if let Some(user) = solo {
        return Ok((Mode::Solo(parse(&user.id)?), false));
    }
    let id = UserId::fresh();
    let user = UserRow {
        id: id.to_string(),
        handle: SOLO.to_owned(),
        name: "Me".to_owned(),
        email: None,
        password: String::new(),
        created_at: crate::streams::now().to_string(),
        disabled: false,
        service_of: String::new(),
    };
    match store.add_user(&user).await {
        Ok(()) => Ok((Mode::Solo(id), true)),
        // Another process was quicker.
        Err(StoreError::Taken(_)) => {
            let user = store
                .user_named(SOLO)
                .await?
                .ok_or_else(|| StoreError::Other("the solo account is gone".to_owned()))?;
            Ok((Mode::Solo(parse(&user.id)?), false))
        }
        Err(error) => Err(error.into()),
    }
}
