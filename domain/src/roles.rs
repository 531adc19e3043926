//! Who may do what: permissions, and roles as plain tables of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::RoleId;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// One thing that a person may be allowed to do in a project or an organisation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $text)] $name),* }

        impl Permission {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in roles, tokens and documents.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

permissions! {
    /// See the project and everything in it.
    Read = "project:read",
    /// Write comments, react, watch.
    Comment = "task:comment",
    /// Create, change, move and link tasks; log one's own time; save one's own views.
    Write = "task:write",
    /// Delete tasks.
    DeleteTask = "task:delete",
    /// Plan: epics, sprints, labels, shared views.
    Plan = "project:plan",
    /// Change or delete what other people wrote: comments, time entries.
    Moderate = "project:moderate",
    /// Change the project and its columns, archive it.
    Configure = "project:configure",
    /// Say who may do what in the project.
    Share = "project:share",
    /// Delete the project.
    DeleteProject = "project:delete",
    /// See the organisation, its teams and members.
    ReadOrg = "org:read",
    /// Create projects.
    CreateProject = "org:create_project",
    /// Invite and remove people, make teams.
    ManageMembers = "org:members",
    /// Define roles, change the organisation, read its audit log.
    Administer = "org:admin",
    /// Appoint owners, delete the organisation.
    Own = "org:own",
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// All of the given ones.
    pub const fn of(list: &[Permission]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < list.len() {
            bits |= 1 << list[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// Whether `wanted` is among them.
    pub const fn has(self, wanted: Permission) -> bool {
        self.0 & (1 << wanted as u32) != 0
    }

    /// What is in either.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether every permission of `other` is here too.
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |one| self.has(*one))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(list: T) -> Self {
        list.into_iter().fold(Self::NONE, |all, one| all.union(Self::of(&[one])))
    }
}

/// A role: one of the five that always exist, or one that the organisation defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May do everything, and appoints owners.
    Owner,
    /// May do everything but appoint owners and delete the organisation.
    Admin,
    /// Runs projects: columns, sprints, sharing.
    Maintainer,
    /// Works on tasks.
    Member,
    /// Sees and comments where invited, and nothing else.
    Guest,
    /// Defined by the organisation.
    Custom(RoleId),
}

use Permission as P;

/// What a guest of a project may do there. In an organisation a guest sees nothing but the projects shared with them.
const GUEST: &[P] = &[P::Read, P::Comment];
const MEMBER: &[P] = &[P::Read, P::Comment, P::Write, P::ReadOrg];
const MAINTAINER: &[P] = &[
    P::Read,
    P::Comment,
    P::Write,
    P::ReadOrg,
    P::DeleteTask,
    P::Plan,
    P::Moderate,
    P::Configure,
    P::Share,
    P::CreateProject,
];
const ADMIN: &[P] = &[
    P::Read,
    P::Comment,
    P::Write,
    P::ReadOrg,
    P::DeleteTask,
    P::Plan,
    P::Moderate,
    P::Configure,
    P::Share,
    P::CreateProject,
    P::DeleteProject,
    P::ManageMembers,
    P::Administer,
];

impl Role {
    /// The five roles that always exist, strongest first.
    pub const BUILT_IN: &[Self] = &[Self::Owner, Self::Admin, Self::Maintainer, Self::Member, Self::Guest];

    /// The table of the built-in roles; a custom role's permissions stand in its organisation.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Owner => Permissions::of(Permission::ALL),
            Self::Admin => Permissions::of(ADMIN),
            Self::Maintainer => Permissions::of(MAINTAINER),
            Self::Member => Permissions::of(MEMBER),
            Self::Guest => Permissions::of(GUEST),
            Self::Custom(_) => Permissions::NONE,
        }
    }

    /// What the role gives throughout an organisation, in all its projects. A guest gets nothing that way.
    pub const fn permissions_everywhere(self) -> Permissions {
        match self {
            Self::Guest => Permissions::NONE,
            other => other.permissions(),
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Maintainer => "maintainer",
            Self::Member => "member",
            Self::Guest => "guest",
            Self::Custom(id) => return id.fmt(out),
        })
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::BUILT_IN
            .iter()
            .find(|role| role.to_string() == text)
            .copied()
            .or_else(|| text.parse().ok().map(Self::Custom))
            .ok_or_else(|| "expected owner, admin, maintainer, member, guest or the identity of a role".to_owned())
    }
}

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Role {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(owner|admin|maintainer|member|guest|role_[0-7][0-9a-hjkmnp-tv-z]{25})$",
        })
    }
}

/// The names of a set, as it is stored and shown.
pub fn names(set: Permissions) -> BTreeSet<Permission> {
    set.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_covers_the_weaker_ones() {
        for pair in Role::BUILT_IN.windows(2) {
            assert!(pair[0].permissions().covers(pair[1].permissions()), "{} covers {}", pair[0], pair[1]);
            assert_ne!(pair[0].permissions(), pair[1].permissions());
        }
    }

    #[test]
    fn only_owners_appoint_owners() {
        assert!(Role::Owner.permissions().has(Permission::Own));
        assert!(!Role::Admin.permissions().has(Permission::Own));
        assert!(Role::Guest.permissions_everywhere().is_empty());
    }
}
