//! How a request is answered: with the document as it was when the request came, within limits, once: on the spot when it
//! is quick, else on a thread that may take its time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tower_lsp_server::jsonrpc::{Error, ErrorCode};
use tower_lsp_server::ls_types::{ServerCapabilities, Uri};

use crate::documents::{Document, Folder};
use crate::message::failure;
use crate::server::Shared;
use crate::session::Session;
use crate::tasks::Tasks;

/// The request failed, and the client should not tell its user off for it (LSP 3.17).
const REQUEST_FAILED: i64 = -32803;

/// What is asked quickly of a document up to this size is answered on the spot, in bytes: to wake another thread takes longer than the answer.
const LARGEST_HERE: usize = 256 << 10;

/// Which requests wait for each other: those that look something up, and those that search for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Answered from memory in milliseconds.
    Quick,
    /// May read many files.
    Slow,
}

/// How many requests of each lane are worked on at the same time.
pub(crate) struct Lanes {
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
}

impl Default for Lanes {
    fn default() -> Self {
        Lanes { quick: Arc::new(Semaphore::new(4)), slow: Arc::new(Semaphore::new(2)) }
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The engine says why.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// What was asked makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The request was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl From<Failure> for Error {
    fn from(failed: Failure) -> Error {
        let text = failed.to_string();
        match failed {
            Failure::Cancelled => Error::request_cancelled(),
            Failure::Invalid(_)
            | Failure::Engine(
                engine::Error::Question(_)
                | engine::Error::UnknownFile(_)
                | engine::Error::UnknownSymbol(_)
                | engine::Error::Index(index::Error::Query(_)),
            ) => failure(ErrorCode::InvalidParams, text),
            Failure::Engine(_) => failure(ErrorCode::ServerError(REQUEST_FAILED), text),
        }
    }
}

/// Becomes true when nobody waits for the answer any more.
#[derive(Clone, Default)]
pub(crate) struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// Fails when nobody waits any more; for work that has steps.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.0.load(Ordering::Relaxed) { Err(Failure::Cancelled) } else { Ok(()) }
    }
}

/// Cancels when the future that waits for the answer is dropped.
struct CancelOnDrop(Cancelled);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// What a surface has to answer with.
pub(crate) struct Ask {
    /// The document that the request names, as it was when the request came.
    pub(crate) document: Option<Arc<Document>>,
    /// The folders of the window.
    pub(crate) folders: Arc<Vec<Folder>>,
    /// What was agreed with the client.
    pub(crate) session: Arc<Session>,
    /// The boards.
    pub(crate) tasks: Tasks,
    /// Whether somebody still waits.
    pub(crate) cancelled: Cancelled,
}

impl Ask {
    /// The document of a request that names one.
    pub(crate) fn document(&self) -> Result<&Arc<Document>, Failure> {
        self.document.as_ref().ok_or_else(|| Failure::Invalid("the document is not open".to_owned()))
    }
}

/// Whether an answer can be a polite "nothing".
pub(crate) trait Nothing: Sized {
    /// The answer that says nothing, if there is one.
    fn nothing() -> Option<Self> {
        None
    }
}

impl<T> Nothing for Option<T> {
    fn nothing() -> Option<Self> {
        Some(None)
    }
}

/// One surface: a request of the protocol and its answer. The answer is a pure function of what [`Ask`] holds.
pub(crate) trait Surface {
    /// What the client sends.
    type Params: Send + 'static;
    /// What it gets.
    type Answer: Nothing + Send + 'static;
    /// How settings name it, when it can be switched off by itself; as the protocol names the client's capability.
    const NAME: Option<&'static str> = None;
    /// Whether it looks something up or searches.
    const LANE: Lane = Lane::Quick;
    /// Whether an answer about an older text than the client's is worse than none.
    const FRESH: bool = true;

    /// The document that the request is about. When it is not open, there is nothing to say.
    fn document(_: &Self::Params) -> Option<&Uri> {
        None
    }

    /// Tells the client what it can ask.
    fn announce(_: &mut ServerCapabilities, _: &Session) {}

    /// Answers.
    ///
    /// # Errors
    /// [`Failure`], which becomes an error of the protocol.
    fn answer(ask: &Ask, params: Self::Params) -> Result<Self::Answer, Failure>;
}

