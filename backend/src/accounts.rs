//! Accounts: passwords (argon2id), access tokens (JWT, ten minutes), refresh tokens (rotated at each use, reuse detected),
//! API tokens (scoped, expiring). Of every secret only a hash is stored.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::{Permission, Permissions, UserId, text};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::storage::{LoginRow, Store, TokenRow, UserRow, hex};

const ACCESS_SECONDS: i64 = 600;
const REFRESH_MS: i64 = 30 * 24 * 3_600_000;
/// Editor, daemon and tabs refresh at once: the token before the last one still gives an access token for this long.
const GRACE_MS: i64 = 30_000;
const AUDIENCE: &str = "devmentor";

/// The accounts of a database.
pub struct Accounts {
    store: Arc<dyn Store>,
    signing: EncodingKey,
    verifying: DecodingKey,
    /// Hashing takes 19 MiB each: a few at a time, so that a flood of logins is a queue and not a lack of memory.
    hashing: tokio::sync::Semaphore,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Accounts")
    }
}

/// Who a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person.
    pub user: UserId,
    /// What their token allows at most.
    pub limit: Permissions,
    /// The login behind it; none for API tokens and solo.
    pub login: Option<String>,
}

impl Identity {
    /// Without a limit, as in solo mode.
    pub fn whole(user: UserId) -> Self {
        Self { user, limit: Permissions::of(Permission::ALL), login: None }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// The login.
    sid: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// What a login or a refresh gives.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Tokens {
    /// For `Authorization: Bearer`, valid for some minutes.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// For the next refresh. `null` when another tab or program of the same login has just refreshed: it has the new one.
    pub refresh_token: Option<String>,
}

impl Accounts {
    /// Over a database; `secret` signs access tokens.
    pub fn new(store: Arc<dyn Store>, secret: &[u8]) -> Self {
        Self {
            store,
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            hashing: tokio::sync::Semaphore::new(2),
        }
    }

