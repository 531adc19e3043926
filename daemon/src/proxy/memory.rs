//! What a window must know to go on with another daemon: how the editor introduced itself, what is open, what it still waits for.
//!
//! Plain data without I/O: messages in, decisions out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, Value, to_raw_value};
use serde_json::{Map, json};

use lsp::text::{Encoding, Place, Text};

/// The server stopped working on a request, and the editor may ask again.
const SERVER_CANCELLED: i32 = -32802;

/// What becomes of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is passed on as it came.
    Pass,
    /// This body takes its place.
    Instead(Vec<u8>),
    /// It goes no further.
    Drop,
    /// It goes no further, and whoever sent it gets this body.
    Answer(Vec<u8>),
}

/// What a new daemon is told before anything else.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Replay {
    /// The request `initialize`, with its id as it stands in JSON.
    pub(crate) initialize: Option<(String, Vec<u8>)>,
    /// Whether the editor has its answer already.
    pub(crate) answered: bool,
    /// What follows when it is answered.
    pub(crate) then: Vec<Vec<u8>>,
}

#[derive(Debug)]
struct Initialize {
    id: String,
    params: Map<String, Value>,
    answered: bool,
}

#[derive(Debug)]
struct Document {
    language: String,
    version: i64,
    text: Text,
}

/// A request of the editor that has no answer yet.
#[derive(Debug)]
struct Waiting {
    body: Vec<u8>,
    /// Its result may be asked for twice without harm.
    again: bool,
}

/// What is kept of one window's conversation.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    initialize: Option<Initialize>,
    initialized: Option<Vec<u8>>,
    settings: Option<Vec<u8>>,
    documents: BTreeMap<String, Document>,
    encoding: Encoding,
    waiting: BTreeMap<String, Waiting>,
    /// Ids of registrations that the editor has accepted.
    registered: BTreeSet<String>,
    /// Tokens of work that the editor shows, as they stand in JSON.
    working: BTreeSet<String>,
    /// How many daemons were lost.
    lost: u32,
    shutdown: bool,
    exited: bool,
}

#[derive(Deserialize)]
struct Envelope<'m> {
    #[serde(borrow)]
    id: Option<&'m RawValue>,
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'m RawValue>,
    #[serde(borrow)]
    result: Option<&'m RawValue>,
    #[serde(borrow)]
    error: Option<&'m RawValue>,
}

impl<'m> Envelope<'m> {
    fn params<T: Deserialize<'m>>(&self) -> Option<T> {
        serde_json::from_str(self.params?.get()).ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    text_document: OpenedDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenedDocument {
    uri: String,
    language_id: String,
    version: i64,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    text_document: Versioned,
    content_changes: Vec<Edit>,
}

/// The whole text, or what stands in a range.
#[derive(Deserialize)]
struct Edit {
    range: Option<EditRange>,
    text: String,
}

#[derive(Deserialize)]
struct EditRange {
    start: Place,
    end: Place,
}

#[derive(Deserialize)]
struct Versioned {
    uri: String,
    version: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Closed {
    text_document: Versioned,
}

#[derive(Deserialize)]
struct Folders {
    event: FolderChange,
}

#[derive(Deserialize)]
struct FolderChange {
    #[serde(default)]
    added: Vec<Value>,
    #[serde(default)]
    removed: Vec<Value>,
}

#[derive(Deserialize)]
struct Registrations {
    registrations: Vec<Registered>,
}

#[derive(Deserialize)]
struct Unregistrations {
    /// The protocol's own spelling.
    #[serde(rename = "unregisterations")]
    unregistrations: Vec<Registered>,
}

#[derive(Deserialize)]
struct Registered {
    id: String,
}

#[derive(Deserialize)]
struct Progress<'m> {
    #[serde(borrow)]
    token: &'m RawValue,
    value: ProgressValue,
}

#[derive(Deserialize)]
struct ProgressValue {
    kind: Option<String>,
}

#[derive(Serialize)]
struct Out<'m> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'m RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'m RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'m RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'m RawValue>,
}

impl<'m> From<Envelope<'m>> for Out<'m> {
    fn from(Envelope { id, params, result, error, .. }: Envelope<'m>) -> Out<'m> {
        Out { jsonrpc: "2.0", id, method: None, params, result, error }
    }
}

