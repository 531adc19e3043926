//! Errors as problem documents (RFC 9457). The one place that gives failures their status; internals are logged, never shown.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::RefusalKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::storage::StoreError;
use crate::streams::Failure;

/// Characters of a detail.
const MAX_DETAIL: usize = 500;

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The status, once more.
    pub status: u16,
    /// The status in words.
    pub title: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// A stable name for programs.
    pub code: String,
    /// The field at fault: a JSON pointer without the leading slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds after which it may work; goes into `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// Any problem. The detail may quote what was sent; of a long quotation the beginning is enough.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let mut detail: String = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(MAX_DETAIL) {
            detail.truncate(end);
            detail.push('…');
        }
        Self {
            status: status.as_u16(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            detail,
            code: code.to_owned(),
            field: None,
            retry_after: None,
        }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// 422: a field can never be right.
    pub fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// 401.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: not there, or not for the asker to know.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing here.")
    }
}

impl From<domain::Refusal> for Problem {
    fn from(refusal: domain::Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::Conflict => StatusCode::CONFLICT,
        };
        Self { field: refusal.field, ..Self::new(status, refusal.code, refusal.detail) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(_) => {
                Self::new(StatusCode::CONFLICT, "taken", "This identity, key or name is taken; choose another one.")
            }
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the database is not available");
                let detail = "The database is not available. Nothing was changed; try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            }
            error @ (StoreError::Corrupt(_) | StoreError::Other(_)) => {
                tracing::error!(%error, "storage failed");
                let detail = "Something went wrong on the server. It was logged under the request's id.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
            }
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Hidden => Self::not_found(),
            Failure::Reused => {
                let detail = "This command identity was used before with another content; make a new one.";
                Self {
                    field: Some("id".to_owned()),
                    ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "reused_id", detail)
                }
            }
            Failure::Stale { current } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                format!("It was changed meanwhile and is at version {current}. Read it again and repeat."),
            ),
            Failure::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.retry_after.unwrap_or(1);
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }
}
