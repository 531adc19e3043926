//! What survives the end of the process: replicas of projects, and the queue of commands. One SQLite file.
//!
//! Two connections with different promises: a command is on the disk before it counts as done (`synchronous=FULL`); what the server has said can be
//! asked again, so its last moments may be lost with the power, but never half of them (`NORMAL`).

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use domain::state::Entity;
use domain::{Change, Command, CommandId, Event, ProjectId, State};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, Row};
use tokio::sync::Mutex;

use crate::replica::Queued;

/// The tables, made in a new file.
const SCHEMA: &[&str] = &[
    "CREATE TABLE projects (id TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL, gone TEXT)",
    "CREATE TABLE entities (project TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (project, kind, id)) WITHOUT ROWID",
    "CREATE TABLE outbox (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, command TEXT NOT NULL,
        at TEXT NOT NULL, accepted INTEGER)",
    "CREATE INDEX outbox_of ON outbox (project, place)",
    "CREATE TABLE refused (id TEXT PRIMARY KEY, project TEXT NOT NULL, command TEXT NOT NULL, at TEXT NOT NULL, code TEXT NOT NULL,
        detail TEXT NOT NULL, field TEXT, refused_at TEXT NOT NULL)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
];
/// The number of the schema, kept in SQLite's `user_version`.
const VERSION: i64 = 1;
/// Another process that writes gets this long to end.
const BUSY: Duration = Duration::from_secs(10);

/// Why something was not kept or not read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed, or the disk is full.
    #[error("{}: {cause}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What it said.
        cause: sqlx::Error,
    },
    /// A row that this program did not write.
    #[error("{}: {what} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which row.
        what: String,
    },
    /// The file belongs to a newer program.
    #[error("{} was written by a newer version of DevMentor; update this one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// Another process works with the file.
    #[error("{} is in use by another DevMentor process", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The folder cannot be used.
    #[error("{}: {cause}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// A command that the server will never do, and why. It is kept until somebody has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The command.
    pub id: CommandId,
    /// Its project.
    pub project: ProjectId,
    /// What was asked, with all of its text.
    pub command: Command,
    /// When it was done here.
    pub at: Timestamp,
    /// A stable name of the reason.
    pub code: String,
    /// The reason in words.
    pub detail: String,
    /// The field at fault.
    pub field: Option<String>,
    /// When the server said so, by this machine's clock.
    pub refused_at: Timestamp,
}

/// What is known of a project.
#[derive(Debug)]
pub struct Kept {
    /// Names the history that numbers belong to; empty before anything was read.
    pub epoch: String,
    /// The confirmed state.
    pub state: State,
    /// Why it can no longer be reached, if so.
    pub gone: Option<String>,
}