fn body(value: &impl Serialize) -> Vec<u8> {
    // Texts, numbers and JSON that was read before can always be written.
    serde_json::to_vec(value).unwrap_or_default()
}

fn notification(method: &str, params: &Value) -> Vec<u8> {
    body(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
}

impl Memory {
    /// Whether the editor has said `shutdown`: no other daemon is wanted any more.
    pub(crate) fn is_shut_down(&self) -> bool {
        self.shutdown
    }

    /// Whether the editor has said `exit`.
    pub(crate) fn has_exited(&self) -> bool {
        self.exited
    }

    /// Whether the editor waits for an answer.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes note of a message of the editor.
    pub(crate) fn editor_says(&mut self, message: &[u8]) -> Verdict {
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(message) else { return Verdict::Pass };
        match (&envelope.method, envelope.id) {
            (Some(method), Some(id)) => {
                let id = id.get().to_owned();
                match method.as_str() {
                    "initialize" if self.initialize.is_none() => {
                        let params = envelope.params().unwrap_or_default();
                        self.initialize = Some(Initialize { id: id.clone(), params, answered: false });
                    }
                    "shutdown" => self.shutdown = true,
                    _ => {}
                }
                let again = method != "workspace/executeCommand";
                self.waiting.insert(id, Waiting { body: message.to_vec(), again });
                Verdict::Pass
            }
            (Some(method), None) => {
                self.note(method, &envelope, message);
                Verdict::Pass
            }
            (None, Some(id)) => self.answer_for(id.get(), envelope),
            (None, None) => Verdict::Pass,
        }
    }

    fn note(&mut self, method: &str, envelope: &Envelope<'_>, message: &[u8]) {
        match method {
            "initialized" => self.initialized = Some(message.to_vec()),
            "exit" => self.exited = true,
            "workspace/didChangeConfiguration" => self.settings = Some(message.to_vec()),
            "workspace/didChangeWorkspaceFolders" => {
                if let Some(folders) = envelope.params::<Folders>() {
                    self.change_folders(folders.event);
                }
            }
            "textDocument/didOpen" => {
                if let Some(Opened { text_document: opened }) = envelope.params() {
                    let document = Document {
                        language: opened.language_id,
                        version: opened.version,
                        text: Text::new(opened.text),
                    };
                    self.documents.insert(opened.uri, document);
                }
            }
            "textDocument/didChange" => {
                if let Some(changed) = envelope.params::<Changed>()
                    && let Some(document) = self.documents.get_mut(&changed.text_document.uri)
                {
                    document.version = changed.text_document.version.unwrap_or(document.version);
                    for edit in changed.content_changes {
                        match edit.range {
                            None => document.text = Text::new(edit.text),
                            Some(EditRange { start, end }) => {
                                document.text.replace(start, end, &edit.text, self.encoding);
                            }
                        }
                    }
                }
            }
            "textDocument/didClose" => {
                if let Some(closed) = envelope.params::<Closed>() {
                    self.documents.remove(&closed.text_document.uri);
                }
            }
            _ => {}
        }
    }

    fn change_folders(&mut self, change: FolderChange) {
        let Some(initialize) = &mut self.initialize else { return };
        let folders = initialize.params.entry("workspaceFolders").or_insert(Value::Null);
        let mut list = folders.as_array().cloned().unwrap_or_default();
        let uri = |folder: &Value| folder.get("uri").cloned();
        list.retain(|folder| !change.removed.iter().any(|removed| uri(removed) == uri(folder)));
        for added in change.added {
            if !list.iter().any(|folder| uri(folder) == uri(&added)) {
                list.push(added);
            }
        }
        *folders = Value::Array(list);
    }

    /// An answer of the editor goes to the daemon that asked, and to no other.
    fn answer_for(&self, id: &str, envelope: Envelope<'_>) -> Verdict {
        if self.lost == 0 {
            return Verdict::Pass;
        }
        let own = serde_json::from_str::<String>(id).ok();
        let own = own.as_deref().and_then(|id| id.strip_prefix(&prefix(self.lost)));
        match own.and_then(|id| RawValue::from_string(id.to_owned()).ok()) {
            Some(id) => Verdict::Instead(body(&Out { id: Some(&id), ..envelope.into() })),
            None => Verdict::Drop,
        }
    }

    /// Takes note of a message of the daemon.
    pub(crate) fn server_says(&mut self, message: &[u8]) -> Verdict {
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(message) else { return Verdict::Pass };
        match (&envelope.method, envelope.id) {
            (None, Some(id)) => {
                self.waiting.remove(id.get());
                if let Some(initialize) = &mut self.initialize
                    && initialize.id == id.get()
                    && !initialize.answered
                {
                    initialize.answered = true;
                    self.encoding = envelope.result.map(encoding_of).unwrap_or_default();
                }
                Verdict::Pass
            }
            (Some(method), Some(id)) => {
                if method == "client/registerCapability"
                    && let Some(Registrations { registrations }) = envelope.params()
                {
                    let new = registrations.into_iter().filter(|new| self.registered.insert(new.id.clone())).count();
                    if new == 0 && self.lost > 0 {
                        // The editor did that for the daemon before.
                        return Verdict::Answer(body(&json!({ "jsonrpc": "2.0", "id": id, "result": null })));
                    }
                }
                if method == "client/unregisterCapability"
                    && let Some(Unregistrations { unregistrations }) = envelope.params()
                {
                    for gone in unregistrations {
                        self.registered.remove(&gone.id);
                    }
                }
                if self.lost == 0 {
                    return Verdict::Pass;
                }
                // Two daemons may number their questions alike; the editor may still be about to answer the first one's.
                let Ok(own) = to_raw_value(&format!("{}{}", prefix(self.lost), id.get())) else { return Verdict::Pass };
                let method = method.clone();
                Verdict::Instead(body(&Out { id: Some(&own), method: Some(&method), ..envelope.into() }))
            }
            (Some(method), None) if method == "$/progress" => {
                if let Some(progress) = envelope.params::<Progress<'_>>() {
                    match progress.value.kind.as_deref() {
                        Some("begin") => {
                            self.working.insert(progress.token.get().to_owned());
                        }
                        Some("end") => {
                            self.working.remove(progress.token.get());
                        }
                        _ => {}
                    }
                }
                Verdict::Pass
            }
            _ => Verdict::Pass,
        }
    }

    /// The daemon is gone: what the editor is told. Requests that may be repeated keep waiting, once.
    pub(crate) fn lose(&mut self) -> Vec<Vec<u8>> {
        self.lost += 1;
        let mut messages = Vec::new();
        for token in std::mem::take(&mut self.working) {
            let token: Value = serde_json::from_str(&token).unwrap_or_default();
            messages.push(notification("$/progress", &json!({ "token": token, "value": { "kind": "end" } })));
        }
        let ending = self.shutdown;
        self.waiting.retain(|id, waiting| {
            if waiting.again && !ending {
                // The next time it might be what the daemon dies of.
                waiting.again = false;
                return true;
            }
            let id: Value = serde_json::from_str(id).unwrap_or_default();
            let error = json!({ "code": SERVER_CANCELLED, "message": "the DevMentor daemon ended meanwhile" });
            messages.push(match ending {
                true => body(&json!({ "jsonrpc": "2.0", "id": id, "result": null })),
                false => body(&json!({ "jsonrpc": "2.0", "id": id, "error": error })),
            });
            false
        });
        messages
    }

    /// What the next daemon is told.
    pub(crate) fn replay(&self) -> Replay {
        let Some(initialize) = &self.initialize else {
            return Replay { initialize: None, answered: false, then: self.repeated().collect() };
        };
        let id: Value = serde_json::from_str(&initialize.id).unwrap_or_default();
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": "initialize", "params": initialize.params });
        let mut then: Vec<Vec<u8>> = self.initialized.iter().chain(&self.settings).cloned().collect();
        for (uri, document) in &self.documents {
            let opened = json!({
                "uri": uri, "languageId": document.language, "version": document.version, "text": document.text.as_str(),
            });
            then.push(notification("textDocument/didOpen", &json!({ "textDocument": opened })));
        }
        then.extend(self.repeated());
        Replay { initialize: Some((initialize.id.clone(), body(&request))), answered: initialize.answered, then }
    }

    fn repeated(&self) -> impl Iterator<Item = Vec<u8>> {
        let initialize = self.initialize.as_ref().map(|initialize| &initialize.id);
        self.waiting.iter().filter(move |(id, _)| Some(*id) != initialize).map(|(_, waiting)| waiting.body.clone())
    }
}

