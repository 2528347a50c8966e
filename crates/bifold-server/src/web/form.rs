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

use super::guest::Guest;

/// Fields of a form at most.
const FIELD_LIMIT: usize = 500;

/// A sent form.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) caller: Caller,
    pub(crate) guest: Guest,
    /// Whether a module of ours sent it and can show a part of a page.
    pub(crate) is_fetched: bool,
    what: String,
    fields: Vec<(String, String)>,
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
            fields: fields(&bytes)?,
        })
    }
}

/// Whether a module of ours asked, which shows parts of pages.
pub(crate) fn is_fetched(headers: &HeaderMap) -> bool {
    headers.contains_key("x-bifold-part")
}

/// The fields of an urlencoded body.
pub(crate) fn fields(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let text = str::from_utf8(bytes).map_err(|e| Error::Syntax(e.to_string()))?;
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let fields: Vec<(String, String)> = pairs
        .take(FIELD_LIMIT)
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?.replace("\r\n", "\n")))
        })
        .collect::<Result<_>>()?;
    Ok(fields)
}

fn decoded(text: &str) -> Result<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    let wrong = || Error::Syntax("the form is not urlencoded UTF-8".to_owned());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit(bytes.next()), digit(bytes.next()));
                let (high, low) = high.zip(low).ok_or_else(wrong)?;
                out.push(u8::try_from(high << 4 | low).map_err(|_| wrong())?);
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).map_err(|_| wrong())
}

impl Form {
    /// A field as it was sent, if there is something in it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(n, _)| n == name);
        found.map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// A field to the sign as it was sent: spaces of a password are part of it.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(n, _)| n == name);
        found.map(|(_, v)| v.as_str())
    }

    /// Every value of a repeated field.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.fields.iter().filter(|(n, _)| n == name);
        found
            .map(|(_, v)| v.trim())
            .filter(|v| !v.is_empty())
            .collect()
    }

    /// The fields that are not the page's own: what the person wrote.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = |(name, _): &&(String, String)| !name.starts_with('_');
        self.fields
            .iter()
            .filter(own)
            .map(|(n, v)| (n.as_str(), v.as_str()))
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
        let json = self.json()?;
        let bytes = match json.as_object() {
            Some(object) if object.is_empty() => Vec::new(),
            _ => serde_json::to_vec(&json).map_err(|_| Error::Internal)?,
        };
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

/// Adds the text to an address, percent-encoded but for letters, digits and what is named.
pub(crate) fn encode(address: &mut String, text: &str, kept: &[u8]) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// Whether it leads to a page of ours and nowhere else.
pub(crate) fn is_own_path(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
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
        for (name, value) in fields(body.as_bytes()).unwrap() {
            put(&mut object, &name, &value).unwrap();
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
    fn what_is_no_form_is_refused() {
        for body in [b"a=%zz".as_slice(), b"a=%e", b"a=%ff", b"\xff"] {
            assert!(fields(body).is_err());
        }
        let mut object = Map::new();
        put(&mut object, "a", "1").unwrap();
        assert!(put(&mut object, "a.b", "2").is_err());
        assert!(put(&mut object, "a[]", "2").is_err());
    }

    #[test]
    fn only_own_paths_are_followed() {
        for (path, own) in [
            ("/incidents/INC-2026-0001", true),
            ("/", true),
            ("//elsewhere.example", false),
            ("/\\elsewhere.example", false),
            ("https://elsewhere.example", false),
            ("/a\nb", false),
            ("", false),
        ] {
            assert_eq!(is_own_path(path), own, "{path:?}");
        }
    }
}
