//! What a file says, as plain data: the structs that search, hovers, metrics and quizzes read without knowing tree-sitter.
//!
//! Names are interned per file ([`Names`]) and text is referred to by [`Span`], so the facts of a file are a few
//! percent of its size and can be stored for every file of a large code base.

use serde::{Deserialize, Serialize};

/// Half-open range of bytes in the file's text (UTF-8, as decoded).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The text of this span; empty when the span does not fit `text` (a stale span never panics).
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// Whether `byte` lies inside.
    pub fn contains(&self, byte: u32) -> bool {
        self.start <= byte && byte < self.end
    }

    /// Whether `other` lies wholly inside (equal spans contain each other).
    pub fn encloses(&self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Length in bytes.
    pub fn len(&self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }
}

/// Lines of a range, counted from 0, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Lines {
    /// First line.
    pub first: u32,
    /// Last line (inclusive).
    pub last: u32,
}

/// Index of an interned name in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NameId(pub u32);

/// Index of a symbol in [`FileFacts::symbols`].
pub type SymbolId = u32;
/// Index of an import in [`FileFacts::imports`].
pub type ImportId = u32;
/// Index of a scope in [`FileFacts::scopes`].
pub type ScopeId = u32;
/// Index of a binding in [`FileFacts::bindings`].
pub type BindingId = u32;

/// The names of one file, each stored once, in one string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// The name with this id; empty when the id is not of this file.
    pub fn get(&self, id: NameId) -> &str {
        let index = id.0 as usize;
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(0) };
        let end = self.ends.get(index).copied().unwrap_or(0);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// Appends a name and returns its id. The caller makes sure that it is not there yet.
    pub fn push(&mut self, name: &str) -> NameId {
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
        NameId(self.ends.len() as u32 - 1)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|id| self.get(NameId(id)))
    }
}

/// What a symbol is. The names follow the symbol kinds of the language server protocol where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum SymbolKind {
    /// A file-level module, package or `mod` block.
    Module = 0,
    /// A namespace.
    Namespace = 1,
    /// A class or record.
    Class = 2,
    /// A struct or message.
    Struct = 3,
    /// An enumeration.
    Enum = 4,
    /// A variant of an enumeration.
    EnumMember = 5,
    /// A union.
    Union = 6,
    /// An interface, protocol or service.
    Interface = 7,
    /// A trait, mixin or type class.
    Trait = 8,
    /// A block that adds members to a type defined elsewhere (`impl`, extension, category). Named for that type.
    Impl = 9,
    /// A type alias.
    TypeAlias = 10,
    /// A free function.
    Function = 11,
    /// A function that belongs to a type.
    Method = 12,
    /// A constructor.
    Constructor = 13,
    /// A property with accessors.
    Property = 14,
    /// A field of a type.
    Field = 15,
    /// A constant.
    Constant = 16,
    /// A variable outside functions.
    Variable = 17,
    /// A macro.
    Macro = 18,
    /// A heading or section of a document.
    Section = 19,
    /// A key of a data file.
    Key = 20,
    /// A style rule.
    Selector = 21,
    /// A markup element with an id, or a component.
    Element = 22,
    /// A table or view of a database.
    Table = 23,
    /// A target of a build file.
    Target = 24,
    /// A named block of a configuration language (resource, stage, step).
    Block = 25,
}

impl SymbolKind {
    /// Every kind, in the order of its number.
    pub const ALL: [SymbolKind; 26] = [
        Self::Module,
        Self::Namespace,
        Self::Class,
        Self::Struct,
        Self::Enum,
        Self::EnumMember,
        Self::Union,
        Self::Interface,
        Self::Trait,
        Self::Impl,
        Self::TypeAlias,
        Self::Function,
        Self::Method,
        Self::Constructor,
        Self::Property,
        Self::Field,
        Self::Constant,
        Self::Variable,
        Self::Macro,
        Self::Section,
        Self::Key,
        Self::Selector,
        Self::Element,
        Self::Table,
        Self::Target,
        Self::Block,
    ];

