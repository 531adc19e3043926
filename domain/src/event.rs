//! Events: what happened, with the full new state of whatever changed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    CommandId, UserId,
    state::{Entity, EntityRef},
};

/// One step of a stream's history. Applying it is writing its changes down, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its place in the stream: 1, 2, 3 … without gaps, in the order of commit.
    pub seq: u64,
    /// The command that caused it.
    pub command: CommandId,
    /// Who sent the command.
    pub actor: UserId,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What sort of command it was, such as `task.move`.
    pub kind: String,
    /// What changed.
    pub changes: Vec<Change>,
}

/// A change of one entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all changes put something; a box would be one more allocation for each"
)]
pub enum Change {
    /// The entity is now this, whether it was there before or not.
    Put {
        /// The full new state.
        entity: Entity,
    },
    /// The entity is gone.
    Remove {
        /// Which.
        #[serde(flatten)]
        target: EntityRef,
    },
}

impl Change {
    /// The entity is now this.
    pub fn put(entity: impl Into<Entity>) -> Self {
        Self::Put { entity: entity.into() }
    }

    /// The entity is gone.
    pub fn remove(target: impl Into<EntityRef>) -> Self {
        Self::Remove { target: target.into() }
    }

    /// Which entity it is about.
    pub fn target(&self) -> EntityRef {
        match self {
            Self::Put { entity } => entity.reference(),
            Self::Remove { target } => *target,
        }
    }
}

impl Entity {
    /// Whose it is alone; `None` for what everybody in the stream may read.
    pub fn private_to(&self) -> Option<UserId> {
        match self {
            Self::View(view) if !view.shared => Some(view.owner),
            _ => None,
        }
    }

    /// Whether this person may read it, as far as the entity itself decides.
    pub fn is_shown_to(&self, user: UserId) -> bool {
        self.private_to().is_none_or(|owner| owner == user)
    }
}

impl Event {
    /// Whether everybody in the stream may read all of it.
    pub fn is_for_everybody(&self) -> bool {
        self.changes.iter().all(|change| !matches!(change, Change::Put { entity } if entity.private_to().is_some()))
    }

    /// The event as this person may read it: what is private to somebody else is gone, if it ever was there. Its number stays, so that
    /// nobody's history has gaps.
    pub fn shown_to(mut self, user: UserId) -> Self {
        for change in &mut self.changes {
            if let Change::Put { entity } = change
                && !entity.is_shown_to(user)
            {
                *change = Change::remove(entity.reference());
            }
        }
        self
    }
}
