//! The requests about tasks: lists, boards, one task, deeds, and word of changes. `docs/protocol.md` describes them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sync::{Board, Deed, Done, ListRequest, TaskLine, TaskShown};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::TextDocumentIdentifier;
use tower_lsp_server::ls_types::notification::Notification;

use crate::message::failure;
use crate::server::{Server, Shared};
use crate::task_commands::{self, hub, place_of};

/// All of them.
pub const METHODS: &[&str] = &[
    "devmentor/tasks/list",
    "devmentor/tasks/board",
    "devmentor/tasks/show",
    "devmentor/tasks/do",
    "devmentor/tasks/projects",
    "devmentor/tasks/subscribe",
];

/// Params of `devmentor/tasks/list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ListParams {
    /// In the query language of lists; everything that is open when empty.
    pub query: String,
    /// Only this project, by its key; else that of the document's folder, else all.
    pub project: Option<String>,
    /// Whose folder is meant; the first of the window when left out.
    pub text_document: Option<TextDocumentIdentifier>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Result of `devmentor/tasks/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListResult {
    /// Mine first, then by priority.
    pub tasks: Vec<TaskLine>,
}

/// Params of `devmentor/tasks/board`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BoardParams {
    /// The project's key; that of the document's folder when left out.
    pub project: Option<String>,
    /// Whose folder is meant; the first of the window when left out.
    pub text_document: Option<TextDocumentIdentifier>,
}

/// Params of `devmentor/tasks/show`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowParams {
    /// Such as `DM-12`.
    pub key: String,
}

/// Params of `devmentor/tasks/do`, and of the command `devmentor.doTask`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DoParams {
    /// What is done.
    pub deed: Deed,
    /// Whose folder is meant, for a new task; the first of the window when left out.
    #[serde(default)]
    pub text_document: Option<TextDocumentIdentifier>,
    /// Only say what would be.
    #[serde(default)]
    pub preview: bool,
}

/// Params of `devmentor/tasks/projects`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectsParams {}

/// A project of `devmentor/tasks/projects`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectShown {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
}

/// Result of `devmentor/tasks/projects`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectsResult {
    /// Those that one may see.
    pub projects: Vec<ProjectShown>,
}

/// Params of `devmentor/tasks/subscribe`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscribeParams {
    /// Whether changes are to be told from now on.
    pub on: bool,
}

/// Result of `devmentor/tasks/subscribe`, and params of the notification `devmentor/tasks/changed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Grows with every change of what is shown.
    pub count: u64,
}

/// Something on the boards has changed.
struct Changed;

impl Notification for Changed {
    type Params = Changes;
    const METHOD: &'static str = "devmentor/tasks/changed";
}

fn failed(error: impl std::fmt::Display) -> Error {
    failure(ErrorCode::InvalidParams, error.to_string())
}

impl Server {
    pub(crate) async fn list_tasks(&self, params: ListParams) -> Result<ListResult> {
        let ListParams { query, project, text_document, limit } = params;
        let hub = hub(&self.shared).await?;
        let place = place_of(&self.shared, text_document.as_ref()).await;
        let tasks = hub.list(&ListRequest { query, project, place, limit }, hub.today()).map_err(failed)?;
        Ok(ListResult { tasks })
    }

    pub(crate) async fn task_board(&self, params: BoardParams) -> Result<Board> {
        let hub = hub(&self.shared).await?;
        let place = place_of(&self.shared, params.text_document.as_ref()).await;
        hub.board(params.project.as_deref(), place.as_ref()).map_err(failed)
    }

    pub(crate) async fn show_task(&self, params: ShowParams) -> Result<TaskShown> {
        hub(&self.shared).await?.show(&params.key).map_err(failed)
    }

    pub(crate) async fn do_task(&self, params: DoParams) -> Result<Done> {
        task_commands::act(&self.shared, params).await
    }

    pub(crate) async fn task_projects(&self, _: ProjectsParams) -> Result<ProjectsResult> {
        let hub = hub(&self.shared).await?;
        let shown = |project: &sync::Project| {
            project.read(|it| {
                let shown = it.shown().project()?;
                Some(ProjectShown { key: shown.key.clone(), name: shown.name.clone() })
            })
        };
        Ok(ProjectsResult { projects: hub.projects().iter().filter_map(shown).collect() })
    }

    pub(crate) async fn follow_tasks(&self, params: SubscribeParams) -> Result<Changes> {
        let hub = hub(&self.shared).await?;
        let mut changes = hub.changes();
        let count = *changes.borrow_and_update();
        let telling = params.on.then(|| {
            let shared: Arc<Shared> = self.shared.clone();
            tokio::spawn(async move {
                while changes.changed().await.is_ok() {
                    let count = *changes.borrow_and_update();
                    shared.client.send_notification::<Changed>(Changes { count }).await;
                }
            })
        });
        if let Some(before) = std::mem::replace(&mut *self.shared.following.lock(), telling) {
            before.abort();
        }
        Ok(Changes { count })
    }
}
