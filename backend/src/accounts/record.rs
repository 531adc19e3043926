//! The record of logins: who came in and how, who did not, which ways in were made and ended. Chained by hashes as the
//! events of projects are; holds no password, no token, and no name that does not exist, for people type passwords there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Accounts;
use crate::problem::Problem;
use crate::storage::{AuthLogRow, Store, StoreError};

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address.
    pub address: String,
    /// What the program says it is.
    pub client: String,
}

/// What happened to a way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthEvent {
    /// An account was made.
    AccountMade,
    /// Somebody logged in.
    LoggedIn,
    /// Somebody was refused.
    LoginRefused,
    /// A login was ended by its owner.
    LoginEnded,
    /// A refresh token came twice; its login was ended.
    RefreshReused,
    /// The password was changed, and every login ended.
    PasswordChanged,
    /// An API token was made.
    TokenMade,
    /// An API token was removed.
    TokenRemoved,
    /// An account at a provider was linked.
    IdentityLinked,
    /// It was unlinked.
    IdentityUnlinked,
    /// A command line or an editor was let in.
    DeviceApproved,
    /// It was turned away.
    DeviceDenied,
    /// Somebody was invited.
    InvitationMade,
    /// An invitation was withdrawn.
    InvitationRevoked,
    /// An invitation was accepted.
    InvitationAccepted,
    /// A service account was made.
    ServiceAccountMade,
    /// A service account was shut.
    ServiceAccountDisabled,
    /// It was opened again.
    ServiceAccountEnabled,
    /// It was removed with its tokens.
    ServiceAccountRemoved,
}

/// An entry of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What happened.
    pub event: AuthEvent,
    /// Whose account it concerns; empty when none is known.
    pub user: String,
    /// Who did it, when that was somebody else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// The organisation it concerns.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub org: String,
    /// More about it: the way of logging in, the name of a token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The address it came from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// What the program said it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client: String,
}

impl AuthEntry {
    /// About an account, now.
    pub fn new(event: AuthEvent, user: impl std::fmt::Display, detail: impl Into<String>, origin: &Origin) -> Self {
        Self {
            at: crate::streams::now().as_millisecond(),
            event,
            user: user.to_string(),
            by: String::new(),
            org: String::new(),
            detail: detail.into(),
            address: origin.address.clone(),
            client: origin.client.clone(),
        }
    }

    /// In an organisation, by somebody.
    #[must_use]
    pub fn in_org(self, org: impl std::fmt::Display, by: impl std::fmt::Display) -> Self {
        Self { org: org.to_string(), by: by.to_string(), ..self }
    }
}

/// An entry as it was kept.
///
/// # Errors
/// It is damaged.
pub fn read(row: &AuthLogRow) -> Result<AuthEntry, Problem> {
    serde_json::from_str(&row.body)
        .map_err(|error| StoreError::Corrupt(format!("entry {} of the record of logins: {error}", row.seq)).into())
}

/// Removes entries of before this time, in milliseconds since 1970, and says how many. What is left stays chained to them.
///
/// # Errors
/// The database does not answer.
pub async fn forget(store: &dyn Store, before: i64) -> Result<u64, StoreError> {
    let mut gone = 0;
    loop {
        let (start, _) = store.auth_log_start().await?;
        let rows = store.auth_log(start, 500).await?;
        let old = |row: &&AuthLogRow| serde_json::from_str::<When>(&row.body).is_ok_and(|entry| entry.at < before);
        let Some(last) = rows.iter().take_while(old).last() else { return Ok(gone) };
        gone += store.forget_auth(last.seq, &last.hash).await?;
    }
}

#[derive(Deserialize)]
struct When {
    at: i64,
}

impl Accounts {
    /// Appends to the record. What cannot be recorded is not done: callers pass the failure on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn record(&self, entry: AuthEntry) -> Result<(), Problem> {
        let body = serde_json::to_string(&entry).map_err(super::secrets::internal)?;
        Ok(self.store.append_auth(&entry.user, &entry.org, &body).await?)
    }
}
