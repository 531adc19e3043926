//! All my projects on one server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{CommandId, ProjectId, TaskId, UserId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parking_lot::RwLock;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::project::{Clock, Project, Status, pause};
use crate::server::{Server, ServerError};
use crate::store::{Refused, Store, StoreError};
use crate::tasks::Place;

/// Between two looks at which projects there are.
const LOOK: Duration = Duration::from_secs(300);
/// Where the store keeps who I am.
const ME: &str = "me";
/// Where the store keeps which project a repository is about: this, and the repository.
const PLACE: &str = "place:";
/// A project that was just made is known by then, or the server is not well.
const MAKING: Duration = Duration::from_secs(10);

/// Why a project was not made or remembered.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The server did not do it.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was made, but does not come.
    #[error("the project was made, but could not be read yet; try again in a moment")]
    Late,
}

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
    /// By repository.
    places: RwLock<BTreeMap<String, ProjectId>>,
    /// Whether the server is this machine's own, where nobody else makes projects.
    solo: bool,
    /// Counts the changes of everything that is shown.
    changes: watch::Sender<u64>,
    reach: watch::Sender<Reach>,
    again: Notify,
    stop: CancellationToken,
}

impl Hub {
    /// Opens the replica in `folder`, which belongs to one server and one account, and follows all projects until `stop`. Needs no network.
    ///
    /// # Errors
    /// The replica cannot be used: another process has it, or it is damaged.
    pub async fn open(
        folder: &Path,
        server: Server,
        solo: bool,
        clock: Clock,
        stop: CancellationToken,
    ) -> Result<Hub, StoreError> {
        let store = Arc::new(Store::open(folder).await?);
        // What is no identity was not written by this program; the place is then asked for again.
        let places = store.metas(PLACE).await?.into_iter().filter_map(|(place, id)| Some((place, id.parse().ok()?)));
        let hub = Hub(Arc::new(Shared {
            server,
            store,
            clock,
            projects: RwLock::default(),
            places: RwLock::new(places.collect()),
            solo,
            changes: watch::Sender::new(0),
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

    /// Moves whenever anything that is shown changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.0.server
    }

    /// Whether the server is this machine's own.
    pub fn is_solo(&self) -> bool {
        self.0.solo
    }

    /// This day, as people here count it.
    pub fn today(&self) -> Date {
        (self.0.clock)().to_zoned(TimeZone::system()).date()
    }

    /// The project that a repository is about, as somebody said.
    pub fn bound(&self, repository: &str) -> Option<Project> {
        let id = *self.0.places.read().get(repository)?;
        self.project(id)
    }

    /// Remembers which project a repository is about.
    ///
    /// # Errors
    /// It cannot be kept.
    pub async fn bind(&self, repository: &str, project: ProjectId) -> Result<(), StoreError> {
        self.0.store.set_meta(&format!("{PLACE}{repository}"), &project.to_string()).await?;
        self.0.places.write().insert(repository.to_owned(), project);
        Ok(())
    }

    /// Makes a project on the server, and waits until it is here.
    ///
    /// # Errors
    /// [`HubError`].
    pub async fn make_project(&self, key: &str, name: &str) -> Result<Project, HubError> {
        let made = self.0.server.create_project(key, name).await?;
        let me = self.0.server.me().await?.id;
        self.0.follow(made.id, me).await?;
        let project = self.project(made.id).ok_or(HubError::Late)?;
        let mut changes = project.changes();
        let read =
            async { while project.read(|it| it.shown().project().is_none()) && changes.changed().await.is_ok() {} };
        tokio::time::timeout(MAKING, read).await.map_err(|_| HubError::Late)?;
        Ok(project)
    }

    /// Makes a project of one's own for a repository: named after its folder, with a key that is still free.
    pub(crate) async fn make_project_for(&self, place: &Place) -> Result<Project, HubError> {
        let taken: Vec<String> = self.keys().into_values().collect();
        let name = if place.name.trim().is_empty() { "My tasks" } else { place.name.trim() };
        let project = self.make_project(&free_key(name, &taken), name).await?;
        self.bind(&place.repository, project.id()).await?;
        Ok(project)
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

    /// Forgets a refused command; false when it is not there.
    ///
    /// # Errors
    /// The replica cannot be written.
    pub async fn dismiss(&self, id: CommandId) -> Result<bool, StoreError> {
        self.0.store.dismiss(id).await
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
        let project = Project::open(
            id,
            me,
            self.server.clone(),
            self.store.clone(),
            self.clock.clone(),
            self.changes.clone(),
            stop,
        )
        .await?;
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

/// A key for a project from its name: the first letters of several words, or the first of one; with a number when it is taken.
fn free_key(name: &str, taken: &[String]) -> String {
    let words: Vec<String> = name
        .split(|symbol: char| !symbol.is_alphanumeric())
        .map(|word| word.chars().filter(char::is_ascii).collect::<String>().to_ascii_uppercase())
        .filter(|word| word.starts_with(|first: char| first.is_ascii_alphabetic()))
        .collect();
    let mut key: String = match words.as_slice() {
        [] => "MY".to_owned(),
        [word] => word.chars().take(4).collect(),
        words => words.iter().filter_map(|word| word.chars().next()).take(6).collect(),
    };
    if key.len() < 2 {
        key.push('X');
    }
    let is_free = |key: &String| !taken.iter().any(|known| known == key);
    let numbered = (2..1000).map(|number| format!("{key}{number}"));
    std::iter::once(key.clone()).chain(numbered).find(is_free).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::free_key;

    #[test]
    fn keys_come_from_names_and_are_free() {
        assert_eq!(free_key("dev-mentor", &[]), "DM");
        assert_eq!(free_key("django", &[]), "DJAN");
        assert_eq!(free_key("django", &["DJAN".to_owned()]), "DJAN2");
        assert_eq!(free_key("7 Größen", &[]), "GREN");
        assert_eq!(free_key("x", &[]), "XX");
        assert_eq!(free_key("日本", &[]), "MY");
    }
}
