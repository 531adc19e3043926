//! Identities: UUIDs of version 7 behind a prefix that says what they name, such as `tsk_01h455vb4pex5vsknk084sn02q`.
//!
//! The text form is that of the TypeID specification (<https://github.com/jetify-com/typeid>): the prefix, an underscore,
//! and the 128 bits in 26 digits of Crockford's base 32, lower case. It sorts as the UUID does, so by time of creation.

use std::fmt;

/// The digits of Crockford's base 32: no `i`, `l`, `o` or `u`.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is no identity of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an identity such as {prefix}_01h455vb4pex5vsknk084sn02q")]
pub struct BadId {
    /// The prefix that was wanted.
    pub prefix: &'static str,
}

fn encode(value: u128, out: &mut [u8; 26]) {
    let mut rest = value;
    for slot in out.iter_mut().rev() {
        *slot = DIGITS[(rest & 31) as usize];
        rest >>= 5;
    }
}

/// The value of 26 digits; `None` for a wrong length, a foreign digit, or more than 128 bits.
fn decode(text: &[u8]) -> Option<u128> {
    if text.len() != 26 || text[0] > b'7' {
        return None;
    }
    text.iter().try_fold(0u128, |value, byte| {
        let digit = DIGITS.iter().position(|digit| digit == byte)?;
        Some((value << 5) | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// What the text form starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh identity: the time now and random bits.
            pub fn fresh() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// The identity with these 128 bits.
            pub const fn from_bits(bits: u128) -> Self {
                Self(uuid::Uuid::from_u128(bits))
            }

            /// The 128 bits.
            pub const fn bits(self) -> u128 {
                self.0.as_u128()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 26];
                encode(self.bits(), &mut digits);
                out.write_str($prefix)?;
                out.write_str("_")?;
                // Every digit is ASCII.
                out.write_str(std::str::from_utf8(&digits).unwrap_or_default())
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|digits| decode(digits.as_bytes()))
                    .map(Self::from_bits)
                    .ok_or(BadId { prefix: $prefix })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"),
                })
            }
        }
    )*};
}

ids! {
    /// A person or a service account.
    UserId = "usr";
    /// An organisation.
    OrgId = "org";
    /// A team of an organisation.
    TeamId = "team";
    /// A role that an organisation defined for itself.
    RoleId = "role";
    /// A project.
    ProjectId = "prj";
    /// A column of a board, which is also a status.
    ColumnId = "col";
    /// A label.
    LabelId = "lbl";
    /// An epic.
    EpicId = "epic";
    /// A sprint.
    SprintId = "spr";
    /// A task.
    TaskId = "tsk";
    /// A comment.
    CommentId = "cmt";
    /// Time spent on a task.
    TimeEntryId = "time";
    /// A saved view.
    ViewId = "view";
    /// A place in code that a task is about.
    AnchorId = "anc";
    /// A command; made by the client, so that sending it twice does it once.
    CommandId = "cmd";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_example_of_the_typeid_specification() {
        let id: TaskId = "tsk_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        assert_eq!(uuid::Uuid::from_u128(id.bits()).to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!(id.to_string(), "tsk_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn refuses_other_kinds_lengths_and_digits() {
        for text in [
            "",
            "tsk_",
            "usr_01h455vb4pex5vsknk084sn02q",
            "tsk_01h455vb4pex5vsknk084sn02",
            "tsk_81h455vb4pex5vsknk084sn02q",
            "tsk_01h455vb4pex5vsknk084sn02u",
            "TSK_01h455vb4pex5vsknk084sn02q",
        ] {
            assert!(text.parse::<TaskId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_keeps_value_and_order(a: u128, b: u128) {
            let (a, b) = (TaskId::from_bits(a), TaskId::from_bits(b));
            prop_assert_eq!(a.to_string().parse::<TaskId>(), Ok(a));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if let Ok(id) = text.parse::<TaskId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