    /// The name used in queries (`@def.<name>`), on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Namespace => "namespace",
            Self::Class => "class",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::EnumMember => "enum_member",
            Self::Union => "union",
            Self::Interface => "interface",
            Self::Trait => "trait",
            Self::Impl => "impl",
            Self::TypeAlias => "type",
            Self::Function => "function",
            Self::Method => "method",
            Self::Constructor => "constructor",
            Self::Property => "property",
            Self::Field => "field",
            Self::Constant => "constant",
            Self::Variable => "variable",
            Self::Macro => "macro",
            Self::Section => "section",
            Self::Key => "key",
            Self::Selector => "selector",
            Self::Element => "element",
            Self::Table => "table",
            Self::Target => "target",
            Self::Block => "block",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether code of this kind runs: it has a body with statements.
    pub const fn is_callable(self) -> bool {
        matches!(self, Self::Function | Self::Method | Self::Constructor | Self::Macro)
    }

    /// Whether it names a type.
    pub const fn is_type(self) -> bool {
        matches!(
            self,
            Self::Class | Self::Struct | Self::Enum | Self::Union | Self::Interface | Self::Trait | Self::TypeAlias
        )
    }
}

/// Who can see a symbol, as far as its own file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Visibility {
    /// Nothing said and the language has no rule.
    #[default]
    Unknown,
    /// Visible outside its package.
    Public,
    /// Visible to subclasses.
    Protected,
    /// Visible inside its package, module or file.
    Internal,
    /// Visible inside its own type or file only.
    Private,
}

/// Size and complexity of one function.
///
/// Cyclomatic complexity counts decisions + 1 (McCabe 1976). Cognitive complexity follows the rules of
/// G. A. Campbell, "Cognitive Complexity" (SonarSource 2018): +1 a break of the linear flow, and +1 for each level of nesting it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metrics {
    /// Decisions + 1.
    pub cyclomatic: u16,
    /// Cognitive complexity.
    pub cognitive: u16,
    /// Deepest nesting of control structures.
    pub nesting: u8,
    /// Number of parameters, the receiver not counted.
    pub parameters: u8,
}

/// A definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// The symbol's own name.
    pub name: NameId,
    /// What it is.
    pub kind: SymbolKind,
    /// The symbol that contains it; always an earlier index.
    pub container: Option<SymbolId>,
    /// A qualifier written in the definition itself instead of by nesting (`Type` in C++ `Type::method` or a Go receiver).
    pub qualifier: Option<NameId>,
    /// Who can see it.
    pub visibility: Visibility,
    /// Whether it is a test that a runner would find.
    pub is_test: bool,
    /// A callable that is declared without a body: a prototype, an abstract method, an overload, a member of an interface.
    pub is_declaration: bool,
    /// The whole definition, attributes and decorators included, documentation before it excluded.
    pub span: Span,
    /// The lines of `span`.
    pub lines: Lines,
    /// The name where it is defined.
    pub name_span: Span,
    /// From the definition's start to its body: its signature.
    pub signature: Span,
    /// Its documentation comment or docstring; empty when there is none.
    pub doc: Span,
    /// Size and complexity of a function with a body, where the language's queries measure it. None for macros, whose
    /// bodies are tokens.
    pub metrics: Option<Metrics>,
}

/// One imported name, or a whole module when `item` is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module path as written (`std::collections`, `./util`, `os.path`), quotes removed.
    pub module: NameId,
    /// The imported item; none when the module itself is imported.
    pub item: Option<NameId>,
    /// The local name when it is renamed.
    pub alias: Option<NameId>,
    /// Everything is imported (`*`).
    pub wildcard: bool,
    /// The import where it stands.
    pub span: Span,
    /// Its first line, from 0.
    pub line: u32,
}

/// What a name inside a file is bound to, as far as this file alone proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Target {
    /// Nothing in this file binds it.
    #[default]
    Free,
    /// A parameter or local variable: it cannot be a symbol elsewhere.
    Local,
    /// A symbol of this file, found by walking the scopes outwards.
    Symbol(SymbolId),
    /// An import of this file.
    Import(ImportId),
}

