//! Forms of pages, turned into the JSON that the command is read from: the same bodies, the same
//! limits and the same refusals as the API's.
//!
//! A field's name says what it becomes. `reason` is a text, `times.detected` one in an object,
//! `people[]` one of a list, `mandatory?` a truth (present or not), `until@` a local time of the
//! form's clock in UTC. Empty fields are left out. Names that begin with `_` are the page's own.

use crate::auth::Caller;
use crate::body;
use crate::error::{Error, Result};
use crate::server::Server;
use crate::write::Write;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use bifold_store::Seen;
use serde_json::{Map, Value};

use super::fields::{Fields, is_own_path};
use super::guest::Guest;

/// A sent form.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) caller: Caller,
    pub(crate) guest: Guest,
    /// Whether a module of ours sent it and can show a part of a page.
    pub(crate) is_fetched: bool,
    what: String,
    fields: Fields,
}

impl FromRequest<Server> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, server: &Server) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, server).await?;
        let guest = Guest::from_request_parts(&mut parts, server).await?;
        let bytes = body::read_any(&parts.headers, body).await?;
        Ok(Self {
            caller,
            guest,
            is_fetched: is_fetched(&parts.headers),
            what: format!("{} {}", parts.method, parts.uri.path()),
            fields: Fields::parse(&bytes)?,
        })
    }
}

impl std::ops::Deref for Form {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.fields
    }
}

/// Whether a module of ours asked, which shows parts of pages.
pub(crate) fn is_fetched(headers: &HeaderMap) -> bool {
    headers.contains_key("x-bifold-part")
}

impl Form {
    /// The fields that are not the page's own: what the person wrote.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .filter(|(name, _)| !name.starts_with('_'))
    }

    /// Where to go afterwards: a path of ours, or `otherwise`.
    pub(crate) fn then(&self, otherwise: String) -> String {
        match self.get("_then") {
            Some(path) if is_own_path(path) => path.to_owned(),
            _ => otherwise,
        }
    }

    /// The version the form was rendered from.
    pub(crate) fn seen(&self) -> Seen {
        let version = self.get("_version").and_then(|v| v.parse().ok());
        version.map_or(Seen::Any, Seen::Version)
    }

    /// The JSON the fields stand for.
    pub(crate) fn json(&self) -> Result<Value> {
        let mut object = Map::new();
        for (name, value) in self.written().filter(|(_, value)| !value.trim().is_empty()) {
            put(&mut object, name, value.trim())?;
        }
        Ok(Value::Object(object))
    }

    /// The request as a write, with its JSON as the body.
    pub(crate) fn write(&self) -> Result<Write> {
        // A form without fields is an empty object: for a verb whose fields are all optional it
        // is a body, and one that takes none is content with it.
        let bytes = serde_json::to_vec(&self.json()?).map_err(|_| Error::Internal)?;
        Ok(self.write_of(bytes))
    }

    /// The request as a write with another body.
    pub(crate) fn write_of(&self, bytes: Vec<u8>) -> Write {
        let id = self
            .get("_key")
            .filter(|id| id.len() <= 64 && id.is_ascii());
        Write::from_form(self.caller.clone(), &self.what, id, self.seen(), bytes)
    }
}

fn put(object: &mut Map<String, Value>, name: &str, value: &str) -> Result<()> {
    if let Some((outer, inner)) = name.split_once('.') {
        let entry = object
            .entry(outer)
            .or_insert_with(|| Value::Object(Map::new()));
        return match entry.as_object_mut() {
            Some(nested) => put(nested, inner, value),
            None => Err(shape(name)),
        };
    }
    if let Some(list) = name.strip_suffix("[]") {
        let entry = object
            .entry(list)
            .or_insert_with(|| Value::Array(Vec::new()));
        return match entry.as_array_mut() {
            Some(items) => {
                items.push(Value::from(value));
                Ok(())
            }
            None => Err(shape(name)),
        };
    }
    let (name, value) = if let Some(name) = name.strip_suffix('?') {
        (name, Value::Bool(true))
    } else if let Some(name) = name.strip_suffix('#') {
        // What is no number stays a text, and is refused by the field it is for.
        (
            name,
            value
                .parse::<i64>()
                .map_or_else(|_| Value::from(value), Value::from),
        )
    } else if let Some(name) = name.strip_suffix('!') {
        (name, Value::Bool(value == "true"))
    } else if let Some(name) = name.strip_suffix('@') {
        (name, Value::from(in_utc(value)))
    } else {
        (name, Value::from(value))
    };
    object.insert(name.to_owned(), value);
    Ok(())
}

fn shape(name: &str) -> Error {
    Error::Shape {
        at: name.to_owned(),
        why: "is sent in two forms".to_owned(),
    }
}

/// `2026-03-01T09:30`, as browsers write a local time, with the zone the form names: UTC.
fn in_utc(value: &str) -> String {
    if value.len() == 16 {
        format!("{value}:00Z")
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(body: &str) -> Value {
        let mut object = Map::new();
        for (name, value) in Fields::parse(body.as_bytes()).unwrap().iter() {
            put(&mut object, name, value).unwrap();
        }
        Value::Object(object)
    }

    #[test]
    fn names_say_what_a_field_becomes() {
        for (body, expected) in [
            ("reason=a+b%21", json!({"reason": "a b!"})),
            (
                "times.detected=x&times.aware=y",
                json!({"times": {"detected": "x", "aware": "y"}}),
            ),
            ("people[]=a&people%5B%5D=b", json!({"people": ["a", "b"]})),
            ("mandatory%3F=on", json!({"mandatory": true})),
            (
                "until@=2026-03-01T09:30",
                json!({"until": "2026-03-01T09:30:00Z"}),
            ),
            ("text=a%0D%0Ab", json!({"text": "a\nb"})),
        ] {
            assert_eq!(object(body), expected, "{body}");
        }
    }

    #[test]
    fn a_name_in_two_forms_is_refused() {
        let mut object = Map::new();
        put(&mut object, "a", "1").unwrap();
        assert!(put(&mut object, "a.b", "2").is_err());
        assert!(put(&mut object, "a[]", "2").is_err());
    }
}
