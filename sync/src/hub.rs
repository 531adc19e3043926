//! All my projects on one server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{ProjectId, TaskId, UserId};
use parking_lot::RwLock;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::project::{Clock, Project, Status, pause};
use crate::server::{Server, ServerError};
use crate::store::{Refused, Store, StoreError};

/// Between two looks at which projects there are.
const LOOK: Duration = Duration::from_secs(300);
/// Where the store keeps who I am.
const ME: &str = "me";

/// How the hub itself stands; each project has a status of its own besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Nothing was asked yet.
    Starting,
    /// The list of projects is that of the server.
    Known,
    /// The server could not be asked, for this reason; what was known is used.
    Unknown(String),
    /// The replica belongs to another account than the one that is logged in now. Nothing is mixed: log in as that one, or choose another folder.
    AnotherAccount {
        /// Whose it is.
        replica: UserId,
        /// Who is logged in.
        login: UserId,
    },
}

/// All my projects on one server. Clones are the same one.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    server: Server,
    store: Arc<Store>,
    clock: Clock,
    projects: RwLock<BTreeMap<ProjectId, Project>>,
    reach: watch::Sender<Reach>,
    again: Notify,
    stop: CancellationToken,
}

impl Hub {
    /// Opens the replica in `folder`, which belongs to one server and one account, and follows all projects until `stop`. Needs no network.
    ///
    /// # Errors
    /// The replica cannot be used: another process has it, or it is damaged.
    pub async fn open(folder: &Path, server: Server, clock: Clock, stop: CancellationToken) -> Result<Hub, StoreError> {
        let store = Arc::new(Store::open(folder).await?);
        let hub = Hub(Arc::new(Shared {
            server,
            store,
            clock,
            projects: RwLock::default(),
            reach: watch::Sender::new(Reach::Starting),
            again: Notify::new(),
            stop,
        }));
        if let Some(me) = hub.0.known_account().await? {
            for project in hub.0.store.projects().await? {
                hub.0.follow(project, me).await?;
            }
        }
        let shared = hub.0.clone();
        tokio::spawn(async move { shared.stop.run_until_cancelled(shared.keep_looking()).await });
        Ok(hub)
    }

    /// How the list of projects stands.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.0.reach.subscribe()
    }

    /// The projects that are known, in the order of their identities.
    pub fn projects(&self) -> Vec<Project> {
        self.0.projects.read().values().cloned().collect()
    }

    /// One of them.
    pub fn project(&self, id: ProjectId) -> Option<Project> {
        self.0.projects.read().get(&id).cloned()
    }

    /// The task that people call by a key such as `DM-12`, whatever its case.
    pub fn task(&self, key: &str) -> Option<(Project, TaskId)> {
        let (short, number) = key.rsplit_once('-')?;
        let number: u64 = number.parse().ok()?;
        self.projects().into_iter().find_map(|project| {
            let task = project.read(|replica| {
                let shown = replica.shown();
                shown.project().filter(|it| it.key.eq_ignore_ascii_case(short))?;
                shown.task_by_number(number).map(|task| task.id)
            });
            task.map(|task| (project, task))
        })
    }

    /// How each project stands.
    pub fn statuses(&self) -> Vec<(ProjectId, Status)> {
        self.projects().iter().map(|project| (project.id(), project.status().borrow().clone())).collect()
    }

    /// What the server refused and nobody has dismissed.
    ///
    /// # Errors
    /// The replica cannot be read.
    pub async fn refused(&self) -> Result<Vec<Refused>, StoreError> {
        self.0.store.refused().await
    }

    /// Tries everything again now: somebody has logged in, made a project, or the network is back.
    pub fn retry(&self) {
        self.0.again.notify_one();
        for project in self.projects() {
            project.retry();
        }
    }
}

impl Shared {
    async fn known_account(&self) -> Result<Option<UserId>, StoreError> {
        // What is no identity was not written by this program; the server is asked again.
        Ok(self.store.meta(ME).await?.and_then(|text| text.parse().ok()))
    }

    async fn follow(&self, id: ProjectId, me: UserId) -> Result<(), StoreError> {
        if self.projects.read().contains_key(&id) {
            return Ok(());
        }
        let stop = self.stop.child_token();
        let project = Project::open(id, me, self.server.clone(), self.store.clone(), self.clock.clone(), stop).await?;
        self.projects.write().insert(id, project);
        Ok(())
    }

    /// Looks which projects there are, again and again.
    async fn keep_looking(&self) {
        let mut failures = 0;
        loop {
            let (reach, wait) = match self.look().await {
                Ok(reach) => {
                    failures = 0;
                    (reach, LOOK)
                }
                Err(why) => {
                    failures += 1;
                    (Reach::Unknown(why), pause(failures))
                }
            };
            self.reach.send_if_modified(|before| {
                let other = *before != reach;
                *before = reach;
                other
            });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.again.notified() => {}
            }
        }
    }

    async fn look(&self) -> Result<Reach, String> {
        let told = |error: ServerError| error.to_string();
        let kept = |error: StoreError| error.to_string();
        let me = self.server.me().await.map_err(told)?.id;
        match self.known_account().await.map_err(kept)? {
            Some(replica) if replica != me => return Ok(Reach::AnotherAccount { replica, login: me }),
            Some(_) => {}
            None => self.store.set_meta(ME, &me.to_string()).await.map_err(kept)?,
        }
        for project in self.server.projects().await.map_err(told)? {
            self.follow(project.id, me).await.map_err(kept)?;
        }
        Ok(Reach::Known)
    }
}
