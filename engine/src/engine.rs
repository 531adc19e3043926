//! Which workspaces are open, and for how many.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use index::{IndexOptions, VectorOptions};
use parking_lot::{Condvar, Mutex};
use rustc_hash::FxHashMap;

use crate::buffers::WindowId;
use crate::error::{Error, Result};
use crate::workspace::Workspace;

/// Gives the options of a workspace by its folder, or in plain words why it cannot.
pub type Settings = Arc<dyn Fn(&Path) -> std::result::Result<(IndexOptions, VectorOptions), String> + Send + Sync>;

/// What an engine is told once.
#[derive(Clone)]
pub struct EngineOptions {
    /// The folder in which indexes are kept.
    pub index_base: PathBuf,
    /// The options of each workspace; asked when it is opened, and again when its indexing is started anew after a failure.
    pub settings: Settings,
    /// A workspace that nobody has open is closed after so long: an editor that restarts finds it open.
    pub grace: Duration,
    /// Whether workspaces follow their files.
    pub watch: bool,
}

impl EngineOptions {
    /// With default options for every workspace, half a minute of grace, following files.
    pub fn new(index_base: impl Into<PathBuf>) -> EngineOptions {
        EngineOptions {
            index_base: index_base.into(),
            settings: Arc::new(|_| Ok((IndexOptions::default(), VectorOptions::default()))),
            grace: Duration::from_secs(30),
            watch: true,
        }
    }
}

/// The open workspaces. Cloning gives another handle on the same ones.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    options: EngineOptions,
    windows: AtomicU64,
    registry: Mutex<Registry>,
    /// Wakes the janitor.
    wake: Condvar,
}

#[derive(Default)]
struct Registry {
    open: FxHashMap<PathBuf, Entry>,
    /// Workspaces that nobody has open, and when they are to be closed.
    abandoned: Vec<(Instant, PathBuf)>,
    janitor: bool,
    ended: bool,
}

struct Entry {
    workspace: Arc<Workspace>,
    leases: usize,
}

impl Engine {
    /// An engine without workspaces.
    pub fn new(options: EngineOptions) -> Engine {
        let inner = Inner { options, windows: AtomicU64::new(1), registry: Mutex::default(), wake: Condvar::new() };
        Engine { inner: Arc::new(inner) }
    }

    /// A number for a window that will hold buffers.
    pub fn new_window(&self) -> WindowId {
        WindowId(self.inner.windows.fetch_add(1, Ordering::Relaxed))
    }

    /// Opens a workspace, or joins those who have it open. Returns at once; its index is opened and brought up to date on another thread.
    ///
    /// # Errors
    /// When the folder is not there or is no folder, or the engine has ended.
    pub fn open(&self, root: &Path) -> Result<Lease> {
        let failed = |source| Error::Root { path: root.to_path_buf(), source };
        let canonical = root.canonicalize().map_err(failed)?;
        if !canonical.is_dir() {
            return Err(failed(std::io::Error::from(std::io::ErrorKind::NotADirectory)));
        }
        let mut registry = self.inner.registry.lock();
        if registry.ended {
            return Err(failed(std::io::Error::other("devmentor is shutting down")));
        }
        registry.abandoned.retain(|(_, path)| *path != canonical);
        let workspace = match registry.open.get_mut(&canonical) {
            Some(entry) => {
                entry.leases += 1;
                entry.workspace.clone()
            }
            None => {
                let workspace = Arc::new(Workspace::start(canonical.clone(), &self.inner.options).map_err(failed)?);
                registry.open.insert(canonical, Entry { workspace: workspace.clone(), leases: 1 });
                workspace
            }
        };
        workspace.add_alias(root);
        Ok(Lease { workspace, inner: self.inner.clone() })
    }

    /// Every open workspace with the number of those who have it open, by path.
    pub fn workspaces(&self) -> Vec<(Arc<Workspace>, usize)> {
        let registry = self.inner.registry.lock();
        let mut all: Vec<_> = registry.open.values().map(|entry| (entry.workspace.clone(), entry.leases)).collect();
        all.sort_by(|a, b| a.0.root().cmp(b.0.root()));
        all
    }

    /// The open workspace that holds a path: the innermost, where several do.
    pub fn workspace_of(&self, path: &Path) -> Option<Lease> {
        let canonical = path.canonicalize();
        let path = canonical.as_deref().unwrap_or(path);
        let mut registry = self.inner.registry.lock();
        let root = path.ancestors().find(|around| registry.open.contains_key(*around))?.to_path_buf();
        registry.abandoned.retain(|(_, path)| *path != root);
        let entry = registry.open.get_mut(&root)?;
        entry.leases += 1;
        Some(Lease { workspace: entry.workspace.clone(), inner: self.inner.clone() })
    }

    /// Closes every workspace that nobody has open, without waiting for its grace.
    pub fn drop_idle(&self) {
        let mut registry = self.inner.registry.lock();
        let now = Instant::now();
        registry.abandoned.iter_mut().for_each(|(due, _)| *due = now);
        self.inner.wake.notify_all();
    }

    /// Closes all workspaces, leases or not, and returns when their threads are gone. Nothing can be opened afterwards.
    pub fn shutdown(&self) {
        let entries: Vec<Entry> = {
            let mut registry = self.inner.registry.lock();
            registry.ended = true;
            registry.abandoned.clear();
            registry.open.drain().map(|(_, entry)| entry).collect()
        };
        self.inner.wake.notify_all();
        entries.iter().for_each(|entry| entry.workspace.ask_to_stop());
        entries.iter().for_each(|entry| entry.workspace.close());
    }
}

impl Inner {
    fn release(self: &Arc<Self>, root: &Path) {
        let mut registry = self.registry.lock();
        let Some(entry) = registry.open.get_mut(root) else { return };
        entry.leases -= 1;
        if entry.leases > 0 {
            return;
        }
        registry.abandoned.push((Instant::now() + self.options.grace, root.to_path_buf()));
        self.wake.notify_all();
        if !registry.janitor {
            registry.janitor = true;
            let inner = self.clone();
            let started = std::thread::Builder::new().name("janitor".to_owned()).spawn(move || inner.close_abandoned());
            if let Err(error) = started {
                // The next release tries again; until then the workspace stays open.
                tracing::warn!(%error, "cannot start a thread to close workspaces");
                registry.janitor = false;
            }
        }
    }

    /// Closes workspaces when they are due, and ends when none waits.
    fn close_abandoned(&self) {
        let mut registry = self.registry.lock();
        while let Some(next) = registry.abandoned.iter().map(|(due, _)| *due).min() {
            if Instant::now() < next {
                self.wake.wait_until(&mut registry, next);
                continue;
            }
            let now = Instant::now();
            let due: Vec<PathBuf> =
                registry.abandoned.iter().filter(|(due, _)| *due <= now).map(|(_, path)| path.clone()).collect();
            registry.abandoned.retain(|(due, _)| *due > now);
            let closed: Vec<Entry> = due.iter().filter_map(|path| registry.open.remove(path)).collect();
            parking_lot::MutexGuard::unlocked(&mut registry, || {
                for entry in closed {
                    entry.workspace.close();
                }
            });
        }
        registry.janitor = false;
    }
}

/// Keeps a workspace open.
pub struct Lease {
    workspace: Arc<Workspace>,
    inner: Arc<Inner>,
}

impl Lease {
    /// The workspace, for work that may outlast the lease.
    pub fn workspace(&self) -> &Arc<Workspace> {
        &self.workspace
    }
}

impl Deref for Lease {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.inner.release(self.workspace.root());
    }
}
