//! Access tokens, refresh tokens, API tokens.

use domain::{Permission, Permissions, UserId, text};
use jsonwebtoken::{Header, Validation};
use serde::{Deserialize, Serialize};

use super::{Accounts, AuthEntry, AuthEvent, Identity, Origin, digest, fresh_id, fresh_secret, internal, same};
use crate::problem::Problem;
use crate::storage::{LoginRow, TokenRow};

const ACCESS_SECONDS: i64 = 600;
const REFRESH_MS: i64 = 30 * 24 * 3_600_000;
/// Editor, daemon and tabs refresh at once: the token before the last one still gives an access token for this long.
const GRACE_MS: i64 = 30_000;
const AUDIENCE: &str = "devmentor";
const ISSUER: &str = "devmentor";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// The login.
    sid: String,
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
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
    /// Begins a login of somebody who has proved who they are, in the way that `how` names.
    ///
    /// # Errors
    /// The account is shut, or the database does not answer.
    pub(crate) async fn begin(&self, user: UserId, how: &str, origin: &Origin) -> Result<Tokens, Problem> {
        let row = self.store.user(&user.to_string()).await?.filter(|row| !row.disabled && row.service_of.is_empty());
        if row.is_none() {
            self.record(AuthEntry::new(AuthEvent::LoginRefused, user, how, origin)).await?;
            return Err(Problem::unauthorized("This account is shut."));
        }
        let now = crate::streams::now().as_millisecond();
        let (id, secret) = (fresh_id()?, fresh_secret()?);
        let login = LoginRow {
            id: id.clone(),
            user: user.to_string(),
            current: digest(&secret),
            previous: String::new(),
            rotated_at: now,
            expires_at: now + REFRESH_MS,
            revoked: false,
            client: origin.client.clone(),
            created_at: now,
        };
        self.store.add_login(&login).await?;
        self.record(AuthEntry::new(AuthEvent::LoggedIn, user, how, origin)).await?;
        self.tokens(user, &id, Some(format!("dmr_{id}_{secret}")))
    }

    fn tokens(&self, user: UserId, login: &str, refresh_token: Option<String>) -> Result<Tokens, Problem> {
        let iat = crate::streams::now().as_second();
        let claims = Claims {
            sub: user,
            sid: login.to_owned(),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat,
            nbf: iat,
            exp: iat + ACCESS_SECONDS,
        };
        let access_token = jsonwebtoken::encode(&Header::default(), &claims, &self.signing).map_err(internal)?;
        Ok(Tokens { access_token, expires_in: ACCESS_SECONDS, refresh_token })
    }

    /// Exchanges a refresh token. One that was exchanged long ago is stolen, here or there: the login ends.
    ///
    /// # Errors
    /// The token is unknown, ended, or used twice.
    pub async fn refresh(&self, token: &str, origin: &Origin) -> Result<Tokens, Problem> {
        let refused = || Problem::unauthorized("The refresh token is not valid any more; log in again.");
        let (id, secret) = token.strip_prefix("dmr_").and_then(|rest| rest.split_once('_')).ok_or_else(refused)?;
        if id.len() > 64 || id.contains('\0') {
            return Err(refused());
        }
        let now = crate::streams::now().as_millisecond();
        let login = self.store.login(id).await?.filter(|login| !login.revoked && login.expires_at > now);
        let login = login.ok_or_else(refused)?;
        let user: UserId = login.user.parse().map_err(internal)?;
        let given = digest(secret);
        let next = fresh_secret()?;
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
            self.record(AuthEntry::new(AuthEvent::RefreshReused, user, &login.client, origin)).await?;
        }
        Err(refused())
    }

    /// Ends the login that a refresh token belongs to. Says nothing when there is none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn log_out(&self, token: &str, origin: &Origin) -> Result<(), Problem> {
        let Some((id, secret)) = token.strip_prefix("dmr_").and_then(|rest| rest.split_once('_')) else {
            return Ok(());
        };
        if id.len() > 64 || id.contains('\0') {
            return Ok(());
        }
        let given = digest(secret);
        let login = self.store.login(id).await?.filter(|row| same(&given, &row.current) || same(&given, &row.previous));
        let Some(login) = login else { return Ok(()) };
        if self.store.revoke_login(&login.user, id).await? {
            self.record(AuthEntry::new(AuthEvent::LoginEnded, &login.user, &login.client, origin)).await?;
        }
        Ok(())
    }

    /// Makes an API token with at most these permissions; the text is shown once.
    ///
    /// # Errors
    /// A bad name or no scope, or more than `limit` allows.
    pub(super) async fn issue_token(
        &self,
        user: UserId,
        limit: Permissions,
        name: &str,
        scopes: &[Permission],
        days: u32,
    ) -> Result<(TokenRow, String), Problem> {
        let name = text::line("name", name, 200)?;
        let wanted: Permissions = scopes.iter().copied().collect();
        if wanted.is_empty() {
            return Err(Problem::invalid("scopes", "A token needs at least one scope."));
        }
        if !limit.covers(wanted) {
            return Err(Problem::forbidden("A token cannot allow more than the one that makes it."));
        }
        if !(1..=366).contains(&days) {
            return Err(Problem::invalid("days", "A token is valid for 1 to 366 days."));
        }
        let now = crate::streams::now().as_millisecond();
        let token = format!("dmt_{}", fresh_secret()?);
        let row = TokenRow {
            id: fresh_id()?,
            user: user.to_string(),
            hash: digest(&token),
            name,
            scopes: wanted.iter().map(Permission::name).collect::<Vec<_>>().join(","),
            expires_at: now + i64::from(days) * 24 * 3_600_000,
            created_at: now,
        };
        self.store.add_token(&row).await?;
        Ok((row, token))
    }

    /// Makes an API token for oneself.
    ///
    /// # Errors
    /// A bad name or no scope, or a token asks.
    pub async fn make_token(
        &self,
        owner: &Identity,
        name: &str,
        scopes: &[Permission],
        days: u32,
        origin: &Origin,
    ) -> Result<(TokenRow, String), Problem> {
        owner.in_person()?;
        let made = self.issue_token(owner.user, owner.limit, name, scopes, days).await?;
        self.record(AuthEntry::new(AuthEvent::TokenMade, owner.user, &made.0.name, origin)).await?;
        Ok(made)
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
            let service = !user.service_of.is_empty();
            return Ok(Identity {
                user: user.id.parse().map_err(internal)?,
                limit,
                login: None,
                by_token: true,
                service,
            });
        }
        let mut rules = Validation::new(jsonwebtoken::Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        rules.validate_nbf = true;
        rules.leeway = 5;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &rules).map_err(|_| refused())?.claims;
        let login = self.store.login(&claims.sid).await?;
        if !login.is_some_and(|login| !login.revoked && login.user == claims.sub.to_string()) {
            return Err(refused());
        }
        Ok(Identity { login: Some(claims.sid), ..Identity::whole(claims.sub) })
    }
}
