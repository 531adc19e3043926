//! What the resolution must know of each language, as a table.

use grammars::Language;

/// A language whose calls or symbols take part in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Lang {
    Rust,
    Python,
    JavaScript,
    Go,
    Java,
    Kotlin,
    Scala,
    C,
    Cpp,
    ObjectiveC,
    CSharp,
    Ruby,
    Php,
    Swift,
    Bash,
    /// Anything else: its symbols can be found, nothing is resolved.
    Other,
}

/// Languages that call each other's code by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Family {
    Rust,
    Python,
    JavaScript,
    Go,
    Jvm,
    C,
    CSharp,
    Ruby,
    Php,
    Swift,
    Bash,
    Other,
}

impl Lang {
    pub(super) fn of(language: Option<Language>) -> Lang {
        match language.map(|language| language.name()).unwrap_or("") {
            "rust" => Lang::Rust,
            "python" => Lang::Python,
            "javascript" | "typescript" | "tsx" | "vue" | "svelte" => Lang::JavaScript,
            "go" => Lang::Go,
            "java" => Lang::Java,
            "kotlin" => Lang::Kotlin,
            "scala" => Lang::Scala,
            "c" => Lang::C,
            "cpp" => Lang::Cpp,
            "objc" => Lang::ObjectiveC,
            "csharp" => Lang::CSharp,
            "ruby" => Lang::Ruby,
            "php" => Lang::Php,
            "swift" => Lang::Swift,
            "bash" => Lang::Bash,
            _ => Lang::Other,
        }
    }

    pub(super) fn family(self) -> Family {
        match self {
            Lang::Rust => Family::Rust,
            Lang::Python => Family::Python,
            Lang::JavaScript => Family::JavaScript,
            Lang::Go => Family::Go,
            Lang::Java | Lang::Kotlin | Lang::Scala => Family::Jvm,
            Lang::C | Lang::Cpp | Lang::ObjectiveC => Family::C,
            Lang::CSharp => Family::CSharp,
            Lang::Ruby => Family::Ruby,
            Lang::Php => Family::Php,
            Lang::Swift => Family::Swift,
            Lang::Bash => Family::Bash,
            Lang::Other => Family::Other,
        }
    }

    /// Whether `receiver` means the object or type that the calling code belongs to.
    pub(super) fn is_self(self, receiver: &str) -> bool {
        match self {
            Lang::Rust | Lang::Swift => matches!(receiver, "self" | "Self"),
            Lang::Python => matches!(receiver, "self" | "cls"),
            Lang::Ruby => receiver == "self",
            Lang::Php => matches!(receiver, "$this" | "self" | "static"),
            Lang::JavaScript | Lang::Java | Lang::Kotlin | Lang::Scala | Lang::Cpp | Lang::CSharp => receiver == "this",
            _ => false,
        }
    }

    /// Whether a call without receiver may be a call of a method of the object around (inherited ones included).
    pub(super) fn implicit_self(self) -> bool {
        matches!(self, Lang::Java | Lang::Kotlin | Lang::Scala | Lang::Cpp | Lang::CSharp | Lang::Ruby | Lang::Swift)
    }

    /// Whether a name that neither the file nor a wildcard import binds is built into the language or comes from outside the workspace.
    pub(super) fn names_are_bound(self) -> bool {
        matches!(self, Lang::Python | Lang::Go | Lang::Rust)
    }

    /// Whether a private method cannot be overridden, so that a call of it on the object itself has one possible target.
    ///
    /// Not C++ (a private method may be virtual), Ruby (private methods are overridden like others) and Python (private by convention only).
    pub(super) fn private_is_final(self) -> bool {
        matches!(
            self,
            Lang::Java | Lang::Kotlin | Lang::Scala | Lang::CSharp | Lang::Php | Lang::Swift | Lang::JavaScript
        )
    }
}

/// The parts of a path as any of the languages writes it (`a::b`, `a.b`, `a->b`, `A\B`).
pub(super) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split("->")
        .flat_map(|path| path.split(['.', ':', '\\']))
        .map(|part| part.trim_end_matches(['?', '!']))
        .filter(|part| !part.is_empty())
}

/// The last part of a path.
pub(super) fn last_part(path: &str) -> &str {
    parts(path).last().unwrap_or(path)
}
