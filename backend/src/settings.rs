//! The configuration file. What stands on the command line counts first, then the environment, then this file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::{Failure, Who};
use crate::http::Limit;
use crate::telemetry::LogFormat;

/// A configuration or a secret larger than this is a mistake, in bytes.
const LARGEST: u64 = 1 << 20;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        /// Everything that the file may say; what is left out stays as it is.
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Settings { $($(#[$doc])* pub(crate) $name: Option<$type>,)* }

        const KEYS: &[&str] = &[$(stringify!($name)),*];
    };
}

settings! {
    /// Address and port.
    listen: SocketAddr,
    /// Folder of the built-in database.
    data: PathBuf,
    /// URL of another database.
    database_url: String,
    /// A file with that URL.
    database_url_file: PathBuf,
    /// URL of Redis.
    redis_url: String,
    /// A file with that URL.
    redis_url_file: PathBuf,
    /// The authority of its certificate.
    redis_ca: PathBuf,
    /// Who may make an account.
    registration: Who,
    /// The address at which browsers reach this server.
    public_url: String,
    /// A file of providers that people may log in with.
    providers: PathBuf,
    /// Certificate for TLS.
    tls_cert: PathBuf,
    /// Its key.
    tls_key: PathBuf,
    /// Origins of pages that may use the API.
    cors_origins: Vec<String>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    trusted_proxies: Vec<String>,
    /// `text` or `json`.
    log_format: LogFormat,
    /// `info`, or directives.
    log_level: String,
    /// Where traces go.
    otlp_endpoint: String,
    /// Memory for projects, in MiB.
    cache_megabytes: u32,
    /// After so many days a command that comes again is taken for a new one.
    receipt_days: u32,
    /// After so many days an entry of the record of logins is removed; 0 keeps all.
    audit_days: u32,
    /// How long requests under way may take when the node stops.
    drain_seconds: u32,
    /// How long a client may take to send its headers.
    header_seconds: u32,
    /// How long a request may take, its body included.
    request_seconds: u32,
    /// How long a client may read nothing of what is sent to it.
    reading_seconds: u32,
    /// Connections at once.
    max_connections: u32,
    /// Rate limits; they take the place of the built-in ones.
    limits: Vec<Limit>,
}

/// Text of a small file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(|error| wrong(&error))?.len();
    if size > LARGEST {
        return Err(wrong(&format!("{size} bytes are too many; it has at most {LARGEST}")).into());
    }
    Ok(std::fs::read_to_string(path).map_err(|error| wrong(&error))?)
}

impl Settings {
    /// Reads the file; without one nothing is set.
    ///
    /// # Errors
    /// In words: which file, which line, what is wrong and what would be right.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, Failure> {
        match path {
            None => Ok(Self::default()),
            Some(path) => Self::parse(&read(path)?).map_err(|error| format!("{}: {error}", path.display()).into()),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let near = KEYS.iter().map(|known| (strsim::jaro_winkler(known, key), known));
            let near = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.8);
            return Err(match near {
                Some((_, known)) => format!("there is no key {key}; did you mean {known}?"),
                None => format!("there is no key {key}; there are {}", KEYS.join(", ")),
            });
        }
        toml::from_str(text).map_err(|error| error.to_string())
    }
}

/// A secret: said itself, or in a file that holds it. The earlier of two places that say either counts.
pub(crate) fn secret(places: [(Option<&String>, Option<&PathBuf>); 2]) -> Result<Option<String>, Failure> {
    for (value, file) in places {
        match (value, file) {
            (Some(_), Some(file)) => {
                return Err(format!("{} is named beside the value itself; say one of them", file.display()).into());
            }
            (Some(value), None) => return Ok(Some(value.clone())),
            (None, Some(file)) => return Ok(Some(read(file)?.trim().to_owned())),
            (None, None) => {}
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_refused_with_the_right_one() {
        let wrong = |text: &str| Settings::parse(text).unwrap_err();
        assert_eq!(wrong("lisen = '127.0.0.1:1'"), "there is no key lisen; did you mean listen?");
        assert!(wrong("colour = 1").starts_with("there is no key colour; there are listen, data,"));
        assert!(wrong("listen = 'here'").contains("line 1"), "{}", wrong("listen = 'here'"));
        assert!(wrong("[[limits]]\nname = 'a'\nbust = 1").contains("bust"));
        assert!(wrong("listen = ").contains("line 1"));
    }

    #[test]
    fn the_documented_example_is_read() {
        let text = include_str!("../../docs/examples/backend.toml");
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.limits.unwrap(), crate::http::default_limits());
        // What is commented out is right as well.
        let all: String = text
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line).to_owned() + "\n")
            .collect();
        let settings = Settings::parse(&all).unwrap();
        assert!(settings.tls_cert.is_some() && settings.otlp_endpoint.is_some() && settings.max_connections.is_some());
    }

    #[test]
    fn secrets_come_from_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("url");
        std::fs::write(&file, "redis://secret\n").unwrap();
        let value = "redis://said".to_owned();
        assert_eq!(secret([(None, Some(&file)), (Some(&value), None)]).unwrap().as_deref(), Some("redis://secret"));
        assert_eq!(secret([(None, None), (Some(&value), None)]).unwrap().as_deref(), Some("redis://said"));
        assert!(secret([(Some(&value), Some(&file)), (None, None)]).is_err());
        assert!(secret([(None, Some(&folder.path().join("none"))), (None, None)]).is_err());
    }
}