/// A call (or a constructor, macro or command invocation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The called name: the last part of a path or member access.
    pub name: NameId,
    /// What stands before the name (`self`, `module.sub`, `Type`), when it is a plain path.
    pub qualifier: Option<NameId>,
    /// Whether there is a receiver at all, be it a path or an expression.
    pub has_receiver: bool,
    /// The symbol whose body holds the call.
    pub caller: Option<SymbolId>,
    /// What the name (or, with a qualifier, the qualifier's first part) is bound to. `self`, `this` and the like are bound to
    /// the type around, so `self.f()` has the symbol of the type or `impl` as its target: look for `f` among its members.
    pub target: Target,
    /// The called name where it stands.
    pub span: Span,
    /// Its line, from 0.
    pub line: u32,
}

/// What a marker in a comment asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarkerKind {
    /// `TODO`
    Todo,
    /// `FIXME`
    Fixme,
    /// `HACK`
    Hack,
    /// `XXX`
    Xxx,
    /// `BUG`
    Bug,
    /// A task key such as `DM-12`.
    TaskKey,
}

/// A marker in a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// What it is.
    pub kind: MarkerKind,
    /// The marker and the text that follows it on its line; of a task key the key alone.
    pub span: Span,
    /// Its line, from 0.
    pub line: u32,
    /// The symbol that contains it.
    pub symbol: Option<SymbolId>,
}

/// A lexical scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The scope around it; none for the file's own scope, which is number 0.
    pub parent: Option<ScopeId>,
    /// Where it reaches.
    pub span: Span,
}

/// What a binding introduces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BindingKind {
    /// A parameter.
    Parameter,
    /// A local or file-level variable.
    Variable,
    /// An imported name.
    Import,
    /// A function, class or other definition.
    Definition,
}

/// A name introduced in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The bound name.
    pub name: NameId,
    /// What introduces it.
    pub kind: BindingKind,
    /// The scope in which it can be seen.
    pub scope: ScopeId,
    /// The name where it is bound.
    pub span: Span,
}

/// How a reference uses its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Access {
    /// It is read, called or named as a type.
    Read,
    /// It is assigned again.
    Write,
}

/// An identifier that refers to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The name as written.
    pub name: NameId,
    /// Where it stands.
    pub span: Span,
    /// How it is used.
    pub access: Access,
    /// The binding in this file that it refers to, when the scopes prove one.
    pub binding: Option<BindingId>,
}

/// How much is extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detail {
    /// What the index stores: symbols, imports, calls with their targets, markers, metrics.
    Index,
    /// Scopes, bindings and every reference as well.
    Full,
}

/// Everything known of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// The names that all other facts refer to.
    pub names: Names,
    /// Definitions, ordered by start; a container stands before what it contains.
    pub symbols: Vec<Symbol>,
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Calls in order.
    pub calls: Vec<Call>,
    /// Markers in comments, in order.
    pub markers: Vec<Marker>,
    /// Regions that did not parse. Facts outside them are complete.
    pub errors: Vec<Span>,
    /// Number of lines.
    pub lines: u32,
    /// Number of lines that are only comment.
    pub comment_lines: u32,
    /// Scopes; empty at [`Detail::Index`].
    pub scopes: Vec<Scope>,
    /// Bindings; empty at [`Detail::Index`].
    pub bindings: Vec<Binding>,
    /// References; empty at [`Detail::Index`].
    pub references: Vec<Reference>,
}

impl FileFacts {
    /// A name of this file.
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(id)
    }

    /// The names of the symbols around `symbol`, outermost first, itself last, qualifiers included.
    pub fn path(&self, symbol: SymbolId) -> Vec<&str> {
        let mut parts = Vec::new();
        let mut next = Some(symbol);
        while let Some(symbol) = next.and_then(|id| self.symbols.get(id as usize)) {
            parts.push(self.name(symbol.name));
            if let Some(qualifier) = symbol.qualifier {
                parts.push(self.name(qualifier));
            }
            next = symbol.container;
        }
        parts.reverse();
        parts
    }

    /// The innermost symbol around `byte`.
    pub fn symbol_at(&self, byte: u32) -> Option<SymbolId> {
        let last = self.symbols.partition_point(|symbol| symbol.span.start <= byte);
        let mut candidate = last.checked_sub(1)?;
        loop {
            let symbol = &self.symbols[candidate];
            if symbol.span.contains(byte) {
                return Some(candidate as SymbolId);
            }
            // Siblings that end before `byte` are skipped through their container.
            match symbol.container {
                Some(container) => candidate = container as usize,
                None => return None,
            }
        }
    }
}
