//! Values bound to statements.

/// A value bound to a placeholder. The portable subset: text, 64-bit integers, booleans, nulls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
    Bool(bool),
    NullText,
    NullInt,
}

macro_rules! from {
    ($($ty:ty => |$v:ident| $value:expr),* $(,)?) => {$(
        impl From<$ty> for Value {
            fn from($v: $ty) -> Self { $value }
        }
    )*};
}
from! {
    String => |v| Self::Text(v),
    &String => |v| Self::Text(v.clone()),
    &str => |v| Self::Text(v.to_owned()),
    i64 => |v| Self::Int(v),
    u64 => |v| Self::Int(i64::try_from(v).unwrap_or(i64::MAX)),
    u32 => |v| Self::Int(i64::from(v)),
    bool => |v| Self::Bool(v),
    Option<String> => |v| v.map_or(Self::NullText, Self::Text),
    Option<&str> => |v| v.map_or(Self::NullText, |v| Self::Text(v.to_owned())),
    Option<i64> => |v| v.map_or(Self::NullInt, Self::Int),
}
