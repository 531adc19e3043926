//! Accounts: passwords (argon2id), access tokens (JWT, ten minutes), refresh tokens (rotated at each use, reuse detected),
//! API tokens (scoped, expiring), accounts at providers, devices, invitations, service accounts. Of every secret only a
//! hash is stored.

pub mod devices;
pub mod invitations;
pub mod providers;
pub mod record;
mod secrets;
mod services;
mod tokens;
mod tries;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::StatusCode;
use domain::{Permission, Permissions, UserId, text};
use jsonwebtoken::{DecodingKey, EncodingKey};

pub use record::{AuthEntry, AuthEvent, Origin};
pub use secrets::fresh_secret;
pub(crate) use secrets::{digest, fresh_id, internal, random, same};
pub use tokens::Tokens;

use crate::problem::Problem;
use crate::shared::Redis;
use crate::storage::{IdentityRow, Store, UserRow};
use tries::Tries;

/// A hash that no password has, so that unknown names take as long as known ones.
const ABSENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$YWJzZW50YWJzZW50YWJz$MYFdhOdLVEuIRXxCAbaXjaCEpWhCpg2LMMvgHvDfHKg";
/// Wrong passwords in a row, and seconds until one more may be tried. Other names, other addresses' limits and other ways
/// in stay as they are, so that whoever is locked out by somebody else still gets in by a provider or an open login.
const TRIES: (u32, u32) = (10, 60);

/// The accounts of a database.
pub struct Accounts {
    store: Arc<dyn Store>,
    signing: EncodingKey,
    verifying: DecodingKey,
    /// Hashing takes 19 MiB each: a few at a time, so that a flood of logins is a queue and not a lack of memory.
    hashing: tokio::sync::Semaphore,
    checks: AtomicU64,
    wrong_passwords: Tries,
    wrong_codes: Tries,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Accounts")
    }
}

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person, or the service account.
    pub user: UserId,
    /// What their token allows at most.
    pub limit: Permissions,
    /// The login behind it; none for API tokens and solo.
    pub login: Option<String>,
    /// Whether it came with an API token: a program, which may not make itself further ways in.
    pub by_token: bool,
    /// Whether it is a service account.
    pub service: bool,
}

impl Identity {
    /// Without a limit, as in solo mode.
    pub fn whole(user: UserId) -> Self {
        Self { user, limit: Permissions::of(Permission::ALL), login: None, by_token: false, service: false }
    }

    /// Ways in are made and changed by people who are logged in, never by a token: it would outlive its own end.
    ///
    /// # Errors
    /// It is a token.
    pub fn in_person(&self) -> Result<&Self, Problem> {
        match self.by_token {
            true => Err(Problem::forbidden("An API token cannot do this; log in.")),
            false => Ok(self),
        }
    }
}

/// A new account, before it is one.
#[derive(Debug, Clone, Default)]
pub struct Newcomer {
    /// The name after `@`.
    pub handle: String,
    /// The name people see.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
}

impl Newcomer {
    /// A row without a password, its fields checked.
    ///
    /// # Errors
    /// A field is wrong.
    pub(crate) fn row(&self) -> Result<UserRow, Problem> {
        let email = self.email.as_deref().map(|email| text::line("email", email, 254)).transpose()?;
        let email = email.map(|email| email.to_lowercase());
        let looks_right =
            |email: &String| matches!(email.split_once('@'), Some((a, b)) if !a.is_empty() && b.contains('.'));
        if email.as_ref().is_some_and(|email| !looks_right(email)) {
            return Err(Problem::invalid("email", "email must look like name@example.com."));
        }
        Ok(UserRow {
            id: UserId::fresh().to_string(),
            handle: handle(&self.handle)?,
            name: text::line("name", &self.name, 200)?,
            email,
            password: String::new(),
            created_at: crate::streams::now().to_string(),
            disabled: false,
            service_of: String::new(),
        })
    }
}

