//! The SQL. `$1`, `ON CONFLICT` and `RETURNING` mean the same on both databases, so each statement is written once, and
//! a macro stamps the code around it for each of them: `sqlx::Any` would cost types and prepared statements.

use sqlx::{Postgres, Row, Sqlite, Transaction};

use super::migrate::{Migration, pending};
use super::{
    EntityRow, EventRow, LoginRow, PostgresStore, Receipt, Result, SqliteStore, Store, StreamRow, TokenRow, Txn,
    UserRow,
};
use crate::load::{FIELD_END, ROW_END};

const STREAM: &str = "SELECT id, org, key, seq, hash, deleted FROM streams WHERE id = $1";
const TWO_STREAMS: &str = "SELECT id, org, key, seq, hash, deleted FROM streams WHERE id IN ($1, $2)";
const STREAMS: &str = "SELECT id, org, key, seq, hash, deleted FROM streams WHERE id > $1 ORDER BY id LIMIT $2";
const PROJECTS_OF: &str =
    "SELECT id, org, key, seq, hash, deleted FROM streams WHERE org = $1 AND key <> '' AND deleted = 0 ORDER BY id";
const PROJECT_HEADS: &str = "SELECT entities.kind, entities.id, entities.seq, entities.body, entities.stream
    FROM streams JOIN entities ON entities.stream = streams.id
    WHERE streams.org = $1 AND streams.key <> '' AND streams.deleted = 0
    AND entities.kind IN ('project', 'member', 'team_grant') ORDER BY entities.stream";
/// An update takes the row's lock on PostgreSQL; on SQLite the transaction has the whole database already.
const LOCK: &str = "UPDATE streams SET seq = seq WHERE id = $1 RETURNING id, org, key, seq, hash, deleted";
const CREATE_STREAM: &str = "INSERT INTO streams (id, org, key, seq, hash, deleted) VALUES ($1, $2, $3, $4, $5, 0)";
const HEAD: &str = "UPDATE streams SET seq = $2, hash = $3, deleted = $4 WHERE id = $1";
const EVENTS: &str =
    "SELECT seq, kind, actor, at, body, hash FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const APPEND: &str =
    "INSERT INTO events (stream, seq, kind, actor, at, body, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const RECEIPT: &str = "SELECT body_hash, seq FROM receipts WHERE stream = $1 AND command = $2";
const LEAVE_RECEIPT: &str = "INSERT INTO receipts (stream, command, body_hash, seq, at) VALUES ($1, $2, $3, $4, $5)";
const FORGET_RECEIPTS: &str = "DELETE FROM receipts WHERE at < $1";
const ENTITIES: &str = "SELECT kind, id, seq, body FROM entities WHERE stream = $1 ORDER BY kind, id";
const ENTITIES_AFTER: &str = "SELECT string_agg(kind || $5 || id || $5 || seq || $5 || body, $6) FROM
    (SELECT kind, id, seq, body FROM entities WHERE stream = $1 AND (kind, id) > ($2, $3) ORDER BY kind, id LIMIT $4)
    AS part";
const PUT: &str = "INSERT INTO entities (stream, kind, id, seq, body) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (stream, kind, id) DO UPDATE SET seq = excluded.seq, body = excluded.body";
const REMOVE: &str = "DELETE FROM entities WHERE stream = $1 AND kind = $2 AND id = $3";
const STREAMS_WITH: &str = "SELECT stream FROM entities WHERE kind = $1 AND id = $2 ORDER BY stream";
const META: &str = "SELECT value FROM meta WHERE key = $1";
const META_INIT: &str = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
const META_SET: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const USER: &str =
    "SELECT id, handle, name, email, password, created_at, disabled, service_of FROM users WHERE id = $1";
const USER_NAMED: &str = "SELECT id, handle, name, email, password, created_at, disabled, service_of FROM users WHERE handle = $1 OR email = $1";
const USERS: &str = "SELECT id, handle, name, email, password, created_at, disabled, service_of FROM users ORDER BY id";
const COUNT_USERS: &str = "SELECT COUNT(*) FROM users";
pub(super) const ADD_USER: &str =
    "INSERT INTO users (id, handle, name, email, password, created_at, disabled, service_of)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ADD_LOGIN: &str =
    "INSERT INTO logins (id, user_id, current, previous, rotated_at, expires_at, client, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LOGIN: &str = "SELECT id, user_id, current, previous, rotated_at, expires_at, revoked, client, created_at
    FROM logins WHERE id = $1";
