//! Symbols of all folders of the window, by name.

use engine::questions::SymbolPlace;
use engine::questions::symbols::symbols;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp_server::ls_types::*;

use super::meant::place_location;
use crate::ask::{Ask, Failure, Lane, Nothing, Surface};
use crate::convert::{file_uri, location, symbol_kind};
use crate::session::Session;

/// So many are shown; who looks for more types on.
const MOST: usize = 128;

/// What is remembered of a symbol until it is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Data {
    root: String,
    place: SymbolPlace,
}

pub(crate) struct WorkspaceSymbols;

impl Surface for WorkspaceSymbols {
    type Params = WorkspaceSymbolParams;
    type Answer = Option<WorkspaceSymbolResponse>;
    const NAME: Option<&'static str> = Some("symbol");
    const LANE: Lane = Lane::Slow;

    fn announce(capabilities: &mut ServerCapabilities, session: &Session) {
        capabilities.workspace_symbol_provider = Some(OneOf::Right(WorkspaceSymbolOptions {
            resolve_provider: Some(session.client.lazy_symbol_location),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }));
    }

    fn answer(ask: &Ask, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>, Failure> {
        let lazy = ask.session.client.lazy_symbol_location;
        let mut nested = Vec::new();
        let mut flat = Vec::new();
        for folder in ask.folders.iter() {
            ask.cancelled.check()?;
            // A folder whose index is not open yet has no symbols yet; an error would pop up in some editors.
            let Ok(snapshot) = folder.lease.snapshot() else { continue };
            let root = folder.lease.root();
            for place in symbols(&snapshot, &params.query, MOST)?.symbols {
                let kind = symbol_kind(&place.kind);
                let (container, name) = split(&place.name);
                let (name, container) = (name.to_owned(), container.map(str::to_owned));
                if lazy {
                    let Some(uri) = file_uri(&root.join(&place.path)) else { continue };
                    let data = Data { root: root.display().to_string(), place };
                    nested.push(WorkspaceSymbol {
                        name,
                        kind,
                        tags: None,
                        container_name: container,
                        location: OneOf::Right(WorkspaceLocation { uri }),
                        data: serde_json::to_value(data).ok(),
                    });
                } else {
                    // Where its name stands costs a look into the file; for a list the lines are enough.
                    let Some(location) = location(root, &place.path, place.first_line, place.last_line) else {
                        continue;
                    };
                    flat.push(information(name, kind, container, location));
                }
            }
        }
        Ok(Some(if lazy { WorkspaceSymbolResponse::Nested(nested) } else { WorkspaceSymbolResponse::Flat(flat) }))
    }
}

#[allow(deprecated, reason = "the field must be given, and stays empty")]
fn information(
    name: String,
    kind: SymbolKind,
    container_name: Option<String>,
    location: Location,
) -> SymbolInformation {
    SymbolInformation { name, kind, tags: None, deprecated: None, location, container_name }
}

/// A path of names as container and name.
fn split(path: &str) -> (Option<&str>, &str) {
    match path.rfind(['.', ':', '/', '#']) {
        Some(at) if at + 1 < path.len() => (Some(path[..at].trim_end_matches(':')), &path[at + 1..]),
        _ => (None, path),
    }
}

/// Where exactly a chosen symbol is.
pub(crate) struct Resolve;

impl Nothing for WorkspaceSymbol {}

impl Surface for Resolve {
    type Params = WorkspaceSymbol;
    type Answer = WorkspaceSymbol;
    const LANE: Lane = Lane::Slow;

    fn answer(ask: &Ask, mut symbol: WorkspaceSymbol) -> Result<WorkspaceSymbol, Failure> {
        let data = symbol.data.clone().unwrap_or(Value::Null);
        let data: Data = serde_json::from_value(data)
            .map_err(|_| Failure::Invalid("the symbol is not one that DevMentor gave".to_owned()))?;
        let folder = ask.folders.iter().find(|folder| folder.lease.root().as_os_str() == data.root.as_str());
        let folder = folder.ok_or_else(|| Failure::Invalid("the symbol's folder is not open".to_owned()))?;
        let exact = place_location(&folder.lease, &data.place, ask.session.encoding);
        let lines = || location(folder.lease.root(), &data.place.path, data.place.first_line, data.place.last_line);
        if let Some(location) = exact.or_else(lines) {
            symbol.location = OneOf::Left(location);
        }
        Ok(symbol)
    }
}
