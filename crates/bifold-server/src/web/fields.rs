//! Names and values as browsers write them in forms and addresses.

use crate::error::{Error, Result};

/// Fields of a form at most.
const FIELD_LIMIT: usize = 500;

/// The fields of a form or of a query, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads an urlencoded text.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let text = str::from_utf8(bytes).map_err(|e| Error::Syntax(e.to_string()))?;
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let fields = pairs.take(FIELD_LIMIT).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?.replace("\r\n", "\n")))
        });
        Ok(Self(fields.collect::<Result<_>>()?))
    }

    /// Reads the query of an address; one that is not understood is empty.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default()
    }

    /// A field without the spaces around it, if there is something in it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name)
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// A field to the sign as it was sent: spaces of a password are part of it.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// Every value of a repeated field in which there is something.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let mut values = self.column(name);
        values.retain(|value| !value.is_empty());
        values
    }

    /// Every value of a repeated field, one for each row of a table.
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        let values = self.iter().filter(|(n, _)| *n == name);
        values.map(|(_, value)| value.trim()).collect()
    }

    /// Name and value of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_urlencoded_is_refused() {
        for body in [b"a=%zz".as_slice(), b"a=%e", b"a=%ff", b"\xff"] {
            assert!(Fields::parse(body).is_err());
        }
    }

    #[test]
    fn what_was_encoded_is_read_back() {
        let mut address = String::from("q=");
        encode(&mut address, "a b&c=ü/%", b"/");
        assert_eq!(address, "q=a%20b%26c%3D%C3%BC/%25");
        let fields = Fields::parse(address.as_bytes()).unwrap();
        assert_eq!(fields.get("q"), Some("a b&c=ü/%"));
    }

    #[test]
    fn a_password_keeps_its_spaces() {
        let fields = Fields::parse(b"password=+a+&x=+b+&x=&x=c").unwrap();
        assert_eq!(fields.raw("password"), Some(" a "));
        assert_eq!(fields.all("x"), ["b", "c"]);
        assert_eq!(fields.get("y"), None);
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
