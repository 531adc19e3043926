//! What imports say, and where a path can lead.

use super::table::Nodes;

/// An import as it is kept until it is resolved.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImportRow {
    pub(super) module: u32,
    pub(super) item: u32,
    /// The name under which the file knows it.
    pub(super) local: u32,
    /// The inline module (Rust) in which it stands, or [`NONE`].
    pub(super) inside: u32,
    pub(super) alias: bool,
    pub(super) wildcard: bool,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Out of the workspace, or to a name that its module does not have: no symbol of the workspace is meant.
    Outside,
    /// It cannot be told.
    Unknown,
    /// To something that the type itself does not define: inherited, derived or made by a macro.
    Inherited,
    /// To symbols: one, or several of which one is meant.
    Nodes(Nodes),
    /// To a module that is a file.
    File(u32),
    /// To a package that is a folder.
    Dir(u32),
    /// To a namespace or package by its declared name.
    Space(u32),
}

/// Where a path leads, and whether that is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Landing {
    pub(super) place: Place,
    pub(super) certain: bool,
}

impl Landing {
    pub(super) const OUTSIDE: Landing = Landing { place: Place::Outside, certain: true };
    pub(super) const UNKNOWN: Landing = Landing { place: Place::Unknown, certain: false };

    pub(super) fn sure(place: Place) -> Landing {
        Landing { place, certain: true }
    }

    pub(super) fn nodes(nodes: Nodes) -> Landing {
        if nodes.is_empty() { Self::OUTSIDE } else { Landing { place: Place::Nodes(nodes), certain: true } }
    }

    pub(super) fn node(node: u32) -> Landing {
        Self::sure(Place::Nodes(Nodes::from_slice(&[node])))
    }

    pub(super) fn doubted(self, certain: bool) -> Landing {
        Landing { certain: self.certain && certain, ..self }
    }

    pub(super) fn is_found(&self) -> bool {
        !matches!(self.place, Place::Outside | Place::Unknown)
    }
}

/// What a name is looked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// It is called.
    Call,
    /// Something is looked up in it.
    Scope,
}
