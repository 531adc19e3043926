//! Commands as such: what synchronising clients send, and what all other writing routes come down to.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, response::IntoResponse, response::Response};
use domain::state::EntityRef;
use domain::{Command, CommandId, Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::Place;
use super::input::{Body, command_id, etag, if_match};
use super::route::{About, Api, Rule};
use crate::app::{App, Meters};
use crate::problem::Problem;
use crate::streams::{Envelope, Failure};

pub(super) fn register(api: &mut Api) {
    // Reading is the least for any command; each needs its own permission besides, checked with its rules.
    let about = About::new(Rule::Project(Permission::Read), "Do a command in a project");
    api.post("/api/projects/{project}/commands", about.body::<Sent>().gives::<Accepted>(200), done);
    let about = About::new(Rule::Org(Permission::ReadOrg), "Do a command in an organisation");
    api.post("/api/orgs/{org}/commands", about.body::<Sent>().gives::<Accepted>(200), done);
}

/// A command as clients send it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// Made by the client; the same identity again does nothing again, with another content it is refused.
    id: CommandId,
    /// What is asked.
    #[schemars(with = "Command")]
    command: serde_json::Value,
    /// Refuse unless the thing is at this version.
    #[serde(default)]
    expected: Option<Expected>,
}

impl Sent {
    /// Read by itself, so that a mistake says in which of its fields it is: counted from the command, as refusals do.
    fn envelope(self) -> Result<Envelope, Problem> {
        let command = Command::read(&self.command).map_err(|misfit| {
            let field = if misfit.place.is_empty() { "command" } else { &misfit.place };
            Problem::invalid(field, format!("The command does not fit: {}.", misfit.reason))
        })?;
        let expected = self.expected.map(|expected| (expected.target, expected.version));
        Ok(Envelope { id: self.id, command, expected })
    }
}

/// A thing and its version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Which.
    target: EntityRef,
    /// The version that the client saw.
    version: u64,
}

/// A command that was done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Accepted {
    /// The number of its event; or of the last one before it, when it changed nothing.
    pub(super) seq: u64,
    /// Names the history that numbers belong to.
    pub(super) epoch: String,
    /// Whether an earlier sending did it.
    pub(super) repeated: bool,
}

async fn done(State(app): State<Arc<App>>, place: Place, Body(sent): Body<Sent>) -> Result<Json<Accepted>, Problem> {
    let envelope = sent.envelope()?;
    execute(&app, &place, &envelope).await.map(Json)
}

/// Does a command; whoever it takes into an organisation must have an account.
async fn execute(app: &App, place: &Place, envelope: &Envelope) -> Result<Accepted, Problem> {
    if let Command::SetOrgMember { user, .. } = &envelope.command {
        // To other organisations a service account does not exist.
        let user = app.streams.store().user(&user.to_string()).await?;
        if !user.is_some_and(|user| user.service_of.is_empty() || user.service_of == place.slot.id) {
            return Err(Problem::invalid("command/user", "There is no such account."));
        }
    }
    let began = Instant::now();
    let done = app.streams.execute_in(&place.slot, place.who.user, place.who.limit, envelope).await;
    let outcome = match &done {
        Ok(_) => "done",
        Err(Failure::Store(_)) => "failed",
        Err(_) => "refused",
    };
    let labels = format!("kind=\"{}\",outcome=\"{outcome}\"", envelope.command.kind());
    app.durations.commands.observe(&labels, began.elapsed());
    let done = done?;
    Meters::count(&app.meters.commands_total);
    Ok(Accepted { seq: done.seq, epoch: app.epoch.clone(), repeated: done.repeated })
}

/// Does a command that a route made out of its request, and answers with the entity as it is afterwards; without a
/// `target`, with its number.
pub(super) async fn do_and_show(
    app: &App,
    place: &Place,
    headers: &HeaderMap,
    target: Option<EntityRef>,
    status: StatusCode,
    command: Command,
) -> Result<Response, Problem> {
    let expected = if_match(headers)?.and_then(|version| Some((target?, version)));
    let envelope = Envelope { id: command_id(headers)?, command, expected };
    let accepted = execute(app, place, &envelope).await?;
    let Some(target) = target else { return Ok((status, Json(accepted)).into_response()) };
    match place.slot.read(|state| state.entity(target).zip(state.version(target))) {
        Some((entity, version)) => {
            Ok((status, [("etag", etag(version))], Json(Versioned { version, entity })).into_response())
        }
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// An entity with its version.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Versioned {
    /// The number of the event that last changed it.
    pub(super) version: u64,
    /// The entity.
    #[serde(flatten)]
    pub(super) entity: domain::state::Entity,
}
