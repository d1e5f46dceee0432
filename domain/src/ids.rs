//! What are things called? One UUID each, and two shorter spellings of it for clients that cannot read a UUID.

use crate::text::{ascii_digits, trim};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A lead: one person or number to be called.
    LeadId
    /// A human or AI agent; also every other person who logs in.
    AgentId
    /// What one `next-batch` handed out.
    BatchId
    /// One call attempt, whatever number of reports speak of it.
    AttemptId
    /// One statement about an attempt.
    FactId
    /// A machine's credential.
    CredentialId
    /// A report that could be attributed but not understood.
    DeadLetterId
}

/// The 24 hex digits of S4: the first 12 bytes of the UUID (C-02).
pub fn oid(id: Uuid) -> String {
    let mut text = id.simple().to_string();
    text.truncate(24);
    text
}

/// An id as a client wrote it: any of the three spellings of C-02.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AnyId {
    Uuid(Uuid),
    /// First 12 bytes of a UUID, as the lowest and the highest UUID that begin with them.
    Oid {
        first: Uuid,
        last: Uuid,
    },
    Num(i64),
}

impl AnyId {
    /// Exactly 24 hex digits are an oid, 36 characters a UUID, 1 to 19 digits a number; all else is no id. Blanks and
    /// invisible characters at its ends are none of it, and digits of every script count.
    pub fn parse(text: &str) -> Option<Self> {
        let text = &*ascii_digits(trim(text));
        match text.len() {
            24 if text.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let first = u128::from_str_radix(text, 16).ok()? << 32;
                Some(Self::Oid {
                    first: Uuid::from_u128(first),
                    last: Uuid::from_u128(first | u128::from(u32::MAX)),
                })
            }
            36 => Uuid::try_parse(text).ok().map(Self::Uuid),
            1..=19 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Self::Num),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_spelling_of_an_id_is_read_back(bits: u128) {
            let id = Uuid::from_u128(bits);
            prop_assert_eq!(AnyId::parse(&id.to_string()), Some(AnyId::Uuid(id)));
            let Some(AnyId::Oid { first, last }) = AnyId::parse(&oid(id)) else { panic!("an oid") };
            prop_assert!(first <= id && id <= last);
        }

        #[test]
        fn nothing_makes_the_parser_panic(text in ".{0,40}") {
            let _ = AnyId::parse(&text);
        }
    }

    #[test]
    fn a_number_is_an_id_and_other_shapes_are_not() {
        for text in ["17", " 17\u{200b}", "۱۷"] {
            assert_eq!(AnyId::parse(text), Some(AnyId::Num(17)), "{text}");
        }
        for text in
            ["", "-1", "1.5", "csv-import", "99999999999999999999", "zz3e4567-e89b-12d3-a456-426614174000"]
        {
            assert_eq!(AnyId::parse(text), None, "{text}");
        }
    }
}
