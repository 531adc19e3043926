//! How to reach a server.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where the server is and how to speak with it.
#[derive(Clone)]
pub struct Options {
    /// The address of its gRPC port, such as `http://127.0.0.1:6334`; with `https://` the system's root certificates count.
    pub url: String,
    /// The key that the server asks for. Never logged and in no error.
    pub api_key: Option<String>,
    /// How long one request may take.
    pub timeout: Duration,
    /// Keeps the collections of several workspaces on one server apart: 1 to 64 letters, digits, `_` or `-`.
    pub workspace: String,
    /// The folder of the local cache of embeddings.
    pub cache: PathBuf,
    /// How many bytes the cache may take before the oldest go.
    pub cache_bytes: u64,
}

impl Options {
    /// The usual options: 10 seconds a request, a cache of 256 MiB.
    pub fn new(url: &str, workspace: &str, cache: impl Into<PathBuf>) -> Self {
        Options {
            url: url.to_owned(),
            api_key: None,
            timeout: Duration::from_secs(10),
            workspace: workspace.to_owned(),
            cache: cache.into(),
            cache_bytes: 256 << 20,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the key nor the address, which may have a password in it.
        f.debug_struct("Options")
            .field("workspace", &self.workspace)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_no_debug_output() {
        let options =
            Options { api_key: Some("secret".to_owned()), ..Options::new("http://me:pass@host:6334", "w", "/c") };
        let shown = format!("{options:?}");
        assert!(!shown.contains("secret") && !shown.contains("pass"), "{shown}");
    }
}
