//! Reading the record of logins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::{InOrg, SignedIn};
use super::input::Query;
use super::route::{About, Api, Rule};
use crate::accounts::{AuthEntry, record};
use crate::app::App;
use crate::problem::Problem;
use crate::storage::AuthLogRow;

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::SignedIn, "What happened to my ways in, newest first").query::<Which>();
    api.get("/api/me/audit", about.gives::<Entries>(200), mine);
    let about = About::new(
        Rule::Org(Permission::Administer),
        "What happened to the ways in of an organisation and its members, newest first",
    );
    api.get("/api/orgs/{org}/audit", about.query::<Which>().gives::<Entries>(200), of_org);
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Which {
    /// Only entries before this number: a page's `next`.
    #[serde(default)]
    before: Option<u64>,
    /// Entries at most, 1 to 500; 100 when left out.
    #[serde(default)]
    limit: Option<u32>,
}

impl Which {
    fn limit(&self) -> u32 {
        self.limit.unwrap_or(100).clamp(1, 500)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Entries {
    /// The entries.
    items: Vec<Entry>,
    /// `before` of the next page; `null` at the end.
    next: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// Its number in the record of the whole server.
    seq: u64,
    /// The entry.
    #[serde(flatten)]
    entry: AuthEntry,
}

fn page(rows: &[AuthLogRow], limit: u32, show: impl Fn(AuthEntry) -> AuthEntry) -> Result<Json<Entries>, Problem> {
    let full = rows.len() == limit as usize;
    let next = rows.last().map(|row| row.seq).filter(|_| full);
    let items = rows.iter().map(|row| Ok(Entry { seq: row.seq, entry: show(record::read(row)?) }));
    Ok(Json(Entries { items: items.collect::<Result<_, Problem>>()?, next }))
}

async fn mine(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Entries>, Problem> {
    let (before, limit) = (which.before.unwrap_or(u64::MAX), which.limit());
    let rows = app.streams.store().auth_log_of(&who.user.to_string(), before, limit).await?;
    page(&rows, limit, |entry| entry)
}

async fn of_org(State(app): State<Arc<App>>, org: InOrg, Query(which): Query<Which>) -> Result<Json<Entries>, Problem> {
    let (before, limit) = (which.before.unwrap_or(u64::MAX), which.limit());
    let rows = app.streams.store().auth_log_in(&org.id.to_string(), before, limit).await?;
    // A member may be in other organisations too: where from and with what somebody logs in is their own affair.
    page(&rows, limit, |entry| match entry.org.is_empty() {
        true => AuthEntry { address: String::new(), client: String::new(), detail: String::new(), ..entry },
        false => entry,
    })
}
