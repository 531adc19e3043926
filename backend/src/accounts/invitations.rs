//! Invitations: a secret that is good for one place in one organisation.

use domain::{OrgId, Role, UserId, text};

use super::{Accounts, AuthEntry, AuthEvent, Origin, digest, fresh_id, fresh_secret};
use crate::problem::Problem;
use crate::storage::InvitationRow;

/// What an inviter says.
#[derive(Debug, Clone)]
pub struct Invite {
    /// Where to.
    pub org: OrgId,
    /// As what.
    pub role: Role,
    /// For whom; anybody who has the secret when this is left out.
    pub email: Option<String>,
    /// For how long.
    pub days: u32,
}

impl Accounts {
    /// Makes an invitation; its text is shown once.
    ///
    /// # Errors
    /// A field is wrong.
    pub async fn invite(
        &self,
        by: UserId,
        invite: &Invite,
        origin: &Origin,
    ) -> Result<(InvitationRow, String), Problem> {
        if !(1..=90).contains(&invite.days) {
            return Err(Problem::invalid("days", "An invitation is good for 1 to 90 days."));
        }
        let email = invite.email.as_deref().map(|email| text::line("email", email, 254)).transpose()?;
        let (now, token) = (crate::streams::now().as_millisecond(), format!("dmi_{}", fresh_secret()?));
        let row = InvitationRow {
            id: fresh_id()?,
            org: invite.org.to_string(),
            role: invite.role.to_string(),
            email: email.map(|email| email.to_lowercase()),
            hash: digest(&token),
            created_by: by.to_string(),
            created_at: now,
            expires_at: now + i64::from(invite.days) * 24 * 3_600_000,
            accepted_by: String::new(),
            revoked: false,
        };
        self.store.add_invitation(&row).await?;
        let entry = AuthEntry::new(AuthEvent::InvitationMade, "", format!("{} as {}", row.id, row.role), origin);
        self.record(entry.in_org(&row.org, by)).await?;
        Ok((row, token))
    }

    /// The invitation behind a secret, when `user` may still accept it.
    ///
    /// # Errors
    /// There is none, or not any more.
    pub async fn invitation(&self, token: &str, user: &str) -> Result<InvitationRow, Problem> {
        let now = crate::streams::now().as_millisecond();
        let row = self.store.invitation(&digest(token)).await?.filter(|row| {
            !row.revoked && (row.accepted_by == user || row.accepted_by.is_empty() && row.expires_at > now)
        });
        row.ok_or_else(|| {
            let detail = "This invitation is not good, or not any more; ask for a new one.";
            Problem::invalid("invitation", detail)
        })
    }

    /// Takes it for an account, so that nobody else can.
    ///
    /// # Errors
    /// Somebody was quicker.
    pub async fn claim_invitation(&self, row: &InvitationRow, user: &str) -> Result<(), Problem> {
        match self.store.claim_invitation(&row.id, user, crate::streams::now().as_millisecond()).await? {
            true => Ok(()),
            false => Err(Problem::invalid("invitation", "This invitation was just accepted by somebody else.")),
        }
    }

    /// Withdraws an invitation.
    ///
    /// # Errors
    /// There is none, or it was accepted.
    pub async fn revoke_invitation(&self, org: OrgId, id: &str, by: UserId, origin: &Origin) -> Result<(), Problem> {
        if !self.store.revoke_invitation(&org.to_string(), id).await? {
            return Err(Problem::not_found());
        }
        let entry = AuthEntry::new(AuthEvent::InvitationRevoked, "", id, origin);
        self.record(entry.in_org(org, by)).await
    }
}
