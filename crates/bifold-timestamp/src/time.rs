//! Times as certificates and time-stamps write them.
//!
//! RFC 5280 has no fractions of a second, RFC 3161 has them, so both forms are read here. Only UTC
//! is read, as both standards demand. A sixtieth second, which is a leap second, is refused: an
//! instant here is a number without leap seconds.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::asn1::{Element, GENERALIZED_TIME, Malformed, UTC_TIME};

/// The instant that a `UTCTime` or `GeneralizedTime` tells.
pub(crate) fn read(element: &Element<'_>, what: &'static str) -> Result<Timestamp, Malformed> {
    let text = str::from_utf8(element.content).ok();
    let instant = match element.tag {
        GENERALIZED_TIME => text.and_then(|text| instant(text.split_at_checked(4)?, 0)),
        UTC_TIME => text.and_then(|text| {
            let (year, rest) = text.split_at_checked(2)?;
            instant((year, rest), if year < "50" { 2000 } else { 1900 })
        }),
        _ => None,
    };
    instant.ok_or(Malformed(what))
}

fn instant((year, rest): (&str, &str), century: i16) -> Option<Timestamp> {
    let rest = rest.strip_suffix('Z')?;
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let pairs: Vec<i8> = whole
        .as_bytes()
        .chunks(2)
        .map(|pair| number(str::from_utf8(pair).ok()?))
        .collect::<Option<_>>()?;
    let [month, day, hour, minute, second] = pairs.try_into().ok()?;
    let year = century + number::<i16>(year)?;
    let nanoseconds = number(&format!("{fraction:0<9}"))?;
    let civil = DateTime::new(year, month, day, hour, minute, second, nanoseconds).ok()?;
    let exact = whole.len() == 10 && fraction.len() <= 9 && !fraction.is_empty();
    TimeZone::UTC.to_timestamp(civil).ok().filter(|_| exact)
}

/// A number of digits only: `parse` alone would take signs.
fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tag: u8, text: &str) -> Option<String> {
        let content = text.as_bytes();
        let whole = content;
        let read = read(
            &Element {
                tag,
                content,
                whole,
            },
            "time",
        );
        read.ok().map(|instant| instant.to_string())
    }

    #[test]
    fn times_are_read_with_and_without_fractions() {
        for (tag, text, expected) in [
            (GENERALIZED_TIME, "20241008154032Z", "2024-10-08T15:40:32Z"),
            (
                GENERALIZED_TIME,
                "20241008154032.5Z",
                "2024-10-08T15:40:32.5Z",
            ),
            (
                GENERALIZED_TIME,
                "20241008154032.000001Z",
                "2024-10-08T15:40:32.000001Z",
            ),
            (UTC_TIME, "491008154032Z", "2049-10-08T15:40:32Z"),
            (UTC_TIME, "501008154032Z", "1950-10-08T15:40:32Z"),
        ] {
            assert_eq!(told(tag, text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "Z",
            "20241008154032",
            "202410081540Z",
            "20241008154032+0100",
            "20241308154032Z",
            "20241008154032.Z",
            "20241008154032,5Z",
            "20241008154060Z",
            "2024100815403+Z",
            "+0241008154032Z",
            "20241008154032.1234567891Z",
            "é0241008154032Z",
            "2024100815é032Z",
        ] {
            assert_eq!(told(GENERALIZED_TIME, text), None, "{text}");
        }
    }
}