fn handle(given: &str) -> Result<String, Problem> {
    let handle = given.trim().to_ascii_lowercase();
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = handle.as_bytes();
    if !(2..=40).contains(&bytes.len())
        || !bytes.iter().all(|byte| inner(*byte))
        || !ends(bytes.first())
        || !ends(bytes.last())
    {
        let detail = "handle is 2 to 40 letters, digits, '-', '_' and '.', with a letter or digit at both ends.";
        return Err(Problem::invalid("handle", detail));
    }
    Ok(handle)
}

fn check_password(field: &str, password: &str) -> Result<(), Problem> {
    match (10..=1_000).contains(&password.chars().count()) {
        true => Ok(()),
        false => Err(Problem::invalid(field, "A password is 10 to 1,000 characters long.")),
    }
}

impl Accounts {
    /// Over a database; `secret` signs access tokens. With Redis all nodes count wrong tries together.
    pub fn new(store: Arc<dyn Store>, secret: &[u8], redis: Option<&Redis>) -> Self {
        Self {
            store,
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            hashing: tokio::sync::Semaphore::new(2),
            checks: 0.into(),
            wrong_passwords: Tries::new("password", TRIES.0, TRIES.1, redis.cloned()),
            wrong_codes: Tries::new("code", TRIES.0, TRIES.1, redis.cloned()),
        }
    }

    /// How many passwords were compared with a hash, those of unknown names included.
    pub fn password_checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Makes an account with a password.
    ///
    /// # Errors
    /// The password is no good, or handle or address are taken.
    pub async fn register(&self, mut user: UserRow, password: &str, origin: &Origin) -> Result<UserId, Problem> {
        check_password("password", password)?;
        user.password = self.hash(password.to_owned()).await?;
        self.store.add_user(&user).await?;
        self.record(AuthEntry::new(AuthEvent::AccountMade, &user.id, "password", origin)).await?;
        user.id.parse().map_err(internal)
    }

    /// Makes an account that a provider's account opens. The handle is changed where it is taken.
    ///
    /// # Errors
    /// The address is taken, or the provider's account opens another one already.
    pub(crate) async fn register_with(
        &self,
        mut user: UserRow,
        identity: IdentityRow,
        origin: &Origin,
    ) -> Result<UserId, Problem> {
        let wanted = user.handle.clone();
        for _ in 0..20 {
            if self.store.user_named(&user.handle).await?.is_none() {
                self.store.add_user_with(&user, &identity).await?;
                let entry = AuthEntry::new(AuthEvent::AccountMade, &user.id, &identity.issuer, origin);
                self.record(entry).await?;
                return user.id.parse().map_err(internal);
            }
            let short: String = wanted.chars().take(34).collect();
            user.handle = format!("{short}-{:04x}", u16::from_be_bytes(random()?));
        }
        Err(Problem::new(StatusCode::CONFLICT, "taken", "No free handle was found; try again."))
    }

    async fn hash(&self, password: String) -> Result<String, Problem> {
        let _place = self.hashing.acquire().await;
        let hashed = tokio::task::spawn_blocking(move || {
            let salt = random::<16>()?;
            let hash: PasswordHash =
                argon2id().hash_password_with_salt(password.as_bytes(), &salt).map_err(internal)?;
            Ok(hash.to_string())
        });
        hashed.await.map_err(internal)?
    }

