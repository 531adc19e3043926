//! Where refresh tokens lie: in the system's keyring, else in a file that its owner alone can read.
//!
//! A list of the servers lies in that file in either case. On a machine without a keyring (no desktop, a container) the
//! token stands in it as well.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

const SERVICE: &str = "devmentor";
/// A locked keyring asks its owner for a password; where there is nobody to ask it never answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// The logins of this user.
#[derive(Debug)]
pub(crate) struct Keep {
    folder: PathBuf,
    /// Whether the system's keyring is asked at all.
    keyring: bool,
}

/// A login at a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Login {
    /// Who one is there.
    pub(crate) handle: String,
    /// The token, when it is not in the keyring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Login {
    /// Where its token lies, in words.
    pub(crate) fn place(&self, keep: &Keep) -> String {
        match self.token {
            Some(_) => format!("{}, which only you can read (no keyring is in use here)", keep.file().display()),
            None => "the system's keyring".to_owned(),
        }
    }
}

type Logins = BTreeMap<String, Login>;

impl Keep {
    /// That of the user who runs this program. `DEVMENTOR_KEYRING=off` leaves the keyring alone.
    ///
    /// # Errors
    /// There is no home folder.
    pub(crate) fn here() -> Result<Self> {
        use etcetera::BaseStrategy;
        let base = etcetera::choose_base_strategy().context("cannot find your home folder; set HOME")?;
        let folder = base.state_dir().unwrap_or_else(|| base.data_dir()).join("devmentor");
        let keyring = std::env::var_os("DEVMENTOR_KEYRING").is_none_or(|value| value != "off");
        Ok(Self { folder, keyring })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("logins.json")
    }

    /// Holds off other programs until it is dropped.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn lock(&self) -> Result<File> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        let path = self.folder.join("logins.lock");
        let file = private().create(true).truncate(false).open(&path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(file)
    }

