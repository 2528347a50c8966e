//! The text of tag files: their declaration, encodings and lines.

/// The version of a bag's form, as far as this reader knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// The draft before the RFC.
    V097,
    /// RFC 8493.
    V1,
}

/// How tag files other than `bagit.txt` are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16,
    Latin1,
}

/// What `bagit.txt` declares; the error is a sentence, and whether it is a gap rather than a fault.
pub(crate) fn declaration(bytes: &[u8]) -> Result<(Version, Encoding), (String, bool)> {
    let fault = |says: &str| (says.to_owned(), false);
    let text = std::str::from_utf8(bytes).map_err(|_| fault("it is not UTF-8"))?;
    let lines: Vec<&str> = lines(text).collect();
    let (version, encoding) = match lines.as_slice() {
        [version, encoding, rest @ ..] if rest.iter().all(|line| line.is_empty()) => {
            (version, encoding)
        }
        _ => return Err(fault("it does not have exactly two lines")),
    };
    let version = version.strip_prefix("BagIt-Version: ");
    let version = version.ok_or_else(|| fault("its first line is not `BagIt-Version: M.N`"))?;
    let encoding = encoding.strip_prefix("Tag-File-Character-Encoding: ");
    let encoding = encoding.ok_or_else(|| fault("its second line names no encoding"))?;
    let version = match version.trim_end() {
        "0.97" => Version::V097,
        "1.0" => Version::V1,
        other => return Err((format!("version {other} is not known here"), true)),
    };
    let encoding = match encoding.trim_end().to_ascii_uppercase().as_str() {
        "UTF-8" => Encoding::Utf8,
        "UTF-16" => Encoding::Utf16,
        "ISO-8859-1" => Encoding::Latin1,
        other => return Err((format!("encoding {other} is not known here"), true)),
    };
    Ok((version, encoding))
}

/// Text in the declared encoding.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> Option<String> {
    match encoding {
        Encoding::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
        Encoding::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
        Encoding::Utf16 => utf16(bytes),
    }
}

/// Without a mark of byte order it is big-endian (RFC 2781 §4.3).
fn utf16(bytes: &[u8]) -> Option<String> {
    let (is_little, bytes) = match bytes {
        [0xff, 0xfe, rest @ ..] => (true, rest),
        [0xfe, 0xff, rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| {
        if is_little {
            u16::from_le_bytes(*pair)
        } else {
            u16::from_be_bytes(*pair)
        }
    };
    let units: Vec<u16> = pairs.iter().map(unit).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

/// Lines that end in LF, CR or both.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// A path of a manifest without its percent-encoding. Only version 1.0 encodes the percent sign.
pub(crate) fn decode_path(path: &str, version: Version) -> String {
    let mut path = path.to_owned();
    for (codes, character) in [(["%0A", "%0a"], "\n"), (["%0D", "%0d"], "\r")] {
        for code in codes {
            path = path.replace(code, character);
        }
    }
    match version {
        Version::V097 => path,
        Version::V1 => path.replace("%25", "%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_strictly() {
        let good = "BagIt-Version: 1.0\r\nTag-File-Character-Encoding: utf-8\r\n";
        let read = declaration(good.as_bytes());
        assert_eq!(read, Ok((Version::V1, Encoding::Utf8)));
        for (bad, is_gap) in [
            (
                "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
                false,
            ),
            ("BagIt-Version: 1.0\n", false),
            (
                "BagIt-Version: 0.96\nTag-File-Character-Encoding: UTF-8\n",
                true,
            ),
            (
                "BagIt-Version: 1.0\nTag-File-Character-Encoding: KOI8-R\n",
                true,
            ),
            (
                "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nx\n",
                false,
            ),
        ] {
            assert_eq!(declaration(bad.as_bytes()).unwrap_err().1, is_gap, "{bad}");
        }
    }

    #[test]
    fn encodings_are_decoded() {
        assert_eq!(
            decode(b"\xfe\xff\0a", Encoding::Utf16).as_deref(),
            Some("a")
        );
        assert_eq!(
            decode(b"\xff\xfea\0", Encoding::Utf16).as_deref(),
            Some("a")
        );
        assert_eq!(decode(b"a\0b", Encoding::Utf16), None);
        assert_eq!(decode(b"\xe4", Encoding::Latin1).as_deref(), Some("ä"));
        assert_eq!(decode(b"\xe4", Encoding::Utf8), None);
    }

    #[test]
    fn percent_signs_are_decoded_in_version_1_only() {
        assert_eq!(decode_path("a%0a%25", Version::V1), "a\n%");
        assert_eq!(decode_path("a%0D%25", Version::V097), "a\r%25");
    }
}
