//! What was agreed with a client: what it can, and what its user wants.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp_server::ls_types::{ClientCapabilities, MessageType, PositionEncodingKind};

use crate::server;
use crate::text::Encoding;

/// Who answers where code is defined and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeIntelligence {
    /// Another language server does; DevMentor stays silent there, so that no answer is doubled.
    #[default]
    Companion,
    /// DevMentor does, as far as names and scopes tell.
    Standalone,
}

/// How serious a message of the log is, the most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum LogLevel {
    Error,
    #[default]
    Warning,
    Info,
    Debug,
}

impl LogLevel {
    pub(crate) fn message_type(self) -> MessageType {
        match self {
            LogLevel::Error => MessageType::ERROR,
            LogLevel::Warning => MessageType::WARNING,
            LogLevel::Info => MessageType::INFO,
            LogLevel::Debug => MessageType::LOG,
        }
    }
}

/// Warnings that are shown in the text. All are off unless somebody asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Diagnostics {
    /// Functions with more cognitive complexity than this.
    pub(crate) complexity: Option<u16>,
    /// Functions that are nearly copies of others.
    pub(crate) duplicates: bool,
    /// Comments that ask for work and name no task that is open.
    pub(crate) todos: bool,
}

/// The settings of a window: `initializationOptions`, and `devmentor` in the editor's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    pub(crate) code_intelligence: CodeIntelligence,
    pub(crate) diagnostics: Diagnostics,
    /// Whether tasks are shown above the code that they are tied to.
    pub(crate) code_lens: bool,
    /// The address of a task, with `{key}` for its key.
    pub(crate) task_url: Option<String>,
    /// The least serious messages that go to the client's log.
    pub(crate) log_level: LogLevel,
    /// Commands that the client's plugin carries out by itself.
    pub(crate) client_commands: Vec<String>,
    /// Surfaces that are not wanted, by their names.
    pub(crate) off: Vec<String>,
}

/// Complexity from which a warning is shown, when only `true` is said.
const COMPLEXITY: u16 = 25;

impl Settings {
    /// Takes over what `value` says. What it does not mention stays; what is wrong is told and stays too.
    pub(crate) fn take(&mut self, value: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let value = match value.get("devmentor") {
            Some(inner) => inner,
            None => value,
        };
        let Some(object) = value.as_object() else {
            if !value.is_null() {
                wrong.push("the settings of devmentor are no object".to_owned());
            }
            return wrong;
        };
        for (key, value) in object {
            if let Err(expected) = self.set(key, value) {
                wrong.push(format!("the setting `devmentor.{key}` is {expected}, not {}", short(value)));
            }
        }
        wrong
    }

    /// Whether a surface is not wanted.
    pub(crate) fn is_off(&self, surface: Option<&str>) -> bool {
        surface.is_some_and(|surface| self.off.iter().any(|off| off == surface))
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), &'static str> {
        match (key, value) {
            ("codeIntelligence", Value::String(mode)) => {
                self.code_intelligence = match mode.as_str() {
                    "companion" => CodeIntelligence::Companion,
                    "standalone" => CodeIntelligence::Standalone,
                    _ => return Err("`companion` or `standalone`"),
                }
            }
            ("codeIntelligence", _) => return Err("`companion` or `standalone`"),
            ("diagnostics", Value::Object(object)) => {
                self.diagnostics.complexity = match object.get("complexity") {
                    None | Some(Value::Null | Value::Bool(false)) => None,
                    Some(Value::Bool(true)) => Some(COMPLEXITY),
                    Some(limit) => Some(
                        limit
                            .as_u64()
                            .and_then(|limit| u16::try_from(limit).ok())
                            .ok_or("an object whose `complexity` is true, false or a whole number")?,
                    ),
                };
                self.diagnostics.duplicates = match object.get("duplicates") {
                    None | Some(Value::Null) => false,
                    Some(on) => on.as_bool().ok_or("an object whose `duplicates` is true or false")?,
                };
                self.diagnostics.todos = match object.get("todos") {
                    None | Some(Value::Null) => false,
                    Some(on) => on.as_bool().ok_or("an object whose `todos` is true or false")?,
                };
            }
            ("diagnostics", Value::Bool(false) | Value::Null) => self.diagnostics = Diagnostics::default(),
            ("diagnostics", _) => return Err("an object with `complexity`, `duplicates` and `todos`"),
            ("codeLens", on) => self.code_lens = on.as_bool().ok_or("true or false")?,
            ("taskUrl", Value::Null) => self.task_url = None,
            ("taskUrl", Value::String(url)) if url.is_empty() => self.task_url = None,
            ("taskUrl", Value::String(url)) if url.starts_with("https://") || url.starts_with("http://") => {
                self.task_url = Some(url.clone());
            }
            ("taskUrl", _) => {
                return Err("an address that begins with https://, with `{key}` where the task's key belongs");
            }
            ("logLevel", Value::String(level)) => {
                self.log_level = match level.as_str() {
                    "error" => LogLevel::Error,
                    "warning" => LogLevel::Warning,
                    "info" => LogLevel::Info,
                    "debug" => LogLevel::Debug,
                    _ => return Err("`error`, `warning`, `info` or `debug`"),
                }
            }
            ("logLevel", _) => return Err("`error`, `warning`, `info` or `debug`"),
            ("clientCommands", Value::Array(names)) => {
                self.client_commands = names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
            }
            ("clientCommands", _) => return Err("a list of names of commands"),
            ("off", names) => {
                const EXPECTED: &str = "a list of `hover`, `codeAction`, `symbol`, `documentSymbol`, `documentLink`, \
                    `foldingRange`, `selectionRange`, `documentHighlight`, `completion`, `codeLens`";
                let names: Vec<String> = Deserialize::deserialize(names).map_err(|_| EXPECTED)?;
                if !names.iter().all(|name| server::can_be_off(name)) {
                    return Err(EXPECTED);
                }
                self.off = names;
            }
            // A newer plugin may send what this version does not know.
            _ => {}
        }
        Ok(())
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
}

