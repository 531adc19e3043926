//! A private PostgreSQL and Redis for one test, on sockets and ports of their own; or those that `DATABASE_URL` and
//! `REDIS_URL` name.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, Executor};

pub(crate) struct Postgres {
    base: String,
    /// The socket's folder; the server is stopped when this goes.
    own: Option<tempfile::TempDir>,
    made: AtomicU32,
}

fn program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    versions.sort();
    let found = versions.into_iter().rev().map(|version| version.join("bin").join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| PathBuf::from(name))
}

/// Whose files this process makes.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    tempfile::tempfile().unwrap().metadata().unwrap().uid() == 0
}

/// PostgreSQL refuses to run as root; Debian's package makes an account for it.
fn account() -> (u32, u32) {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
    let account = accounts.lines().find(|line| line.starts_with("postgres:")).expect("no account named postgres");
    let mut fields = account.split(':').skip(2);
    (fields.next().unwrap().parse().unwrap(), fields.next().unwrap().parse().unwrap())
}

fn as_postgres(name: &str) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program(name));
    if is_root() {
        let (user, group) = account();
        command.uid(user).gid(group);
    }
    command
}

fn run(command: &mut Command, folder: &Path) {
    let output = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}. `make setup` installs PostgreSQL and Redis."));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Postgres {
    pub(crate) fn start() -> Self {
        if let Ok(url) = std::env::var("DATABASE_URL") {
            return Self { base: url, own: None, made: 0.into() };
        }
        Self::private()
    }

    /// One of this test alone, whatever the environment names: it may be stopped.
    pub(crate) fn private() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        if is_root() {
            let owner = account();
            std::os::unix::fs::chown(path, Some(owner.0), Some(owner.1)).unwrap();
        }
        let data = path.join("data");
        run(
            as_postgres("initdb")
                .args(["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D"])
                .arg(&data),
            path,
        );
        launch(path, &options(path));
        let base = format!("postgres://postgres@localhost/postgres?host={}", path.display());
        Self { base, own: Some(folder), made: 0.into() }
    }

    /// The URL of a new, empty database.
    pub(crate) async fn database(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("devmentor_test_{}_{number}", std::process::id());
        let mut connection = sqlx::PgConnection::connect(&self.base).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let (before, query) = self.base.split_once('?').unwrap_or((&self.base, ""));
        let (server, _) = before.rsplit_once('/').unwrap();
        format!("{server}/{name}?{query}")
    }
}

/// Starts the server of a folder; without options those of last time.
fn launch(path: &Path, options: &str) {
    let data = path.join("data");
    let mut start = as_postgres("pg_ctl");
    start.args(["-w", "-s", "-l"]).arg(path.join("log")).arg("-D").arg(&data).args(["-o", options, "start"]);
    // The server keeps the pipes of whoever started it.
    let status = start.current_dir(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.unwrap().success(), "{}", std::fs::read_to_string(path.join("log")).unwrap_or_default());
}

impl Postgres {
    /// Every connection ends at once, as when the machine loses its power.
    pub(crate) fn stop(&self) {
        let data = self.own.as_ref().unwrap().path().join("data");
        run(as_postgres("pg_ctl").args(["-w", "-s", "-m", "immediate", "stop", "-D"]).arg(data), Path::new("/"));
    }

    pub(crate) fn start_again(&self) {
        let path = self.own.as_ref().unwrap().path();
        launch(path, &options(path));
    }
}

impl Postgres {
    /// One that lets nobody in over TCP but by TLS, with this certificate and its key.
    pub(crate) fn with_tls(certificate: &Path, key: &Path) -> Self {
        let mut server = Self::private();
        let path = server.own.as_ref().unwrap().path();
        let data = path.join("data");
        for (from, to) in [(certificate, "server.crt"), (key, "server.key")] {
            use std::os::unix::fs::PermissionsExt;
            let to = data.join(to);
            std::fs::copy(from, &to).unwrap();
            std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
            if is_root() {
                let (user, group) = account();
                std::os::unix::fs::chown(&to, Some(user), Some(group)).unwrap();
            }
        }
        std::fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 trust\n").unwrap();
        server.stop();
        // The port is free when it is chosen; whoever takes it in between makes the start fail.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        launch(
            path,
            &options(path)
                .replace("listen_addresses=", &format!("ssl=on -c port={port} -c listen_addresses=127.0.0.1")),
        );
        server.base = format!("postgres://postgres@localhost:{port}/postgres");
        server
    }

    /// Where it is.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }
}

/// No TCP at all: the socket's folder is the address.
fn options(path: &Path) -> String {
    format!("-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c max_connections=100", path.display())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(folder) = &self.own {
            let data = folder.path().join("data");
            let _ =
                as_postgres("pg_ctl").args(["-s", "-m", "immediate", "stop", "-D"]).arg(data).current_dir("/").output();
        }
    }
}

pub(crate) struct Redis {
    pub(crate) url: String,
    child: Option<Child>,
    _folder: Option<tempfile::TempDir>,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        if let Ok(url) = std::env::var("REDIS_URL") {
            return Self { url, child: None, _folder: None };
        }
        Self::private(&[]).await
    }

    /// A cluster of one server, which has all slots.
    pub(crate) async fn cluster() -> Self {
        let server = Self::private(&["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]).await;
        let mut connection =
            redis::Client::open(&*server.url).unwrap().get_multiplexed_async_connection().await.unwrap();
        let mut slots = redis::cmd("CLUSTER");
        slots.arg(&["ADDSLOTSRANGE", "0", "16383"]);
        slots.query_async::<()>(&mut connection).await.unwrap();
        loop {
            let info: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut connection).await.unwrap();
            if info.contains("cluster_state:ok") {
                return server;
            }
            tokio::task::yield_now().await;
        }
    }

    /// One that speaks nothing but TLS, with this certificate and its key.
    pub(crate) async fn with_tls(certificate: &Path, key: &Path) -> Self {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (tls, certificate, key) = (free().to_string(), certificate.to_str().unwrap(), key.to_str().unwrap());
        let more =
            ["--tls-port", &tls, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
        let mut server = Self::private(&more).await;
        server.url = format!("rediss://localhost:{tls}");
        server
    }

    /// One of this test alone, whatever the environment names: it may be stopped.
    pub(crate) async fn private(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The port is free when it is chosen; whoever takes it in between makes Redis exit, and another one is tried.
        for _ in 0..20 {
            let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut child = Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string(), "--dir"])
                .arg(folder.path())
                .args(more)
                .stdout(Stdio::null())
                .spawn()
                .expect("redis-server is not installed; `make setup` installs it");
            while child.try_wait().unwrap().is_none() {
                if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                    let url = format!("redis://127.0.0.1:{port}");
                    return Self { url, child: Some(child), _folder: Some(folder) };
                }
                tokio::task::yield_now().await;
            }
        }
        panic!("redis-server does not start");
    }
}

impl Redis {
    pub(crate) fn stop(&mut self) {
        let child = self.child.as_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Kills it and starts another at the same port. One that was given from outside is left alone.
    pub(crate) async fn restart(&mut self) {
        let Some(child) = &mut self.child else { return };
        let _ = child.kill();
        let _ = child.wait();
        let port = self.url.rsplit(':').next().unwrap().to_owned();
        *child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
