//! Between the words of the protocol and ours.

use std::path::{Path, PathBuf};

use grammars::Span;
use tower_lsp_server::ls_types::{Location, Position, Range, SymbolKind, Uri};

use crate::text::{Encoding, Place, Text};

/// The file that an address means; none when it is not one of a file on this machine.
pub(crate) fn file_path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let path = uri.to_file_path()?.into_owned();
    path.is_absolute().then_some(path)
}

/// The address of a file.
pub(crate) fn file_uri(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}

pub(crate) fn place(position: Position) -> Place {
    Place { line: position.line, column: position.character }
}

pub(crate) fn position(text: &Text, byte: u32, encoding: Encoding) -> Position {
    let place = text.place(byte, encoding);
    Position { line: place.line, character: place.column }
}

pub(crate) fn range(text: &Text, span: Span, encoding: Encoding) -> Range {
    Range { start: position(text, span.start, encoding), end: position(text, span.end, encoding) }
}

/// Whole lines, from 0, both inclusive.
pub(crate) fn lines(first: u32, last: u32) -> Range {
    Range { start: Position::new(first, 0), end: Position::new(last.saturating_add(1), 0) }
}

/// Whole lines of a file of a folder.
pub(crate) fn location(root: &Path, path: &str, first: u32, last: u32) -> Option<Location> {
    Some(Location { uri: file_uri(&root.join(path))?, range: lines(first, last) })
}

/// Our kinds as the protocol has them, by the nearest that editors show.
pub(crate) fn symbol_kind(kind: &str) -> SymbolKind {
    use grammars::SymbolKind as Ours;
    match Ours::from_name(kind).unwrap_or(Ours::Variable) {
        Ours::Module => SymbolKind::MODULE,
        Ours::Namespace | Ours::Impl => SymbolKind::NAMESPACE,
        Ours::Class => SymbolKind::CLASS,
        Ours::Struct | Ours::Union | Ours::Table => SymbolKind::STRUCT,
        Ours::Enum => SymbolKind::ENUM,
        Ours::EnumMember => SymbolKind::ENUM_MEMBER,
        Ours::Interface | Ours::Trait => SymbolKind::INTERFACE,
        Ours::TypeAlias => SymbolKind::TYPE_PARAMETER,
        Ours::Function | Ours::Macro | Ours::Target => SymbolKind::FUNCTION,
        Ours::Method => SymbolKind::METHOD,
        Ours::Constructor => SymbolKind::CONSTRUCTOR,
        Ours::Property => SymbolKind::PROPERTY,
        Ours::Field => SymbolKind::FIELD,
        Ours::Constant => SymbolKind::CONSTANT,
        Ours::Variable => SymbolKind::VARIABLE,
        Ours::Section => SymbolKind::STRING,
        Ours::Key | Ours::Selector => SymbolKind::KEY,
        Ours::Element | Ours::Block => SymbolKind::OBJECT,
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn only_files_of_this_machine_have_a_path() {
        let path = |uri: &str| file_path(&Uri::from_str(uri).unwrap()).map(|path| path.display().to_string());
        assert_eq!(path("file:///a/b%20c.rs").as_deref(), Some("/a/b c.rs"));
        assert_eq!(path("FILE:///a").as_deref(), Some("/a"));
        for other in [
            "untitled:Untitled-1",
            "git:/a/b.rs?ref",
            "https://example.com/a.rs",
            "vscode-notebook-cell:/a.ipynb#1",
            "file:a",
        ] {
            assert_eq!(path(other), None, "{other}");
        }
    }
}
