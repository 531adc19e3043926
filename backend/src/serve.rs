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
use crate::http::{Limit, Limits, Network};
use crate::listen::Patience;
use crate::metrics::Durations;
use crate::problem::Problem;
use crate::realtime::Rooms;
use crate::shared::Redis;
use crate::storage::{self, Store, StoreError, UserRow};
use crate::streams::Streams;
use crate::tls::Certificates;

/// The SQLite database within the data folder.
pub(crate) const DATABASE_FILE: &str = "backend.sqlite";
/// How often receipts that are too old are removed.
const TIDY: Duration = Duration::from_secs(3_600);

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
    /// The authority of the certificates of Redis (PEM), where it is not one that the system trusts.
    pub redis_ca: Option<PathBuf>,
    /// Who may make an account.
    pub registration: Registration,
    /// Ways in besides passwords.
    pub ways_in: WaysIn,
    /// What operators may turn.
    pub options: Options,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7340)),
            data: PathBuf::from("."),
            database_url: None,
            redis_url: None,
            redis_ca: None,
            registration: Registration::default(),
            ways_in: WaysIn::default(),
            options: Options::default(),
        }
    }
}

/// What operators may turn; the defaults are those of a small team.
#[derive(Debug, Clone)]
pub struct Options {
    /// Serve TLS with this certificate.
    pub tls: Option<crate::tls::Files>,
    /// Origins, such as `https://board.example.com`, whose pages may use the API.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// How much everybody may ask for.
    pub limits: Vec<Limit>,
    /// How long peers may take.
    pub patience: Patience,
    /// Bytes of project states and of boards made from them that are kept in memory.
    pub cache_bytes: u64,
    /// After so many days a command that comes again is taken for a new one.
    pub receipt_days: u32,
    /// After so many days an entry of the record of logins is removed; 0 keeps all.
    pub audit_days: u32,
    /// Requests under way get this long to end when the node stops.
    pub drain: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tls: None,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            limits: crate::http::default_limits(),
            patience: Patience::default(),
            cache_bytes: 256 << 20,
            receipt_days: 30,
            audit_days: 365,
            drain: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// The origins as they stand in headers.
    fn origins(&self) -> Result<Vec<axum::http::HeaderValue>, ServeError> {
        let read = |origin: &String| {
            let uri = origin.parse::<axum::http::Uri>().ok();
            let whole = uri.is_some_and(|uri| {
                let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
                scheme && uri.path() == "/" && uri.query().is_none() && !origin.ends_with('/')
            });
            let value = axum::http::HeaderValue::from_str(origin).ok().filter(|_| whole);
            value.ok_or_else(|| {
                ServeError::Refused(format!(
                    "{origin:?} is no origin; one looks like https://board.example.com. There is no `*`: whoever may \
                     use the API from a page is named."
                ))
            })
        };
        self.cors_origins.iter().map(read).collect()
    }
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
    drain: Duration,
    task: tokio::task::JoinHandle<()>,
}

impl Node {
    /// Stops taking requests, lets those under way end, and tells live clients to come back.
    pub async fn stop(self) {
        self.stop.cancel();
        self.app.shutdown.cancel();
        let abort = self.task.abort_handle();
        if tokio::time::timeout(self.drain, self.task).await.is_err() {
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
    let options = &config.options;
    let cors_origins = options.origins()?;
    for limit in &options.limits {
        limit.check().map_err(ServeError::Refused)?;
    }
    let certificates = options.tls.clone().map(Certificates::open).transpose().map_err(ServeError::Refused)?;
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|cause| ServeError::Io { what: path.display().to_string(), cause })
    };
    let redis_ca = config.redis_ca.as_ref().map(read).transpose()?;
    let redis = config.redis_url.as_deref().map(|url| Redis::new(url, redis_ca)).transpose()?;
    let bus = redis.as_ref().map_or_else(Bus::local, Bus::redis);
    if let Some(redis) = &redis {
        // So that limits are counted together from the first request on; without an answer the node starts all the same.
        redis.connected().await;
    }
    let secret = store.meta_init("token_secret", &fresh_secret()?).await?;
    let epoch = store.meta("epoch").await?.unwrap_or_default();
    let streams = Arc::new(Streams::new(store.clone(), bus).keeping(options.cache_bytes));
    let shutdown = CancellationToken::new();
    let (mode, newcomer) = mode(&*store, &config).await?;
    let app = Arc::new(App {
        rooms: Rooms::start(streams.clone(), shutdown.clone()),
        accounts: Accounts::new(store.clone(), secret.as_bytes(), redis.as_ref()),
        providers,
        streams,
        mode,
        epoch,
        meters: Meters::default(),
        limits: Limits::new(options.limits.clone(), redis, options.trusted_proxies.clone()),
        durations: Durations::default(),
        cors_origins,
        request_time: options.patience.request,
        // Never for the person alone: it would bind every other program on localhost too.
        only_tls: options.tls.is_some() && matches!(mode, Mode::Team { .. }),
        shutdown,
    });
    if let (Mode::Solo(user), true) = (mode, newcomer) {
        crate::http::make_org(&app, OrgId::fresh(), "Personal", user, CommandId::fresh()).await?;
    }
    let listening = |cause| ServeError::Io { what: config.listen.to_string(), cause };
    let listener = tokio::net::TcpListener::bind(config.listen).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let stop = CancellationToken::new();
    let certificates = certificates.map(Arc::new);
    if let Some(certificates) = &certificates {
        tokio::spawn(certificates.clone().follow(stop.clone()));
    }
    tokio::spawn(tidy(store.clone(), (options.receipt_days, options.audit_days), stop.clone()));
    let router = crate::http::router(app.clone());
    let task = tokio::spawn(crate::listen::serve(listener, router, certificates, options.patience, stop.clone()));
    tracing::info!(%address, database = store.name(), "serving");
    Ok(Node { address, app, stop, drain: options.drain, task })
}

/// Removes receipts and entries of the record of logins that are too old, now and then until `stop`. Nodes may do so side
/// by side.
async fn tidy(store: Arc<dyn Store>, (receipt_days, audit_days): (u32, u32), stop: CancellationToken) {
    loop {
        let before = |days: u32| jiff::Timestamp::now().as_millisecond() - i64::from(days) * 86_400_000;
        match store.forget_receipts(before(receipt_days)).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "old receipts were removed"),
            Err(error) => tracing::warn!(%error, "old receipts were not removed"),
        }
        if audit_days > 0 {
            match crate::accounts::record::forget(&*store, before(audit_days)).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "old entries of the record of logins were removed"),
                Err(error) => tracing::warn!(%error, "old entries of the record of logins were not removed"),
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(TIDY)).await.is_none() {
            return;
        }
    }
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
