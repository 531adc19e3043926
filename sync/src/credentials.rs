//! Who is asking a backend.

use std::fmt;
use std::sync::Arc;

use parking_lot::RwLock;

/// A token, or nobody. Clones share it: a new login reaches everything that is at work.
#[derive(Clone, Default)]
pub struct Credentials(Arc<RwLock<Option<String>>>);

impl Credentials {
    /// Nobody: for a backend of one's own on this machine, which asks for no login.
    pub fn none() -> Credentials {
        Credentials::default()
    }

    /// An access token or an API token.
    pub fn token_of(token: impl Into<String>) -> Credentials {
        Credentials(Arc::new(RwLock::new(Some(token.into()))))
    }

    /// Replaces the token.
    pub fn set(&self, token: Option<String>) {
        *self.0.write() = token;
    }

    /// The token, if there is one.
    pub fn token(&self) -> Option<String> {
        self.0.read().clone()
    }

    /// Whether something would be given away by sending them in the open.
    pub fn are_secret(&self) -> bool {
        self.0.read().is_some()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.are_secret() { "a token" } else { "nobody" })
    }
}
