//! Configuration: defaults, the user's file, the repository's `devmentor.toml`, each value with the place it comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use index::{IndexOptions, VectorOptions};
use serde::{Deserialize, Serialize};

/// The name of the repository's file.
pub(crate) const REPOSITORY_FILE: &str = "devmentor.toml";
/// A configuration file larger than this is a mistake, in bytes.
const LARGEST_FILE: u64 = 1 << 20;
/// Keys that only the user's own file may set, and why: a repository that somebody cloned must not be able to send code anywhere.
const USER_ONLY: &[(&str, &str)] = &[
    ("vectors.url", "it decides where your code is sent"),
    ("vectors.api-key-env", "it decides where your code is sent"),
    ("tasks.server", "it decides where your tasks are sent"),
    ("daemon.idle-minutes", "one daemon serves all repositories"),
    ("daemon.log-level", "one daemon serves all repositories"),
];

/// Everything that can be configured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// What is indexed, and with how much of the machine.
    pub(crate) index: IndexOptions,
    /// Where vectors are kept.
    pub(crate) vectors: VectorOptions,
    /// Whose boards they are.
    pub(crate) tasks: TaskOptions,
    /// The process that serves every window.
    pub(crate) daemon: DaemonOptions,
}

/// Whose boards they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct TaskOptions {
    /// A team's server; empty for boards of one's own on this machine.
    pub(crate) server: String,
    /// The key of the project that a repository is about, such as `DM`.
    pub(crate) project: String,
}

/// How the daemon behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct DaemonOptions {
    /// The daemon leaves so many minutes after its last client.
    pub(crate) idle_minutes: u64,
    /// What its log tells: `error`, `warn`, `info`, `debug` or `trace`.
    pub(crate) log_level: String,
}

impl Default for DaemonOptions {
    fn default() -> DaemonOptions {
        DaemonOptions { idle_minutes: 10, log_level: "info".to_owned() }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody set it.
    Default,
    /// A line of a file, from 1.
    File(PathBuf, usize),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// The effective configuration of a workspace.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    /// The values.
    pub(crate) config: Config,
    /// Every key (`index.threads`) with its value and origin, ordered.
    pub(crate) values: BTreeMap<String, (toml::Value, Origin)>,
    /// The files that were looked for, and whether they exist.
    pub(crate) files: Vec<(PathBuf, bool)>,
}

/// The user's file: `devmentor/config.toml` in the folder for configuration (`$XDG_CONFIG_HOME`, `~/.config`).
pub(crate) fn user_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("devmentor").join("config.toml"))
}

/// Loads the configuration for a workspace.
///
/// # Errors
/// A file that cannot be read or holds a wrong key or value: the error names file, line and the nearest right one.
pub(crate) fn load(workspace: &Path) -> Result<Effective> {
    let repository = workspace.join(REPOSITORY_FILE);
    load_from(user_file().as_deref(), &repository)
}

/// Loads what holds for every workspace.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_user() -> Result<Config> {
    Ok(load_from(user_file().as_deref(), Path::new(""))?.config)
}

fn load_from(user: Option<&Path>, repository: &Path) -> Result<Effective> {
    let mut values: BTreeMap<String, (toml::Value, Origin)> =
        defaults()?.into_iter().map(|(key, value)| (key, (value, Origin::Default))).collect();
    let mut files = Vec::new();
    for (path, is_user) in user.map(|path| (path, true)).into_iter().chain([(repository, false)]) {
        let text = read(path)?;
        files.push((path.to_path_buf(), text.is_some()));
        if let Some(text) = text {
            apply(path, &text, is_user, &mut values)?;
        }
    }
    let config = build(&values).context("the configuration does not fit together")?;
    Ok(Effective { config, values, files })
}

fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() > LARGEST_FILE => {
            bail!("{} has {} bytes; a configuration file has at most {LARGEST_FILE}", path.display(), metadata.len())
        }
        _ => {}
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read the configuration {}", path.display())),
    }
}

fn defaults() -> Result<BTreeMap<String, toml::Value>> {
    let value = toml::Value::try_from(Config::default())?;
    let mut flat = BTreeMap::new();
    for (section, keys) in value.as_table().into_iter().flatten() {
        for (key, value) in keys.as_table().into_iter().flatten() {
            flat.insert(format!("{section}.{key}"), value.clone());
        }
    }
    Ok(flat)
}

