//! What is kept of ways in besides passwords, and the record of who came in. Times are milliseconds since 1970.

use super::{Result, UserRow};

/// An account at a provider that opens an account here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// Identity of this row.
    pub id: String,
    /// Whose account it opens.
    pub user: String,
    /// Who vouches for the subject.
    pub issuer: String,
    /// The account at the issuer; never given to anybody else.
    pub subject: String,
    /// What people see.
    pub label: String,
    /// When it was linked.
    pub created_at: i64,
}

/// A command line or an editor that waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// SHA-256 of the device code.
    pub hash: String,
    /// What its user types, without the dash.
    pub user_code: String,
    /// What it says it is.
    pub client: String,
    /// Where it asked from.
    pub address: String,
    /// When it asked.
    pub created_at: i64,
    /// Until when it may be let in.
    pub expires_at: i64,
    /// Milliseconds between two questions, at least.
    pub pause: i64,
    /// When it last asked for its tokens.
    pub asked_at: i64,
    /// `pending`, `approved` or `denied`.
    pub state: String,
    /// Who decided; empty before.
    pub user: String,
}

/// An invitation into an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Identity.
    pub id: String,
    /// The organisation.
    pub org: String,
    /// The role that it gives.
    pub role: String,
    /// For whom it is meant.
    pub email: Option<String>,
    /// SHA-256 of its secret.
    pub hash: String,
    /// Who invites.
    pub created_by: String,
    /// When it was made.
    pub created_at: i64,
    /// Until when it is good.
    pub expires_at: i64,
    /// Who accepted it; empty before.
    pub accepted_by: String,
    /// Whether it was withdrawn.
    pub revoked: bool,
}

/// An entry of the record of logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthLogRow {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// Whose account it concerns; empty when there is none.
    pub user: String,
    /// The organisation it concerns; empty when there is none.
    pub org: String,
    /// The entry as JSON.
    pub body: String,
    /// Hash over the one before and this.
    pub hash: String,
}

/// Ways in, and the record of them.
#[async_trait::async_trait]
pub trait AuthStore: Send + Sync {
    /// Adds an account together with the identity that opens it, both or neither.
    async fn add_user_with(&self, user: &UserRow, identity: &IdentityRow) -> Result<()>;
    /// Replaces a password and ends every login of the account, in one step.
    async fn change_password(&self, user: &str, password: &str) -> Result<()>;
    /// Shuts or opens an account.
    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<()>;
    /// The service accounts of an organisation.
    async fn service_accounts(&self, org: &str) -> Result<Vec<UserRow>>;
    /// Removes every API token of an account and says how many there were.
    async fn remove_tokens(&self, user: &str) -> Result<u64>;

    /// Links an identity.
    async fn add_identity(&self, identity: &IdentityRow) -> Result<()>;
    /// The identity that an issuer vouches for.
    async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<IdentityRow>>;
    /// The identities of an account.
    async fn identities_of(&self, user: &str) -> Result<Vec<IdentityRow>>;
    /// Unlinks one; false when there is none.
    async fn remove_identity(&self, user: &str, id: &str) -> Result<bool>;

    /// Keeps something under a secret until it is taken; what has ended by `now` is forgotten.
    async fn put_ticket(&self, kind: &str, hash: &str, body: &str, expires_at: i64, now: i64) -> Result<()>;
    /// Takes it out, once.
    async fn take_ticket(&self, kind: &str, hash: &str, now: i64) -> Result<Option<String>>;

    /// Adds a device; those that ended before `forget` are forgotten.
    async fn add_device(&self, device: &DeviceRow, forget: i64) -> Result<()>;
    /// A device by the hash of its code.
    async fn device(&self, hash: &str) -> Result<Option<DeviceRow>>;
    /// A device by its user's code, when it waits.
    async fn waiting_device(&self, user_code: &str, now: i64) -> Result<Option<DeviceRow>>;
    /// Notes that a device has asked.
    async fn device_asked(&self, hash: &str, asked_at: i64, pause: i64) -> Result<()>;
    /// Lets a waiting device in, or not; false when none waits under this code.
    async fn decide_device(&self, user_code: &str, state: &str, user: &str, now: i64) -> Result<bool>;
    /// Removes a device in this state; false when another has done so.
    async fn take_device(&self, hash: &str, state: &str) -> Result<bool>;

    /// Adds an invitation.
    async fn add_invitation(&self, invitation: &InvitationRow) -> Result<()>;
    /// An invitation by the hash of its secret.
    async fn invitation(&self, hash: &str) -> Result<Option<InvitationRow>>;
    /// The invitations of an organisation that are neither accepted nor withdrawn.
    async fn invitations_of(&self, org: &str) -> Result<Vec<InvitationRow>>;
    /// Takes an invitation for an account, once; the same account may do so again. False when it is not to be had.
    async fn claim_invitation(&self, id: &str, user: &str, now: i64) -> Result<bool>;
    /// Gives a claimed invitation back, when the account that claimed it was not made after all.
    async fn release_invitation(&self, id: &str, user: &str) -> Result<()>;
    /// Withdraws one that nobody has accepted; false when there is none.
    async fn revoke_invitation(&self, org: &str, id: &str) -> Result<bool>;

    /// Appends to the record, chained to the entry before.
    async fn append_auth(&self, user: &str, org: &str, body: &str) -> Result<()>;
    /// The record after `seq`.
    async fn auth_log(&self, after: u64, limit: u32) -> Result<Vec<AuthLogRow>>;
    /// Number and hash of the last entry.
    async fn auth_log_head(&self) -> Result<(u64, String)>;
    /// Number and hash of the last entry that was removed for its age; 0 and nothing when none was.
    async fn auth_log_start(&self) -> Result<(u64, String)>;
    /// Removes the entries up to this one, and says how many; none when others have removed more.
    async fn forget_auth(&self, seq: u64, hash: &str) -> Result<u64>;
    /// What concerns an account, newest first, before `seq`.
    async fn auth_log_of(&self, user: &str, before: u64, limit: u32) -> Result<Vec<AuthLogRow>>;
    /// What concerns an organisation and its members, newest first, before `seq`.
    async fn auth_log_in(&self, org: &str, before: u64, limit: u32) -> Result<Vec<AuthLogRow>>;
}