    /// Makes an account.
    ///
    /// # Errors
    /// A field is wrong, or handle or address are taken.
    pub async fn register(
        &self,
        handle: &str,
        name: &str,
        email: Option<&str>,
        password: &str,
    ) -> Result<UserId, Problem> {
        let handle = handle.trim().to_ascii_lowercase();
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
        let name = text::line("name", name, 200)?;
        let email = email.map(|email| text::line("email", email, 254)).transpose()?.map(|email| email.to_lowercase());
        if email
            .as_ref()
            .is_some_and(|email| !matches!(email.split_once('@'), Some((a, b)) if !a.is_empty() && b.contains('.')))
        {
            return Err(Problem::invalid("email", "email must look like name@example.com."));
        }
        if !(10..=1_000).contains(&password.chars().count()) {
            return Err(Problem::invalid("password", "password is 10 to 1,000 characters long."));
        }
        let id = UserId::fresh();
        let user = UserRow {
            id: id.to_string(),
            handle,
            name,
            email,
            password: self.hash(password.to_owned()).await?,
            created_at: crate::streams::now().to_string(),
            disabled: false,
        };
        self.store.add_user(&user).await?;
        Ok(id)
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

    /// Checks a password and begins a login.
    ///
    /// # Errors
    /// Name or password are wrong; which of them is not told, nor by the time it takes.
    pub async fn log_in(&self, name: &str, password: &str, client: &str) -> Result<Tokens, Problem> {
        let wrong = || Problem::unauthorized("The name or the password is wrong.");
        let name = name.trim().to_lowercase();
        if password.len() > 4_000 || name.len() > 300 || name.contains('\0') {
            return Err(wrong());
        }
        let user = self.store.user_named(&name).await?.filter(|user| !user.disabled && !user.password.is_empty());
        // A hash that no password has, so that unknown names take as long as known ones.
        let absent = "$argon2id$v=19$m=19456,t=2,p=1$YWJzZW50YWJzZW50YWJz$MYFdhOdLVEuIRXxCAbaXjaCEpWhCpg2LMMvgHvDfHKg";
        let stored = user.as_ref().map_or(absent, |user| &user.password).to_owned();
        let (place, password) = (self.hashing.acquire().await, password.to_owned());
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&stored).is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
        });
        let fits = fits.await.map_err(internal)?;
        drop(place);
        match user {
            Some(user) if fits => self.begin(user.id.parse().map_err(internal)?, client).await,
            _ => Err(wrong()),
        }
    }

    async fn begin(&self, user: UserId, client: &str) -> Result<Tokens, Problem> {
        let now = crate::streams::now().as_millisecond();
        let id = hex(&random::<12>()?);
        let secret = hex(&random::<32>()?);
        let login = LoginRow {
            id: id.clone(),
            user: user.to_string(),
            current: digest(&secret),
            previous: String::new(),
            rotated_at: now,
            expires_at: now + REFRESH_MS,
            revoked: false,
            client: client.chars().filter(|symbol| !symbol.is_control()).take(200).collect(),
            created_at: now,
        };
        self.store.add_login(&login).await?;
        self.tokens(user, &id, Some(format!("dmr_{id}_{secret}")))
    }

    fn tokens(&self, user: UserId, login: &str, refresh_token: Option<String>) -> Result<Tokens, Problem> {
        let iat = crate::streams::now().as_second();
        let claims =
            Claims { sub: user, sid: login.to_owned(), aud: AUDIENCE.to_owned(), iat, exp: iat + ACCESS_SECONDS };
        let access_token = jsonwebtoken::encode(&Header::default(), &claims, &self.signing).map_err(internal)?;
        Ok(Tokens { access_token, expires_in: ACCESS_SECONDS, refresh_token })
    }

    /// Exchanges a refresh token. One that was exchanged long ago is stolen, here or there: the login ends.
    ///
    /// # Errors
    /// The token is unknown, ended, or used twice.
    pub async fn refresh(&self, token: &str) -> Result<Tokens, Problem> {
        let refused = || Problem::unauthorized("The refresh token is not valid any more; log in again.");
        let (id, secret) = token.strip_prefix("dmr_").and_then(|rest| rest.split_once('_')).ok_or_else(refused)?;
        let now = crate::streams::now().as_millisecond();
        let login = self.store.login(id).await?.filter(|login| !login.revoked && login.expires_at > now);
        let login = login.ok_or_else(refused)?;
        let user: UserId = login.user.parse().map_err(internal)?;
        let given = digest(secret);
        let next = hex(&random::<32>()?);
        if same(&given, &login.current) && self.store.rotate_login(id, &given, &digest(&next), now).await? {
            return self.tokens(user, id, Some(format!("dmr_{id}_{next}")));
        }
        // Another tab may have been quicker between the two statements above.
        let login = self.store.login(id).await?.filter(|login| !login.revoked).ok_or_else(refused)?;
        if same(&given, &login.previous) {
            if now - login.rotated_at <= GRACE_MS {
                return self.tokens(user, id, None);
            }
            tracing::warn!(login = id, user = %user, "a refresh token was used twice: the login is ended");
            self.store.revoke_login(&login.user, id).await?;
        }
        Err(refused())
    }

    /// Makes an API token with at most these permissions; the text is shown once.
    ///
    /// # Errors
    /// A bad name or no scope.
    pub async fn make_token(
        &self,
        owner: &Identity,
        name: &str,
        scopes: &[Permission],
        days: u32,
    ) -> Result<(TokenRow, String), Problem> {
        let name = text::line("name", name, 200)?;
        let wanted: Permissions = scopes.iter().copied().collect();
        if wanted.is_empty() {
            return Err(Problem::invalid("scopes", "A token needs at least one scope."));
        }
        if !owner.limit.covers(wanted) {
            return Err(Problem::forbidden("A token cannot allow more than the one that makes it."));
        }
        if !(1..=366).contains(&days) {
            return Err(Problem::invalid("days", "A token is valid for 1 to 366 days."));
        }
        let now = crate::streams::now().as_millisecond();
        let token = format!("dmt_{}", hex(&random::<32>()?));
        let row = TokenRow {
            id: hex(&random::<12>()?),
            user: owner.user.to_string(),
            hash: digest(&token),
            name,
            scopes: wanted.iter().map(Permission::name).collect::<Vec<_>>().join(","),
            expires_at: now + i64::from(days) * 24 * 3_600_000,
            created_at: now,
        };
        self.store.add_token(&row).await?;
        Ok((row, token))
    }

    /// Who holds a token from `Authorization: Bearer`.
    ///
    /// # Errors
    /// It is forged, expired, for another audience, or its login was ended.
    pub async fn identify(&self, token: &str) -> Result<Identity, Problem> {
        let refused = || Problem::unauthorized("The token is not valid, or not any more; log in again.");
        let now = crate::streams::now().as_millisecond();
        if token.starts_with("dmt_") {
            let row = self.store.token(&digest(token)).await?.filter(|row| row.expires_at > now).ok_or_else(refused)?;
            let user = self.store.user(&row.user).await?.filter(|user| !user.disabled).ok_or_else(refused)?;
            let named = |name: &str| Permission::ALL.iter().copied().find(|one| one.name() == name);
            let limit = row.scopes.split(',').filter_map(named).collect();
            return Ok(Identity { user: user.id.parse().map_err(internal)?, limit, login: None });
        }
        let mut rules = Validation::new(jsonwebtoken::Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.leeway = 5;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &rules).map_err(|_| refused())?.claims;
        let login = self.store.login(&claims.sid).await?;
        if !login.is_some_and(|login| !login.revoked && login.user == claims.sub.to_string()) {
            return Err(refused());
        }
        Ok(Identity { login: Some(claims.sid), ..Identity::whole(claims.sub) })
    }
}

/// OWASP's first choice: argon2id with 19 MiB and two rounds, which are this library's defaults.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn digest(secret: &str) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(secret.as_bytes()))
}

fn same(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(internal)?;
    Ok(bytes)
}

/// A fresh secret for signing access tokens.
///
/// # Errors
/// The system gives no random numbers.
pub fn fresh_secret() -> Result<String, Problem> {
    Ok(hex(&random::<32>()?))
}

fn internal(error: impl std::fmt::Display) -> Problem {
    crate::storage::StoreError::Other(error.to_string()).into()
}
