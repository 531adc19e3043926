//! Who is who in a project: identities stand in the project, names come from the server.

use domain::{Permission, UserId};
use serde::{Deserialize, Serialize};

/// What everybody in a project may know of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Identity.
    pub id: UserId,
    /// The name after `@`.
    pub handle: String,
    /// The name people see.
    pub name: String,
    /// Whether tasks may be given to them.
    #[serde(default)]
    pub member: bool,
}

/// The people of a project, and what I may do in it, as the server answers.
#[derive(Debug, Clone, Deserialize)]
pub struct PeopleShown {
    /// What I may do.
    pub permissions: Vec<Permission>,
    /// Who is there.
    pub people: Vec<Person>,
}

/// The people of a project, as far as they are known here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People(Vec<Person>);

impl People {
    /// Of this list.
    pub fn new(people: Vec<Person>) -> People {
        People(people)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.0.iter()
    }

    /// The person with this identity. One whom the server has not named is called by the identity.
    pub fn named(&self, id: UserId) -> Person {
        let known = self.0.iter().find(|person| person.id == id).cloned();
        known.unwrap_or_else(|| Person { id, handle: id.to_string(), name: id.to_string(), member: false })
    }

    /// The person whom people call so: by handle, with or without `@`, whatever the case.
    pub fn by_handle(&self, handle: &str) -> Option<&Person> {
        let handle = handle.strip_prefix('@').unwrap_or(handle);
        self.0.iter().find(|person| person.handle.eq_ignore_ascii_case(handle))
    }
}
