//! The server of one window: what is shared by its requests, and which request goes where.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use engine::{Engine, Workspace};
use parking_lot::Mutex;
use tokio::sync::watch;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::request::{GotoImplementationParams, GotoImplementationResponse};
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{Client, LanguageServer};

use crate::ask::{Lanes, Surface, answer};
use crate::documents::{Document, Documents, Folder, Listener, Note};
use crate::session::{CodeIntelligence, LogLevel, Session};
use crate::tasks::Tasks;
use crate::{commands, diagnostics, life, progress, surfaces};

/// How a connection is served.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The version that clients are told.
    pub version: String,
    /// A request that takes longer is answered with an error.
    pub request_limit: Duration,
    /// A client that reads nothing for so long is let go.
    pub patience: Duration,
    /// Who answers where code is defined, unless the client says otherwise.
    pub code_intelligence: CodeIntelligence,
    /// The boards.
    pub tasks: Tasks,
}

impl Default for ServeOptions {
    fn default() -> Self {
        ServeOptions {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            request_limit: Duration::from_secs(20),
            patience: Duration::from_secs(60),
            code_intelligence: CodeIntelligence::default(),
            tasks: Tasks::default(),
        }
    }
}

/// What the requests of a window share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) options: ServeOptions,
    pub(crate) lanes: Lanes,
    /// The progress that is shown, by its token, so that it can be cancelled.
    pub(crate) progress: Mutex<HashMap<String, Weak<Workspace>>>,
    /// Becomes true when the client is initialized.
    pub(crate) ready: watch::Sender<bool>,
    pub(crate) diagnosed: diagnostics::Diagnosed,
    /// Whether changes of tasks are told, until this is dropped.
    pub(crate) following: Mutex<Option<tokio::task::JoinHandle<()>>>,
    documents: OnceLock<Documents>,
    session: ArcSwap<Session>,
    runtime: tokio::runtime::Handle,
}

impl Shared {
    /// What a window needs, but for its documents. Must be called inside a runtime.
    pub(crate) fn new(client: Client, options: ServeOptions) -> Arc<Shared> {
        let mut session = Session::default();
        session.settings.code_intelligence = options.code_intelligence;
        Arc::new(Shared {
            client,
            options,
            lanes: Lanes::default(),
            progress: Mutex::default(),
            ready: watch::Sender::new(false),
            diagnosed: diagnostics::Diagnosed::default(),
            following: Mutex::default(),
            documents: OnceLock::new(),
            session: ArcSwap::from_pointee(session),
            runtime: tokio::runtime::Handle::current(),
        })
    }

    /// Starts the owner of the documents; before all else.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub(crate) fn start(self: &Arc<Self>, engine: Engine) -> std::io::Result<()> {
        let documents = Documents::start(engine, Hears(Arc::downgrade(self)))?;
        self.documents.get_or_init(|| documents);
        Ok(())
    }

    /// The open documents.
    #[allow(clippy::expect_used, reason = "`serve` starts them before it reads the first message")]
    pub(crate) fn documents(&self) -> &Documents {
        self.documents.get().expect("set by start")
    }

    pub(crate) fn session(&self) -> Arc<Session> {
        self.session.load_full()
    }

    /// Changes what was agreed. Gives back what was agreed before.
    pub(crate) fn update_session(&self, change: impl Fn(&mut Session)) -> Arc<Session> {
        self.session.rcu(|session| {
            let mut session = Session::clone(session);
            change(&mut session);
            session
        })
    }

    /// Does something beside the requests. Nothing waits for it, and it must not wait for the client without a limit.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// Writes to the client's log, when the level is one that it wants.
    pub(crate) fn log(self: &Arc<Self>, level: LogLevel, message: impl Into<String>) {
        if level > self.session().settings.log_level {
            return;
        }
        let (shared, message) = (self.clone(), message.into());
        self.spawn(async move { shared.client.log_message(level.message_type(), message).await });
    }
}

/// What the owner of the documents tells.
struct Hears(Weak<Shared>);

impl Listener for Hears {
    fn folder_opened(&self, folder: &Folder) {
        if let Some(shared) = self.0.upgrade() {
            progress::follow(&shared, folder);
            let (tasks, root) = (shared.options.tasks.clone(), folder.lease.root().to_path_buf());
            shared.runtime.spawn_blocking(move || tasks.learn(&root));
        }
    }

    fn closed(&self, uri: &Uri) {
        if let Some(shared) = self.0.upgrade() {
            diagnostics::closed(&shared, uri);
        }
    }

    fn settled(&self, document: Arc<Document>) {
        if let Some(shared) = self.0.upgrade() {
            diagnostics::settled(&shared, document);
        }
    }

    fn odd(&self, message: String) {
        tracing::info!(message, "odd");
        if let Some(shared) = self.0.upgrade() {
            shared.log(LogLevel::Warning, message);
        }
    }
}

/// The server as the library calls it.
pub(crate) struct Server {
    pub(crate) shared: Arc<Shared>,
}

impl Server {
    pub(crate) async fn answer<S: Surface>(&self, params: S::Params) -> Result<S::Answer> {
        answer::<S>(&self.shared, params).await
    }

