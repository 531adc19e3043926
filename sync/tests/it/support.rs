//! A backend in this process, a network that can be cut, and people's machines.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backend::{Config, Node, Registration};
use domain::command::TaskFields;
use domain::{Command, ProjectId, TaskId};
use jiff::Timestamp;
use sync::{Credentials, Project, Server, Status, Store};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A backend for one person, whose data outlives it.
pub(crate) struct Backend {
    pub(crate) node: Node,
    _data: Arc<TempDir>,
}

impl Backend {
    pub(crate) async fn start() -> Backend {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap())).await
    }

    pub(crate) async fn start_in(data: Arc<TempDir>) -> Backend {
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            data: data.path().to_owned(),
            registration: Registration::Auto,
            ..Config::default()
        };
        Backend { node: backend::serve(config).await.unwrap(), _data: data }
    }

    /// A project `DM`.
    pub(crate) async fn project(&self) -> ProjectId {
        let server = Server::new(&format!("http://{}", self.node.address), Credentials::none()).unwrap();
        server.create_project("DM", "DevMentor").await.unwrap().id
    }

    /// The titles of the tasks, in the order in which they were made.
    pub(crate) async fn titles(&self, project: ProjectId) -> Vec<String> {
        let slot = self.node.app.streams.fresh(&project.to_string()).await.unwrap().unwrap();
        slot.read(|state| {
            let mut tasks: Vec<_> = state.tasks.values().map(|task| (task.number, task.title.clone())).collect();
            tasks.sort();
            tasks.into_iter().map(|(_, title)| title).collect()
        })
    }
}

/// What a network does to connections.
#[derive(Default)]
struct Weather {
    cut: AtomicBool,
    no_upgrade: AtomicBool,
    no_stream: AtomicBool,
}

/// A network between machines and a backend.
pub(crate) struct Network {
    pub(crate) address: SocketAddr,
    target: Arc<parking_lot::RwLock<SocketAddr>>,
    weather: Arc<Weather>,
    /// Cancelled when all connections are cut; then there is a new one.
    connections: Arc<parking_lot::RwLock<CancellationToken>>,
}

impl Network {
    pub(crate) async fn to(target: SocketAddr) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let network = Network {
            address: listener.local_addr().unwrap(),
            target: Arc::new(parking_lot::RwLock::new(target)),
            weather: Arc::default(),
            connections: Arc::default(),
        };
        let (target, weather, connections) =
            (network.target.clone(), network.weather.clone(), network.connections.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if weather.cut.load(Ordering::Relaxed) {
                    continue;
                }
                let (target, weather, cut) = (*target.read(), weather.clone(), connections.read().clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = cut.cancelled() => {}
                        _ = carry(client, target, &weather) => {}
                    }
                });
            }
        });
        network
    }

    /// Every connection breaks, also in the middle of a message, and none comes about any more.
    pub(crate) fn cut(&self) {
        self.weather.cut.store(true, Ordering::Relaxed);
        self.break_connections();
    }

    /// Every connection breaks; new ones come about.
    pub(crate) fn break_connections(&self) {
        std::mem::take(&mut *self.connections.write()).cancel();
    }

    pub(crate) fn mend(&self) {
        self.weather.cut.store(false, Ordering::Relaxed);
    }

    /// As some proxies do.
    pub(crate) fn block_web_sockets(&self) {
        self.weather.no_upgrade.store(true, Ordering::Relaxed);
    }

    pub(crate) fn block_streams(&self) {
        self.weather.no_stream.store(true, Ordering::Relaxed);
    }

    pub(crate) fn lead_to(&self, target: SocketAddr) {
        *self.target.write() = target;
    }
}

async fn carry(mut client: TcpStream, target: SocketAddr, weather: &Weather) -> std::io::Result<()> {
    let mut server = TcpStream::connect(target).await?;
    let (mut from_client, mut from_server) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => {
                let piece = &from_client[..read?];
                if piece.is_empty() {
                    return Ok(());
                }
                let head = String::from_utf8_lossy(piece).to_ascii_lowercase();
                let upgrade = weather.no_upgrade.load(Ordering::Relaxed) && head.contains("upgrade: websocket");
                let stream = weather.no_stream.load(Ordering::Relaxed) && head.contains("/stream?");
                if upgrade || stream {
                    client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
                    return Ok(());
                }
                server.write_all(piece).await?;
            }
            read = server.read(&mut from_server) => {
                let piece = &from_server[..read?];
                if piece.is_empty() {
                    return Ok(());
                }
                client.write_all(piece).await?;
            }
        }
    }
}

/// A machine with a replica of one project.
pub(crate) struct Machine {
    pub(crate) project: Project,
    pub(crate) store: Arc<Store>,
    stop: CancellationToken,
}

impl Machine {
    pub(crate) async fn start(folder: &Path, server: SocketAddr, project: ProjectId) -> Machine {
        let server = Server::new(&format!("http://{server}"), Credentials::none()).unwrap();
        let store = Arc::new(Store::open(folder).await.unwrap());
        let stop = CancellationToken::new();
        // Who it is matters for nothing in these tests but what the rules say of one's own things.
        let me = server.me().await.map_or_else(|_| domain::UserId::from_bits(1), |me| me.id);
        let clock = Arc::new(Timestamp::now);
        let project =
            Project::open(project, me, server, store.clone(), clock, Default::default(), stop.clone()).await.unwrap();
        Machine { project, store, stop }
    }

    /// Ends it without a word to anybody, as a killed process does: what is not on the disk is lost.
    pub(crate) async fn end(self) {
        self.stop.cancel();
        drop(self.project);
        // The file's lock goes with the last user.
        let mut store = self.store;
        while let Err(shared) = Arc::try_unwrap(store).map(drop) {
            tokio::task::yield_now().await;
            store = shared;
        }
    }

    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(&Status) -> bool) {
        let mut status = self.project.status();
        let waited = tokio::time::timeout(Duration::from_secs(40), status.wait_for(is_so)).await;
        if waited.is_err() {
            panic!("waited too long for {what}; it is {:?}", self.project.status().borrow());
        }
        waited.unwrap().unwrap();
    }

    pub(crate) async fn until_read(&self) {
        self.until("the project to be read", |status| status.seq > 0).await;
    }

    /// Waits until nothing waits to be sent and the server's events up to `seq` are here.
    pub(crate) async fn until_settled(&self, seq: u64) {
        self.until("everything to be sent and here", |status| status.queued == 0 && status.seq >= seq).await;
    }

    pub(crate) async fn make_task(&self, title: &str) -> TaskId {
        let id = TaskId::fresh();
        let fields = TaskFields { title: Some(title.to_owned()), ..TaskFields::default() };
        self.project.submit(Command::CreateTask { id, fields, column: None }).await.unwrap();
        id
    }

    pub(crate) fn titles(&self) -> Vec<String> {
        self.project.read(|replica| {
            let mut tasks: Vec<_> =
                replica.shown().tasks.values().map(|task| (task.number, task.title.clone())).collect();
            tasks.sort();
            tasks.into_iter().map(|(_, title)| title).collect()
        })
    }
}

pub(crate) fn retitle(id: TaskId, title: &str) -> Command {
    Command::UpdateTask { id, fields: TaskFields { title: Some(title.to_owned()), ..TaskFields::default() } }
}