/// Puts one file over what is known so far.
fn apply(path: &Path, text: &str, is_user: bool, values: &mut BTreeMap<String, (toml::Value, Origin)>) -> Result<()> {
    let at = |span: Range<usize>| format!("{}:{}", path.display(), line_of(text, span.start));
    let table = toml::de::DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or_else(|| path.display().to_string(), at);
        anyhow::anyhow!("{place}: {}", error.message())
    })?;
    for (section, content) in table.into_inner() {
        let place = at(section.span());
        let name = section.get_ref().to_string();
        let toml::de::DeValue::Table(content) = content.into_inner() else {
            bail!("{place}: `{name}` is no section; {}", nearest(&name, values.keys().map(String::as_str)));
        };
        let sections = values.keys().filter_map(|key| key.split('.').next());
        if !sections.clone().any(|known| known == name) {
            bail!("{place}: there is no section `[{name}]`; {}", nearest(&name, sections));
        }
        for (key, value) in content {
            let place = at(key.span());
            let line = line_of(text, key.span().start);
            let full = format!("{name}.{}", key.get_ref());
            let Some((known, origin)) = values.get_mut(&full) else {
                bail!("{place}: there is no key `{full}`; {}", nearest(&full, values.keys().map(String::as_str)));
            };
            if let Some((_, reason)) = USER_ONLY.iter().find(|(key, _)| !is_user && *key == full) {
                let user = user_file()
                    .map_or_else(|| "your own configuration file".to_owned(), |file| file.display().to_string());
                bail!("{place}: `{full}` may not be set by a repository, because {reason}; set it in {user}");
            }
            let written = text.get(value.span()).unwrap_or("").trim();
            let value: toml::Value = toml::from_str::<toml::Table>(&format!("value = {written}"))
                .ok()
                .and_then(|mut table| table.remove("value"))
                .with_context(|| format!("{place}: the value of `{full}` cannot be read"))?;
            if !same_shape(known, &value) {
                bail!("{place}: `{full}` is {}, such as `{known}`, not `{written}`", shape(known));
            }
            (*known, *origin) = (value, Origin::File(path.to_path_buf(), line));
        }
    }
    Ok(())
}

fn build(values: &BTreeMap<String, (toml::Value, Origin)>) -> Result<Config> {
    let mut table = toml::Table::new();
    for (key, (value, _)) in values {
        if let Some((section, key)) = key.split_once('.') {
            let section = table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(section) = section.as_table_mut() {
                section.insert(key.to_owned(), value.clone());
            }
        }
    }
    Ok(toml::Value::Table(table).try_into()?)
}

fn same_shape(known: &toml::Value, value: &toml::Value) -> bool {
    match (known, value) {
        (toml::Value::Integer(_), toml::Value::Integer(number)) => *number >= 0,
        (toml::Value::Array(_), toml::Value::Array(items)) => items.iter().all(toml::Value::is_str),
        _ => known.same_type(value),
    }
}

fn shape(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::Integer(_) => "a whole number of 0 or more",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Array(_) => "a list of texts",
        _ => "a text in quotes",
    }
}

fn nearest<'k>(wrong: &str, known: impl Iterator<Item = &'k str>) -> String {
    let best = known.max_by(|a, b| strsim::jaro_winkler(wrong, a).total_cmp(&strsim::jaro_winkler(wrong, b)));
    best.map_or_else(String::new, |best| format!("did you mean `{best}`? `devmentor config` lists all"))
}

fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The effective configuration, or the error, for a user's and a repository's file.
    fn check(user: &str, repository: &str) -> std::result::Result<Effective, String> {
        let folder = tempfile::tempdir().unwrap();
        let files = [("user.toml", user), ("devmentor.toml", repository)].map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        });
        let result = load_from(Some(&files[0]), &files[1]);
        result.map_err(|error| format!("{error:#}").replace(&format!("{}/", folder.path().display()), ""))
    }

    #[test]
    fn the_repository_wins_over_the_user_and_every_value_knows_its_origin() {
        let effective = check("[index]\nthreads = 3\nmemory-mb = 64\n", "[index]\n\nthreads = 2\n").unwrap();
        assert_eq!(effective.config.index.threads, 2);
        assert_eq!(effective.config.index.memory_mb, 64);
        assert!(
            matches!(&effective.values["index.threads"].1, Origin::File(path, 3) if path.ends_with("devmentor.toml"))
        );
        assert_eq!(effective.values["index.substring"].1, Origin::Default);
    }

    #[test]
    fn a_wrong_key_is_told_with_its_line_and_the_nearest_right_one() {
        let error = check("", "[index]\nthread = 2\n").unwrap_err();
        assert_eq!(
            error,
            "devmentor.toml:2: there is no key `index.thread`; did you mean `index.threads`? `devmentor config` lists all"
        );
        let error = check("[indx]\n", "").unwrap_err();
        assert_eq!(
            error,
            "user.toml:1: there is no section `[indx]`; did you mean `index`? `devmentor config` lists all"
        );
    }

    #[test]
    fn a_wrong_value_is_told_with_an_example() {
        let error = check("", "[index]\nthreads = \"two\"\n").unwrap_err();
        assert_eq!(
            error,
            "devmentor.toml:2: `index.threads` is a whole number of 0 or more, such as `0`, not `\"two\"`"
        );
        assert!(check("[index]\nthreads = -1", "").unwrap_err().contains("whole number"));
        assert!(check("[index", "").unwrap_err().starts_with("user.toml:1: "));
    }

    #[test]
    fn a_repository_cannot_send_code_anywhere() {
        let error = check("", "[vectors]\nurl = \"http://example.com:6334\"\n").unwrap_err();
        assert!(error.starts_with("devmentor.toml:2: `vectors.url` may not be set by a repository"), "{error}");
        assert!(check("[vectors]\nurl = \"http://localhost:6334\"\n", "").is_ok());
    }
}
