//! The SQL of [`AuthStore`], stamped for each database as that of `sql.rs`.

use sqlx::Row;

use super::sql::{ADD_USER, unsigned};
use super::{
    AuthLogRow, AuthStore, DeviceRow, IdentityRow, InvitationRow, PostgresStore, Result, SqliteStore, UserRow, chain,
};

const CHANGE_PASSWORD: &str = "UPDATE users SET password = $2 WHERE id = $1";
const END_LOGINS: &str = "UPDATE logins SET revoked = 1 WHERE user_id = $1 AND revoked = 0";
/// Whoever was let in by the old password and has not fetched the tokens yet stays outside.
const END_DEVICES: &str = "DELETE FROM devices WHERE user_id = $1";
const SET_DISABLED: &str = "UPDATE users SET disabled = $2 WHERE id = $1";
const SERVICE_ACCOUNTS: &str = "SELECT id, handle, name, email, password, created_at, disabled, service_of
    FROM users WHERE service_of = $1 AND service_of <> '' ORDER BY id";
const REMOVE_TOKENS: &str = "DELETE FROM api_tokens WHERE user_id = $1";
const ADD_IDENTITY: &str =
    "INSERT INTO identities (id, user_id, issuer, subject, label, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const IDENTITY: &str =
    "SELECT id, user_id, issuer, subject, label, created_at FROM identities WHERE issuer = $1 AND subject = $2";
const IDENTITIES_OF: &str =
    "SELECT id, user_id, issuer, subject, label, created_at FROM identities WHERE user_id = $1 ORDER BY id";
const REMOVE_IDENTITY: &str = "DELETE FROM identities WHERE user_id = $1 AND id = $2";
const FORGET_TICKETS: &str = "DELETE FROM tickets WHERE expires_at <= $1";
const PUT_TICKET: &str = "INSERT INTO tickets (kind, hash, body, expires_at) VALUES ($1, $2, $3, $4)";
const TAKE_TICKET: &str = "DELETE FROM tickets WHERE kind = $1 AND hash = $2 RETURNING body, expires_at";
const FORGET_DEVICES: &str = "DELETE FROM devices WHERE expires_at <= $1";
const ADD_DEVICE: &str = "INSERT INTO devices
    (hash, user_code, client, address, created_at, expires_at, pause, asked_at, state, user_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const DEVICE: &str = "SELECT hash, user_code, client, address, created_at, expires_at, pause, asked_at, state, user_id
    FROM devices WHERE hash = $1";
const WAITING_DEVICE: &str =
    "SELECT hash, user_code, client, address, created_at, expires_at, pause, asked_at, state, user_id
    FROM devices WHERE user_code = $1 AND state = 'pending' AND expires_at > $2";
const DEVICE_ASKED: &str = "UPDATE devices SET asked_at = $2, pause = $3 WHERE hash = $1";
const DECIDE_DEVICE: &str =
    "UPDATE devices SET state = $2, user_id = $3 WHERE user_code = $1 AND state = 'pending' AND expires_at > $4";
const TAKE_DEVICE: &str = "DELETE FROM devices WHERE hash = $1 AND state = $2";
const ADD_INVITATION: &str = "INSERT INTO invitations (id, org, role, email, hash, created_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const INVITATION: &str = "SELECT id, org, role, email, hash, created_by, created_at, expires_at, accepted_by, revoked
    FROM invitations WHERE hash = $1";
const INVITATIONS_OF: &str =
    "SELECT id, org, role, email, hash, created_by, created_at, expires_at, accepted_by, revoked
    FROM invitations WHERE org = $1 AND accepted_by = '' AND revoked = 0 ORDER BY created_at, id";
const CLAIM_INVITATION: &str = "UPDATE invitations SET accepted_by = $2
    WHERE id = $1 AND revoked = 0 AND (accepted_by = $2 OR accepted_by = '' AND expires_at > $3)";
const RELEASE_INVITATION: &str = "UPDATE invitations SET accepted_by = '' WHERE id = $1 AND accepted_by = $2";
const REVOKE_INVITATION: &str =
    "UPDATE invitations SET revoked = 1 WHERE org = $1 AND id = $2 AND revoked = 0 AND accepted_by = ''";
/// Whoever writes first holds the row, so that numbers and hashes follow each other.
const NEXT_AUTH: &str = "UPDATE auth_log_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash";
const APPEND_AUTH: &str = "INSERT INTO auth_log (seq, user_id, org, body, hash) VALUES ($1, $2, $3, $4, $5)";
const AUTH_HASH: &str = "UPDATE auth_log_head SET hash = $1 WHERE id = 1";
const AUTH_HEAD: &str = "SELECT seq, hash FROM auth_log_head WHERE id = 1";
const AUTH_START: &str = "SELECT start_seq, start_hash FROM auth_log_head WHERE id = 1";
const BEGIN_AUTH: &str = "UPDATE auth_log_head SET start_seq = $1, start_hash = $2 WHERE id = 1 AND start_seq < $1";
const FORGET_AUTH: &str = "DELETE FROM auth_log WHERE seq <= $1";
const AUTH_LOG: &str = "SELECT seq, user_id, org, body, hash FROM auth_log WHERE seq > $1 ORDER BY seq LIMIT $2";
const AUTH_LOG_OF: &str = "SELECT seq, user_id, org, body, hash FROM auth_log WHERE user_id = $1 AND seq < $2
    ORDER BY seq DESC LIMIT $3";
const AUTH_LOG_IN: &str = "SELECT seq, user_id, org, body, hash FROM auth_log WHERE seq < $2 AND (org = $1 OR org = ''
    AND user_id IN (SELECT id FROM entities WHERE stream = $1 AND kind = 'org_member')) ORDER BY seq DESC LIMIT $3";

