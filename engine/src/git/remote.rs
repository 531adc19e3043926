//! From the address of a remote to web pages of its host.

use std::fmt::Write;

use grammars::Lines;

/// The kinds of hosts, by how their addresses look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    GitHub,
    GitLab,
    Bitbucket,
    Gitea,
    Azure,
    Sourcehut,
}

/// A repository on a web host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    kind: Kind,
    /// `https://host`
    base: String,
    /// `owner/name`
    repository: String,
}

/// Understands the addresses that git accepts: `https://host/owner/name.git`, `ssh://git@host:port/owner/name`, `git@host:owner/name.git`. None for a folder, or
/// a host whose pages are not known.
pub fn parse(address: &str) -> Option<Host> {
    let address = address.trim();
    let (is_web, rest) = match address.split_once("://") {
        Some(("http" | "https", rest)) => (true, rest),
        Some(("ssh" | "git" | "git+ssh", rest)) => (false, rest),
        Some(_) => return None,
        // `git@host:path`; a single letter before the colon is a drive of Windows.
        None => {
            let (host, path) = address.split_once(':')?;
            if host.contains('/') || host.len() < 2 {
                return None;
            }
            return host_of(host, None, path);
        }
    };
    let (host, path) = rest.split_once('/')?;
    let name = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let port = name.split_once(':').map(|(_, port)| port);
    host_of(host, port.filter(|_| is_web), path)
}

fn host_of(host: &str, port: Option<&str>, path: &str) -> Option<Host> {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let safe = |text: &str| text.chars().all(|char| char.is_ascii_alphanumeric() || "-._~/%+@".contains(char));
    if host.is_empty() || !path.contains('/') || !safe(&host) || !safe(path) || host.contains('/') {
        return None;
    }
    let (kind, host, repository) = match host.as_str() {
        "github.com" => (Kind::GitHub, host, path.to_owned()),
        "bitbucket.org" => (Kind::Bitbucket, host, path.to_owned()),
        "codeberg.org" => (Kind::Gitea, host, path.to_owned()),
        "git.sr.ht" => (Kind::Sourcehut, host, path.to_owned()),
        "dev.azure.com" | "ssh.dev.azure.com" => (Kind::Azure, "dev.azure.com".to_owned(), azure(path)?),
        _ if host.contains("gitlab") => (Kind::GitLab, host, path.to_owned()),
        _ if host.contains("github") => (Kind::GitHub, host, path.to_owned()),
        _ if host.contains("gitea") || host.contains("forgejo") => (Kind::Gitea, host, path.to_owned()),
        _ if host.contains("bitbucket") => return None,
        // Self-hosted under a name of its own: GitLab is by far the most frequent, and the others redirect its form or say 404.
        _ => (Kind::GitLab, host, path.to_owned()),
    };
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Some(Host { kind, base: format!("https://{host}{port}"), repository })
}

/// `org/project/_git/name`, or `v3/org/project/name` over ssh.
fn azure(path: &str) -> Option<String> {
    match path.split('/').collect::<Vec<_>>()[..] {
        [organisation, project, "_git", name] | ["v3", organisation, project, name] => {
            Some(format!("{organisation}/{project}/_git/{name}"))
        }
        _ => None,
    }
}

impl Host {
    /// The page of an issue.
    pub fn issue(&self, number: &str) -> String {
        let Host { base, repository, kind } = self;
        match kind {
            Kind::GitHub | Kind::Gitea | Kind::Bitbucket => format!("{base}/{repository}/issues/{number}"),
            Kind::GitLab => format!("{base}/{repository}/-/issues/{number}"),
            Kind::Sourcehut => format!("https://todo.sr.ht/{repository}/{number}"),
            Kind::Azure => {
                let project = repository.split("/_git/").next().unwrap_or(repository);
                format!("{base}/{project}/_workitems/edit/{number}")
            }
        }
    }