/// The file. Only one process has it open.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// For what can be asked again.
    replica: Mutex<SqliteConnection>,
    /// For commands.
    outbox: Mutex<SqliteConnection>,
    /// Held as long as the file is open; the system lets go of it when the process dies.
    _lock: std::fs::File,
}

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the file in `folder`, or makes both. They are readable by their owner alone.
    ///
    /// # Errors
    /// The folder cannot be used, another process has it open, or the file is damaged or of a newer program.
    pub async fn open(folder: &Path) -> Result<Store> {
        let failed = |cause| StoreError::Folder { path: folder.to_owned(), cause };
        make_private(folder).map_err(failed)?;
        let path = folder.join("replica.sqlite");
        let lock = std::fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("replica.lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::InUse { path }),
            Err(std::fs::TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let wrong = |cause| StoreError::Database { path: path.clone(), cause };
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let mut outbox = options.clone().synchronous(SqliteSynchronous::Full).connect().await.map_err(wrong)?;
        prepare(&mut outbox, &path).await?;
        let replica = options.synchronous(SqliteSynchronous::Normal).connect().await.map_err(wrong)?;
        Ok(Store { path, replica: Mutex::new(replica), outbox: Mutex::new(outbox), _lock: lock })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn wrong(&self, cause: sqlx::Error) -> StoreError {
        StoreError::Database { path: self.path.clone(), cause }
    }

    fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), what: what.into() }
    }

    /// A fact about the replica as a whole.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) async fn meta(&self, key: &str) -> Result<Option<String>> {
        let mut connection = self.outbox.lock().await;
        sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))
    }

    /// The facts whose keys begin so, without the beginning.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) async fn metas(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let mut connection = self.outbox.lock().await;
        sqlx::query_as("SELECT substr(key, length($1) + 1), value FROM meta WHERE substr(key, 1, length($1)) = $1")
            .bind(prefix)
            .fetch_all(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))
    }

    /// Keeps one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        let mut connection = self.outbox.lock().await;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&mut *connection)
        .await
        .map_err(|cause| self.wrong(cause))?;
        Ok(())
    }

    /// The projects of which something is kept.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn projects(&self) -> Result<Vec<ProjectId>> {
        let mut connection = self.replica.lock().await;
        let rows = sqlx::query("SELECT id FROM projects UNION SELECT project AS id FROM outbox ORDER BY 1")
            .fetch_all(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        rows.iter().map(|row| self.parsed(row, "id")).collect()
    }

    /// A column as it is stored. Another type than the one that was written is damage, not a reason to end.
    fn column<'r, T>(&self, row: &'r SqliteRow, name: &str) -> Result<T>
    where
        T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        row.try_get(name).map_err(|_| self.damaged(format!("the column {name} of a row")))
    }

    /// A column that holds an identity or a time.
    fn parsed<T: FromStr>(&self, row: &SqliteRow, name: &str) -> Result<T> {
        let text: &str = self.column(row, name)?;
        text.parse().map_err(|_| self.damaged(format!("the column {name}, which is {text:.60},")))
    }

    /// A column that holds JSON.
    fn json<T: DeserializeOwned>(&self, row: &SqliteRow, name: &str) -> Result<T> {
        let text: &str = self.column(row, name)?;
        serde_json::from_str(text).map_err(|error| self.damaged(format!("the column {name} ({error})")))
    }

    fn number(&self, row: &SqliteRow, name: &str) -> Result<u64> {
        self.column(row, name).map(i64::unsigned_abs)
    }

    /// What is kept of a project.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn project(&self, project: ProjectId) -> Result<Option<Kept>> {
        let mut connection = self.replica.lock().await;
        let id = project.to_string();
        let row = sqlx::query("SELECT epoch, seq, gone FROM projects WHERE id = $1")
            .bind(&id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        let Some(row) = row else { return Ok(None) };
        let rows = sqlx::query("SELECT seq, body FROM entities WHERE project = $1")
            .bind(&id)
            .fetch_all(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        let mut entities = Vec::with_capacity(rows.len());
        for row in &rows {
            entities.push((self.number(row, "seq")?, self.json::<Entity>(row, "body")?));
        }
        let state = State::from_entities(self.number(&row, "seq")?, entities);
        Ok(Some(Kept { epoch: self.column(&row, "epoch")?, state, gone: self.column(&row, "gone")? }))
    }

    /// Writes a project as a whole, in place of what was kept of it.
    ///
    /// # Errors
    /// The file cannot be written; then everything is as before.
    pub async fn replace(&self, project: ProjectId, epoch: &str, state: &State) -> Result<()> {
        let mut connection = self.replica.lock().await;
        self.replace_with(&mut connection, project, epoch, state).await.map_err(|cause| self.wrong(cause))
    }

    async fn replace_with(
        &self,
        connection: &mut SqliteConnection,
        project: ProjectId,
        epoch: &str,
        state: &State,
    ) -> sqlx::Result<()> {
        let id = project.to_string();
        let mut transaction = connection.begin().await?;
        sqlx::query("DELETE FROM entities WHERE project = $1").bind(&id).execute(&mut *transaction).await?;
        for (seq, entity) in state.entities() {
            put(&mut transaction, &id, seq, &entity).await?;
        }
        sqlx::query(
            "INSERT INTO projects (id, epoch, seq) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, gone = NULL",
        )
        .bind(&id)
        .bind(epoch)
        .bind(state.seq as i64)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Forgets which commands of a project were accepted: the numbers were those of another history.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn forget_accepted(&self, project: ProjectId) -> Result<()> {
        let mut connection = self.outbox.lock().await;
        sqlx::query("UPDATE outbox SET accepted = NULL WHERE project = $1")
            .bind(project.to_string())
            .execute(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        Ok(())
    }

    /// Writes what events changed, in one step.
    ///
    /// # Errors
    /// The file cannot be written; then nothing of it is.
    pub async fn append(&self, project: ProjectId, events: &[Event]) -> Result<()> {
        let mut connection = self.replica.lock().await;
        append_with(&mut connection, project, events).await.map_err(|cause| self.wrong(cause))
    }

    /// Notes why a project cannot be reached any more, or that it can be again; its entities stay readable.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn set_gone(&self, project: ProjectId, why: Option<&str>) -> Result<()> {
        let mut connection = self.replica.lock().await;
        sqlx::query("UPDATE projects SET gone = $2 WHERE id = $1")
            .bind(project.to_string())
            .bind(why)
            .execute(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        Ok(())
    }

    /// Keeps a command; when this returns it survives the end of the process and of the power.
    ///
    /// # Errors
    /// The disk is full, or the file cannot be written; then it is not kept.
    pub async fn enqueue(&self, project: ProjectId, queued: &Queued) -> Result<()> {
        let command = serde_json::to_string(&queued.command).map_err(|_| self.damaged("the command"))?;
        let mut connection = self.outbox.lock().await;
        sqlx::query("INSERT INTO outbox (id, project, command, at) VALUES ($1, $2, $3, $4)")
            .bind(queued.id.to_string())
            .bind(project.to_string())
            .bind(command)
            .bind(queued.at.to_string())
            .execute(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        Ok(())
    }

    /// The commands of a project that wait, in their order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn queue(&self, project: ProjectId) -> Result<Vec<Queued>> {
        let mut connection = self.outbox.lock().await;
        let rows = sqlx::query("SELECT id, command, at, accepted FROM outbox WHERE project = $1 ORDER BY place")
            .bind(project.to_string())
            .fetch_all(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        rows.iter()
            .map(|row| {
                Ok(Queued {
                    id: self.parsed(row, "id")?,
                    command: self.json(row, "command")?,
                    at: self.parsed(row, "at")?,
                    accepted: self.column::<Option<i64>>(row, "accepted")?.map(i64::unsigned_abs),
                })
            })
            .collect()
    }

    /// Notes that the server did a command.
    ///
    /// # Errors
    /// The file cannot be written; sending the command again does no harm.
    pub async fn accept(&self, id: CommandId, seq: u64) -> Result<()> {
        let mut connection = self.outbox.lock().await;
        sqlx::query("UPDATE outbox SET accepted = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(seq as i64)
            .execute(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        Ok(())
    }

    /// Removes commands whose events have come.
    ///
    /// # Errors
    /// The file cannot be written; the next start removes them.
    pub async fn done(&self, ids: &[CommandId]) -> Result<()> {
        let mut connection = self.outbox.lock().await;
        let mut transaction = connection.begin().await.map_err(|cause| self.wrong(cause))?;
        for id in ids {
            sqlx::query("DELETE FROM outbox WHERE id = $1")
                .bind(id.to_string())
                .execute(&mut *transaction)
                .await
                .map_err(|cause| self.wrong(cause))?;
        }
        transaction.commit().await.map_err(|cause| self.wrong(cause))
    }

    /// Moves a command from the queue to those that were refused.
    ///
    /// # Errors
    /// The file cannot be written; then it is in the queue still.
    pub async fn refuse(&self, refused: &Refused) -> Result<()> {
        let command = serde_json::to_string(&refused.command).map_err(|_| self.damaged("the command"))?;
        let mut connection = self.outbox.lock().await;
        let work = async {
            let mut transaction = connection.begin().await?;
            sqlx::query(
                "INSERT INTO refused (id, project, command, at, code, detail, field, refused_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
            )
            .bind(refused.id.to_string())
            .bind(refused.project.to_string())
            .bind(command)
            .bind(refused.at.to_string())
            .bind(&refused.code)
            .bind(&refused.detail)
            .bind(&refused.field)
            .bind(refused.refused_at.to_string())
            .execute(&mut *transaction)
            .await?;
            sqlx::query("DELETE FROM outbox WHERE id = $1")
                .bind(refused.id.to_string())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await
        };
        work.await.map_err(|cause| self.wrong(cause))
    }

    /// The commands that were refused and that nobody has dismissed, oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn refused(&self) -> Result<Vec<Refused>> {
        let mut connection = self.outbox.lock().await;
        let rows = sqlx::query(
            "SELECT id, project, command, at, code, detail, field, refused_at FROM refused ORDER BY refused_at, id",
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(|cause| self.wrong(cause))?;
        rows.iter()
            .map(|row| {
                Ok(Refused {
                    id: self.parsed(row, "id")?,
                    project: self.parsed(row, "project")?,
                    command: self.json(row, "command")?,
                    at: self.parsed(row, "at")?,
                    code: self.column(row, "code")?,
                    detail: self.column(row, "detail")?,
                    field: self.column(row, "field")?,
                    refused_at: self.parsed(row, "refused_at")?,
                })
            })
            .collect()
    }

    /// Forgets a refused command; whether there was one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn dismiss(&self, id: CommandId) -> Result<bool> {
        let mut connection = self.outbox.lock().await;
        let done = sqlx::query("DELETE FROM refused WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut *connection)
            .await
            .map_err(|cause| self.wrong(cause))?;
        Ok(done.rows_affected() > 0)
    }
}

/// Makes a folder that only its owner may enter.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the tables in a new file, and refuses one of a newer program.
async fn prepare(connection: &mut SqliteConnection, path: &Path) -> Result<()> {
    let wrong = |cause| StoreError::Database { path: path.to_owned(), cause };
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await.map_err(wrong)?;
    if version > VERSION {
        return Err(StoreError::Newer { path: path.to_owned() });
    }
    if version == 0 {
        let work = async {
            let mut transaction = connection.begin().await?;
            for statement in SCHEMA {
                transaction.execute(*statement).await?;
            }
            transaction.execute("PRAGMA user_version = 1").await?;
            transaction.commit().await
        };
        work.await.map_err(wrong)?;
    }
    Ok(())
}

async fn append_with(connection: &mut SqliteConnection, project: ProjectId, events: &[Event]) -> sqlx::Result<()> {
    let Some(last) = events.last() else { return Ok(()) };
    let id = project.to_string();
    let mut transaction = connection.begin().await?;
    for event in events {
        for change in &event.changes {
            match change {
                Change::Put { entity } => put(&mut transaction, &id, event.seq, entity).await?,
                Change::Remove { target } => {
                    sqlx::query("DELETE FROM entities WHERE project = $1 AND kind = $2 AND id = $3")
                        .bind(&id)
                        .bind(target.kind())
                        .bind(target.id())
                        .execute(&mut *transaction)
                        .await?;
                }
            }
        }
    }
    sqlx::query("UPDATE projects SET seq = $2 WHERE id = $1")
        .bind(&id)
        .bind(last.seq as i64)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

async fn put(connection: &mut SqliteConnection, project: &str, seq: u64, entity: &Entity) -> sqlx::Result<()> {
    let target = entity.reference();
    let body = serde_json::to_string(entity).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO entities (project, kind, id, seq, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (project, kind, id) DO UPDATE SET seq = excluded.seq, body = excluded.body",
    )
    .bind(project)
    .bind(target.kind())
    .bind(target.id())
    .bind(seq as i64)
    .bind(body)
    .execute(&mut *connection)
    .await?;
    Ok(())
}