    async fn fits(&self, password: &str, stored: String) -> Result<bool, Problem> {
        let (_place, password) = (self.hashing.acquire().await, password.to_owned());
        self.checks.fetch_add(1, Ordering::Relaxed);
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&stored).is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
        });
        fits.await.map_err(internal)
    }

    /// Checks a password and begins a login.
    ///
    /// # Errors
    /// Name or password are wrong; which of them is not told, nor by the time it takes. 429 after too many wrong ones.
    pub async fn log_in(&self, name: &str, password: &str, origin: &Origin) -> Result<Tokens, Problem> {
        let user = self.prove(name, password, origin).await?;
        self.begin(user, "password", origin).await
    }

    /// Checks a password, and says whose it is.
    ///
    /// # Errors
    /// As [`Self::log_in`].
    pub async fn prove(&self, name: &str, password: &str, origin: &Origin) -> Result<UserId, Problem> {
        let wrong = || Problem::unauthorized("The name or the password is wrong.");
        let name = name.trim().to_lowercase();
        if password.len() > 4_000 || name.len() > 300 || name.contains('\0') {
            return Err(wrong());
        }
        let user = self.store.user_named(&name).await?;
        // Handle and address of one account count as one name.
        let counted = user.as_ref().map_or_else(|| digest(&name), |user| user.id.clone());
        self.wrong_passwords.take(&counted).await.map_err(too_many)?;
        let open = user.filter(|user| !user.disabled && !user.password.is_empty());
        let stored = open.as_ref().map_or(ABSENT, |user| &user.password).to_owned();
        let fits = self.fits(password, stored).await?;
        match open {
            Some(user) if fits => {
                self.wrong_passwords.right(&counted).await;
                user.id.parse().map_err(internal)
            }
            user => {
                let user = user.map(|user| user.id).unwrap_or_default();
                self.record(AuthEntry::new(AuthEvent::LoginRefused, user, "password", origin)).await?;
                Err(wrong())
            }
        }
    }

    /// Replaces a password, ends every login, and begins a new one. Who has none yet must have logged in lately.
    ///
    /// # Errors
    /// The current password is wrong, the new one is no good, or a token asks.
    pub async fn change_password(
        &self,
        who: &Identity,
        current: &str,
        new: &str,
        origin: &Origin,
    ) -> Result<Tokens, Problem> {
        const LATELY_MS: i64 = 600_000;
        check_password("new", new)?;
        let Some(login) = &who.in_person()?.login else {
            return Err(Problem::forbidden("Without login there is no password."));
        };
        let user = self.store.user(&who.user.to_string()).await?.ok_or_else(Problem::not_found)?;
        if user.password.is_empty() {
            let began = self.store.login(login).await?.map_or(0, |login| login.created_at);
            if crate::streams::now().as_millisecond() - began > LATELY_MS {
                let detail = "Log in once more with your provider, and set the password within ten minutes.";
                return Err(Problem::forbidden(detail));
            }
        } else {
            self.wrong_passwords.take(&user.id).await.map_err(too_many)?;
            if current.len() > 4_000 || !self.fits(current, user.password.clone()).await? {
                self.record(AuthEntry::new(AuthEvent::LoginRefused, &user.id, "password change", origin)).await?;
                return Err(Problem {
                    field: Some("current".to_owned()),
                    ..Problem::forbidden("This is not the current password.")
                });
            }
            self.wrong_passwords.right(&user.id).await;
        }
        self.store.change_password(&user.id, &self.hash(new.to_owned()).await?).await?;
        self.record(AuthEntry::new(AuthEvent::PasswordChanged, &user.id, "", origin)).await?;
        self.begin(who.user, "password change", origin).await
    }
}

/// 429 with the time after which it may be tried again.
fn too_many(seconds: u64) -> Problem {
    let detail = format!("There were too many wrong tries; try again in {seconds} s.");
    Problem { retry_after: Some(seconds), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", detail) }
}

/// OWASP's first choice: argon2id with 19 MiB and two rounds, which are this library's defaults.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that nobody has must cost what a name costs that somebody has.
    #[test]
    fn the_hash_of_nobody_costs_as_much_as_that_of_somebody() {
        let real: PasswordHash = argon2id().hash_password_with_salt(b"correct horse", b"0123456789abcdef").unwrap();
        let absent = PasswordHash::new(ABSENT).unwrap();
        assert_eq!((absent.algorithm, absent.version, absent.params), (real.algorithm, real.version, real.params));
        assert_eq!(absent.hash.unwrap().len(), real.hash.unwrap().len());
    }
}