/// Answers a request by its surface.
pub(crate) async fn answer<S: Surface>(shared: &Arc<Shared>, params: S::Params) -> Result<S::Answer, Error> {
    // Asked for before the first wait, so that the document is that of this moment.
    let documents = shared.documents();
    let asked = match S::document(&params) {
        Some(uri) => Ok(documents.get(uri)),
        None => Err(documents.reached()),
    };
    let (session, limit) = (shared.session(), shared.options.request_limit);
    if session.settings.is_off(S::NAME)
        && let Some(nothing) = S::Answer::nothing()
    {
        return Ok(nothing);
    }
    let guard = CancelOnDrop(Cancelled::default());
    let cancelled = guard.0.clone();
    let work = async {
        let document = match asked {
            Ok(asked) => match asked.await {
                Some(document) => Some(document),
                None => {
                    return S::Answer::nothing()
                        .ok_or_else(|| failure(ErrorCode::InvalidParams, "the document is not open"));
                }
            },
            Err(reached) => {
                reached.await;
                None
            }
        };
        let lane = match S::LANE {
            Lane::Quick => shared.lanes.quick.clone(),
            Lane::Slow => shared.lanes.slow.clone(),
        };
        let Ok(permit) = lane.acquire_owned().await else { return Err(Error::internal_error()) };
        let newest = document.clone();
        let here = S::LANE == Lane::Quick && newest.as_ref().is_some_and(|it| it.text.as_str().len() <= LARGEST_HERE);
        let (folders, tasks) = (shared.documents().folders(), shared.options.tasks.clone());
        let ask = Ask { document, folders, session, tasks, cancelled };
        let answer = move || {
            let _permit = permit;
            ask.cancelled.check()?;
            S::answer(&ask, params)
        };
        let answered = if here {
            // What a surface leaves behind in a fault is its own.
            catch_unwind(AssertUnwindSafe(answer)).map_err(|_| "a panic, which the log tells before".to_owned())
        } else {
            tokio::task::spawn_blocking(answer).await.map_err(|fault| fault.to_string())
        };
        match answered {
            Ok(Ok(_)) if S::FRESH && newest.is_some_and(|document| document.is_stale()) => {
                Err(Error::content_modified())
            }
            Ok(answer) => answer.map_err(Error::from),
            Err(fault) => {
                tracing::error!(%fault, "a request ended in a fault");
                Err(failure(ErrorCode::InternalError, "a fault in DevMentor; its log says more"))
            }
        }
    };
    match tokio::time::timeout(limit, work).await {
        Ok(answer) => answer,
        Err(_) => Err(too_slow(limit)),
    }
}

fn too_slow(limit: Duration) -> Error {
    failure(ErrorCode::ServerError(REQUEST_FAILED), format!("no answer within {limit:?}; DevMentor is busy"))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use engine::{Engine, EngineOptions};
    use tower_lsp_server::LspService;
    use tower_lsp_server::ls_types::TextDocumentContentChangeEvent;

    use super::*;
    use crate::documents::Note;
    use crate::server::{ServeOptions, Server};

    /// A window without a client.
    fn window(limit: Duration) -> (Arc<Shared>, tempfile::TempDir) {
        let base = tempfile::tempdir().unwrap();
        let options = ServeOptions { request_limit: limit, ..ServeOptions::default() };
        let mut made = None;
        let _service =
            LspService::build(|client| Server { shared: made.insert(Shared::new(client, options)).clone() }).finish();
        let shared = made.unwrap();
        shared.start(Engine::new(EngineOptions::new(base.path()))).unwrap();
        (shared, base)
    }

    /// What a surface of these tests does.
    enum Does {
        Answers,
        Breaks,
        /// Waits until nobody waits for it, and tells when it began and ended.
        Waits(std::sync::mpsc::Sender<&'static str>),
        /// Is asked of a document that is edited meanwhile.
        Edits(Arc<Shared>, Uri),
    }

    struct Probe;

    impl Surface for Probe {
        type Params = Does;
        type Answer = Option<&'static str>;

        fn document(does: &Does) -> Option<&Uri> {
            match does {
                Does::Edits(_, uri) => Some(uri),
                _ => None,
            }
        }

        fn answer(ask: &Ask, does: Does) -> Result<Option<&'static str>, Failure> {
            match does {
                Does::Answers => Ok(Some("well")),
                Does::Breaks => panic!("on purpose"),
                Does::Waits(tell) => {
                    tell.send("began").unwrap();
                    while ask.cancelled.check().is_ok() {
                        std::thread::park_timeout(Duration::from_millis(1));
                    }
                    tell.send("noticed").unwrap();
                    Err(Failure::Cancelled)
                }
                Does::Edits(shared, uri) => {
                    let change =
                        TextDocumentContentChangeEvent { range: None, range_length: None, text: "newer".to_owned() };
                    shared.documents().tell(Note::Change { uri, version: 2, changes: vec![change] });
                    wait(shared.documents().reached());
                    Ok(Some("of the older text"))
                }
            }
        }
    }

    fn wait(future: impl Future<Output = ()> + Send + 'static) {
        let runtime = tokio::runtime::Handle::current();
        std::thread::spawn(move || runtime.block_on(future)).join().unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_fault_is_an_error_of_its_own_request_only() {
        let (shared, _base) = window(Duration::from_secs(60));
        let broken = answer::<Probe>(&shared, Does::Breaks).await.unwrap_err();
        assert_eq!(broken.code, ErrorCode::InternalError);
        assert_eq!(answer::<Probe>(&shared, Does::Answers).await.unwrap(), Some("well"));
        shared.documents().stop();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_takes_too_long_is_answered_with_an_error_and_its_work_is_told_to_stop() {
        let (shared, _base) = window(Duration::from_millis(50));
        let (tell, told) = std::sync::mpsc::channel();
        let error = answer::<Probe>(&shared, Does::Waits(tell)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ServerError(REQUEST_FAILED));
        // On a busy machine it may not even have begun.
        let told: Vec<_> = told.iter().collect();
        assert!(told.is_empty() || told == ["began", "noticed"], "{told:?}");
        shared.documents().stop();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_answer_about_an_older_text_is_not_given() {
        let (shared, _base) = window(Duration::from_secs(60));
        let uri = Uri::from_str("untitled:a").unwrap();
        shared.documents().tell(Note::Open {
            uri: uri.clone(),
            language: String::new(),
            version: 1,
            text: "older".to_owned(),
        });
        let error = answer::<Probe>(&shared, Does::Edits(shared.clone(), uri)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ContentModified);
        shared.documents().stop();
    }
}
