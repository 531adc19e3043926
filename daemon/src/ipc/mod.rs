//! How the processes of DevMentor find and reach one another on this machine.
//!
//! A daemon owns the indexes of one state folder. Its sockets, its lock and its record lie in a runtime folder that only its user can
//! enter ([`Place`]); [`record::Record`] names the sockets, [`hello`] is what both ends say first.

pub(crate) mod hello;
pub(crate) mod place;
pub(crate) mod record;

use std::fmt;
use std::io;

use interprocess::local_socket::{ConnectOptions, ListenerOptions, Name, prelude::*};
use serde::{Deserialize, Serialize};

pub(crate) use place::Place;
pub(crate) use record::Record;

/// What a program that waits for bytes uses.
pub(crate) type Stream = interprocess::local_socket::Stream;
/// What the daemon and its asynchronous clients use.
pub(crate) type AsyncStream = interprocess::local_socket::tokio::Stream;
/// Where the daemon accepts.
pub(crate) type Listener = interprocess::local_socket::tokio::Listener;

/// The address of a local socket: on Unix the path of a socket file, on Windows the name of a pipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address(String);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Address {
    /// From the text that a [`Record`] holds.
    pub(crate) fn new(text: String) -> Address {
        Address(text)
    }

    #[cfg(unix)]
    fn name(&self) -> io::Result<Name<'_>> {
        self.0.as_str().to_fs_name::<interprocess::local_socket::GenericFilePath>()
    }

    #[cfg(not(unix))]
    fn name(&self) -> io::Result<Name<'_>> {
        self.0.as_str().to_ns_name::<interprocess::local_socket::GenericNamespaced>()
    }

    /// Connects; there is nothing to wait for: somebody listens or nobody does.
    pub(crate) fn connect(&self) -> io::Result<Stream> {
        ConnectOptions::new().name(self.name()?).connect_sync()
    }

    /// Connects inside of a runtime.
    pub(crate) async fn connect_async(&self) -> io::Result<AsyncStream> {
        ConnectOptions::new().name(self.name()?).connect_tokio().await
    }

    /// Listens; on Unix the socket is the user's alone.
    pub(crate) fn listen(&self) -> io::Result<Listener> {
        let listener = ListenerOptions::new().name(self.name()?).create_tokio()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The folder around it lets nobody else in, so the moment before does no harm.
            std::fs::set_permissions(&self.0, std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(listener)
    }

    /// Removes what a listener leaves in the file system.
    pub(crate) fn remove(&self) {
        #[cfg(unix)]
        {
            // It may be gone already; then there is nothing to do.
            let _ = std::fs::remove_file(&self.0);
        }
    }
}