/// What a client can, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Client {
    pub(crate) progress: bool,
    pub(crate) configuration: bool,
    pub(crate) markdown: bool,
    pub(crate) hierarchical_symbols: bool,
    pub(crate) lazy_symbol_location: bool,
    pub(crate) lazy_action_command: bool,
    pub(crate) action_literals: bool,
    pub(crate) dynamic_definitions: bool,
    pub(crate) apply_edit: bool,
    pub(crate) versioned_edits: bool,
    pub(crate) annotated_edits: bool,
}

impl Client {
    pub(crate) fn new(capabilities: &ClientCapabilities) -> Client {
        let text = capabilities.text_document.clone().unwrap_or_default();
        let workspace = capabilities.workspace.clone().unwrap_or_default();
        let window = capabilities.window.clone().unwrap_or_default();
        let action = text.code_action.clone().unwrap_or_default();
        let edit = workspace.workspace_edit.clone().unwrap_or_default();
        let markdown = text
            .hover
            .and_then(|hover| hover.content_format)
            .is_none_or(|formats| formats.first() == Some(&tower_lsp_server::ls_types::MarkupKind::Markdown));
        Client {
            progress: window.work_done_progress == Some(true),
            configuration: workspace.configuration == Some(true),
            markdown,
            hierarchical_symbols: text
                .document_symbol
                .is_some_and(|symbol| symbol.hierarchical_document_symbol_support == Some(true)),
            lazy_symbol_location: workspace
                .symbol
                .and_then(|symbol| symbol.resolve_support)
                .is_some_and(|support| support.properties.iter().any(|property| property == "location.range")),
            lazy_action_command: action.data_support == Some(true)
                && action.resolve_support.is_some_and(|support| support.properties.iter().any(|it| it == "command")),
            apply_edit: workspace.apply_edit == Some(true),
            versioned_edits: edit.document_changes == Some(true),
            annotated_edits: edit.document_changes == Some(true) && edit.change_annotation_support.is_some(),
            action_literals: action.code_action_literal_support.is_some(),
            dynamic_definitions: text.definition.is_some_and(|it| it.dynamic_registration == Some(true))
                && text.references.is_some_and(|it| it.dynamic_registration == Some(true)),
        }
    }
}

/// What was agreed, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Session {
    pub(crate) encoding: Encoding,
    pub(crate) client: Client,
    pub(crate) settings: Settings,
}

/// Chooses how positions are counted: bytes where the client can, for they need no counting.
pub(crate) fn choose_encoding(capabilities: &ClientCapabilities) -> (Encoding, PositionEncodingKind) {
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
    let offers = |kind: &PositionEncodingKind| offered.is_some_and(|offered| offered.contains(kind));
    if offers(&PositionEncodingKind::UTF8) {
        (Encoding::Utf8, PositionEncodingKind::UTF8)
    } else if offers(&PositionEncodingKind::UTF16) || !offers(&PositionEncodingKind::UTF32) {
        (Encoding::Utf16, PositionEncodingKind::UTF16)
    } else {
        (Encoding::Utf32, PositionEncodingKind::UTF32)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_taken_over_and_mistakes_are_told() {
        let mut settings = Settings::default();
        let wrong = settings.take(&json!({"devmentor": {
            "codeIntelligence": "standalone", "diagnostics": {"complexity": 30, "duplicates": true, "todos": true}, "codeLens": true,
            "taskUrl": "https://tasks.example/{key}", "logLevel": "debug", "unknown": 1,
        }}));
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(settings.code_intelligence, CodeIntelligence::Standalone);
        assert_eq!(settings.diagnostics, Diagnostics { complexity: Some(30), duplicates: true, todos: true });
        assert_eq!(settings.log_level, LogLevel::Debug);
        let before = settings.clone();
        let wrong =
            settings.take(&json!({"codeIntelligence": 7, "taskUrl": "javascript:alert(1)", "logLevel": "loud"}));
        expect_test::expect![[r#"
            the setting `devmentor.codeIntelligence` is `companion` or `standalone`, not 7
            the setting `devmentor.logLevel` is `error`, `warning`, `info` or `debug`, not "loud"
            the setting `devmentor.taskUrl` is an address that begins with https://, with `{key}` where the task's key belongs, not "javascript:alert(1)""#]].assert_eq(&wrong.join("\n"));
        assert_eq!(settings, before);
        assert_eq!(settings.take(&json!([1])).len(), 1);
        assert!(settings.take(&Value::Null).is_empty());
    }

    #[test]
    fn the_encoding_is_the_cheapest_that_the_client_offers() {
        let choose = |offered: Value| {
            choose_encoding(&serde_json::from_value(json!({"general": {"positionEncodings": offered}})).unwrap()).0
        };
        assert_eq!(choose(json!(["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(choose(json!(["utf-32", "utf-16"])), Encoding::Utf16);
        assert_eq!(choose(json!(["utf-32"])), Encoding::Utf32);
        assert_eq!(choose(json!(["utf-7"])), Encoding::Utf16);
        assert_eq!(choose_encoding(&ClientCapabilities::default()).0, Encoding::Utf16);
    }
}
