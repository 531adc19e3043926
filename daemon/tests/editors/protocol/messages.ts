// Which type each message of the Language Server Protocol has on the wire; the types are Microsoft's.
// https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/
import type * as p from 'vscode-languageserver-protocol/node';

type Request<P, R> = { params: P; result: R };

/** From the editor to the server. */
export interface ClientRequests {
  'initialize': Request<p.InitializeParams, p.InitializeResult>;
  'shutdown': { params?: null; result: null };
  'textDocument/hover': Request<p.HoverParams, p.Hover | null>;
  'textDocument/codeAction': Request<p.CodeActionParams, (p.Command | p.CodeAction)[] | null>;
  'codeAction/resolve': Request<p.CodeAction, p.CodeAction>;
  'textDocument/codeLens': Request<p.CodeLensParams, p.CodeLens[] | null>;
  'codeLens/resolve': Request<p.CodeLens, p.CodeLens>;
  'textDocument/completion': Request<p.CompletionParams, p.CompletionItem[] | p.CompletionList | null>;
  'completionItem/resolve': Request<p.CompletionItem, p.CompletionItem>;
  'textDocument/documentSymbol': Request<p.DocumentSymbolParams, p.DocumentSymbol[] | p.SymbolInformation[] | null>;
  'textDocument/documentLink': Request<p.DocumentLinkParams, p.DocumentLink[] | null>;
  'documentLink/resolve': Request<p.DocumentLink, p.DocumentLink>;
  'textDocument/foldingRange': Request<p.FoldingRangeParams, p.FoldingRange[] | null>;
  'textDocument/selectionRange': Request<p.SelectionRangeParams, p.SelectionRange[] | null>;
  'textDocument/documentHighlight': Request<p.DocumentHighlightParams, p.DocumentHighlight[] | null>;
  'textDocument/definition': Request<p.DefinitionParams, p.Definition | p.DefinitionLink[] | null>;
  'textDocument/implementation': Request<p.ImplementationParams, p.Definition | p.DefinitionLink[] | null>;
  'textDocument/references': Request<p.ReferenceParams, p.Location[] | null>;
  'textDocument/prepareCallHierarchy': Request<p.CallHierarchyPrepareParams, p.CallHierarchyItem[] | null>;
  'callHierarchy/incomingCalls': Request<p.CallHierarchyIncomingCallsParams, p.CallHierarchyIncomingCall[] | null>;
  'callHierarchy/outgoingCalls': Request<p.CallHierarchyOutgoingCallsParams, p.CallHierarchyOutgoingCall[] | null>;
  'textDocument/diagnostic': Request<p.DocumentDiagnosticParams, p.DocumentDiagnosticReport>;
  'workspace/diagnostic': Request<p.WorkspaceDiagnosticParams, p.WorkspaceDiagnosticReport>;
  'workspace/symbol': Request<p.WorkspaceSymbolParams, p.SymbolInformation[] | p.WorkspaceSymbol[] | null>;
  'workspaceSymbol/resolve': Request<p.WorkspaceSymbol, p.WorkspaceSymbol>;
  'workspace/executeCommand': Request<p.ExecuteCommandParams, p.LSPAny | null>;
  'workspace/willRenameFiles': Request<p.RenameFilesParams, p.WorkspaceEdit | null>;
  'workspace/willCreateFiles': Request<p.CreateFilesParams, p.WorkspaceEdit | null>;
  'workspace/willDeleteFiles': Request<p.DeleteFilesParams, p.WorkspaceEdit | null>;
}

/** From the editor to the server, without an answer. */
export interface ClientNotifications {
  'initialized': p.InitializedParams;
  'exit'?: null;
  'textDocument/didOpen': p.DidOpenTextDocumentParams;
  'textDocument/didChange': p.DidChangeTextDocumentParams;
  'textDocument/willSave': p.WillSaveTextDocumentParams;
  'textDocument/didSave': p.DidSaveTextDocumentParams;
  'textDocument/didClose': p.DidCloseTextDocumentParams;
  'workspace/didChangeConfiguration': p.DidChangeConfigurationParams;
  'workspace/didChangeWatchedFiles': p.DidChangeWatchedFilesParams;
  'workspace/didChangeWorkspaceFolders': p.DidChangeWorkspaceFoldersParams;
  'workspace/didCreateFiles': p.CreateFilesParams;
  'workspace/didRenameFiles': p.RenameFilesParams;
  'workspace/didDeleteFiles': p.DeleteFilesParams;
  'window/workDoneProgress/cancel': p.WorkDoneProgressCancelParams;
  '$/cancelRequest': { id: p.integer | string };
  '$/setTrace': p.SetTraceParams;
  '$/progress': { token: p.ProgressToken; value: p.LSPAny };
}

/** From the server to the editor. */
export interface ServerRequests {
  'client/registerCapability': Request<p.RegistrationParams, null>;
  'client/unregisterCapability': Request<p.UnregistrationParams, null>;
  'window/workDoneProgress/create': Request<p.WorkDoneProgressCreateParams, null>;
  'window/showMessageRequest': Request<p.ShowMessageRequestParams, p.MessageActionItem | null>;
  'window/showDocument': Request<p.ShowDocumentParams, p.ShowDocumentResult>;
  'workspace/configuration': Request<p.ConfigurationParams, p.LSPAny[]>;
  'workspace/workspaceFolders': { params?: null; result: p.WorkspaceFolder[] | null };
  'workspace/applyEdit': Request<p.ApplyWorkspaceEditParams, p.ApplyWorkspaceEditResult>;
  'workspace/diagnostic/refresh': { params?: null; result: null };
  'workspace/codeLens/refresh': { params?: null; result: null };
  'workspace/foldingRange/refresh': { params?: null; result: null };
}

type Progress = p.WorkDoneProgressBegin | p.WorkDoneProgressReport | p.WorkDoneProgressEnd;

/** From the server to the editor, without an answer. */
export interface ServerNotifications {
  'window/showMessage': p.ShowMessageParams;
  'window/logMessage': p.LogMessageParams;
  'telemetry/event': p.LSPAny;
  'textDocument/publishDiagnostics': p.PublishDiagnosticsParams;
  '$/progress': { token: p.ProgressToken; value: Progress };
  '$/logTrace': p.LogTraceParams;
  '$/cancelRequest': { id: p.integer | string };
}

/** The error of an answer (JSON-RPC 2.0, section 5.1). */
export interface ResponseError {
  code: p.integer;
  message: string;
  data?: p.LSPAny;
}

export interface Messages {
  clientRequests: ClientRequests;
  clientNotifications: ClientNotifications;
  serverRequests: ServerRequests;
  serverNotifications: ServerNotifications;
  error: ResponseError;
}
