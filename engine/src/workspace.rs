//! One open workspace: its index, its state, its open buffers and its graph.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use crossbeam_channel::{Sender, unbounded};
use index::graph::Graph;
use index::{Index, Snapshot};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::background::{self, Command};
use crate::buffers::{Buffers, WindowId};
use crate::engine::{EngineOptions, Settings};
use crate::error::{Error, Result};
use crate::git::Git;
use crate::priority;
use crate::state::{Phase, State};

/// Building graphs takes at most this share of the time, so that a burst of saves does not build one each: 1 to 10.
const GRAPH_SHARE: u32 = 10;

/// What the threads of a workspace share.
pub(crate) struct Shared {
    pub(crate) root: PathBuf,
    pub(crate) base: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) watch: bool,
    pub(crate) index: ArcSwapOption<Index>,
    pub(crate) state: watch::Sender<State>,
    /// Ends the work that is going on.
    pub(crate) cancel: AtomicBool,
    /// Ends the threads.
    pub(crate) stop: AtomicBool,
    pub(crate) buffers: Buffers,
    graph: ArcSwapOption<Graph>,
    graph_work: Mutex<GraphWork>,
}

struct GraphWork {
    /// The generation of the graph that is there.
    generation: Option<u64>,
    building: bool,
    /// Not before.
    next: Instant,
}

impl Shared {
    pub(crate) fn set_phase(&self, phase: Phase) {
        self.state.send_modify(|state| state.phase = phase);
    }

    /// Other answers became possible.
    pub(crate) fn changed(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    pub(crate) fn generation(&self) -> u64 {
        self.state.borrow().generation
    }

    /// Whether the graph is out of date and may be built now; whoever gets `true` has to call [`Shared::build_graph`].
    pub(crate) fn begin_graph(&self) -> bool {
        let generation = self.generation();
        let mut work = self.graph_work.lock();
        let due = work.generation != Some(generation) && !work.building && Instant::now() >= work.next;
        let begins = due && self.index.load().is_some() && !self.stop.load(Ordering::Relaxed);
        work.building |= begins;
        begins
    }

    /// Builds the graph of this moment.
    pub(crate) fn build_graph(&self) {
        let start = Instant::now();
        let generation = self.generation();
        let graph = self.index.load().as_ref().map(|index| index.snapshot().graph());
        let mut work = self.graph_work.lock();
        work.building = false;
        work.next = Instant::now() + start.elapsed() * GRAPH_SHARE;
        match graph {
            Some(Ok(graph)) => {
                self.graph.store(Some(graph));
                work.generation = Some(generation);
            }
            Some(Err(error)) => tracing::warn!(%error, "the graph of calls could not be built"),
            None => {}
        }
    }
}

/// One open workspace.
pub struct Workspace {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Other paths that lead to the root, such as a symbolic link that an editor was started in.
    aliases: RwLock<Vec<PathBuf>>,
    git: Arc<Git>,
}

impl Workspace {
    /// Starts the threads of a workspace. `root` is canonical.
    pub(crate) fn start(root: PathBuf, options: &EngineOptions) -> std::io::Result<Workspace> {
        let shared = Arc::new(Shared {
            root: root.clone(),
            base: options.index_base.clone(),
            settings: options.settings.clone(),
            watch: options.watch,
            index: ArcSwapOption::empty(),
            state: watch::Sender::new(State::opening()),
            cancel: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            buffers: Buffers::default(),
            graph: ArcSwapOption::empty(),
            graph_work: Mutex::new(GraphWork { generation: None, building: false, next: Instant::now() }),
        });
        let (commands, received) = unbounded();
        let indexing = {
            let (shared, sender) = (shared.clone(), commands.clone());
            thread("index", move || background::run(&shared, &received, &sender))?
        };
        let buffers = {
            let shared = shared.clone();
            thread("buffers", move || {
                // Each text is parsed as a whole, while its author goes on typing.
                priority::lower();
                shared.buffers.run(|| shared.index.load_full(), || shared.changed());
            })?
        };
        let threads = Mutex::new(vec![indexing, buffers]);
        Ok(Workspace { shared, commands, threads, aliases: RwLock::default(), git: Arc::new(Git::new(root)) })
    }

    /// The folder, with symbolic links resolved.
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// How far it is.
    pub fn state(&self) -> State {
        self.shared.state.borrow().clone()
    }

    /// Follows the state. The receiver sees the latest one, not every one.
    pub fn subscribe(&self) -> watch::Receiver<State> {
        self.shared.state.subscribe()
    }

    /// The index, once it is open.
    pub fn index(&self) -> Option<Arc<Index>> {
        self.shared.index.load_full()
    }

    /// The index at this moment.
    ///
    /// # Errors
    /// When it is not open (yet).
    pub fn snapshot(&self) -> Result<Snapshot> {
        match self.shared.index.load().as_ref() {
            Some(index) => Ok(index.snapshot()),
            None => Err(Error::NotReady {
                path: self.shared.root.clone(),
                why: match &self.shared.state.borrow().phase {
                    Phase::Failed { why } => why.clone(),
                    _ => "it is being opened".to_owned(),
                },
            }),
        }
    }

