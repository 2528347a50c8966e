//! Names that are the same file on every system, and how a manifest writes them.

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It begins at the root of something.
    #[error("is absolute")]
    Absolute,
    /// A part is empty, `.`, `..`, or ends in a dot or space.
    #[error("has a part that is empty, `.`, `..`, or ends in a dot or space")]
    Part,
    /// A part is longer than file systems take.
    #[error("has a part of more than {MAX_PART_BYTES} bytes")]
    Long,
    /// A control character, or one that other systems do not allow or give a meaning.
    #[error("has the character {0:?} in it")]
    Character(char),
    /// A device name of Windows.
    #[error("has a part that is a device name on Windows")]
    Device,
    /// Given before, perhaps in other case.
    #[error("is that of {first:?}, apart from upper and lower case")]
    Taken {
        /// The name that was given first.
        first: String,
    },
}

/// The longest part of a name, in bytes.
const MAX_PART_BYTES: usize = 255;

/// Device names of Windows, with or without an extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

pub(super) fn check(name: &str) -> Result<(), NameError> {
    if name.starts_with(['/', '~']) {
        return Err(NameError::Absolute);
    }
    let meant_elsewhere = |c: &char| c.is_control() || r#"\<>:"|?*"#.contains(*c);
    if let Some(found) = name.chars().find(meant_elsewhere) {
        return Err(NameError::Character(found));
    }
    name.split('/').try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), NameError> {
    if part.is_empty() || part.ends_with(['.', ' ']) {
        return Err(NameError::Part);
    }
    if part.len() > MAX_PART_BYTES {
        return Err(NameError::Long);
    }
    let stem = part.split('.').next().unwrap_or(part).to_lowercase();
    let is_port = |port: &str| {
        let number = stem.strip_prefix(port);
        number.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt") {
        return Err(NameError::Device);
    }
    Ok(())
}

/// The name as a manifest writes it (RFC 8493 §2.1.3). Line breaks are encoded too, although
/// [`check`] refuses them.
pub(super) fn encode(name: &str) -> String {
    name.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_accepted() {
        for good in [
            "incident.json",
            "evidence/EVD-2026-0001/meta.json",
            "Straße 12 %.txt",
            ".hidden",
            "console/comet.txt",
            "com10",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        for bad in [
            "",
            "/etc/passwd",
            "~/x",
            "..",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a.",
            "a ",
            "a\nb",
            "a\0",
            "C:/x",
            "a\\b",
            "a*",
            "nul",
            "data/CON.txt",
            "com1.log",
            "a\u{7f}",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        assert_eq!(check(&"x".repeat(256)), Err(NameError::Long));
    }

    #[test]
    fn percent_and_line_breaks_are_encoded() {
        assert_eq!(encode("100 %\r\n"), "100 %25%0D%0A");
    }
}
