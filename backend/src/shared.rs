//! The way to Redis, a single server or a cluster, for whoever asks it short questions. When it is away, callers hear so
//! at once and not after a time-out each: after a failure nobody asks for a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{Cmd, FromRedisValue, RedisError, TlsCertificates};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one may take while a request waits.
const HURRY: Duration = Duration::from_millis(250);
/// How long nobody asks after a failure.
const REST: Duration = Duration::from_secs(1);

/// Redis, as its URL names it; several URLs, separated by commas, are nodes of one cluster.
#[derive(Debug, Clone)]
pub struct Redis(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    urls: Vec<String>,
    /// The authority that the servers' certificates are of, where it is not one that the system trusts.
    certificates: Option<TlsCertificates>,
    link: Mutex<Option<Link>>,
    /// Held by whoever connects; nobody who has a connection waits for it.
    connecting: tokio::sync::Mutex<()>,
    resting_until: Mutex<Option<Instant>>,
}

/// An open connection; its copies share it.
#[derive(Clone)]
pub(crate) enum Link {
    /// To one server.
    Single(ConnectionManager),
    /// To all servers of a cluster.
    Cluster(ClusterConnection),
}

impl std::fmt::Debug for Link {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Single(_) => "Single",
            Self::Cluster(_) => "Cluster",
        })
    }
}

impl Redis {
    /// Connects to nothing yet. URLs that begin with `rediss:` are for TLS: certificates must be of an authority that the
    /// system trusts, or of those in `ca`, as PEM.
    ///
    /// # Errors
    /// A URL is not one of Redis, or not for TLS although there is an authority.
    pub fn new(urls: &str, ca: Option<Vec<u8>>) -> Result<Self, RedisError> {
        // Installed by whoever is first; all are the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let urls: Vec<String> = urls.split(',').map(|url| url.trim().to_owned()).collect();
        let certificates = ca.map(|ca| TlsCertificates { client_tls: None, root_cert: Some(ca) });
        let (link, connecting) = (Mutex::default(), tokio::sync::Mutex::default());
        let new = Self(Arc::new(Inner { urls, certificates, link, connecting, resting_until: Mutex::default() }));
        for url in &new.0.urls {
            new.client_of(url)?;
        }
        Ok(new)
    }

    fn client_of(&self, url: &str) -> Result<redis::Client, RedisError> {
        match &self.0.certificates {
            Some(certificates) => redis::Client::build_with_tls(url, certificates.clone()),
            None => redis::Client::open(url),
        }
    }

    /// A client of the first server that is named.
    pub(crate) fn client(&self) -> Result<redis::Client, RedisError> {
        self.client_of(self.0.urls.first().map_or("", String::as_str))
    }

    /// A builder for clients of the cluster.
    pub(crate) fn cluster(&self) -> ClusterClientBuilder {
        let builder = ClusterClient::builder(self.0.urls.clone());
        let builder = builder.connection_timeout(PATIENCE).response_timeout(PATIENCE).retries(2);
        match &self.0.certificates {
            Some(certificates) => builder.certs(certificates.clone()),
            None => builder,
        }
    }

    /// Whether the server is a node of a cluster.
    ///
    /// # Errors
    /// It does not answer.
    pub(crate) async fn is_cluster(&self) -> Result<bool, RedisError> {
        let mut connection = self.client()?.get_multiplexed_async_connection().await?;
        let info: String = redis::cmd("INFO").arg("cluster").query_async(&mut connection).await?;
        Ok(info.lines().any(|line| line.trim() == "cluster_enabled:1"))
    }

    async fn connect(&self) -> Result<Link, RedisError> {
        if self.is_cluster().await? {
            return Ok(Link::Cluster(self.cluster().build()?.get_async_connection().await?));
        }
        let config = ConnectionManagerConfig::new().set_number_of_retries(0);
        Ok(Link::Single(ConnectionManager::new_with_config(self.client()?, config).await?))
    }

    /// Connects, unless that is done; whoever comes meanwhile waits for the same connection.
    pub(crate) async fn connected(&self) -> Option<Link> {
        let _turn = self.0.connecting.lock().await;
        let open = self.0.link.lock().clone();
        if open.is_some() || self.rests() {
            return open;
        }
        match tokio::time::timeout(PATIENCE, self.connect()).await {
            Ok(Ok(made)) => *self.0.link.lock() = Some(made),
            Ok(Err(error)) => self.rest(&error),
            Err(late) => self.rest(&late),
        }
        self.0.link.lock().clone()
    }

    /// Asks; `None` when there is no answer in time.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let link = self.connected().await?;
        self.ask_over(link, command, PATIENCE).await
    }

    /// The same for those who cannot wait for a connection: when there is none, one is begun, and the answer is `None`.
    pub(crate) async fn ask_now<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        if self.rests() {
            return None;
        }
        let open = self.0.link.lock().clone();
        let Some(link) = open else {
            if self.0.connecting.try_lock().is_ok() {
                let later = self.clone();
                tokio::spawn(async move { later.connected().await });
            }
            return None;
        };
        self.ask_over(link, command, HURRY).await
    }

    async fn ask_over<T: FromRedisValue>(&self, link: Link, command: &Cmd, patience: Duration) -> Option<T> {
        let asked = async {
            match link {
                Link::Single(mut connection) => query(command, &mut connection).await,
                Link::Cluster(mut connection) => query(command, &mut connection).await,
            }
        };
        match tokio::time::timeout(patience, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => self.rest(&error),
            Err(late) => self.rest(&late),
        }
        *self.0.link.lock() = None;
        None
    }

    fn rests(&self) -> bool {
        self.0.resting_until.lock().is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self, why: &dyn std::fmt::Display) {
        tracing::warn!(%why, "redis does not answer");
        *self.0.resting_until.lock() = Some(Instant::now() + REST);
    }
}

async fn query<T: FromRedisValue>(command: &Cmd, connection: &mut impl ConnectionLike) -> Result<T, RedisError> {
    command.query_async(connection).await
}