    /// The page of some lines of a file at a commit.
    pub fn link(&self, commit: &str, path: &str, lines: Lines) -> String {
        let (first, last) = (lines.first + 1, lines.last.max(lines.first) + 1);
        let path = escaped(path);
        let Host { base, repository, kind } = self;
        let one = first == last;
        match kind {
            Kind::GitHub if one => format!("{base}/{repository}/blob/{commit}/{path}#L{first}"),
            Kind::GitHub => format!("{base}/{repository}/blob/{commit}/{path}#L{first}-L{last}"),
            Kind::GitLab if one => format!("{base}/{repository}/-/blob/{commit}/{path}#L{first}"),
            Kind::GitLab => format!("{base}/{repository}/-/blob/{commit}/{path}#L{first}-{last}"),
            Kind::Bitbucket if one => format!("{base}/{repository}/src/{commit}/{path}#lines-{first}"),
            Kind::Bitbucket => format!("{base}/{repository}/src/{commit}/{path}#lines-{first}:{last}"),
            Kind::Gitea if one => format!("{base}/{repository}/src/commit/{commit}/{path}#L{first}"),
            Kind::Gitea => format!("{base}/{repository}/src/commit/{commit}/{path}#L{first}-L{last}"),
            Kind::Sourcehut if one => format!("{base}/{repository}/tree/{commit}/item/{path}#L{first}"),
            Kind::Sourcehut => format!("{base}/{repository}/tree/{commit}/item/{path}#L{first}-{last}"),
            Kind::Azure => format!(
                "{base}/{repository}?path=/{path}&version=GC{commit}&line={first}&lineEnd={}&lineStartColumn=1&lineEndColumn=1",
                last + 1
            ),
        }
    }
}

/// A path in a web address.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// An address as it may be shown and logged: without a name or password in it.
pub fn without_secrets(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(address: &str, last: u32) -> String {
        parse(address)
            .map_or_else(|| "no page".to_owned(), |host| host.link("c0ffee", "src/a b.rs", Lines { first: 2, last }))
    }

    #[test]
    fn every_host_has_its_own_form() {
        expect_test::expect![[r#"
            https://github.com/o/r/blob/c0ffee/src/a%20b.rs#L3-L5
            https://github.com/o/r/blob/c0ffee/src/a%20b.rs#L3-L5
            https://gitlab.com/o/group/r/-/blob/c0ffee/src/a%20b.rs#L3-5
            https://git.example.com:8443/o/r/-/blob/c0ffee/src/a%20b.rs#L3-5
            https://bitbucket.org/o/r/src/c0ffee/src/a%20b.rs#lines-3:5
            https://codeberg.org/o/r/src/commit/c0ffee/src/a%20b.rs#L3-L5
            https://git.sr.ht/~o/r/tree/c0ffee/item/src/a%20b.rs#L3-5
            https://dev.azure.com/o/p/_git/r?path=/src/a%20b.rs&version=GCc0ffee&line=3&lineEnd=6&lineStartColumn=1&lineEndColumn=1
            no page
            no page
            no page"#]]
        .assert_eq(
            &[
                "git@github.com:o/r.git",
                "https://user:token@github.com/o/r",
                "ssh://git@gitlab.com:2222/o/group/r.git",
                "https://git.example.com:8443/o/r.git",
                "https://bitbucket.org/o/r.git",
                "https://codeberg.org/o/r",
                "https://git.sr.ht/~o/r",
                "git@ssh.dev.azure.com:v3/o/p/r",
                "/srv/git/r.git",
                "C:\\repos\\r",
                "file:///srv/git/r",
            ]
            .map(|address| check(address, 4))
            .join("\n"),
        );
        assert_eq!(check("git@github.com:o/r.git", 2), "https://github.com/o/r/blob/c0ffee/src/a%20b.rs#L3");
    }

    #[test]
    fn issues_have_pages_too() {
        let page = |address| parse(address).unwrap().issue("7");
        assert_eq!(page("git@github.com:o/r.git"), "https://github.com/o/r/issues/7");
        assert_eq!(page("https://gitlab.com/o/r"), "https://gitlab.com/o/r/-/issues/7");
        assert_eq!(page("https://git.sr.ht/~o/r"), "https://todo.sr.ht/~o/r/7");
        assert_eq!(page("https://dev.azure.com/o/p/_git/r"), "https://dev.azure.com/o/p/_workitems/edit/7");
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(without_secrets("https://me:token@host.org/o/r"), "https://host.org/o/r");
        assert!(!check("https://me:token@github.com/o/r", 4).contains("token"));
    }

    proptest! {
        #[test]
        fn no_address_crashes_it_and_no_link_leaves_https(address in ".{0,60}") {
            if let Some(host) = parse(&address) {
                let link = host.link("c", "p", Lines { first: 0, last: 0 });
                prop_assert!(link.starts_with("https://"));
                prop_assert!(!link.contains(|char: char| char.is_whitespace() || "\"'<>`".contains(char)));
            }
        }
    }
}
