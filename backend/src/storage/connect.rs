//! Connections to the databases.

use std::path::Path;
use std::time::Duration;

use super::{Result, StoreError};

/// A connection that was unused for longer is asked whether it still lives before it is used.
const QUIET: Duration = Duration::from_secs(1);

/// SQLite in one file: one connection that writes, several that read.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pub(super) read: sqlx::SqlitePool,
    pub(super) write: sqlx::SqlitePool,
}

impl SqliteStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub async fn open(path: &Path) -> Result<Self> {
        use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Every commit is on the disk before it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory");
        // In this process writers queue for the one connection, so that none ever sees "database is locked".
        let pool = |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(Duration::from_secs(10));
        let write = pool(1).connect_with(options.clone()).await?;
        let read = pool(4).connect_with(options.read_only(false)).await?;
        Ok(Self { read, write })
    }
}

/// PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pub(super) read: sqlx::PgPool,
    pub(super) write: sqlx::PgPool,
}

impl PostgresStore {
    /// Connects.
    ///
    /// # Errors
    /// The URL is wrong, or the server does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        // A connection that was used a moment ago is taken as it is: asking it first would double the questions of each
        // request. One that the server ended meanwhile fails one request, which is told to come again.
        let options = sqlx::postgres::PgPoolOptions::new()
            .max_connections(12)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // Every statement here finds its rows by keys, whatever the values are: planning it anew for each of
                    // them, as PostgreSQL does when the values promise a cheaper plan, costs more than running it.
                    sqlx::Executor::execute(connection, "SET plan_cache_mode = force_generic_plan").await?;
                    Ok(())
                })
            })
            .before_acquire(|connection, state| {
                Box::pin(async move {
                    if state.idle_for > QUIET {
                        sqlx::Connection::ping(connection).await?;
                    }
                    Ok(true)
                })
            });
        let read = options.connect_with(postgres_options(url)?).await?;
        Ok(Self { write: read.clone(), read })
    }
}

/// What the URL says. An authority for certificates that is named is meant to be used: `sslrootcert` alone is
/// `sslmode=verify-full`.
fn postgres_options(url: &str) -> Result<sqlx::postgres::PgConnectOptions> {
    use sqlx::postgres::PgSslMode as Mode;
    // Installed by whoever is first; all are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wrong = |error: &dyn std::fmt::Display| StoreError::Other(format!("the database URL: {error}"));
    let named: Vec<String> =
        url::Url::parse(url).map_err(|error| wrong(&error))?.query_pairs().map(|(key, _)| key.into_owned()).collect();
    let says = |names: [&str; 2]| named.iter().any(|key| names.contains(&key.as_str()));
    let options: sqlx::postgres::PgConnectOptions = url.parse().map_err(|error: sqlx::Error| wrong(&error))?;
    let options = match says(["sslrootcert", "ssl-root-cert"]) && !says(["sslmode", "ssl-mode"]) {
        true => options.ssl_mode(Mode::VerifyFull),
        false => options,
    };
    let near = options.get_socket().is_some() || matches!(options.get_host(), "localhost" | "127.0.0.1" | "::1");
    if !near && !matches!(options.get_ssl_mode(), Mode::VerifyCa | Mode::VerifyFull) {
        tracing::warn!(
            host = options.get_host(),
            "the database's certificate is not checked: say sslmode=verify-full in its URL"
        );
    }
    Ok(options)
}
