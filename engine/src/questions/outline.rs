//! What a file defines, as a tree.

use grammars::{FileFacts, Span, SymbolId};
use index::{FileKey, Snapshot};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A symbol of an outline, with those inside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutlineItem {
    /// Its own name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// Its signature on one line; empty when it has none.
    pub signature: String,
    /// Its first line, from 0.
    pub first_line: u32,
    /// Its last line, from 0, inclusive.
    pub last_line: u32,
    /// The bytes of the whole definition.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The bytes of its name.
    pub name_start: u32,
    /// One past the name's last byte.
    pub name_end: u32,
    /// Whether it is a test.
    pub is_test: bool,
    /// What it contains.
    pub children: Vec<OutlineItem>,
}

/// Deeper symbols are shown beside their container: no reader follows further, and a tree's depth must not depend on what is in a file.
const DEEPEST: usize = 32;
/// Longer signatures are cut, in bytes.
const LONGEST_SIGNATURE: usize = 300;

/// The outline of a file of the workspace, unsaved text included.
///
/// # Errors
/// When there is no such file, or the index cannot be read.
pub fn outline(snapshot: &Snapshot, path: &str) -> Result<Vec<OutlineItem>> {
    let unknown = || Error::UnknownFile(path.to_owned());
    let file = snapshot.file(path).ok_or_else(unknown)?;
    let facts = snapshot.facts(FileKey::of(path))?.ok_or_else(unknown)?;
    let text = snapshot.text(file).filter(|text| text.fresh);
    Ok(outline_of(&facts, text.as_ref().map_or("", |text| &text.text)))
}

/// The outline of facts and the text they are of; with another text, or none, the signatures are left out or wrong.
pub fn outline_of(facts: &FileFacts, text: &str) -> Vec<OutlineItem> {
    let depths = depths(facts);
    // Symbols are ordered by start with containers first, so from the back each one is complete when it is moved into its container.
    let mut items: Vec<Option<OutlineItem>> =
        (0..facts.symbols.len()).map(|id| Some(item(facts, text, id as SymbolId))).collect();
    let mut roots = Vec::new();
    for id in (0..facts.symbols.len()).rev() {
        let Some(mut done) = items[id].take() else { continue };
        done.children.reverse();
        match container(facts, &depths, id) {
            Some(container) => {
                if let Some(container) = &mut items[container] {
                    container.children.push(done);
                }
            }
            None => roots.push(done),
        }
    }
    roots.reverse();
    roots
}

fn depths(facts: &FileFacts) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::with_capacity(facts.symbols.len());
    for symbol in &facts.symbols {
        let depth = symbol.container.and_then(|container| depths.get(container as usize)).map_or(0, |depth| depth + 1);
        depths.push(depth);
    }
    depths
}

/// The container under which a symbol is shown.
fn container(facts: &FileFacts, depths: &[usize], id: usize) -> Option<usize> {
    let mut container = facts.symbols[id].container? as usize;
    while depths[container] >= DEEPEST {
        container = facts.symbols[container].container? as usize;
    }
    (container < id).then_some(container)
}

fn item(facts: &FileFacts, text: &str, id: SymbolId) -> OutlineItem {
    let symbol = &facts.symbols[id as usize];
    let name = match symbol.qualifier {
        Some(qualifier) => super::node::written(&[facts.name(qualifier), facts.name(symbol.name)], None),
        None => facts.name(symbol.name).to_owned(),
    };
    OutlineItem {
        name,
        kind: symbol.kind.name().to_owned(),
        signature: signature(symbol.signature, text),
        first_line: symbol.lines.first,
        last_line: symbol.lines.last,
        start: symbol.span.start,
        end: symbol.span.end,
        name_start: symbol.name_span.start,
        name_end: symbol.name_span.end,
        is_test: symbol.is_test,
        children: Vec::new(),
    }
}

/// A signature on one line.
pub fn signature(span: Span, text: &str) -> String {
    let mut line = String::new();
    for word in span.text(text).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > LONGEST_SIGNATURE {
            let cut = (0..=LONGEST_SIGNATURE).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line.trim_end_matches(['{', ':', ' ']).to_owned()
}
