//! Service accounts: members of one organisation that no person logs in to. They have API tokens alone, made by the
//! organisation's administrators, and can make none themselves.

use domain::{OrgId, Permission, Permissions, UserId};

use super::{Accounts, AuthEntry, AuthEvent, Newcomer, Origin};
use crate::problem::Problem;
use crate::storage::{TokenRow, UserRow};

impl Accounts {
    /// Makes a service account; its place in the organisation is another step.
    ///
    /// # Errors
    /// A field is wrong, or the handle is taken.
    pub async fn make_service(
        &self,
        org: OrgId,
        new: &Newcomer,
        by: UserId,
        origin: &Origin,
    ) -> Result<UserRow, Problem> {
        let row = UserRow { service_of: org.to_string(), email: None, ..new.row()? };
        self.store.add_user(&row).await?;
        let entry = AuthEntry::new(AuthEvent::ServiceAccountMade, &row.id, &row.handle, origin);
        self.record(entry.in_org(org, by)).await?;
        Ok(row)
    }

    /// A service account of this organisation.
    ///
    /// # Errors
    /// There is none.
    pub async fn service(&self, org: OrgId, account: &str) -> Result<UserRow, Problem> {
        let account: UserId = account.parse().map_err(|_| Problem::not_found())?;
        let row = self.store.user(&account.to_string()).await?;
        row.filter(|row| row.service_of == org.to_string()).ok_or_else(Problem::not_found)
    }

    /// Shuts or opens a service account; its tokens work again when it is opened.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn disable_service(
        &self,
        row: &UserRow,
        disabled: bool,
        by: UserId,
        origin: &Origin,
    ) -> Result<(), Problem> {
        let event = if disabled { AuthEvent::ServiceAccountDisabled } else { AuthEvent::ServiceAccountEnabled };
        self.store.set_disabled(&row.id, disabled).await?;
        self.record(AuthEntry::new(event, &row.id, &row.handle, origin).in_org(&row.service_of, by)).await
    }

    /// Removes a service account's tokens and shuts it for good. Its name stays with what it wrote.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_service(&self, row: &UserRow, by: UserId, origin: &Origin) -> Result<(), Problem> {
        self.store.set_disabled(&row.id, true).await?;
        self.store.remove_tokens(&row.id).await?;
        let entry = AuthEntry::new(AuthEvent::ServiceAccountRemoved, &row.id, &row.handle, origin);
        self.record(entry.in_org(&row.service_of, by)).await
    }

    /// Makes a token for a service account, with at most what `limit` allows: what its maker may do.
    ///
    /// # Errors
    /// A field is wrong, or it would allow more.
    #[allow(clippy::too_many_arguments, reason = "what the token is, and who makes it from where")]
    pub async fn make_service_token(
        &self,
        row: &UserRow,
        limit: Permissions,
        name: &str,
        scopes: &[Permission],
        days: u32,
        by: UserId,
        origin: &Origin,
    ) -> Result<(TokenRow, String), Problem> {
        let user = row.id.parse().map_err(super::internal)?;
        let made = self.issue_token(user, limit, name, scopes, days).await?;
        let entry = AuthEntry::new(AuthEvent::TokenMade, user, &made.0.name, origin);
        self.record(entry.in_org(&row.service_of, by)).await?;
        Ok(made)
    }
}
