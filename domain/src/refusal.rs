//! Why a command was not done, in words for the person who sent it.

use serde::Serialize;

/// A command that changes nothing because a rule forbids it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// What sort of refusal it is; the transport chooses its status by this.
    pub kind: RefusalKind,
    /// A stable name of the rule, such as `wip_limit`, for programs.
    pub code: &'static str,
    /// The field that is at fault, as a JSON pointer without the leading slash, where there is one.
    pub field: Option<String>,
    /// What is wrong and what to do, for people.
    pub detail: String,
}

/// The sorts of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The input can never be right.
    Invalid,
    /// What the command names is not there.
    NotFound,
    /// The actor may not do this.
    Forbidden,
    /// It contradicts what is there now.
    Conflict,
}

impl Refusal {
    /// The value of `field` can never be right.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Invalid, code: "invalid", field: Some(field.into()), detail: detail.into() }
    }

    /// There is no such thing in this stream.
    pub fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self {
            kind: RefusalKind::NotFound,
            code: "not_found",
            field: None,
            detail: format!("There is no {what} {id} here."),
        }
    }

    /// The actor lacks a permission.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Forbidden, code: "forbidden", field: None, detail: detail.into() }
    }

    /// It contradicts what is there now; `code` names the rule.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Conflict, code, field: None, detail: detail.into() }
    }
}
