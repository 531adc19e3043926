//! Commands as such: what synchronising clients send, and what all other writing routes come down to.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, response::IntoResponse, response::Response};
use domain::state::EntityRef;
use domain::{Command, CommandId, Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::{InOrg, InProject};
use super::input::{Body, command_id, etag, if_match};
use super::route::{About, Api, Rule};
use crate::accounts::Identity;
use crate::app::{App, Meters};
use crate::problem::Problem;
use crate::streams::Envelope;

pub(super) fn register(api: &mut Api) {
    // Reading is the least for any command; each needs its own permission besides, checked with its rules.
    let about = About::new(Rule::Project(Permission::Read), "Do a command in a project");
    api.post("/api/projects/{project}/commands", about.body::<Sent>().gives::<Accepted>(200), in_project);
    let about = About::new(Rule::Org(Permission::ReadOrg), "Do a command in an organisation");
    api.post("/api/orgs/{org}/commands", about.body::<Sent>().gives::<Accepted>(200), in_org);
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

async fn in_project(
    State(app): State<Arc<App>>,
    project: InProject,
    Body(sent): Body<Sent>,
) -> Result<Json<Accepted>, Problem> {
    let envelope = sent.envelope()?;
    execute(&app, &project.id.to_string(), &project.who, &envelope).await.map(Json)
}

async fn in_org(State(app): State<Arc<App>>, org: InOrg, Body(sent): Body<Sent>) -> Result<Json<Accepted>, Problem> {
    let envelope = sent.envelope()?;
    if let Command::SetOrgMember { user, .. } = &envelope.command {
        // To other organisations a service account does not exist.
        let user = app.streams.store().user(&user.to_string()).await?;
        if !user.is_some_and(|user| user.service_of.is_empty() || user.service_of == org.id.to_string()) {
            return Err(Problem::invalid("command/user", "There is no such account."));
        }
    }
    execute(&app, &org.id.to_string(), &org.who, &envelope).await.map(Json)
}

async fn execute(app: &App, stream: &str, who: &Identity, envelope: &Envelope) -> Result<Accepted, Problem> {
    let done = app.streams.execute(stream, who.user, who.limit, envelope).await?;
    Meters::count(&app.meters.commands_total);
    Ok(Accepted { seq: done.seq, epoch: app.epoch.clone(), repeated: done.repeated })
}

/// Does a command that a route made out of its request, and answers with the entity as it is afterwards.
pub(super) async fn do_and_show(
    app: &App,
    project: &InProject,
    headers: &HeaderMap,
    target: EntityRef,
    status: StatusCode,
    command: Command,
) -> Result<Response, Problem> {
    let expected = if_match(headers)?.map(|version| (target, version));
    let envelope = Envelope { id: command_id(headers)?, command, expected };
    execute(app, &project.id.to_string(), &project.who, &envelope).await?;
    match project.slot.read(|state| state.entity(target).zip(state.version(target))) {
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