    /// The graph, without waiting: none until it was built once, and then possibly that of a moment ago. Asking makes it be built anew, on another
    /// thread, when the index has changed.
    pub fn graph(&self) -> Option<Arc<Graph>> {
        self.want_graph();
        self.shared.graph.load_full()
    }

    /// The graph of this moment, built now if need be. Takes up to seconds in a large workspace.
    ///
    /// # Errors
    /// When the index is not open, or cannot be read.
    pub fn graph_now(&self) -> Result<Arc<Graph>> {
        let generation = self.shared.generation();
        if self.shared.graph_work.lock().generation == Some(generation)
            && let Some(graph) = self.shared.graph.load_full()
        {
            return Ok(graph);
        }
        let graph = self.snapshot()?.graph()?;
        self.shared.graph.store(Some(graph.clone()));
        self.shared.graph_work.lock().generation = Some(generation);
        Ok(graph)
    }

    fn want_graph(&self) {
        if !self.shared.begin_graph() {
            return;
        }
        let shared = self.shared.clone();
        let built = thread("graph", move || {
            priority::lower();
            shared.build_graph();
        });
        match built {
            Ok(thread) => {
                let mut threads = self.threads.lock();
                threads.retain(|thread| !thread.is_finished());
                threads.push(thread);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot start a thread to build the graph");
                self.shared.graph_work.lock().building = false;
            }
        }
    }

    /// What git knows of the workspace.
    pub fn git(&self) -> &Arc<Git> {
        &self.git
    }

    /// Lets a window's unsaved text answer for a file. Returns at once; searches see it a moment later. For a file that was not open in the window,
    /// what people ask about soon is prepared: who calls what, and who changed it last.
    pub fn set_buffer(&self, window: WindowId, path: &str, text: Arc<String>) {
        if self.shared.buffers.set(window, path, text.clone()) {
            self.want_graph();
            self.git.known(path, &text);
        }
    }

    /// A window has closed a file: another window's text answers again, or the disk.
    pub fn close_buffer(&self, window: WindowId, path: &str) {
        self.shared.buffers.close(window, path);
    }

    /// A window is gone, and all its buffers with it.
    pub fn close_window(&self, window: WindowId) {
        self.shared.buffers.close_window(window);
    }

    /// Waits until the index has every buffer that was set before, at most for so long. Gives back whether it has.
    pub fn flush_buffers(&self, longest: Duration) -> bool {
        self.shared.buffers.flush(longest)
    }

    /// The unsaved text that answers for a file, if any window has one.
    pub fn buffer(&self, path: &str) -> Option<Arc<String>> {
        self.shared.buffers.current(path)
    }

    /// Stops the indexing that is going on. What was done stays searchable; [`Workspace::reindex`] goes on.
    pub fn cancel_indexing(&self) {
        if self.state().phase.is_busy() {
            self.shared.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Brings the index up to date, from nothing when `rebuild` is set. Returns at once.
    pub fn reindex(&self, rebuild: bool) {
        self.shared.cancel.store(false, Ordering::Relaxed);
        self.send(Command::Update { rebuild });
    }

    /// Somebody else, such as an editor, saw files change: `paths` relative to the workspace. Needed only where the system cannot watch.
    pub fn files_changed(&self, paths: Vec<String>) {
        self.send(Command::Changed(paths));
    }

    fn send(&self, command: Command) {
        // The thread is gone only when the workspace is being closed.
        let _ = self.commands.send(command);
    }

    /// A path relative to the workspace, with `/`; none when it lies outside.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let inside = |root: &Path| path.strip_prefix(root).ok().map(Path::to_path_buf);
        let rest = inside(&self.shared.root).or_else(|| self.aliases.read().iter().find_map(|alias| inside(alias)))?;
        let mut parts = Vec::new();
        for part in rest.components() {
            match part {
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::CurDir => {}
                _ => return None,
            }
        }
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// Where a file of the workspace is.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.shared.root.join(path)
    }

    pub(crate) fn add_alias(&self, path: &Path) {
        let mut aliases = self.aliases.write();
        if path.is_absolute() && path != self.shared.root && !aliases.iter().any(|alias| alias == path) {
            aliases.push(path.to_path_buf());
        }
    }

    pub(crate) fn ask_to_stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.cancel.store(true, Ordering::Relaxed);
        self.send(Command::Stop);
        self.shared.buffers.stop();
        self.git.stop();
    }

    /// Stops the threads, waits for them and lets go of the index.
    pub(crate) fn close(&self) {
        self.ask_to_stop();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            // A panic of a thread was reported where it happened.
            let _ = thread.join();
        }
        self.shared.graph.store(None);
        self.shared.index.store(None);
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Its threads hold only what they share; without this they would wait for commands for ever.
        self.ask_to_stop();
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}
