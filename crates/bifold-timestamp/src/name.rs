//! Names of authorities, for people to read. Nothing is decided by them: a time-stamp is bound to
//! its signer by the digest of the certificate.

use crate::asn1::{Element, Malformed, OBJECT_IDENTIFIER, Reader, SET, context, holder};

/// Short names of the usual attributes (RFC 4514 section 3, and what authorities use besides).
const ATTRIBUTES: &[(&[u8], &str)] = &[
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 13], "description"),
    (&[0x55, 4, 97], "organizationIdentifier"),
    (
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1],
        "emailAddress",
    ),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
        "DC",
    ),
];

const BMP_STRING: u8 = 0x1e;

/// A distinguished name in the order it is written, as in `O=local, CN=Test TSA`.
pub(crate) fn distinguished(name: Reader<'_>) -> Result<String, Malformed> {
    const WHAT: &str = "distinguished name";
    let mut sets = name;
    let mut parts = Vec::new();
    while !sets.is_empty() {
        let mut set = sets.take(SET, WHAT)?.inside();
        while !set.is_empty() {
            let mut pair = set.sequence(WHAT)?;
            let kind = pair.take(OBJECT_IDENTIFIER, WHAT)?.content;
            let value = text(&pair.any(WHAT)?);
            parts.push(format!("{}={value}", label(kind)));
        }
    }
    Ok(parts.join(", "))
}

/// A `GeneralName` (RFC 5280 section 4.2.1.6): a distinguished name, or one line of text.
pub(crate) fn general(name: &Element<'_>) -> Result<String, Malformed> {
    const DIRECTORY_NAME: u8 = holder(4);
    const EMAIL: u8 = context(1);
    const DNS: u8 = context(2);
    const URI: u8 = context(6);
    match name.tag {
        DIRECTORY_NAME => distinguished(name.inside().sequence("directory name")?),
        EMAIL | DNS | URI => Ok(text(name)),
        _ => Ok("(a name of another kind)".to_owned()),
    }
}

fn label(kind: &[u8]) -> String {
    let known = ATTRIBUTES.iter().find(|(oid, _)| *oid == kind);
    match (known, const_oid::ObjectIdentifier::from_bytes(kind)) {
        (Some((_, label)), _) => (*label).to_owned(),
        (None, Ok(oid)) => oid.to_string(),
        (None, Err(_)) => "?".to_owned(),
    }
}

/// The characters of a string, without those that could disturb a terminal or a line.
pub(crate) fn text(value: &Element<'_>) -> String {
    let text = if value.tag == BMP_STRING {
        let units = value.content.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        });
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    } else {
        String::from_utf8_lossy(value.content).into_owned()
    };
    text.chars().filter(|c| !disturbs(*c)).collect()
}

/// Control characters, and those that turn the direction of writing.
fn disturbs(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{SEQUENCE, element};

    fn pair(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        let pair = [element(OBJECT_IDENTIFIER, oid), element(tag, value)].concat();
        element(SET, &element(SEQUENCE, &pair))
    }

    #[test]
    fn a_name_is_told_in_its_own_order() {
        let name = [
            pair(&[0x55, 4, 10], 0x0c, "Zeit \u{1b}[2Jund Siegel".as_bytes()),
            pair(&[0x55, 4, 3], BMP_STRING, &[0, b'T', 0, b'S', 0, b'A']),
            pair(&[0x2a, 3, 4], 0x13, b"x"),
        ]
        .concat();
        assert_eq!(
            distinguished(Reader(&name)).unwrap(),
            "O=Zeit [2Jund Siegel, CN=TSA, 1.2.3.4=x"
        );
        let general_name = element(holder(4), &element(SEQUENCE, &name));
        let mut reader = Reader(&general_name);
        let told = general(&reader.any("name").unwrap()).unwrap();
        assert!(told.ends_with("1.2.3.4=x"), "{told}");
    }
}
