//! Shows how far indexing is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::{Phase, Workspace};
use tower_lsp_server::ls_types::notification::Progress as ProgressNotification;
use tower_lsp_server::ls_types::*;

use crate::documents::Folder;
use crate::life::CLIENT_LIMIT;
use crate::server::Shared;
use crate::session::LogLevel;

/// Work on fewer files than this is not worth showing, but for the first time: it would flicker with every save.
const WORTH_SHOWING: usize = 20;

/// Shows the progress of a folder's workspace as long as window and workspace live.
pub(crate) fn follow(shared: &Arc<Shared>, folder: &Folder) {
    let (weak, workspace) = (Arc::downgrade(shared), Arc::downgrade(folder.lease.workspace()));
    let mut state = folder.lease.subscribe();
    let root = folder.lease.root();
    let name = root.file_name().map_or_else(|| root.display().to_string(), |name| name.to_string_lossy().into_owned());
    let mut ready = shared.ready.subscribe();
    shared.spawn(async move {
        // Before the client is initialized nothing may be asked of it.
        if ready.wait_for(|ready| *ready).await.is_err() {
            return;
        }
        let mut shown: Option<Shown> = None;
        let mut first = true;
        loop {
            let Some(shared) = weak.upgrade() else { return };
            let phase = state.borrow_and_update().phase.clone();
            shown = match (shown, report(&phase, first)) {
                (None, Some(report)) if shared.session().client.progress => match workspace.upgrade() {
                    Some(workspace) => match Shown::begin(&shared, &workspace, &name, report).await {
                        Some(shown) => Some(shown),
                        // A client that does not want it once is not asked again.
                        None => return,
                    },
                    None => return,
                },
                (Some(shown), Some(report)) => {
                    shown.report(&shared, report).await;
                    Some(shown)
                }
                (Some(shown), None) if !phase.is_busy() => {
                    shown.end(&shared, &phase).await;
                    None
                }
                (shown, _) => shown,
            };
            if let (true, Phase::Failed { why }) = (!phase.is_busy(), &phase) {
                shared.log(LogLevel::Error, format!("{name}: {why}"));
            }
            first &= phase.is_busy();
            drop(shared);
            if state.changed().await.is_err() {
                return;
            }
        }
    });
}

struct Report {
    message: String,
    percentage: u32,
}

/// What is worth showing of a phase.
fn report(phase: &Phase, first: bool) -> Option<Report> {
    let (verb, files, total, percent) = match *phase {
        Phase::Indexing { files, total, percent } => ("files indexed", files, total, percent),
        Phase::Embedding { files, total, percent } => ("files embedded", files, total, percent),
        _ => return None,
    };
    (first || total >= WORTH_SHOWING)
        .then(|| Report { message: format!("{files} of {total} {verb}"), percentage: u32::from(percent) })
}

struct Shown {
    token: ProgressToken,
}

impl Shown {
    async fn begin(shared: &Arc<Shared>, workspace: &Arc<Workspace>, name: &str, report: Report) -> Option<Shown> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let key = format!("devmentor/index/{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let token = ProgressToken::String(key.clone());
        let create = shared.client.create_work_done_progress(token.clone());
        if !matches!(tokio::time::timeout(CLIENT_LIMIT, create).await, Ok(Ok(()))) {
            return None;
        }
        shared.progress.lock().insert(key, Arc::downgrade(workspace));
        let shown = Shown { token };
        let begin = WorkDoneProgressBegin {
            title: format!("Indexing {name}"),
            cancellable: Some(true),
            message: Some(report.message),
            percentage: Some(report.percentage),
        };
        shown.send(shared, WorkDoneProgress::Begin(begin)).await;
        Some(shown)
    }

    async fn report(&self, shared: &Shared, report: Report) {
        let report = WorkDoneProgressReport {
            cancellable: Some(true),
            message: Some(report.message),
            percentage: Some(report.percentage),
        };
        self.send(shared, WorkDoneProgress::Report(report)).await;
    }

    async fn end(&self, shared: &Shared, phase: &Phase) {
        let message = match phase {
            Phase::Cancelled => "cancelled".to_owned(),
            Phase::Failed { .. } => "failed; the log says why".to_owned(),
            _ => "done".to_owned(),
        };
        self.send(shared, WorkDoneProgress::End(WorkDoneProgressEnd { message: Some(message) })).await;
        if let ProgressToken::String(key) = &self.token {
            shared.progress.lock().remove(key);
        }
    }

    async fn send(&self, shared: &Shared, progress: WorkDoneProgress) {
        let params = ProgressParams { token: self.token.clone(), value: ProgressParamsValue::WorkDone(progress) };
        shared.client.send_notification::<ProgressNotification>(params).await;
    }
}

/// The user has had enough of indexing.
pub(crate) fn cancel(shared: &Shared, token: &ProgressToken) {
    let ProgressToken::String(key) = token else { return };
    let workspace = shared.progress.lock().get(key).and_then(std::sync::Weak::upgrade);
    if let Some(workspace) = workspace {
        workspace.cancel_indexing();
    }
}
