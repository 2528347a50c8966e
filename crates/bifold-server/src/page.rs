//! Pages by key. The cursor is opaque to clients: base64url over JSON, and not to be built.

use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Rows of a page when the client does not say.
const DEFAULT: u32 = 50;
/// Rows of a page at most.
const LIMIT: u32 = 200;

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Page<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// All there is.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// The number of rows asked for.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32> {
    match asked {
        None => Ok(DEFAULT),
        Some(n) if (1..=LIMIT).contains(&n) => Ok(n),
        Some(_) => Err(Error::Query(format!("limit must be from 1 to {LIMIT}"))),
    }
}

/// Cuts the one row more that was asked for, and makes a cursor of the last one kept.
pub(crate) fn cut<T, C: Serialize>(
    rows: &mut Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> C,
) -> Option<String> {
    let limit = limit as usize;
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| seal(&cursor(row)))
}

/// A place in a list, as text.
pub(crate) fn seal<C: Serialize>(place: &C) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// The place behind a cursor.
pub(crate) fn open<C: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<C>> {
    let Some(text) = cursor else { return Ok(None) };
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .map(Some)
        .ok_or_else(|| Error::Query("the cursor is not one of ours".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_the_place_it_was_made_of() {
        let mut rows = vec![1, 2, 3];
        let next = cut(&mut rows, 2, |n| (*n, "x".to_owned()));
        assert_eq!(rows, [1, 2]);
        let place: Option<(i64, String)> = open(next.as_deref()).unwrap();
        assert_eq!(place, Some((2, "x".to_owned())));
        assert!(open::<i64>(Some("%%")).is_err());
        assert_eq!(cut(&mut rows, 2, |n| *n), None);
    }
}