    fn tell(&self, note: Note) {
        self.shared.documents().tell(note);
    }
}

/// The surfaces: a line each, the library's name of the request and who answers it.
macro_rules! surfaces {
    ($($method:ident($params:ty) -> $answer:ty = $surface:ty;)+) => {
        /// Tells the client everything that it can ask.
        pub(crate) fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
            $(
                if !session.settings.is_off(<$surface as Surface>::NAME) {
                    <$surface as Surface>::announce(capabilities, session);
                }
            )+
        }

        /// Whether settings may switch a surface off by this name.
        pub(crate) fn can_be_off(name: &str) -> bool {
            [$(<$surface as Surface>::NAME),+].contains(&Some(name))
        }

        impl LanguageServer for Server {
            $(
                async fn $method(&self, params: $params) -> Result<$answer> {
                    self.answer::<$surface>(params).await
                }
            )+

            async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
                Ok(life::initialize(&self.shared, params))
            }

            async fn initialized(&self, _: InitializedParams) {
                life::initialized(&self.shared);
            }

            async fn shutdown(&self) -> Result<()> {
                Ok(())
            }

            async fn did_open(&self, params: DidOpenTextDocumentParams) {
                let TextDocumentItem { uri, language_id, version, text } = params.text_document;
                self.tell(Note::Open { uri, language: language_id.as_str().to_owned(), version, text });
            }

            async fn did_change(&self, params: DidChangeTextDocumentParams) {
                let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
                self.tell(Note::Change { uri, version, changes: params.content_changes });
            }

            async fn did_save(&self, params: DidSaveTextDocumentParams) {
                self.tell(Note::Save { uri: params.text_document.uri, text: params.text });
            }

            async fn did_close(&self, params: DidCloseTextDocumentParams) {
                self.tell(Note::Close(params.text_document.uri));
            }

            async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
                let removed = params.event.removed.into_iter().map(|folder| folder.uri).collect();
                self.tell(Note::Folders { added: life::folders(&self.shared, params.event.added), removed });
            }

            async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
                life::configuration_changed(&self.shared, &params.settings);
            }

            async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
                self.tell(Note::Files(life::files(params.changes.iter().map(|change| change.uri.as_str()))));
            }

            async fn did_create_files(&self, params: CreateFilesParams) {
                self.tell(Note::Files(life::files(params.files.iter().map(|file| file.uri.as_str()))));
            }

            async fn did_rename_files(&self, params: RenameFilesParams) {
                let both = params.files.iter().flat_map(|file| [file.old_uri.as_str(), file.new_uri.as_str()]);
                self.tell(Note::Files(life::files(both)));
            }

            async fn did_delete_files(&self, params: DeleteFilesParams) {
                self.tell(Note::Files(life::files(params.files.iter().map(|file| file.uri.as_str()))));
            }

            async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
                commands::execute(&self.shared, params).await
            }
        }
    };
}

surfaces! {
    hover(HoverParams) -> Option<Hover> = surfaces::hover::HoverSurface;
    code_action(CodeActionParams) -> Option<CodeActionResponse> = surfaces::code_action::CodeActions;
    code_lens(CodeLensParams) -> Option<Vec<CodeLens>> = surfaces::code_lens::Lenses;
    completion(CompletionParams) -> Option<CompletionResponse> = surfaces::completion::Completion;
    code_action_resolve(CodeAction) -> CodeAction = surfaces::code_action::Resolve;
    symbol(WorkspaceSymbolParams) -> Option<WorkspaceSymbolResponse> = surfaces::workspace_symbol::WorkspaceSymbols;
    symbol_resolve(WorkspaceSymbol) -> WorkspaceSymbol = surfaces::workspace_symbol::Resolve;
    document_symbol(DocumentSymbolParams) -> Option<DocumentSymbolResponse> = surfaces::document_symbol::DocumentSymbols;
    document_link(DocumentLinkParams) -> Option<Vec<DocumentLink>> = surfaces::document_link::Links;
    folding_range(FoldingRangeParams) -> Option<Vec<FoldingRange>> = surfaces::folding_range::Folding;
    selection_range(SelectionRangeParams) -> Option<Vec<SelectionRange>> = surfaces::selection_range::Selection;
    document_highlight(DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> = surfaces::document_highlight::Highlights;
    goto_definition(GotoDefinitionParams) -> Option<GotoDefinitionResponse> = surfaces::definition::Definition;
    references(ReferenceParams) -> Option<Vec<Location>> = surfaces::references::References;
    goto_implementation(GotoImplementationParams) -> Option<GotoImplementationResponse> = surfaces::implementation::Implementation;
    prepare_call_hierarchy(CallHierarchyPrepareParams) -> Option<Vec<CallHierarchyItem>> = surfaces::call_hierarchy::Prepare;
    incoming_calls(CallHierarchyIncomingCallsParams) -> Option<Vec<CallHierarchyIncomingCall>> = surfaces::call_hierarchy::Incoming;
    outgoing_calls(CallHierarchyOutgoingCallsParams) -> Option<Vec<CallHierarchyOutgoingCall>> = surfaces::call_hierarchy::Outgoing;
}
