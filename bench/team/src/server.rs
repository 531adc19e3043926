//! The program under measurement, as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use serde_json::{Value, json};

use crate::On;
use crate::database::Postgres;
use crate::http::Http;

/// Ten thousand connections are ten thousand files, here and in the server, which inherits the limit.
pub(crate) fn allow_many_files() -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(())
}

/// Where a server keeps its data. Stopped when dropped.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    postgres: Option<Postgres>,
}

impl Place {
    pub(crate) fn new(on: On) -> anyhow::Result<Self> {
        Self::counting(on, false)
    }

    /// The same; `statements` makes PostgreSQL count them.
    pub(crate) fn counting(on: On, statements: bool) -> anyhow::Result<Self> {
        let postgres = if on == On::Postgres { Some(Postgres::start(statements)?) } else { None };
        Ok(Self { folder: tempfile::tempdir()?, postgres })
    }

    /// The database, where it is a server of its own.
    pub(crate) fn postgres(&self) -> Option<&Postgres> {
        self.postgres.as_ref()
    }

    /// A folder on the disk that the data is on.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The processes that serve, besides the server itself.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.postgres.as_ref().and_then(Postgres::pid).into_iter().collect()
    }
}

/// A server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts one for a team and answers when it listens.
    pub(crate) fn start(program: &Path, place: &Place) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        for name in ["DATABASE_URL", "REDIS_URL", "DEVMENTOR_DATA", "DEVMENTOR_LISTEN", "DEVMENTOR_REGISTRATION"] {
            command.env_remove(name);
        }
        command.env("RUST_BACKTRACE", "0");
        command.args(["serve", "--listen", "127.0.0.1:0", "--registration", "open", "--data"]).arg(place.folder.path());
        if let Some(postgres) = &place.postgres {
            command.args(["--database-url", &postgres.url()]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            anyhow::bail!("the server did not start: {line}");
        };
        Ok(Self { child, address })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A person; the token is theirs.
    pub(crate) async fn person(&self, handle: &str) -> anyhow::Result<String> {
        let mut http = Http::connect(self.address, "").await?;
        let password = "correct horse battery";
        let new = json!({ "handle": handle, "name": handle, "password": password });
        let tokens = match http.post("/api/auth/register", &new).await?.ok() {
            Ok(tokens) => tokens,
            Err(_) => http.post("/api/auth/login", &json!({ "name": handle, "password": password })).await?.ok()?,
        };
        text(&tokens, "access_token")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A field of an answer.
pub(crate) fn text(value: &Value, field: &str) -> anyhow::Result<String> {
    value[field].as_str().map(str::to_owned).with_context(|| format!("no {field} in {value}"))
}

/// A project with tasks in its three columns.
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) tasks: Vec<String>,
    pub(crate) columns: Vec<String>,
}

/// Sends a command in a project.
pub(crate) async fn send(http: &mut Http, project: &str, command: Value) -> anyhow::Result<Value> {
    let sent = json!({ "id": domain::CommandId::fresh(), "command": command });
    http.post(&format!("/api/projects/{project}/commands"), &sent).await?.ok()
}

/// Makes an organisation and projects in it, each with so many tasks.
pub(crate) async fn projects(http: &mut Http, count: usize, tasks: usize) -> anyhow::Result<Vec<Project>> {
    let org = text(&http.post("/api/orgs", &json!({ "name": "Acme" })).await?.ok()?, "id")?;
    let mut all = Vec::new();
    for number in 0..count {
        let new = json!({ "org": org, "key": format!("P{number}"), "name": "p" });
        let id = text(&http.post("/api/projects", &new).await?.ok()?, "id")?;
        let board = http.get(&format!("/api/projects/{id}/board")).await?.ok()?;
        let columns: Vec<String> = board["columns"]
            .as_array()
            .context("no columns")?
            .iter()
            .map(|column| text(column, "id"))
            .collect::<anyhow::Result<_>>()?;
        let ids: Vec<String> = (0..tasks).map(|_| domain::TaskId::fresh().to_string()).collect();
        for (round, chunk) in ids.chunks(250).enumerate() {
            let commands: Vec<Value> = chunk
                .iter()
                .enumerate()
                .map(|(at, task)| {
                    let title = format!("Task {at} of chunk {round}: the words of a title as people write them");
                    let body = "Some lines of markdown that say **what** is to be done, and why.\n".repeat(4);
                    json!({ "type": "task.create", "id": task, "column": columns[at % columns.len()],
                            "fields": { "title": title, "body": body, "priority": "high", "estimate": 3 } })
                })
                .collect();
            send(http, &id, json!({ "type": "bulk", "commands": commands })).await?;
        }
        all.push(Project { id, tasks: ids, columns });
    }
    Ok(all)
}
