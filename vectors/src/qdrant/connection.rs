//! The way to the server: blocking calls, each with an end, and errors that say what to do.

use std::future::Future;
use std::sync::mpsc;
use std::time::Duration;

use qdrant_client::{Qdrant, QdrantError};
use tokio::runtime::Runtime;

use crate::error::{Error, Result};

/// The status codes of gRPC that mean something here (`google/rpc/code.proto`).
mod code {
    pub(super) const DEADLINE_EXCEEDED: i32 = 4;
    pub(super) const NOT_FOUND: i32 = 5;
    pub(super) const PERMISSION_DENIED: i32 = 7;
    pub(super) const INTERNAL: i32 = 13;
    pub(super) const UNAVAILABLE: i32 = 14;
    pub(super) const UNAUTHENTICATED: i32 = 16;
}

const START_IT: &str = "start the server, correct `vectors.url`, or remove it to keep vectors in a local file";
const CHECK_KEY: &str = "check the API key of the server";
const INDEX_AGAIN: &str = "index again to create the collection";
const SEE_ITS_LOG: &str = "see the server's log";

/// A connection to a server, made when it is first needed and again when it broke.
pub(super) struct Connection {
    client: Qdrant,
    /// Absent only while dropping.
    runtime: Option<Runtime>,
    url: String,
    timeout: Duration,
}

impl Connection {
    /// Prepares a connection. Does not reach for the server yet.
    pub(super) fn new(url: &str, api_key: Option<&str>, timeout: Duration) -> Result<Self> {
        let shown = without_credentials(url);
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(Error::Invalid(format!(
                "the address of a Qdrant server starts with http:// or https://, not {shown:?}; its gRPC port is mostly 6334"
            )));
        }
        // Checked here, since the client would repeat a malformed key in its error.
        if api_key.is_some_and(|key| key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Error::Invalid(format!(
                "the API key for {shown} is empty or has characters other than visible ASCII ones"
            )));
        }
        let config = Qdrant::from_url(url)
            .api_key(api_key)
            .timeout(timeout)
            .connect_timeout(timeout.min(Duration::from_secs(5)))
            // It would wait for the server and print what it finds.
            .skip_compatibility_check();
        let client = config.build().map_err(|error| match error {
            QdrantError::InvalidUri(reason) => {
                Error::Invalid(format!("{shown:?} is not the address of a server: {reason}"))
            }
            error => Error::Invalid(format!("cannot use {shown}: {error}")),
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("qdrant")
            .enable_all()
            .build()
            .map_err(|error| Error::Invalid(format!("cannot start a thread for {shown}: {error}")))?;
        Ok(Connection { client, runtime: Some(runtime), url: shown, timeout })
    }

    /// The server's address, without credentials.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Runs one request to its end, or to the end of the time it has. `action` goes on "cannot …".
    ///
    /// The request runs on a thread of its own, so that this may be called from anywhere, asynchronous code included.
    pub(super) fn call<T, F>(&self, action: &'static str, request: impl FnOnce(Qdrant) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, QdrantError>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        let (request, limit) = (request(self.client.clone()), self.timeout);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Nobody waits any more only when the caller's thread is gone.
                let _ = sender.send(tokio::time::timeout(limit, request).await);
            });
        }
        let error = |reason, advice| Error::Server { action, url: self.url.clone(), reason, advice };
        match receiver.recv() {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(failure))) => {
                let (reason, advice) = explain(&failure);
                Err(error(reason, advice))
            }
            Ok(Err(_)) => Err(error(format!("no answer within {limit:?}"), START_IT)),
            Err(_) => Err(error("the request was given up".to_owned(), SEE_ITS_LOG)),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Waiting for the thread is forbidden in asynchronous code; there is nothing left for it to do.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whether the server said that what was asked for does not exist.
pub(super) fn is_missing(error: &QdrantError) -> bool {
    matches!(error, QdrantError::ResponseError { status } if status.code() as i32 == code::NOT_FOUND)
}

fn explain(error: &QdrantError) -> (String, &'static str) {
    let status = match error {
        QdrantError::ResponseError { status } | QdrantError::ResourceExhaustedError { status, .. } => status,
        other => return (other.to_string(), SEE_ITS_LOG),
    };
    let message = status.message();
    let reason = if message.is_empty() { format!("status {:?}", status.code()) } else { message.to_owned() };
    let advice = match status.code() as i32 {
        code::UNAVAILABLE | code::DEADLINE_EXCEEDED => START_IT,
        // How the client reports that it could not connect.
        code::INTERNAL if message.starts_with("Failed to connect") => {
            return ("no connection".to_owned(), START_IT);
        }
        code::UNAUTHENTICATED | code::PERMISSION_DENIED => CHECK_KEY,
        code::NOT_FOUND => INDEX_AGAIN,
        _ => SEE_ITS_LOG,
    };
    (reason, advice)
}

/// The address without what stands before an `@`.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..host].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(url: &str, key: Option<&str>) -> Result<Connection> {
        Connection::new(url, key, Duration::from_secs(1))
    }

    #[test]
    fn credentials_are_never_shown() {
        assert_eq!(without_credentials("https://me:secret@host:6334/a@b"), "https://host:6334/a@b");
        assert_eq!(without_credentials("http://host:6334"), "http://host:6334");
        let error = connect("http://host", Some("sec\nret")).err().unwrap().to_string();
        assert!(!error.contains("sec"), "{error}");
    }

    #[test]
    fn an_address_that_is_none_is_refused_at_once() {
        for url in ["localhost:6334", "", "http://", "http://a b", "ftp://host"] {
            assert!(matches!(connect(url, None), Err(Error::Invalid(_))), "{url}");
        }
    }
}