const LOGINS_OF: &str = "SELECT id, user_id, current, previous, rotated_at, expires_at, revoked, client, created_at
    FROM logins WHERE user_id = $1 AND revoked = 0 ORDER BY id";
const ROTATE: &str = "UPDATE logins SET previous = current, current = $3, rotated_at = $4
    WHERE id = $1 AND current = $2 AND revoked = 0";
const REVOKE: &str = "UPDATE logins SET revoked = 1 WHERE user_id = $1 AND id = $2 AND revoked = 0";
const ADD_TOKEN: &str = "INSERT INTO api_tokens (id, user_id, hash, name, scopes, expires_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TOKEN: &str = "SELECT id, user_id, hash, name, scopes, expires_at, created_at FROM api_tokens WHERE hash = $1";
const TOKENS_OF: &str =
    "SELECT id, user_id, hash, name, scopes, expires_at, created_at FROM api_tokens WHERE user_id = $1 ORDER BY id";
const REMOVE_TOKEN: &str = "DELETE FROM api_tokens WHERE user_id = $1 AND id = $2";
const APPLIED: &str = "SELECT version, hash FROM schema_versions ORDER BY version";
const RECORD: &str = "INSERT INTO schema_versions (version, hash) VALUES ($1, $2)";
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, hash TEXT NOT NULL)";

/// PostgreSQL's integers are signed; no counter of ours ever is.
pub(super) fn unsigned(value: i64) -> u64 {
    value.max(0) as u64
}

/// A row of `users`, read the same way wherever it is selected.
pub(super) trait ToUser {
    fn user(&self) -> Result<UserRow>;
}

