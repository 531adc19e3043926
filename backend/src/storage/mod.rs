//! What is kept: streams, events, read tables, accounts. One SQL text over SQLite and PostgreSQL.
//!
//! [`Store`] reads; [`Txn`] is one transaction that writes. Both are written once, in `sql.rs`, and stamped for each
//! database. Only schema and locking differ.

mod auth;
mod auth_sql;
mod connect;
mod migrate;
mod sql;
mod verify;
mod write;

use std::sync::Arc;

pub use auth::{AuthLogRow, AuthStore, DeviceRow, IdentityRow, InvitationRow};
pub use connect::{PostgresStore, SqliteStore};
pub use verify::{Finding, check};
pub(crate) use write::in_steps;
pub use write::{Write, WriteStore};

/// Why storage did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Something unique is there already.
    #[error("already there: {0}")]
    Taken(String),
    /// The database cannot be reached, or is too busy; trying again may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Stored bytes are not what they should be.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
    /// A fault of the database or of this program.
    #[error("{0}")]
    Other(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(cause) if cause.is_unique_violation() => Self::Taken(cause.message().to_owned()),
            // SQLITE_BUSY and SQLITE_LOCKED; PostgreSQL: shutting down, too many connections, serialization, deadlock.
            E::Database(cause)
                if matches!(
                    cause.code().as_deref(),
                    Some("5" | "6" | "261" | "517" | "57P01" | "57P02" | "57P03" | "53300" | "40001" | "40P01")
                ) =>
            {
                Self::Unavailable(cause.message().to_owned())
            }
            E::Io(_) | E::PoolTimedOut | E::PoolClosed | E::Tls(_) | E::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Other(error.to_string()),
        }
    }
}

/// The result of storage.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A stream's place in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRow {
    /// Identity: of a project or an organisation.
    pub id: String,
    /// The organisation.
    pub org: String,
    /// A project's key.
    pub key: String,
    /// The number of its last event.
    pub seq: u64,
    /// The hash of its last event.
    pub hash: String,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its number.
    pub seq: u64,
    /// What happened.
    pub kind: String,
    /// Who did it.
    pub actor: String,
    /// When, RFC 3339.
    pub at: String,
    /// The event as JSON.
    pub body: String,
    /// Hash over the one before and this.
    pub hash: String,
}

/// A row of the read table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityRow {
    /// Kind.
    pub kind: String,
    /// Identity.
    pub id: String,
    /// The event that last changed it.
    pub seq: u64,
    /// The entity as JSON.
    pub body: String,
}

/// What a command left behind, so that sending it again does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the command's body and of who sent it.
    pub body_hash: String,
    /// The stream's number after it.
    pub seq: u64,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Identity.
    pub id: String,
    /// The name after `@`.
    pub handle: String,
    /// The name people see.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// argon2id hash in PHC form; empty when there is no password.
    pub password: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// Whether it is shut.
    pub disabled: bool,
    /// The organisation whose service account this is; empty for people.
    pub service_of: String,
}

/// A login: one browser, editor or command line that refreshes its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRow {
    /// Identity.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// Hash of the valid refresh token.
    pub current: String,
    /// Hash of the one before.
    pub previous: String,
    /// When it was last exchanged, in milliseconds since 1970.
    pub rotated_at: i64,
    /// When it ends, likewise.
    pub expires_at: i64,
    /// Whether it was ended.
    pub revoked: bool,
    /// What the client said it is.
    pub client: String,
    /// When it began.
    pub created_at: i64,
}

/// An API token; of the token itself only the hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Identity.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// SHA-256 of the token.
    pub hash: String,
    /// What its owner calls it.
    pub name: String,
    /// Permissions by name, comma-separated.
    pub scopes: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: i64,
    /// When it was made.
    pub created_at: i64,
}

