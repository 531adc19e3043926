//! Where a daemon's sockets, lock and record lie.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Address;

/// The kernel's limit for the path of a socket is 104 bytes on macOS and 108 on Linux, the closing zero among them.
const LONGEST_SOCKET: usize = 103;
/// Room for the longest name of a socket below the folder: `/control-` version `-` process id `.sock`.
const LONGEST_NAME: usize = 48;

/// The folder of the daemon of one state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    folder: PathBuf,
    /// Eight characters that stand for the state folder.
    key: String,
}

/// What the choice of a folder depends on.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// `$XDG_RUNTIME_DIR`, which the system keeps private and empties at the end.
    pub(crate) runtime: Option<PathBuf>,
    /// The user's cache folder.
    pub(crate) cache: PathBuf,
    /// The system's folder for temporary files.
    pub(crate) temporary: PathBuf,
    /// What tells users apart in it.
    pub(crate) user: String,
}

impl Surroundings {
    fn here() -> Result<Surroundings> {
        use etcetera::BaseStrategy;
        let base = etcetera::choose_base_strategy().context("cannot find your home folder; set HOME")?;
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        Ok(Surroundings {
            runtime: runtime.filter(|folder| folder.is_absolute() && folder.is_dir()),
            cache: base.cache_dir(),
            temporary: std::env::temp_dir(),
            user: user(),
        })
    }
}

#[cfg(unix)]
fn user() -> String {
    rustix::process::geteuid().as_raw().to_string()
}

#[cfg(not(unix))]
fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

impl Place {
    /// The place for the indexes below `state`, made private when it is not there yet.
    ///
    /// # Errors
    /// When the folder cannot be made, or somebody else owns or can read it.
    pub(crate) fn of(state: &Path) -> Result<Place> {
        let place = Place::choose(state, &Surroundings::here()?)?;
        make_private(&place.folder)?;
        Ok(place)
    }

    fn choose(state: &Path, around: &Surroundings) -> Result<Place> {
        let state = std::path::absolute(state).with_context(|| format!("cannot resolve {}", state.display()))?;
        let hash = blake3::hash(state.as_os_str().as_encoded_bytes()).to_hex();
        let key: String = hash.chars().take(8).collect();
        let folders = [
            around.runtime.as_ref().map(|folder| folder.join("devmentor")),
            Some(around.cache.join("devmentor").join("run")),
            Some(around.temporary.join(format!("devmentor-{}", around.user))),
        ];
        // On Windows a pipe has a name, not a path, so length is no matter.
        let fits = |folder: &PathBuf| {
            cfg!(not(unix)) || folder.as_os_str().len() + 1 + key.len() + LONGEST_NAME <= LONGEST_SOCKET
        };
        let Some(folder) = folders.into_iter().flatten().find(fits) else {
            bail!(
                "every folder for sockets has too long a path (the system allows {LONGEST_SOCKET} bytes); set XDG_RUNTIME_DIR to a short one"
            );
        };
        Ok(Place { folder: folder.join(&key), key })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Eight characters that stand for the state folder.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The file that says which daemon runs.
    pub(crate) fn record(&self) -> PathBuf {
        self.folder.join("daemon.json")
    }

    /// An address for a daemon: the version for people who look into the folder, the process so that no two daemons ever share one.
    pub(crate) fn address(&self, what: &str, version: &str, process: u32) -> Address {
        #[cfg(unix)]
        let text = self.folder.join(format!("{what}-{version}-{process}.sock")).to_string_lossy().into_owned();
        #[cfg(not(unix))]
        let text = format!("devmentor-{}-{}-{what}-{version}-{process}", user(), self.key);
        Address::new(text)
    }

    /// Sockets in the folder that do not belong to `current`.
    pub(crate) fn stray_sockets(&self, current: &[&Address]) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let is_stray = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "sock")
                && !current.iter().any(|address| Path::new(&address.to_string()) == path)
        };
        entries.flatten().map(|entry| entry.path()).filter(is_stray).collect()
    }

    /// Held by the daemon as long as it lives: at most one has it, and the system takes it from a dead one.
    pub(crate) fn daemon_lock(&self) -> io::Result<File> {
        self.lock_file("daemon.lock")
    }

    /// Held by whoever starts a daemon, so that twenty windows that open at once start one.
    pub(crate) fn start_lock(&self) -> io::Result<File> {
        self.lock_file("start.lock")
    }

    fn lock_file(&self, name: &str) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(self.folder.join(name))
    }
}

