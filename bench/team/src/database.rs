//! A private PostgreSQL as Debian ships it: `fsync` and `synchronous_commit` stay on, the address is a socket in a folder.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

pub(crate) struct Postgres {
    folder: tempfile::TempDir,
}

fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin").join(name)).collect();
    versions.sort();
    versions.into_iter().rev().find(|path| path.exists()).unwrap_or_else(|| PathBuf::from(name))
}

/// PostgreSQL refuses to run as root; Debian's package makes an account for it.
fn account() -> Option<(u32, u32)> {
    if !rustix::process::getuid().is_root() {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = accounts.lines().find(|line| line.starts_with("postgres:"))?.to_owned();
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Postgres {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        if let Some((user, group)) = account() {
            std::os::unix::fs::chown(path, Some(user), Some(group))?;
        }
        let data = path.join("data");
        let mut init = command("initdb");
        init.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        let status = init.current_dir(path).status().context("initdb; is PostgreSQL installed?")?;
        ensure!(status.success(), "initdb failed");
        let options = format!("-c listen_addresses= -c unix_socket_directories={}", path.display());
        let mut start = command("pg_ctl");
        start.args(["-w", "-s", "-l"]).arg(path.join("log")).arg("-D").arg(&data).args(["-o", &options, "start"]);
        let status = start.current_dir(path).status()?;
        ensure!(status.success(), "{}", std::fs::read_to_string(path.join("log")).unwrap_or_default());
        Ok(Self { folder })
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.path().display())
    }

    /// The first process; the others are its children.
    pub(crate) fn pid(&self) -> Option<u32> {
        let file = self.folder.path().join("data/postmaster.pid");
        std::fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
    }

    fn data(&self) -> PathBuf {
        Path::new(self.folder.path()).join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ =
            command("pg_ctl").args(["-s", "-m", "immediate", "stop", "-D"]).arg(self.data()).current_dir("/").status();
    }
}
