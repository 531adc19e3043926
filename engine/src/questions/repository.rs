//! How a repository is called everywhere: whoever has a clone of it calls it the same.

use std::path::Path;

use crate::git::remote::without_secrets;

/// The remote's host and path, whatever the way to it: `git@host:team/code.git` and `https://host/team/code` are the same. Without a remote it is
/// the folder.
pub fn repository(remote: Option<&str>, root: &Path) -> String {
    let named = remote.map(str::trim).filter(|remote| !remote.is_empty()).and_then(name);
    named.unwrap_or_else(|| root.display().to_string())
}

fn name(remote: &str) -> Option<String> {
    let remote = without_secrets(remote);
    let (host, path) = match remote.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // The form of scp: `user@host:path`. A single letter before the colon is a drive.
        None => {
            let (host, path) = remote.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains('/'))?;
            (host.rsplit_once('@').map_or(host, |(_, host)| host), path)
        }
    };
    // A port says how to get there, not what it is.
    let host = host.split(':').next().unwrap_or(host).to_lowercase();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| format!("{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_a_repository_is_the_same_repository() {
        for remote in [
            "https://git.example/team/code.git",
            "https://ann:secret@git.example/team/code",
            "git@git.example:team/code.git",
            "ssh://git@GIT.example:2222/team/code.git",
            "git.example:team/code/",
        ] {
            assert_eq!(repository(Some(remote), Path::new("/home/ann/code")), "git.example/team/code", "{remote}");
        }
        for remote in [None, Some(""), Some("/srv/git/code.git"), Some("file:///srv/git/code"), Some("C:/code")] {
            assert_eq!(repository(remote, Path::new("/home/ann/code")), "/home/ann/code", "{remote:?}");
        }
    }
}
