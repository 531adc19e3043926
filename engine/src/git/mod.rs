//! What git knows of a workspace. Git runs as a process of its own, with limits on time and output, one at a time, and never on the way of a request.

mod blame;
mod process;
pub mod remote;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use index::record::short_hash;
use parking_lot::Mutex;

pub use blame::{Commit, FileBlame};

use crate::error::{Error, Result};
use crate::priority;

/// Blame of a file with a long history may take this long.
const BLAME_TIME: Duration = Duration::from_secs(15);
/// Everything else is quick.
const TIME: Duration = Duration::from_secs(5);
/// Blame writes some 40 bytes a line beside the line itself.
const MOST_OUTPUT: u64 = 64 << 20;
/// Larger texts are not blamed, in bytes.
const LARGEST_TEXT: usize = 4 << 20;
/// So many files' blames are kept.
const KEPT: usize = 64;
/// So many files may wait to be blamed; the oldest wish is forgotten first.
const MOST_WAITING: usize = 16;
/// After so long it is looked whether another commit is checked out.
const TRUST_HEAD: Duration = Duration::from_secs(3);
/// A remote's address changes hardly ever.
const TRUST_REMOTE: Duration = Duration::from_secs(300);

struct Known {
    path: String,
    text: u64,
    head: String,
    /// None when git does not know the file.
    blame: Option<Arc<FileBlame>>,
}

/// What is to be looked up in the background.
#[derive(PartialEq)]
enum Wish {
    Blame(String, Arc<String>),
    Remote,
}

#[derive(Default)]
struct Work {
    /// Known blames, the one that was used last at the end.
    known: VecDeque<Known>,
    waiting: VecDeque<Wish>,
    running: bool,
    /// The remote's address, if there is one, and when it was looked up.
    remote: Option<(Instant, Option<String>)>,
    head: Option<(Instant, String)>,
}

/// A file in the commit that is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The commit.
    pub commit: String,
    /// The file's path from the top of the repository.
    pub path: String,
}

/// Git in one workspace.
pub struct Git {
    root: PathBuf,
    work: Mutex<Work>,
    stop: AtomicBool,
}

impl Git {
    /// Git in a folder, be it a repository or not.
    pub fn new(root: PathBuf) -> Git {
        Git { root, work: Mutex::default(), stop: AtomicBool::new(false) }
    }

    /// The blame of a text of a file, when it is known; otherwise it is made in the background. None also when git does not know the file.
    pub fn known(self: &Arc<Self>, path: &str, text: &Arc<String>) -> Option<Arc<FileBlame>> {
        let hash = short_hash(text.as_bytes());
        let mut work = self.work.lock();
        let found = work.known.iter().position(|known| known.path == path && known.text == hash);
        let trusted = work.head.as_ref().is_some_and(|(checked, _)| checked.elapsed() < TRUST_HEAD);
        if !(found.is_some() && trusted) {
            self.ask_for(&mut work, path, text);
        }
        let known = work.known.remove(found?)?;
        let blame = known.blame.clone();
        work.known.push_back(known);
        blame
    }

    fn ask_for(self: &Arc<Self>, work: &mut Work, path: &str, text: &Arc<String>) {
        if text.len() <= LARGEST_TEXT {
            work.waiting.retain(|wish| !matches!(wish, Wish::Blame(waiting, _) if waiting == path));
            self.wish(work, Wish::Blame(path.to_owned(), text.clone()));
        }
    }

    fn wish(self: &Arc<Self>, work: &mut Work, wish: Wish) {
        if self.stop.load(Ordering::Relaxed) || work.waiting.contains(&wish) {
            return;
        }
        work.waiting.push_back(wish);
        if work.waiting.len() > MOST_WAITING {
            work.waiting.pop_front();
        }
        if !work.running {
            work.running = true;
            let git = self.clone();
            let started = std::thread::Builder::new().name("git".to_owned()).spawn(move || git.serve());
            if let Err(error) = started {
                tracing::warn!(%error, "cannot start a thread to ask git");
                work.running = false;
            }
        }
    }

    /// Makes what was asked for, then ends.
    fn serve(&self) {
        priority::lower();
        loop {
            let next = {
                let mut work = self.work.lock();
                let next = work.waiting.pop_back().filter(|_| !self.stop.load(Ordering::Relaxed));
                work.running = next.is_some();
                next
            };
            match next {
                Some(Wish::Blame(path, text)) => {
                    if let Err(error) = self.blame(&path, &text) {
                        tracing::debug!(path, %error, "no blame");
                    }
                }
                Some(Wish::Remote) => {
                    let address = self.remote().ok();
                    self.work.lock().remote = Some((Instant::now(), address));
                }
                None => return,
            }
        }
    }