macro_rules! stamp {
    ($store:ident, $row:ty, begin: $begin:literal) => {
        const _: () = {
            fn identity(row: &$row) -> Result<IdentityRow> {
                Ok(IdentityRow {
                    id: row.try_get(0)?,
                    user: row.try_get(1)?,
                    issuer: row.try_get(2)?,
                    subject: row.try_get(3)?,
                    label: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                })
            }

            fn device(row: &$row) -> Result<DeviceRow> {
                Ok(DeviceRow {
                    hash: row.try_get(0)?,
                    user_code: row.try_get(1)?,
                    client: row.try_get(2)?,
                    address: row.try_get(3)?,
                    created_at: row.try_get(4)?,
                    expires_at: row.try_get(5)?,
                    pause: row.try_get(6)?,
                    asked_at: row.try_get(7)?,
                    state: row.try_get(8)?,
                    user: row.try_get(9)?,
                })
            }

            fn invitation(row: &$row) -> Result<InvitationRow> {
                Ok(InvitationRow {
                    id: row.try_get(0)?,
                    org: row.try_get(1)?,
                    role: row.try_get(2)?,
                    email: row.try_get(3)?,
                    hash: row.try_get(4)?,
                    created_by: row.try_get(5)?,
                    created_at: row.try_get(6)?,
                    expires_at: row.try_get(7)?,
                    accepted_by: row.try_get(8)?,
                    revoked: row.try_get::<i64, _>(9)? != 0,
                })
            }

            fn entry(row: &$row) -> Result<AuthLogRow> {
                Ok(AuthLogRow {
                    seq: unsigned(row.try_get(0)?),
                    user: row.try_get(1)?,
                    org: row.try_get(2)?,
                    body: row.try_get(3)?,
                    hash: row.try_get(4)?,
                })
            }

            #[async_trait::async_trait]
            impl AuthStore for $store {
                async fn add_user_with(&self, user: &UserRow, identity: &IdentityRow) -> Result<()> {
                    let mut tx = self.write.begin_with($begin).await?;
                    let query = sqlx::query(ADD_USER).bind(&user.id).bind(&user.handle).bind(&user.name);
                    let query = query.bind(&user.email).bind(&user.password).bind(&user.created_at);
                    query.bind(i64::from(user.disabled)).bind(&user.service_of).execute(&mut *tx).await?;
                    let query =
                        sqlx::query(ADD_IDENTITY).bind(&identity.id).bind(&identity.user).bind(&identity.issuer);
                    let query = query.bind(&identity.subject).bind(&identity.label).bind(identity.created_at);
                    query.execute(&mut *tx).await?;
                    Ok(tx.commit().await?)
                }

                async fn change_password(&self, user: &str, password: &str) -> Result<()> {
                    let mut tx = self.write.begin_with($begin).await?;
                    sqlx::query(CHANGE_PASSWORD).bind(user).bind(password).execute(&mut *tx).await?;
                    sqlx::query(END_LOGINS).bind(user).execute(&mut *tx).await?;
                    sqlx::query(END_DEVICES).bind(user).execute(&mut *tx).await?;
                    Ok(tx.commit().await?)
                }

                async fn set_disabled(&self, user: &str, disabled: bool) -> Result<()> {
                    sqlx::query(SET_DISABLED).bind(user).bind(i64::from(disabled)).execute(&self.write).await?;
                    Ok(())
                }

                async fn service_accounts(&self, org: &str) -> Result<Vec<UserRow>> {
                    let rows = sqlx::query(SERVICE_ACCOUNTS).bind(org).fetch_all(&self.read).await?;
                    rows.iter().map(super::sql::ToUser::user).collect()
                }

                async fn remove_tokens(&self, user: &str) -> Result<u64> {
                    Ok(sqlx::query(REMOVE_TOKENS).bind(user).execute(&self.write).await?.rows_affected())
                }

                async fn add_identity(&self, identity: &IdentityRow) -> Result<()> {
                    let query =
                        sqlx::query(ADD_IDENTITY).bind(&identity.id).bind(&identity.user).bind(&identity.issuer);
                    let query = query.bind(&identity.subject).bind(&identity.label).bind(identity.created_at);
                    query.execute(&self.write).await?;
                    Ok(())
                }

                async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<IdentityRow>> {
                    let row = sqlx::query(IDENTITY).bind(issuer).bind(subject).fetch_optional(&self.read).await?;
                    row.as_ref().map(identity).transpose()
                }

                async fn identities_of(&self, user: &str) -> Result<Vec<IdentityRow>> {
                    sqlx::query(IDENTITIES_OF).bind(user).fetch_all(&self.read).await?.iter().map(identity).collect()
                }

                async fn remove_identity(&self, user: &str, id: &str) -> Result<bool> {
                    let done = sqlx::query(REMOVE_IDENTITY).bind(user).bind(id).execute(&self.write).await?;
                    Ok(done.rows_affected() == 1)
                }

                async fn put_ticket(
                    &self,
                    kind: &str,
                    hash: &str,
                    body: &str,
                    expires_at: i64,
                    now: i64,
                ) -> Result<()> {
                    sqlx::query(FORGET_TICKETS).bind(now).execute(&self.write).await?;
                    let query = sqlx::query(PUT_TICKET).bind(kind).bind(hash).bind(body).bind(expires_at);
                    query.execute(&self.write).await?;
                    Ok(())
                }

                async fn take_ticket(&self, kind: &str, hash: &str, now: i64) -> Result<Option<String>> {
                    let row = sqlx::query(TAKE_TICKET).bind(kind).bind(hash).fetch_optional(&self.write).await?;
                    let Some(row) = row else { return Ok(None) };
                    Ok((row.try_get::<i64, _>(1)? > now).then(|| row.try_get(0)).transpose()?)
                }

                async fn add_device(&self, device: &DeviceRow, forget: i64) -> Result<()> {
                    sqlx::query(FORGET_DEVICES).bind(forget).execute(&self.write).await?;
                    let query = sqlx::query(ADD_DEVICE).bind(&device.hash).bind(&device.user_code).bind(&device.client);
                    let query = query.bind(&device.address).bind(device.created_at).bind(device.expires_at);
                    let query = query.bind(device.pause).bind(device.asked_at).bind(&device.state).bind(&device.user);
                    query.execute(&self.write).await?;
                    Ok(())
                }

                async fn device(&self, hash: &str) -> Result<Option<DeviceRow>> {
                    sqlx::query(DEVICE).bind(hash).fetch_optional(&self.read).await?.as_ref().map(device).transpose()
                }

                async fn waiting_device(&self, user_code: &str, now: i64) -> Result<Option<DeviceRow>> {
                    let row = sqlx::query(WAITING_DEVICE).bind(user_code).bind(now).fetch_optional(&self.read).await?;
                    row.as_ref().map(device).transpose()
                }

                async fn device_asked(&self, hash: &str, asked_at: i64, pause: i64) -> Result<()> {
                    sqlx::query(DEVICE_ASKED).bind(hash).bind(asked_at).bind(pause).execute(&self.write).await?;
                    Ok(())
                }

                async fn decide_device(&self, user_code: &str, state: &str, user: &str, now: i64) -> Result<bool> {
                    let query = sqlx::query(DECIDE_DEVICE).bind(user_code).bind(state).bind(user).bind(now);
                    Ok(query.execute(&self.write).await?.rows_affected() == 1)
                }

                async fn take_device(&self, hash: &str, state: &str) -> Result<bool> {
                    let done = sqlx::query(TAKE_DEVICE).bind(hash).bind(state).execute(&self.write).await?;
                    Ok(done.rows_affected() == 1)
                }

                async fn add_invitation(&self, invitation: &InvitationRow) -> Result<()> {
                    let query = sqlx::query(ADD_INVITATION).bind(&invitation.id).bind(&invitation.org);
                    let query = query.bind(&invitation.role).bind(&invitation.email).bind(&invitation.hash);
                    let query = query.bind(&invitation.created_by).bind(invitation.created_at);
                    query.bind(invitation.expires_at).execute(&self.write).await?;
                    Ok(())
                }

                async fn invitation(&self, hash: &str) -> Result<Option<InvitationRow>> {
                    let row = sqlx::query(INVITATION).bind(hash).fetch_optional(&self.read).await?;
                    row.as_ref().map(invitation).transpose()
                }

                async fn invitations_of(&self, org: &str) -> Result<Vec<InvitationRow>> {
                    sqlx::query(INVITATIONS_OF).bind(org).fetch_all(&self.read).await?.iter().map(invitation).collect()
                }

                async fn claim_invitation(&self, id: &str, user: &str, now: i64) -> Result<bool> {
                    let done = sqlx::query(CLAIM_INVITATION).bind(id).bind(user).bind(now).execute(&self.write).await?;
                    Ok(done.rows_affected() == 1)
                }

                async fn release_invitation(&self, id: &str, user: &str) -> Result<()> {
                    sqlx::query(RELEASE_INVITATION).bind(id).bind(user).execute(&self.write).await?;
                    Ok(())
                }

                async fn revoke_invitation(&self, org: &str, id: &str) -> Result<bool> {
                    let done = sqlx::query(REVOKE_INVITATION).bind(org).bind(id).execute(&self.write).await?;
                    Ok(done.rows_affected() == 1)
                }

                async fn append_auth(&self, user: &str, org: &str, body: &str) -> Result<()> {
                    let mut tx = self.write.begin_with($begin).await?;
                    let head = sqlx::query(NEXT_AUTH).fetch_one(&mut *tx).await?;
                    let (seq, before): (i64, String) = (head.try_get(0)?, head.try_get(1)?);
                    let hash = chain(&before, body);
                    let query = sqlx::query(APPEND_AUTH).bind(seq).bind(user).bind(org).bind(body).bind(&hash);
                    query.execute(&mut *tx).await?;
                    sqlx::query(AUTH_HASH).bind(&hash).execute(&mut *tx).await?;
                    Ok(tx.commit().await?)
                }

                async fn auth_log(&self, after: u64, limit: u32) -> Result<Vec<AuthLogRow>> {
                    let query = sqlx::query(AUTH_LOG).bind(after as i64).bind(i64::from(limit));
                    query.fetch_all(&self.read).await?.iter().map(entry).collect()
                }

                async fn auth_log_head(&self) -> Result<(u64, String)> {
                    let row = sqlx::query(AUTH_HEAD).fetch_one(&self.read).await?;
                    Ok((unsigned(row.try_get(0)?), row.try_get(1)?))
                }

                async fn auth_log_start(&self) -> Result<(u64, String)> {
                    let row = sqlx::query(AUTH_START).fetch_one(&self.read).await?;
                    Ok((unsigned(row.try_get(0)?), row.try_get(1)?))
                }

                async fn forget_auth(&self, seq: u64, hash: &str) -> Result<u64> {
                    let mut tx = self.write.begin_with($begin).await?;
                    let begun = sqlx::query(BEGIN_AUTH).bind(seq as i64).bind(hash).execute(&mut *tx).await?;
                    if begun.rows_affected() == 0 {
                        return Ok(0);
                    }
                    let gone = sqlx::query(FORGET_AUTH).bind(seq as i64).execute(&mut *tx).await?.rows_affected();
                    tx.commit().await?;
                    Ok(gone)
                }

                async fn auth_log_of(&self, user: &str, before: u64, limit: u32) -> Result<Vec<AuthLogRow>> {
                    let query = sqlx::query(AUTH_LOG_OF).bind(user).bind(before.min(i64::MAX as u64) as i64);
                    query.bind(i64::from(limit)).fetch_all(&self.read).await?.iter().map(entry).collect()
                }

                async fn auth_log_in(&self, org: &str, before: u64, limit: u32) -> Result<Vec<AuthLogRow>> {
                    let query = sqlx::query(AUTH_LOG_IN).bind(org).bind(before.min(i64::MAX as u64) as i64);
                    query.bind(i64::from(limit)).fetch_all(&self.read).await?.iter().map(entry).collect()
                }
            }
        };
    };
}

stamp!(SqliteStore, sqlx::sqlite::SqliteRow, begin: "BEGIN IMMEDIATE");
stamp!(PostgresStore, sqlx::postgres::PgRow, begin: "BEGIN");
