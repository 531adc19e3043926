//! How a window begins, and how it changes its mind.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tower_lsp_server::ls_types::*;

use crate::convert::{file_path, file_uri};
use crate::documents::Note;
use crate::server::{Shared, announce};
use crate::session::{Client, CodeIntelligence, LogLevel, Session, choose_encoding};
use crate::{commands, diagnostics};

/// A client that is asked something has so long to answer.
pub(crate) const CLIENT_LIMIT: Duration = Duration::from_secs(10);

/// Answers `initialize`. Nothing slow happens here: folders are opened by the owner of the documents, and indexed on threads of their own.
pub(crate) fn initialize(shared: &Arc<Shared>, params: InitializeParams) -> InitializeResult {
    let (encoding, kind) = choose_encoding(&params.capabilities);
    let client = Client::new(&params.capabilities);
    let options = params.initialization_options.clone().unwrap_or(Value::Null);
    shared.update_session(|session| {
        session.encoding = encoding;
        session.client = client;
        session.settings.take(&options);
    });
    let session = shared.session();
    for wrong in session.settings.clone().take(&options) {
        shared.log(LogLevel::Warning, wrong);
    }
    let documents = shared.documents();
    documents.tell(Note::Encoding(encoding));
    let added = folders(shared, first_folders(&params));
    documents.tell(Note::Folders { added, removed: Vec::new() });
    let requests = [crate::protocol::METHODS, crate::task_requests::METHODS].concat();
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(kind),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(true) })),
            ..TextDocumentSyncOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(file_operations()),
        }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::ALL.iter().map(|&name| name.to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        experimental: Some(json!({ "devmentor": { "requests": requests } })),
        ..ServerCapabilities::default()
    };
    announce(&mut capabilities, &session);
    InitializeResult {
        capabilities,
        server_info: Some(ServerInfo { name: "devmentor".to_owned(), version: Some(shared.options.version.clone()) }),
        offset_encoding: None,
    }
}

fn file_operations() -> WorkspaceFileOperationsServerCapabilities {
    let all = || {
        Some(FileOperationRegistrationOptions {
            filters: vec![FileOperationFilter {
                scheme: Some("file".to_owned()),
                pattern: FileOperationPattern { glob: "**/*".to_owned(), matches: None, options: None },
            }],
        })
    };
    WorkspaceFileOperationsServerCapabilities {
        did_create: all(),
        did_rename: all(),
        did_delete: all(),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

/// The folders that a client begins with, in the newest of the three ways in which it may say so.
#[allow(deprecated, reason = "older clients say it the older way")]
fn first_folders(params: &InitializeParams) -> Vec<WorkspaceFolder> {
    if let Some(folders) = params.workspace_folders.clone().filter(|folders| !folders.is_empty()) {
        return folders;
    }
    let by_path = || params.root_path.as_ref().and_then(|path| file_uri(std::path::Path::new(path)));
    let root = params.root_uri.clone().or_else(by_path);
    root.map(|uri| WorkspaceFolder { uri, name: String::new() }).into_iter().collect()
}

/// Folders with their paths; those that are not on this machine are told and left out.
pub(crate) fn folders(shared: &Arc<Shared>, folders: Vec<WorkspaceFolder>) -> Vec<(Uri, PathBuf)> {
    let known = folders.into_iter().filter_map(|folder| match file_path(&folder.uri) {
        Some(path) => Some((folder.uri, path)),
        None => {
            shared.log(
                LogLevel::Info,
                format!("the folder {} is not on this machine; it is left out", folder.uri.as_str()),
            );
            None
        }
    });
    known.collect()
}

/// The files that addresses mean.
pub(crate) fn files<'a>(uris: impl Iterator<Item = &'a str>) -> Vec<PathBuf> {
    uris.filter_map(|uri| file_path(&Uri::from_str(uri).ok()?)).collect()
}

/// The client is ready: its settings can be asked for.
pub(crate) fn initialized(shared: &Arc<Shared>) {
    shared.ready.send_replace(true);
    shared.log(LogLevel::Info, format!("devmentor {} is ready", shared.options.version));
    pull_configuration(shared);
}

/// The client says that its settings have changed, and maybe to what.
pub(crate) fn configuration_changed(shared: &Arc<Shared>, settings: &Value) {
    if settings.is_null() || settings.as_object().is_some_and(|settings| settings.is_empty()) {
        pull_configuration(shared);
    } else {
        take_settings(shared, settings);
    }
}

fn pull_configuration(shared: &Arc<Shared>) {
    if !shared.session().client.configuration {
        return;
    }
    let asking = shared.clone();
    shared.spawn(async move {
        let item = ConfigurationItem { scope_uri: None, section: Some("devmentor".to_owned()) };
        match tokio::time::timeout(CLIENT_LIMIT, asking.client.configuration(vec![item])).await {
            Ok(Ok(values)) => {
                if let Some(value) = values.first() {
                    take_settings(&asking, value);
                }
            }
            Ok(Err(error)) => tracing::debug!(%error, "the client has no configuration"),
            Err(_) => tracing::debug!("the client did not send its configuration"),
        }
    });
}

fn take_settings(shared: &Arc<Shared>, value: &Value) {
    let mut wrong = Vec::new();
    let before = shared.session();
    let mut settings = before.settings.clone();
    wrong.append(&mut settings.take(value));
    shared.update_session(|session| session.settings = settings.clone());
    for wrong in wrong {
        shared.log(LogLevel::Warning, wrong);
    }
    let now = shared.session();
    if before.settings.code_intelligence != now.settings.code_intelligence {
        change_mode(shared, &now);
    }
    if before.settings.diagnostics != now.settings.diagnostics {
        diagnostics::settings_changed(shared);
    }
}

const DEFINITIONS: [(&str, &str); 4] = [
    ("devmentor/definition", "textDocument/definition"),
    ("devmentor/references", "textDocument/references"),
    ("devmentor/implementation", "textDocument/implementation"),
    ("devmentor/callHierarchy", "textDocument/prepareCallHierarchy"),
];

/// Announces, or takes back, what only a standalone server answers. What was announced in the answer to `initialize` cannot be taken back; the surfaces
/// themselves stay silent then.
fn change_mode(shared: &Arc<Shared>, session: &Session) {
    let standalone = session.settings.code_intelligence == CodeIntelligence::Standalone;
    if !session.client.dynamic_definitions {
        if standalone {
            shared.log(
                LogLevel::Warning,
                "this editor learns of `codeIntelligence: standalone` only at the start; restart it, or set it in initializationOptions",
            );
        }
        return;
    }
    let asking = shared.clone();
    shared.spawn(async move {
        let any_file = json!({ "documentSelector": null });
        let change = async {
            if standalone {
                let registrations = DEFINITIONS.map(|(id, method)| Registration {
                    id: id.to_owned(),
                    method: method.to_owned(),
                    register_options: Some(any_file.clone()),
                });
                asking.client.register_capability(registrations.to_vec()).await
            } else {
                let gone =
                    DEFINITIONS.map(|(id, method)| Unregistration { id: id.to_owned(), method: method.to_owned() });
                asking.client.unregister_capability(gone.to_vec()).await
            }
        };
        if !matches!(tokio::time::timeout(CLIENT_LIMIT, change).await, Ok(Ok(()))) {
            asking.log(LogLevel::Warning, "the editor did not take over `codeIntelligence`; restart it");
        }
    });
}
