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
    /// `counting` loads the extension that counts statements, which costs a little itself.
    pub(crate) fn start(counting: bool) -> anyhow::Result<Self> {
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
        let mut options = format!("-c listen_addresses= -c unix_socket_directories={}", path.display());
        if counting {
            options += " -c shared_preload_libraries=pg_stat_statements";
        }
        let mut start = command("pg_ctl");
        start.args(["-w", "-s", "-l"]).arg(path.join("log")).arg("-D").arg(&data).args(["-o", &options, "start"]);
        let status = start.current_dir(path).status()?;
        ensure!(status.success(), "{}", std::fs::read_to_string(path.join("log")).unwrap_or_default());
        let started = Self { folder };
        if counting {
            started.ask("CREATE EXTENSION pg_stat_statements")?;
        }
        Ok(started)
    }

    /// Forgets what was counted so far.
    pub(crate) fn count_anew(&self) -> anyhow::Result<()> {
        self.ask("SELECT pg_stat_statements_reset()").map(drop)
    }

    /// What was counted: statements by the time that the server spent on them, each with calls and milliseconds.
    pub(crate) fn counted(&self) -> anyhow::Result<String> {
        self.ask(
            "SELECT calls AS \"calls\", round(total_exec_time::numeric, 1) AS \"ms in all\",
             round(mean_exec_time::numeric, 3) AS \"ms each\", left(regexp_replace(query, '\\s+', ' ', 'g'), 110) AS \"statement\"
             FROM pg_stat_statements WHERE calls > 20 ORDER BY total_exec_time DESC LIMIT 20",
        )
    }

    fn ask(&self, sql: &str) -> anyhow::Result<String> {
        let mut ask = command("psql");
        ask.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres", "-c", sql, "-h"]);
        ask.arg(self.folder.path()).current_dir("/").stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = ask.output().context("psql")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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
