//! Text that people write, checked once at the door.
//!
//! A handler never sees a raw string twice: it is a `Title`, a `Short` or a `Text`, or a refusal
//! that names the limit. Control characters are refused because no honest title has them and
//! because PostgreSQL cannot hold a NUL.

use crate::refusal::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

fn check(text: &str, field: &'static str, limit: usize, lines: bool) -> Result<String, Invalid> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Invalid::Empty { field });
    }
    if trimmed.len() > limit {
        return Err(Invalid::TooLong {
            field,
            limit_bytes: limit,
        });
    }
    let bad = |c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
    if trimmed.chars().any(bad) {
        return Err(Invalid::ControlCharacter { field });
    }
    Ok(trimmed.to_owned())
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $field:literal, $limit:expr, lines: $lines:expr);* $(;)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most UTF-8 bytes it may have.
            pub const LIMIT_BYTES: usize = $limit;

            /// Trims and checks; refuses empty, too long, and control characters.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                check(text, $field, Self::LIMIT_BYTES, $lines).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }
    )*};
}

texts! {
    /// One line that names a thing.
    Title, "title", 400, lines: false;
    /// A code, key or name: one short line.
    Short, "short text", 120, lines: false;
    /// Several lines of prose.
    Text, "text", 60_000, lines: true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_bounded() {
        assert_eq!(
            Title::parse("  Payments down ").unwrap().as_str(),
            "Payments down"
        );
        assert_eq!(Title::parse("   "), Err(Invalid::Empty { field: "title" }));
        assert!(Title::parse(&"x".repeat(401)).is_err());
        assert!(Title::parse("a\nb").is_err());
        assert!(Text::parse("a\nb").is_ok());
        assert!(Text::parse("a\0b").is_err());
    }
}
