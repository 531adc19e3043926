//! A web address that shows some lines for ever: at the commit, on the host of the repository.

use grammars::Lines;

use crate::error::{Error, Result};
use crate::git::{Git, remote};

/// The address of some lines of a file, as last committed.
///
/// # Errors
/// When there is no git, no remote, the remote's address cannot be understood, or the file is not committed; the text says which and what to do.
pub fn permalink(git: &Git, path: &str, lines: Lines) -> Result<String> {
    let address = git.remote()?;
    let host = remote::parse(&address).ok_or_else(|| {
        Error::Git(format!(
            "the remote `{}` is not on a web host that DevMentor knows how to link to",
            remote::without_secrets(&address)
        ))
    })?;
    let committed = git.committed(path)?;
    Ok(host.link(&committed.commit, &committed.path, lines))
}