/// Makes a folder that only its owner can enter, and refuses one that others own or can enter.
#[cfg(unix)]
fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    let parent = folder.parent().unwrap_or(folder);
    for folder in [parent, folder] {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("cannot make the folder for sockets {}", folder.display()))?;
        let metadata = std::fs::symlink_metadata(folder)
            .with_context(|| format!("cannot look at the folder for sockets {}", folder.display()))?;
        if !metadata.is_dir() || metadata.uid() != rustix::process::geteuid().as_raw() {
            bail!("{} is not a folder of yours; remove it, or set XDG_RUNTIME_DIR to another place", folder.display());
        }
        if metadata.mode() & 0o077 != 0 {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
                .with_context(|| format!("others can enter {}; run `chmod 700` on it", folder.display()))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> Result<()> {
    // The user's profile, where the cache lies, is private on Windows.
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn around(runtime: Option<&str>, cache: &str) -> Surroundings {
        Surroundings {
            runtime: runtime.map(PathBuf::from),
            cache: cache.into(),
            temporary: "/tmp".into(),
            user: "1000".to_owned(),
        }
    }

    fn chosen(state: &str, around: &Surroundings) -> String {
        Place::choose(Path::new(state), around).map_or_else(
            |error| error.to_string(),
            |place| place.folder().display().to_string().replace(place.key(), "KEY"),
        )
    }

    #[test]
    fn the_runtime_folder_comes_first_then_the_cache_then_what_has_a_short_path() {
        assert_eq!(chosen("/s", &around(Some("/run/user/1000"), "/home/u/.cache")), "/run/user/1000/devmentor/KEY");
        assert_eq!(chosen("/s", &around(None, "/home/u/.cache")), "/home/u/.cache/devmentor/run/KEY");
        let long = format!("/home/{}/.cache", "u".repeat(80));
        assert_eq!(chosen("/s", &around(None, &long)), "/tmp/devmentor-1000/KEY");
    }

    #[test]
    fn another_state_folder_has_another_place() {
        let around = around(Some("/run/user/1000"), "/c");
        let [one, same, other] =
            ["/a", "/a", "/b"].map(|state| Place::choose(Path::new(state), &around).unwrap().key().to_owned());
        assert_eq!(one, same);
        assert_ne!(one, other);
    }

    #[test]
    fn every_address_fits_into_the_limit_of_the_system() {
        let around = around(Some(&format!("/{}", "r".repeat(34))), "/c");
        let place = Place::choose(Path::new("/a"), &around).unwrap();
        let address = place.address("control", "1000.1000.1000-rc.10", u32::MAX).to_string();
        assert!(address.len() <= LONGEST_SOCKET, "{address} has {} bytes", address.len());
    }

    #[test]
    fn a_folder_that_others_can_enter_is_closed_and_a_link_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let open = base.path().join("devmentor");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        make_private(&open.join("KEY")).unwrap();
        assert_eq!(std::fs::metadata(&open).unwrap().permissions().mode() & 0o777, 0o700);

        let link = base.path().join("linked");
        std::os::unix::fs::symlink(&open, &link).unwrap();
        let error = make_private(&link.join("KEY")).unwrap_err().to_string();
        assert!(error.contains("is not a folder of yours"), "{error}");
    }
}