struct Tx<DB: sqlx::Database>(Transaction<'static, DB>);

macro_rules! stamp {
    ($store:ident, $db:ty, $row:ty, $name:literal, begin: $begin:literal, migration_lock: $lock:expr, text: $text:expr) => {
        const _: () = {
            fn stream(row: &$row) -> Result<StreamRow> {
                Ok(StreamRow {
                    id: row.try_get(0)?,
                    org: row.try_get(1)?,
                    key: row.try_get(2)?,
                    seq: unsigned(row.try_get(3)?),
                    hash: row.try_get(4)?,
                    deleted: row.try_get::<i64, _>(5)? != 0,
                })
            }

            fn receipt(row: &$row) -> Result<Receipt> {
                Ok(Receipt { body_hash: row.try_get(0)?, seq: unsigned(row.try_get(1)?) })
            }

            fn event(row: &$row) -> Result<EventRow> {
                Ok(EventRow {
                    seq: unsigned(row.try_get(0)?),
                    kind: row.try_get(1)?,
                    actor: row.try_get(2)?,
                    at: row.try_get(3)?,
                    body: row.try_get(4)?,
                    hash: row.try_get(5)?,
                })
            }

            fn entity(row: &$row) -> Result<EntityRow> {
                Ok(EntityRow {
                    kind: row.try_get(0)?,
                    id: row.try_get(1)?,
                    seq: unsigned(row.try_get(2)?),
                    body: row.try_get(3)?,
                })
            }

            impl ToUser for $row {
                fn user(&self) -> Result<UserRow> {
                    Ok(UserRow {
                        id: self.try_get(0)?,
                        handle: self.try_get(1)?,
                        name: self.try_get(2)?,
                        email: self.try_get(3)?,
                        password: self.try_get(4)?,
                        created_at: self.try_get(5)?,
                        disabled: self.try_get::<i64, _>(6)? != 0,
                        service_of: self.try_get(7)?,
                    })
                }
            }

            fn login(row: &$row) -> Result<LoginRow> {
                Ok(LoginRow {
                    id: row.try_get(0)?,
                    user: row.try_get(1)?,
                    current: row.try_get(2)?,
                    previous: row.try_get(3)?,
                    rotated_at: row.try_get(4)?,
                    expires_at: row.try_get(5)?,
                    revoked: row.try_get::<i64, _>(6)? != 0,
                    client: row.try_get(7)?,
                    created_at: row.try_get(8)?,
                })
            }

            fn token(row: &$row) -> Result<TokenRow> {
                Ok(TokenRow {
                    id: row.try_get(0)?,
                    user: row.try_get(1)?,
                    hash: row.try_get(2)?,
                    name: row.try_get(3)?,
                    scopes: row.try_get(4)?,
                    expires_at: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                })
            }

            #[async_trait::async_trait]
            impl Store for $store {
                async fn begin(&self) -> Result<Box<dyn Txn>> {
                    Ok(Box::new(Tx::<$db>(self.write.begin_with($begin).await?)))
                }

                async fn migrate(&self) -> Result<()> {
                    let mut tx = self.write.begin_with($begin).await?;
                    let lock: Option<&'static str> = $lock;
                    if let Some(lock) = lock {
                        sqlx::query(lock).execute(&mut *tx).await?;
                    }
                    sqlx::query(VERSIONS).execute(&mut *tx).await?;
                    let mut applied = Vec::new();
                    for row in sqlx::query(APPLIED).fetch_all(&mut *tx).await? {
                        applied.push((row.try_get::<i64, _>(0)?, row.try_get::<String, _>(1)?));
                    }
                    for (version, hash, text) in pending(&applied, $text)? {
                        sqlx::raw_sql(text).execute(&mut *tx).await?;
                        sqlx::query(RECORD).bind(version).bind(hash).execute(&mut *tx).await?;
                    }
                    Ok(tx.commit().await?)
                }

                fn name(&self) -> &'static str {
                    $name
                }

                async fn ping(&self) -> Result<()> {
                    sqlx::query("SELECT 1").execute(&self.read).await?;
                    Ok(())
                }

                async fn forget_receipts(&self, before: i64) -> Result<u64> {
                    Ok(sqlx::query(FORGET_RECEIPTS).bind(before).execute(&self.write).await?.rows_affected())
                }

                fn connections(&self) -> (u32, usize) {
                    (self.read.size(), self.read.num_idle())
                }

                async fn meta(&self, key: &str) -> Result<Option<String>> {
                    let row = sqlx::query(META).bind(key).fetch_optional(&self.read).await?;
                    Ok(row.map(|row| row.try_get(0)).transpose()?)
                }

                async fn meta_init(&self, key: &str, value: &str) -> Result<String> {
                    sqlx::query(META_INIT).bind(key).bind(value).execute(&self.write).await?;
                    Ok(sqlx::query(META).bind(key).fetch_one(&self.write).await?.try_get(0)?)
                }

                async fn meta_set(&self, key: &str, value: &str) -> Result<()> {
                    sqlx::query(META_SET).bind(key).bind(value).execute(&self.write).await?;
                    Ok(())
                }

                async fn stream(&self, id: &str) -> Result<Option<StreamRow>> {
                    sqlx::query(STREAM).bind(id).fetch_optional(&self.read).await?.as_ref().map(stream).transpose()
                }

                async fn two_streams(&self, one: &str, other: &str) -> Result<Vec<StreamRow>> {
                    let rows = sqlx::query(TWO_STREAMS).bind(one).bind(other).fetch_all(&self.read).await?;
                    rows.iter().map(stream).collect()
                }

                async fn receipt(&self, stream: &str, command: &str) -> Result<Option<Receipt>> {
                    let row = sqlx::query(RECEIPT).bind(stream).bind(command).fetch_optional(&self.read).await?;
                    row.as_ref().map(receipt).transpose()
                }

                async fn streams(&self, after: &str, limit: u32) -> Result<Vec<StreamRow>> {
                    let rows = sqlx::query(STREAMS).bind(after).bind(i64::from(limit)).fetch_all(&self.read).await?;
                    rows.iter().map(stream).collect()
                }

                async fn projects_of(&self, org: &str) -> Result<Vec<StreamRow>> {
                    sqlx::query(PROJECTS_OF).bind(org).fetch_all(&self.read).await?.iter().map(stream).collect()
                }

                async fn project_heads(&self, org: &str) -> Result<Vec<(String, EntityRow)>> {
                    let rows = sqlx::query(PROJECT_HEADS).bind(org).fetch_all(&self.read).await?;
                    rows.iter().map(|row| Ok((row.try_get(4)?, entity(row)?))).collect()
                }

                async fn events(&self, stream: &str, after: u64, limit: u32) -> Result<Vec<EventRow>> {
                    let query = sqlx::query(EVENTS).bind(stream).bind(after as i64).bind(i64::from(limit));
                    query.fetch_all(&self.read).await?.iter().map(event).collect()
                }

                async fn entities(&self, stream: &str) -> Result<Vec<EntityRow>> {
                    sqlx::query(ENTITIES).bind(stream).fetch_all(&self.read).await?.iter().map(entity).collect()
                }

                async fn entities_after(
                    &self,
                    stream: &str,
                    after: (&str, &str),
                    limit: u32,
                ) -> Result<Option<String>> {
                    let query = sqlx::query(ENTITIES_AFTER).bind(stream).bind(after.0).bind(after.1);
                    let query = query.bind(i64::from(limit)).bind(FIELD_END).bind(ROW_END);
                    Ok(query.fetch_one(&self.read).await?.try_get(0)?)
                }

                async fn streams_with(&self, kind: &str, id: &str) -> Result<Vec<String>> {
                    let rows = sqlx::query(STREAMS_WITH).bind(kind).bind(id).fetch_all(&self.read).await?;
                    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
                }

                async fn user(&self, id: &str) -> Result<Option<UserRow>> {
                    sqlx::query(USER).bind(id).fetch_optional(&self.read).await?.as_ref().map(ToUser::user).transpose()
                }

                async fn user_named(&self, name: &str) -> Result<Option<UserRow>> {
                    sqlx::query(USER_NAMED)
                        .bind(name)
                        .fetch_optional(&self.read)
                        .await?
                        .as_ref()
                        .map(ToUser::user)
                        .transpose()
                }

                async fn users(&self) -> Result<Vec<UserRow>> {
                    sqlx::query(USERS).fetch_all(&self.read).await?.iter().map(ToUser::user).collect()
                }

                async fn count_users(&self) -> Result<u64> {
                    Ok(unsigned(sqlx::query(COUNT_USERS).fetch_one(&self.read).await?.try_get(0)?))
                }

                async fn add_user(&self, user: &UserRow) -> Result<()> {
                    let query = sqlx::query(ADD_USER).bind(&user.id).bind(&user.handle).bind(&user.name);
                    let query = query.bind(&user.email).bind(&user.password).bind(&user.created_at);
                    query.bind(i64::from(user.disabled)).bind(&user.service_of).execute(&self.write).await?;
                    Ok(())
                }

                async fn add_login(&self, login: &LoginRow) -> Result<()> {
                    let query = sqlx::query(ADD_LOGIN).bind(&login.id).bind(&login.user).bind(&login.current);
                    let query = query.bind(&login.previous).bind(login.rotated_at).bind(login.expires_at);
                    query.bind(&login.client).bind(login.created_at).execute(&self.write).await?;
                    Ok(())
                }

                async fn login(&self, id: &str) -> Result<Option<LoginRow>> {
                    sqlx::query(LOGIN).bind(id).fetch_optional(&self.read).await?.as_ref().map(login).transpose()
                }

                async fn logins_of(&self, user: &str) -> Result<Vec<LoginRow>> {
                    sqlx::query(LOGINS_OF).bind(user).fetch_all(&self.read).await?.iter().map(login).collect()
                }

                async fn rotate_login(&self, id: &str, expected: &str, next: &str, now: i64) -> Result<bool> {
                    let query = sqlx::query(ROTATE).bind(id).bind(expected).bind(next).bind(now);
                    Ok(query.execute(&self.write).await?.rows_affected() == 1)
                }

                async fn revoke_login(&self, user: &str, id: &str) -> Result<bool> {
                    Ok(sqlx::query(REVOKE).bind(user).bind(id).execute(&self.write).await?.rows_affected() == 1)
                }

                async fn add_token(&self, token: &TokenRow) -> Result<()> {
                    let query = sqlx::query(ADD_TOKEN).bind(&token.id).bind(&token.user).bind(&token.hash);
                    let query = query.bind(&token.name).bind(&token.scopes).bind(token.expires_at);
                    query.bind(token.created_at).execute(&self.write).await?;
                    Ok(())
                }

                async fn token(&self, hash: &str) -> Result<Option<TokenRow>> {
                    sqlx::query(TOKEN).bind(hash).fetch_optional(&self.read).await?.as_ref().map(token).transpose()
                }

                async fn tokens_of(&self, user: &str) -> Result<Vec<TokenRow>> {
                    sqlx::query(TOKENS_OF).bind(user).fetch_all(&self.read).await?.iter().map(token).collect()
                }

                async fn remove_token(&self, user: &str, id: &str) -> Result<bool> {
                    let done = sqlx::query(REMOVE_TOKEN).bind(user).bind(id).execute(&self.write).await?;
                    Ok(done.rows_affected() == 1)
                }
            }

            #[async_trait::async_trait]
            impl Txn for Tx<$db> {
                async fn lock(&mut self, id: &str) -> Result<Option<StreamRow>> {
                    sqlx::query(LOCK).bind(id).fetch_optional(&mut *self.0).await?.as_ref().map(stream).transpose()
                }

                async fn stream(&mut self, id: &str) -> Result<Option<StreamRow>> {
                    sqlx::query(STREAM).bind(id).fetch_optional(&mut *self.0).await?.as_ref().map(stream).transpose()
                }

                async fn create_stream(&mut self, row: &StreamRow) -> Result<()> {
                    let query = sqlx::query(CREATE_STREAM).bind(&row.id).bind(&row.org).bind(&row.key);
                    query.bind(row.seq as i64).bind(&row.hash).execute(&mut *self.0).await?;
                    Ok(())
                }

                async fn receipt(&mut self, stream: &str, command: &str) -> Result<Option<Receipt>> {
                    let row = sqlx::query(RECEIPT).bind(stream).bind(command).fetch_optional(&mut *self.0).await?;
                    row.as_ref().map(receipt).transpose()
                }

                async fn events(&mut self, stream: &str, after: u64, limit: u32) -> Result<Vec<EventRow>> {
                    let query = sqlx::query(EVENTS).bind(stream).bind(after as i64).bind(i64::from(limit));
                    query.fetch_all(&mut *self.0).await?.iter().map(event).collect()
                }

                async fn append(&mut self, stream: &str, event: &EventRow, deleted: bool) -> Result<()> {
                    let query = sqlx::query(APPEND).bind(stream).bind(event.seq as i64).bind(&event.kind);
                    let query = query.bind(&event.actor).bind(&event.at).bind(&event.body).bind(&event.hash);
                    query.execute(&mut *self.0).await?;
                    let query = sqlx::query(HEAD).bind(stream).bind(event.seq as i64).bind(&event.hash);
                    query.bind(i64::from(deleted)).execute(&mut *self.0).await?;
                    Ok(())
                }

                async fn put(&mut self, stream: &str, row: &EntityRow) -> Result<()> {
                    let query = sqlx::query(PUT).bind(stream).bind(&row.kind).bind(&row.id);
                    query.bind(row.seq as i64).bind(&row.body).execute(&mut *self.0).await?;
                    Ok(())
                }

                async fn remove(&mut self, stream: &str, kind: &str, id: &str) -> Result<()> {
                    sqlx::query(REMOVE).bind(stream).bind(kind).bind(id).execute(&mut *self.0).await?;
                    Ok(())
                }

                async fn leave_receipt(&mut self, stream: &str, command: &str, receipt: &Receipt) -> Result<()> {
                    let query = sqlx::query(LEAVE_RECEIPT).bind(stream).bind(command).bind(&receipt.body_hash);
                    let query = query.bind(receipt.seq as i64).bind(jiff::Timestamp::now().as_millisecond());
                    query.execute(&mut *self.0).await?;
                    Ok(())
                }

                async fn commit(self: Box<Self>) -> Result<()> {
                    Ok(self.0.commit().await?)
                }
            }
        };
    };
}

stamp!(
    SqliteStore, Sqlite, sqlx::sqlite::SqliteRow, "sqlite",
    begin: "BEGIN IMMEDIATE", migration_lock: None, text: |migration: &Migration| migration.sqlite
);
stamp!(
    PostgresStore, Postgres, sqlx::postgres::PgRow, "postgresql",
    // A number of our own choice: whoever migrates holds it.
    begin: "BEGIN", migration_lock: Some("SELECT pg_advisory_xact_lock(7236482910)"),
    text: |migration: &Migration| migration.postgres
);