    /// Every login by its server.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn logins(&self) -> Result<Logins> {
        let path = self.file();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Logins::new()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let damaged = || format!("{} is damaged; remove it and log in again", path.display());
        serde_json::from_slice(&text).with_context(damaged)
    }

    /// The token of a login.
    ///
    /// # Errors
    /// It cannot be read, or is not where it should be.
    pub(crate) fn token(&self, server: &str) -> Result<Option<String>> {
        let Some(login) = self.logins()?.remove(server) else { return Ok(None) };
        match login.token {
            Some(token) => Ok(Some(token)),
            None => match self.ask_keyring(server, Asked::Get) {
                Ok(token) => Ok(token),
                Err(cause) => bail!("the keyring does not give the token of {server}: {cause}"),
            },
        }
    }

    /// Keeps a login in the place of any before it at the same server.
    ///
    /// # Errors
    /// There is neither a keyring nor a folder that can be written.
    pub(crate) fn put(&self, server: &str, handle: &str, token: &str) -> Result<Login> {
        let _alone = self.lock()?;
        let kept = self.ask_keyring(server, Asked::Set(token.to_owned()));
        if let Err(cause) = &kept {
            tracing::info!(%cause, "no keyring");
        }
        let login = Login { handle: handle.to_owned(), token: kept.is_err().then(|| token.to_owned()) };
        let mut logins = self.logins()?;
        logins.insert(server.to_owned(), login.clone());
        self.write(&logins)?;
        Ok(login)
    }

    /// Puts a refreshed token where the old one lay. Whoever calls holds the lock.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn replace(&self, server: &str, token: &str) -> Result<()> {
        let mut logins = self.logins()?;
        let Some(login) = logins.get_mut(server) else { return Ok(()) };
        if login.token.is_none() {
            match self.ask_keyring(server, Asked::Set(token.to_owned())) {
                Ok(_) => return Ok(()),
                // The old token is spent: better in a file than lost.
                Err(cause) => {
                    tracing::warn!(%cause, "the keyring does not take the token; it is in a file from now on")
                }
            }
        }
        login.token = Some(token.to_owned());
        self.write(&logins)
    }

    /// Forgets a login; false when there is none.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn forget(&self, server: &str) -> Result<bool> {
        let _alone = self.lock()?;
        let mut logins = self.logins()?;
        let Some(login) = logins.remove(server) else { return Ok(false) };
        if login.token.is_none()
            && let Err(cause) = self.ask_keyring(server, Asked::Remove)
        {
            tracing::warn!(%cause, "the keyring keeps the token, which is not good any more");
        }
        self.write(&logins).map(|()| true)
    }

    /// All of it or nothing, whatever is killed meanwhile.
    fn write(&self, logins: &Logins) -> Result<()> {
        let (path, fresh) = (self.file(), self.folder.join("logins.new"));
        let write = || -> std::io::Result<()> {
            // One that a killed program left may be readable by others.
            match fs::remove_file(&fresh) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = private().create_new(true).open(&fresh)?;
            file.write_all(&serde_json::to_vec_pretty(logins)?)?;
            file.sync_all()?;
            fs::rename(&fresh, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    fn ask_keyring(&self, server: &str, asked: Asked) -> Result<Option<String>, String> {
        match self.keyring {
            true => keyring(server, asked),
            false => Err("it is turned off".to_owned()),
        }
    }
}

fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

enum Asked {
    Get,
    Set(String),
    Remove,
}

/// Asks the system's keyring, on a thread of its own: it may wait for somebody who is not there.
fn keyring(server: &str, asked: Asked) -> Result<Option<String>, String> {
    let (sender, answer) = std::sync::mpsc::channel();
    let server = server.to_owned();
    let ask = move || -> keyring::Result<Option<String>> {
        let entry = keyring::Entry::new(SERVICE, &server)?;
        match asked {
            Asked::Get => entry.get_password().map(Some),
            Asked::Set(token) => entry.set_password(&token).map(|()| None),
            Asked::Remove => entry.delete_credential().map(|()| None),
        }
    };
    std::thread::spawn(move || {
        // Nobody listens any more when it took too long.
        let _ = sender.send(ask().map_err(|error| error.to_string()));
    });
    answer.recv_timeout(PATIENCE).unwrap_or_else(|_| Err("it does not answer".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://a.example";

    fn keep(folder: &tempfile::TempDir) -> Keep {
        Keep { folder: folder.path().join("state"), keyring: false }
    }

    #[test]
    fn a_login_is_kept_replaced_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let keep = keep(&folder);
        assert!(keep.logins().unwrap().is_empty());
        assert_eq!(keep.token(SERVER).unwrap(), None);
        let login = keep.put(SERVER, "ann", "one").unwrap();
        keep.put("https://b.example", "ann", "other").unwrap();
        assert!(login.place(&keep).contains("only you can read"), "{}", login.place(&keep));
        keep.replace(SERVER, "two").unwrap();
        assert_eq!(keep.token(SERVER).unwrap().as_deref(), Some("two"));
        assert!(keep.forget(SERVER).unwrap());
        assert!(!keep.forget(SERVER).unwrap());
        assert_eq!(keep.logins().unwrap().into_keys().collect::<Vec<_>>(), ["https://b.example"]);
    }

    /// Also when a killed program has left a file that others can read.
    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let keep = keep(&folder);
        drop(keep.lock().unwrap());
        fs::write(keep.folder.join("logins.new"), "left").unwrap();
        keep.put(SERVER, "ann", "secret").unwrap();
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&keep.file()), mode(&keep.folder)), (0o600, 0o700));
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let keep = keep(&folder);
        drop(keep.lock().unwrap());
        fs::write(keep.file(), "{").unwrap();
        let error = keep.token(SERVER).unwrap_err().to_string();
        assert!(error.contains("logins.json is damaged; remove it"), "{error}");
    }
}
