//! What the capture names of the query files mean.

use crate::facts::{SymbolKind, Visibility};

/// The meaning of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `@def.KIND`
    Def(SymbolKind),
    /// `@name`
    Name,
    /// `@body`
    Body,
    /// `@qualifier`
    Qualifier,
    /// `@doc`
    Doc,
    /// `@parameters`
    Parameters,
    /// `@visibility`: its text says it.
    Visibility,
    /// `@visibility.public` and the like.
    VisibilityIs(Visibility),
    /// `@exported`: a name that other files can see, wherever it is defined.
    Exported,
    /// `@import`
    Import,
    /// `@module`
    Module,
    /// `@module.prefix`
    ModulePrefix,
    /// `@item`
    Item,
    /// `@alias`
    Alias,
    /// `@wildcard`
    Wildcard,
    /// `@call`
    Call,
    /// `@callee`
    Callee,
    /// `@receiver`
    Receiver,
    /// A mark on the node alone, one of [`flag`].
    Flag(u64),
    /// `@_anything`: for predicates only.
    Private,
}

/// Marks on single nodes. A node has a set of them.
pub(crate) mod flag {
    macro_rules! flags {
        ($($(#[$doc:meta])* $name:ident = $bit:literal,)*) => {
            $($(#[$doc])* pub(crate) const $name: u64 = 1 << $bit;)*
        };
    }
    flags! {
        SCOPE = 0,
        SCOPE_CLASS = 1,
        SCOPE_FUNCTION = 2,
        COMMENT = 3,
        ATTRIBUTE = 4,
        DECLARATION = 5,
        WRITE = 6,
        REFERENCE = 7,
        MEMBER = 8,
        GLOBAL = 9,
        OUTER = 10,
        BIND_PARAMETER = 11,
        BIND_VARIABLE = 12,
        BIND_IMPORT = 13,
        BIND_DEFINITION = 14,
        HOIST_VARIABLE = 15,
        HOIST_DEFINITION = 16,
        REDECLARE = 17,
        BRANCH = 18,
        SWITCH = 19,
        CASE = 20,
        ELSE = 21,
        LOGICAL = 22,
        NEST = 23,
        JUMP = 24,
        TEST = 25,
        TEST_ATTRIBUTE = 26,
        VISIBILITY_SECTION = 27,
        /// Patterns start at nodes of this kind.
        PATTERNS = 28,
        /// A definition starts here.
        DEF = 29,
        /// The called name.
        CALLEE = 30,
        /// A region that did not parse.
        ERROR = 31,
        SCOPE_CLOSED = 32,
        ASSIGN = 33,
        HOIST_ASSIGN = 34,
        /// A definition without a body that holds what follows it.
        TO_END = 35,
        CALL_BARE = 36,
        SECTION_PUBLIC = 37,
        SECTION_PROTECTED = 38,
        SECTION_INTERNAL = 39,
        SECTION_PRIVATE = 40,
        MAKES_PUBLIC = 41,
        MAKES_PROTECTED = 42,
        MAKES_INTERNAL = 43,
        MAKES_PRIVATE = 44,
    }
    /// Everything that introduces a name.
    pub(crate) const BINDING: u64 = BIND_PARAMETER
        | BIND_VARIABLE
        | BIND_IMPORT
        | BIND_DEFINITION
        | HOIST_VARIABLE
        | HOIST_DEFINITION
        | REDECLARE
        | ASSIGN
        | HOIST_ASSIGN;
    /// Everything that sets the visibility of the members that follow.
    pub(crate) const SECTION: u64 =
        VISIBILITY_SECTION | SECTION_PUBLIC | SECTION_PROTECTED | SECTION_INTERNAL | SECTION_PRIVATE;
    /// Everything that sets the visibility of a member by its name.
    pub(crate) const MAKES: u64 = MAKES_PUBLIC | MAKES_PROTECTED | MAKES_INTERNAL | MAKES_PRIVATE;
    /// What only full detail needs.
    pub(crate) const FULL_ONLY: u64 = WRITE | REFERENCE;
    /// What the walk over the nodes stops at.
    pub(crate) const WALK: u64 = !(PATTERNS | MEMBER | TO_END);
}

/// The role of a capture name, without its `@`.
pub(crate) fn role(name: &str) -> Option<Role> {
    if name.starts_with('_') {
        return Some(Role::Private);
    }
    if let Some(kind) = name.strip_prefix("def.") {
        return SymbolKind::from_name(kind).map(Role::Def);
    }
    Some(match name {
        "name" => Role::Name,
        "body" => Role::Body,
        "qualifier" => Role::Qualifier,
        "doc" => Role::Doc,
        "parameters" => Role::Parameters,
        "visibility" => Role::Visibility,
        "visibility.public" => Role::VisibilityIs(Visibility::Public),
        "visibility.protected" => Role::VisibilityIs(Visibility::Protected),
        "visibility.internal" => Role::VisibilityIs(Visibility::Internal),
        "visibility.private" => Role::VisibilityIs(Visibility::Private),
        "exported" => Role::Exported,
        "import" => Role::Import,
        "module" => Role::Module,
        "module.prefix" => Role::ModulePrefix,
        "item" => Role::Item,
        "alias" => Role::Alias,
        "wildcard" => Role::Wildcard,
        "call" => Role::Call,
        "callee" => Role::Callee,
        "receiver" => Role::Receiver,
        "scope" => Role::Flag(flag::SCOPE),
        "scope.class" => Role::Flag(flag::SCOPE | flag::SCOPE_CLASS),
        "scope.function" => Role::Flag(flag::SCOPE | flag::SCOPE_FUNCTION),
        "scope.closed" => Role::Flag(flag::SCOPE | flag::SCOPE_FUNCTION | flag::SCOPE_CLOSED),
        "to_end" => Role::Flag(flag::TO_END),
        "call.bare" => Role::Flag(flag::CALL_BARE),
        "visibility.section.public" => Role::Flag(flag::SECTION_PUBLIC),
        "visibility.section.protected" => Role::Flag(flag::SECTION_PROTECTED),
        "visibility.section.internal" => Role::Flag(flag::SECTION_INTERNAL),
        "visibility.section.private" => Role::Flag(flag::SECTION_PRIVATE),
        "visibility.of.public" => Role::Flag(flag::MAKES_PUBLIC),
        "visibility.of.protected" => Role::Flag(flag::MAKES_PROTECTED),
        "visibility.of.internal" => Role::Flag(flag::MAKES_INTERNAL),
        "visibility.of.private" => Role::Flag(flag::MAKES_PRIVATE),
        "comment" => Role::Flag(flag::COMMENT),
        // On a comment the mark of members says that it is about what it stands in.
        "comment.inner" => Role::Flag(flag::COMMENT | flag::MEMBER),
        "attribute" => Role::Flag(flag::ATTRIBUTE),
        "declaration" => Role::Flag(flag::DECLARATION),
        "write" => Role::Flag(flag::WRITE),
        "reference" => Role::Flag(flag::REFERENCE),
        "member" => Role::Flag(flag::MEMBER),
        "global" => Role::Flag(flag::GLOBAL),
        "outer" => Role::Flag(flag::OUTER),
        "binding.parameter" => Role::Flag(flag::BIND_PARAMETER),
        "binding.variable" => Role::Flag(flag::BIND_VARIABLE),
        "binding.import" => Role::Flag(flag::BIND_IMPORT),
        "binding.definition" => Role::Flag(flag::BIND_DEFINITION),
        "binding.redeclare" => Role::Flag(flag::REDECLARE),
        "binding.assign" => Role::Flag(flag::ASSIGN),
        "hoist.assign" => Role::Flag(flag::HOIST_ASSIGN),
        "hoist.variable" => Role::Flag(flag::HOIST_VARIABLE),
        "hoist.definition" => Role::Flag(flag::HOIST_DEFINITION),
        "branch" => Role::Flag(flag::BRANCH),
        "switch" => Role::Flag(flag::SWITCH),
        "case" => Role::Flag(flag::CASE),
        "else" => Role::Flag(flag::ELSE),
        "logical" => Role::Flag(flag::LOGICAL),
        "nest" => Role::Flag(flag::NEST),
        "jump" => Role::Flag(flag::JUMP),
        "test" => Role::Flag(flag::TEST),
        "test.attribute" => Role::Flag(flag::TEST_ATTRIBUTE | flag::ATTRIBUTE),
        "visibility.section" => Role::Flag(flag::VISIBILITY_SECTION),
        _ => return None,
    })
}
