//! Reading requests: every mistake becomes a problem document that says where it is.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::CommandId;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        // Without this a foreign page's form could be sent as text/plain, which needs no permission of ours.
        if kind.split(';').next().map(str::trim) != Some("application/json") {
            let detail = "Send the body as application/json.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.into_response_status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    let detail = format!("The body is larger than {} bytes.", super::MAX_BODY);
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
                }
                _ => Problem::bad_request("The body ended early."),
            })?;
        // A list would be read as the fields in their order, which no document promises.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The body is a JSON object."));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let field = pointer(error.path());
            mistake(error.inner(), field)
        });
        let value = read?;
        deserializer.end().map_err(|error| mistake(&error, None))?;
        Ok(Self(value))
    }
}

/// What is wrong with a body: no JSON at all, or JSON that does not fit, and then where.
fn mistake(error: &serde_json::Error, field: Option<String>) -> Problem {
    match error.classify() {
        serde_json::error::Category::Data => {
            let detail = format!("The body does not fit: {error}.");
            Problem { field, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
        }
        _ => Problem::bad_request(format!("The body is not JSON: {error}.")),
    }
}

/// A place in a body as refusals name it: a JSON pointer without the leading slash.
fn pointer(path: &serde_path_to_error::Path) -> Option<String> {
    use serde_path_to_error::Segment;
    let parts: Vec<String> = path
        .iter()
        .map_while(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

trait RejectionStatus {
    fn into_response_status(self) -> StatusCode;
}

impl<T: IntoResponse> RejectionStatus for T {
    fn into_response_status(self) -> StatusCode {
        self.into_response().status()
    }
}

/// The body of an HTML form, as OAuth has it.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        use axum::extract::rejection::FormRejection as R;
        axum::extract::Form::from_request(request, state).await.map(|axum::extract::Form(value)| Self(value)).map_err(
            |rejection| match &rejection {
                R::InvalidFormContentType(_) => {
                    let detail = "Send the body as application/x-www-form-urlencoded.";
                    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
                }
                R::FailedToDeserializeFormBody(_) => {
                    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", rejection.body_text())
                }
                _ => Problem::new(rejection.status(), "bad_request", rejection.body_text()),
            },
        )
    }
}

/// What stands behind `?`.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| Problem::bad_request(rejection.body_text()))
    }
}

/// A page of a list whose next one stands in `Link`.
pub(super) fn page<T: serde::Serialize>(
    items: Vec<T>,
    uri: &axum::http::Uri,
    next: Option<(usize, String)>,
) -> Response {
    let mut answer = axum::Json(items).into_response();
    let link = next.map(|(limit, after)| format!("<{}?limit={limit}&after={after}>; rel=\"next\"", uri.path()));
    if let Some(link) = link.and_then(|link| header::HeaderValue::try_from(link).ok()) {
        answer.headers_mut().insert(header::LINK, link);
    }
    answer
}

/// The identity of a command: the client's `Idempotency-Key`, or a fresh one.
///
/// # Errors
/// The key is too long or not ASCII.
pub(super) fn command_id(headers: &HeaderMap) -> Result<CommandId, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(CommandId::fresh()) };
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::bad_request("Idempotency-Key is 1 to 200 ASCII characters."))?;
    Ok(key.parse().unwrap_or_else(|_| {
        // Any other text names a command by its hash.
        use sha2::Digest;
        let digest = sha2::Sha256::digest(key.as_bytes());
        CommandId::from_bits(digest.iter().take(16).fold(0, |bits, byte| (bits << 8) | u128::from(*byte)))
    }))
}

/// The version in `If-Match: "17"`.
///
/// # Errors
/// It is there and is no version.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.trim_start_matches("W/").trim_matches('"').parse();
    version.map(Some).map_err(|_| Problem::bad_request("If-Match holds a version in quotes, as in an ETag."))
}

/// `"17"`.
pub(super) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Whether the client's copy is of this version.
pub(super) fn not_modified(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}
