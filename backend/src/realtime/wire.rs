//! What is said on `/ws`: JSON objects with a `type`, one a frame.

use axum::extract::ws::Utf8Bytes;

use domain::{ProjectId, UserId};
use serde::{Deserialize, Serialize};

/// The close code that means: you were too slow or the server restarts; come back with your last number.
pub const RESUME: u16 = 4008;
/// The close code that means: your frames are not understood, or you have no business here.
pub const REFUSED: u16 = 4400;

/// What a client says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromClient {
    /// Who it is, where the upgrade request could not say so: the first frame.
    Auth {
        /// An access token or an API token.
        token: String,
    },
    /// Follow a project from event `after` on.
    Join {
        /// Which.
        project: ProjectId,
        /// The last event that the client has; 0 for none.
        after: u64,
        /// The epoch of these numbers, as read with them.
        #[serde(default)]
        epoch: Option<String>,
    },
    /// Follow it no longer.
    Leave {
        /// Which.
        project: ProjectId,
    },
    /// What this client looks at or edits, for the others to see.
    Presence {
        /// In which project.
        project: ProjectId,
        /// Such as `view tsk_…` or `edit tsk_…`, at most 200 characters; none for nothing.
        doing: Option<String>,
    },
    /// Is somebody there?
    Ping,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FromServer<'a> {
    Ready { epoch: &'a str },
    Joined { project: ProjectId, seq: u64 },
    Event { project: &'a str, event: &'a serde_json::value::RawValue },
    Reset { project: ProjectId, epoch: &'a str },
    Left { project: &'a str, reason: &'a str },
    Presence { project: &'a str, count: usize, people: Vec<Person<'a>> },
    Error { detail: &'a str },
    Pong,
}

#[derive(Serialize)]
struct Person<'a> {
    user: UserId,
    doing: Option<&'a str>,
}

fn text(said: &FromServer<'_>) -> Utf8Bytes {
    // Plain data with string keys always serialises.
    serde_json::to_string(said).unwrap_or_default().into()
}

/// The client is known; numbers belong to this epoch.
pub(crate) fn ready(epoch: &str) -> Utf8Bytes {
    text(&FromServer::Ready { epoch })
}

/// The room is joined; the project is at `seq`.
pub(crate) fn joined(project: ProjectId, seq: u64) -> Utf8Bytes {
    text(&FromServer::Joined { project, seq })
}

/// An event; its bytes are those that are stored.
pub(crate) fn event(project: &str, body: &str) -> Utf8Bytes {
    let raw = serde_json::from_str(body);
    raw.map_or_else(|_| Utf8Bytes::default(), |event| text(&FromServer::Event { project, event }))
}

/// The client's numbers are of another history: read everything again.
pub(crate) fn reset(project: ProjectId, epoch: &str) -> Utf8Bytes {
    text(&FromServer::Reset { project, epoch })
}

/// The room is left.
pub(crate) fn left(project: &str, reason: &str) -> Utf8Bytes {
    text(&FromServer::Left { project, reason })
}

/// Who is in the room: how many connections there are, and whom some of them are of.
pub(crate) fn presence(project: &str, people: &[(UserId, Option<&str>)], count: usize) -> Utf8Bytes {
    let people = people.iter().map(|(user, doing)| Person { user: *user, doing: *doing }).collect();
    text(&FromServer::Presence { project, count, people })
}

/// Something was not done.
pub(crate) fn error(detail: &str) -> Utf8Bytes {
    text(&FromServer::Error { detail })
}

/// Somebody is there.
pub(crate) fn pong() -> Utf8Bytes {
    text(&FromServer::Pong)
}