    /// The blame of a text of a file, from memory or from git.
    ///
    /// # Errors
    /// When git is missing, does not answer in time, or does not know the file.
    pub fn blame(&self, path: &str, text: &Arc<String>) -> Result<Arc<FileBlame>> {
        let hash = short_hash(text.as_bytes());
        let head = self.head()?;
        let unknown = || Error::Git(format!("{path} is not committed"));
        {
            let work = self.work.lock();
            if let Some(known) =
                work.known.iter().find(|known| known.path == path && known.text == hash && known.head == head)
            {
                return known.blame.clone().ok_or_else(unknown);
            }
        }
        if text.len() > LARGEST_TEXT {
            return Err(Error::Git(format!("{path} is too large to blame")));
        }
        let arguments = ["blame", "--porcelain", "--no-textconv", "--contents", "-", "--", path];
        let blame = match self.run(&arguments, Some(text.clone()), BLAME_TIME) {
            Ok(output) => Some(Arc::new(blame::parse(&output))),
            // A file that git does not know is remembered, or every hover would ask again.
            Err(error) if self.stop.load(Ordering::Relaxed) => return Err(error),
            Err(error) => {
                tracing::debug!(path, %error, "git has no blame");
                None
            }
        };
        let mut work = self.work.lock();
        work.known.retain(|known| !(known.path == path && (known.text == hash || known.head != head)));
        work.known.push_back(Known { path: path.to_owned(), text: hash, head, blame: blame.clone() });
        while work.known.len() > KEPT {
            work.known.pop_front();
        }
        blame.ok_or_else(unknown)
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// When there is no repository or no commit.
    pub fn head(&self) -> Result<String> {
        if let Some((checked, head)) = &self.work.lock().head
            && checked.elapsed() < TRUST_HEAD
        {
            return Ok(head.clone());
        }
        let head = self.line(&["rev-parse", "--verify", "HEAD"])?;
        self.work.lock().head = Some((Instant::now(), head.clone()));
        Ok(head)
    }

    /// The address of the remote when it is known; otherwise it is looked up in the background.
    pub fn known_remote(self: &Arc<Self>) -> Option<String> {
        let mut work = self.work.lock();
        if work.remote.as_ref().is_none_or(|(checked, _)| checked.elapsed() > TRUST_REMOTE) {
            self.wish(&mut work, Wish::Remote);
        }
        work.remote.as_ref().and_then(|(_, address)| address.clone())
    }

    /// The address of the remote: `origin` if there is one, else the first.
    ///
    /// # Errors
    /// When there is none.
    pub fn remote(&self) -> Result<String> {
        if let Ok(address) = self.line(&["remote", "get-url", "origin"]) {
            return Ok(address);
        }
        let first = self.line(&["remote"])?;
        if first.is_empty() {
            return Err(Error::Git(
                "the repository has no remote; `git remote add origin ADDRESS` adds one".to_owned(),
            ));
        }
        self.line(&["remote", "get-url", &first])
    }

    /// A file as it is in the commit that is checked out.
    ///
    /// # Errors
    /// When there is no repository, or the file is not committed.
    pub fn committed(&self, path: &str) -> Result<Committed> {
        let commit = self.head()?;
        let path_in_repository = self.line(&["ls-tree", "-z", "--full-name", "--name-only", &commit, "--", path])?;
        let path_in_repository = path_in_repository.trim_end_matches('\0').to_owned();
        if path_in_repository.is_empty() {
            return Err(Error::Git(format!("{path} is not committed yet, so no link can lead to it")));
        }
        Ok(Committed { commit, path: path_in_repository })
    }

    /// The first line of what git says.
    fn line(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments, None, TIME)?;
        let text = String::from_utf8_lossy(&output);
        Ok(text.lines().next().unwrap_or("").to_owned())
    }

    fn run(&self, arguments: &[&str], input: Option<Arc<String>>, time: Duration) -> Result<Vec<u8>> {
        process::run(&self.root, arguments, input, &process::Limits { time, output: MOST_OUTPUT, stop: &self.stop })
    }

    /// Ends what is running; nothing can be asked any more.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