/// The id of an answer, as it stands in JSON.
pub(crate) fn answered_id(message: &[u8]) -> Option<String> {
    let envelope = serde_json::from_slice::<Envelope<'_>>(message).ok()?;
    envelope.id.filter(|_| envelope.method.is_none()).map(|id| id.get().to_owned())
}

/// A message for the editor's log.
pub(crate) fn log_message(text: &str) -> Vec<u8> {
    notification("window/logMessage", &json!({ "type": 3, "message": text }))
}

/// A message that the editor shows.
pub(crate) fn show_error(text: &str) -> Vec<u8> {
    notification("window/showMessage", &json!({ "type": 1, "message": text }))
}

fn prefix(lost: u32) -> String {
    format!("devmentor-{lost}:")
}

fn encoding_of(result: &RawValue) -> Encoding {
    let result: Value = serde_json::from_str(result.get()).unwrap_or_default();
    result
        .pointer("/capabilities/positionEncoding")
        .and_then(|name| Encoding::deserialize(name).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Lines of a conversation: `>` is said by the editor, `<` by the daemon, `x` is the end of the daemon.
    /// Shows every message that is not passed on as it came, what the editor is told at the end of a daemon, and the last replay.
    fn check(conversation: &str, expected: Expect) {
        let mut memory = Memory::default();
        let mut shown = String::new();
        let text = |body: &[u8]| {
            String::from_utf8_lossy(body).replace("\"jsonrpc\":\"2.0\",", "").replace(",\"jsonrpc\":\"2.0\"", "")
        };
        for line in conversation.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (who, message) = line.split_at(1);
            let verdict = match who {
                ">" => memory.editor_says(message.as_bytes()),
                "<" => memory.server_says(message.as_bytes()),
                _ => {
                    for message in memory.lose() {
                        shown += &format!("to editor {}\n", text(&message));
                    }
                    continue;
                }
            };
            match verdict {
                Verdict::Pass => {}
                Verdict::Drop => shown += &format!("dropped {message}\n"),
                Verdict::Instead(body) => shown += &format!("instead {}\n", text(&body)),
                Verdict::Answer(body) => shown += &format!("answered {}\n", text(&body)),
            }
        }
        let replay = memory.replay();
        if let Some((_, body)) = &replay.initialize {
            shown += &format!("replay {}\n", text(body));
        }
        for body in &replay.then {
            shown += &format!("replay {}\n", text(body));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_new_daemon_learns_of_folders_settings_and_open_texts_as_they_are_now() {
        check(
            r#"
            > {"id":1,"method":"initialize","params":{"rootUri":null,"workspaceFolders":[{"uri":"file:///a","name":"a"}]}}
            < {"id":1,"result":{"capabilities":{"positionEncoding":"utf-8"}}}
            > {"method":"initialized","params":{}}
            > {"method":"workspace/didChangeConfiguration","params":{"settings":1}}
            > {"method":"workspace/didChangeConfiguration","params":{"settings":2}}
            > {"method":"workspace/didChangeWorkspaceFolders","params":{"event":{"added":[{"uri":"file:///b","name":"b"}],"removed":[{"uri":"file:///a","name":"a"}]}}}
            > {"method":"textDocument\/didOpen","params":{"textDocument":{"uri":"file:///b/x.rs","languageId":"rust","version":1,"text":"äb"}}}
            > {"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///b/y.rs","languageId":"rust","version":1,"text":"gone"}}}
            > {"method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///b/x.rs","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":2},"end":{"line":0,"character":3}},"text":"c"},{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"d"}]}}
            > {"method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///b/y.rs"}}}
            x
            "#,
            expect![[r#"
                replay {"id":1,"method":"initialize","params":{"rootUri":null,"workspaceFolders":[{"name":"b","uri":"file:///b"}]}}
                replay  {"method":"initialized","params":{}}
                replay  {"method":"workspace/didChangeConfiguration","params":{"settings":2}}
                replay {"method":"textDocument/didOpen","params":{"textDocument":{"languageId":"rust","text":"däc","uri":"file:///b/x.rs","version":2}}}
            "#]],
        );
    }

    #[test]
    fn what_the_editor_waits_for_is_asked_again_once() {
        check(
            r#"
            > {"id":1,"method":"initialize","params":{}}
            < {"id":1,"result":{}}
            > {"id":2,"method":"textDocument/hover","params":{"a":1}}
            > {"id":"c","method":"workspace/executeCommand","params":{}}
            > {"id":3,"method":"textDocument/hover","params":{"a":2}}
            < {"id":3,"result":null}
            x
            x
            > {"id":4,"method":"textDocument/hover","params":{"a":3}}
            "#,
            expect![[r#"
                to editor {"error":{"code":-32802,"message":"the DevMentor daemon ended meanwhile"},"id":"c"}
                to editor {"error":{"code":-32802,"message":"the DevMentor daemon ended meanwhile"},"id":2}
                replay {"id":1,"method":"initialize","params":{}}
                replay  {"id":4,"method":"textDocument/hover","params":{"a":3}}
            "#]],
        );
    }

    #[test]
    fn answers_and_registrations_are_not_mixed_up_between_daemons() {
        check(
            r#"
            < {"id":0,"method":"client/registerCapability","params":{"registrations":[{"id":"w","method":"m"}]}}
            < {"id":1,"method":"workspace/configuration","params":{"items":[]}}
            > {"id":0,"result":null}
            x
            < {"id":0,"method":"client/registerCapability","params":{"registrations":[{"id":"w","method":"m"}]}}
            < {"id":1,"method":"workspace/configuration","params":{"items":[]}}
            > {"id":1,"result":["for the first"]}
            > {"id":"devmentor-1:1","result":["for the second"]}
            "#,
            expect![[r#"
                answered {"id":0,"result":null}
                instead {"id":"devmentor-1:1","method":"workspace/configuration","params":{"items":[]}}
                dropped  {"id":1,"result":["for the first"]}
                instead {"id":1,"result":["for the second"]}
            "#]],
        );
    }

    #[test]
    fn work_that_the_editor_shows_is_ended() {
        check(
            r#"
            < {"method":"$/progress","params":{"token":"a","value":{"kind":"begin","title":"Indexing"}}}
            < {"method":"$/progress","params":{"token":7,"value":{"kind":"begin","title":"Embedding"}}}
            < {"method":"$/progress","params":{"token":7,"value":{"kind":"end"}}}
            x
            "#,
            expect![[r#"
                to editor {"method":"$/progress","params":{"token":"a","value":{"kind":"end"}}}
            "#]],
        );
    }

    #[test]
    fn after_shutdown_nothing_is_asked_again() {
        check(
            r#"
            > {"id":2,"method":"textDocument/hover","params":{}}
            > {"id":3,"method":"shutdown"}
            x
            "#,
            expect![[r#"
                to editor {"id":2,"result":null}
                to editor {"id":3,"result":null}
            "#]],
        );
    }

    #[test]
    fn an_editor_that_was_not_answered_yet_gets_the_answer_of_the_next_daemon() {
        let mut memory = Memory::default();
        memory.editor_says(br#"{"id":1,"method":"initialize","params":{}}"#);
        memory.lose();
        let replay = memory.replay();
        assert!(!replay.answered && replay.initialize.is_some() && replay.then.is_empty());
        assert_eq!(memory.server_says(br#"{"id":1,"result":{}}"#), Verdict::Pass);
        assert!(!memory.is_waiting());
        assert!(memory.replay().answered);
    }

    #[test]
    fn nonsense_is_passed_on() {
        for message in ["", "[]", "3", "{\"id\":{}}", "{\"method\":3}", "{\"method\":\"textDocument/didOpen\"}"] {
            assert_eq!(Memory::default().editor_says(message.as_bytes()), Verdict::Pass, "{message}");
            assert_eq!(Memory::default().server_says(message.as_bytes()), Verdict::Pass, "{message}");
        }
    }
}