/// Reading, and small writes that stand alone.
#[async_trait::async_trait]
pub trait Store: AuthStore + WriteStore {
    /// Begins a transaction that writes.
    async fn begin(&self) -> Result<Box<dyn Txn>>;
    /// Brings the schema up to date; several nodes may start at once.
    async fn migrate(&self) -> Result<()>;
    /// The name of the database, for `/health`.
    fn name(&self) -> &'static str;
    /// Answers when the database does.
    async fn ping(&self) -> Result<()>;
    /// Removes receipts of before this time, in milliseconds since 1970, and says how many.
    async fn forget_receipts(&self, before: i64) -> Result<u64>;
    /// Connections to the database: all of them, and those that wait for work.
    fn connections(&self) -> (u32, usize);
    /// A setting of the whole database.
    async fn meta(&self, key: &str) -> Result<Option<String>>;
    /// Sets it only if it is not set, and says what it is now.
    async fn meta_init(&self, key: &str, value: &str) -> Result<String>;
    /// Sets it.
    async fn meta_set(&self, key: &str, value: &str) -> Result<()>;
    /// One stream.
    async fn stream(&self, id: &str) -> Result<Option<StreamRow>>;
    /// Those of two streams that are there, in any order.
    async fn two_streams(&self, one: &str, other: &str) -> Result<Vec<StreamRow>>;
    /// What an earlier sending of this command left.
    async fn receipt(&self, stream: &str, command: &str) -> Result<Option<Receipt>>;
    /// Streams after `after`, in the order of their identities.
    async fn streams(&self, after: &str, limit: u32) -> Result<Vec<StreamRow>>;
    /// The projects of an organisation, in the order of their identities.
    async fn projects_of(&self, org: &str) -> Result<Vec<StreamRow>>;
    /// The projects of an organisation and who is invited into each: what lists of projects need, read at once.
    async fn project_heads(&self, org: &str) -> Result<Vec<(String, EntityRow)>>;
    /// Events after `seq`.
    async fn events(&self, stream: &str, after: u64, limit: u32) -> Result<Vec<EventRow>>;
    /// The read table of a stream, in the order of kinds and identities.
    async fn entities(&self, stream: &str) -> Result<Vec<EntityRow>>;
    /// At most so many rows of the read table after a kind and identity, as one text: kind, identity, version and body with
    /// [`FIELD_END`](crate::load::FIELD_END) between them, rows with [`ROW_END`](crate::load::ROW_END). `None` when there is
    /// none.
    async fn entities_after(&self, stream: &str, after: (&str, &str), limit: u32) -> Result<Option<String>>;
    /// The streams in which an entity of this kind and identity is: how people find their organisations and projects.
    async fn streams_with(&self, kind: &str, id: &str) -> Result<Vec<String>>;
    /// An account by identity.
    async fn user(&self, id: &str) -> Result<Option<UserRow>>;
    /// An account by handle or mail address.
    async fn user_named(&self, name: &str) -> Result<Option<UserRow>>;
    /// All accounts, in the order of their identities.
    async fn users(&self) -> Result<Vec<UserRow>>;
    /// How many accounts there are.
    async fn count_users(&self) -> Result<u64>;
    /// Adds an account.
    async fn add_user(&self, user: &UserRow) -> Result<()>;
    /// Adds a login.
    async fn add_login(&self, login: &LoginRow) -> Result<()>;
    /// A login.
    async fn login(&self, id: &str) -> Result<Option<LoginRow>>;
    /// The logins of a person that are not ended.
    async fn logins_of(&self, user: &str) -> Result<Vec<LoginRow>>;
    /// Exchanges the refresh token; false when `expected` is no longer the valid one.
    async fn rotate_login(&self, id: &str, expected: &str, next: &str, now: i64) -> Result<bool>;
    /// Ends a login of a person; false when there is none.
    async fn revoke_login(&self, user: &str, id: &str) -> Result<bool>;
    /// Adds an API token.
    async fn add_token(&self, token: &TokenRow) -> Result<()>;
    /// An API token by its hash.
    async fn token(&self, hash: &str) -> Result<Option<TokenRow>>;
    /// The API tokens of a person.
    async fn tokens_of(&self, user: &str) -> Result<Vec<TokenRow>>;
    /// Removes an API token of a person; false when there is none.
    async fn remove_token(&self, user: &str, id: &str) -> Result<bool>;
}

/// One transaction. Dropping it undoes it.
#[async_trait::async_trait]
pub trait Txn: Send {
    /// A stream, locked until the end: whoever comes next waits.
    async fn lock(&mut self, stream: &str) -> Result<Option<StreamRow>>;
    /// A stream, not locked.
    async fn stream(&mut self, id: &str) -> Result<Option<StreamRow>>;
    /// Adds a stream without events, locked.
    async fn create_stream(&mut self, row: &StreamRow) -> Result<()>;
    /// What an earlier sending of this command left.
    async fn receipt(&mut self, stream: &str, command: &str) -> Result<Option<Receipt>>;
    /// Events after `seq`.
    async fn events(&mut self, stream: &str, after: u64, limit: u32) -> Result<Vec<EventRow>>;
    /// Appends an event and moves the stream's head to it.
    async fn append(&mut self, stream: &str, event: &EventRow, deleted: bool) -> Result<()>;
    /// Writes a row of the read table.
    async fn put(&mut self, stream: &str, row: &EntityRow) -> Result<()>;
    /// Removes one.
    async fn remove(&mut self, stream: &str, kind: &str, id: &str) -> Result<()>;
    /// Leaves a receipt.
    async fn leave_receipt(&mut self, stream: &str, command: &str, receipt: &Receipt) -> Result<()>;
    /// Makes it last.
    async fn commit(self: Box<Self>) -> Result<()>;
}

/// Opens the database that a URL names: `postgres://…`, or `sqlite:PATH`. The schema is brought up to date.
///
/// # Errors
/// The database cannot be reached, or its schema is newer than this program.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    let store: Arc<dyn Store> = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Arc::new(PostgresStore::connect(url).await?)
    } else if let Some(path) = url.strip_prefix("sqlite:") {
        Arc::new(SqliteStore::open(path.trim_start_matches("//").as_ref()).await?)
    } else {
        return Err(StoreError::Other("the database URL starts with postgres:// or sqlite:".to_owned()));
    };
    store.migrate().await?;
    store.meta_init("epoch", &uuid::Uuid::now_v7().to_string()).await?;
    Ok(store)
}

/// The hash of an event: over the hash before it and its own bytes. `sha256sum` of `PREVIOUS\nBODY` gives the same.
pub fn chain(previous: &str, body: &str) -> String {
    use sha2::Digest;
    let mut hasher = sha2::Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(b"\n");
    hasher.update(body.as_bytes());
    hex(&hasher.finalize())
}

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
