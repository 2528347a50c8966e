//! Names of the files in the folder `anchors` of a published log: time-stamps (RFC 3161), and the
//! checkpoints they are of.
//!
//! `42.checkpoint` is a signed checkpoint of 42 entries, `42.tsa.example.tsr` the answer of an
//! authority that stamped it, `.tsq` the request. A stamp that was renewed, because the certificates
//! behind it were about to expire, has `42.tsa.example.renewed-1.tsr` beside it, which stamps the
//! answer before. They are the names that the `openssl ts` command's users know.
//!
//! This is naming only: nothing is read or written, and no stamp is judged.

use std::fmt;

use crate::tree::parse_decimal;

/// The folder, in that of the log.
pub const FOLDER: &str = "anchors";
const RENEWED: &str = ".renewed-";

/// Which time-stamp a file holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StampFile {
    /// The size of the checkpoint.
    pub size: u64,
    /// The authority's name, of letters, digits, dots and hyphens.
    pub authority: String,
    /// 0 for the stamp of the checkpoint, otherwise how often it was renewed.
    pub round: u32,
}

impl StampFile {
    /// The name of the file with a checkpoint.
    pub fn checkpoint(size: u64) -> String {
        format!("{size}.checkpoint")
    }

    /// The name of the file with the request.
    pub fn request(&self) -> String {
        format!("{self}.tsq")
    }

    /// The name of the file with the authority's answer.
    pub fn answer(&self) -> String {
        format!("{self}.tsr")
    }

    /// The name of the file that is stamped: a checkpoint, or the answer of the round before.
    pub fn stamped(&self) -> String {
        match self.round.checked_sub(1) {
            None => Self::checkpoint(self.size),
            Some(round) => Self {
                round,
                ..self.clone()
            }
            .answer(),
        }
    }

    /// Reads the name of a file with an answer; `None` for any other file.
    pub fn parse_answer(name: &str) -> Option<Self> {
        let (size, rest) = name.strip_suffix(".tsr")?.split_once('.')?;
        let renewed = rest.rsplit_once(RENEWED);
        let renewed = renewed.and_then(|(authority, round)| {
            let round = u32::try_from(parse_decimal(round)?).ok();
            Some((authority, round.filter(|round| *round > 0)?))
        });
        let (authority, round) = renewed.unwrap_or((rest, 0));
        Some(Self {
            size: parse_decimal(size)?,
            authority: Some(authority.to_owned()).filter(|name| is_name(name))?,
            round,
        })
    }
}

/// Whether an authority can have this name: it is part of file names.
pub fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    !name.is_empty() && !name.starts_with(['.', '-']) && name.chars().all(fits)
}

impl fmt::Display for StampFile {
    /// The name without what follows the last dot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.size, self.authority)?;
        match self.round {
            0 => Ok(()),
            round => write!(f, "{RENEWED}{round}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stamp(round: u32) -> StampFile {
        StampFile {
            size: 42,
            authority: "tsa.example".to_owned(),
            round,
        }
    }

    #[test]
    fn each_round_stamps_the_one_before() {
        assert_eq!(stamp(0).stamped(), "42.checkpoint");
        assert_eq!(stamp(0).answer(), "42.tsa.example.tsr");
        assert_eq!(stamp(1).stamped(), "42.tsa.example.tsr");
        assert_eq!(stamp(1).request(), "42.tsa.example.renewed-1.tsq");
        assert_eq!(stamp(2).stamped(), "42.tsa.example.renewed-1.tsr");
    }

    #[test]
    fn other_files_are_not_taken_for_stamps() {
        for name in [
            "42.checkpoint",
            "42.tsr",
            "42..tsr",
            "042.tsa.example.tsr",
            "42.tsa.example.tsq",
            "42.tsa/../x.tsr",
            "42.-tsa.tsr",
            "x.tsa.tsr",
            "",
        ] {
            assert_eq!(StampFile::parse_answer(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_named_is_read(size: u64, authority in "[a-z0-9][a-z0-9.-]{0,30}", round: u32) {
            prop_assume!(!authority.contains(RENEWED));
            let file = StampFile { size, authority, round };
            prop_assert_eq!(StampFile::parse_answer(&file.answer()), Some(file));
        }

        #[test]
        fn any_name_is_read_or_refused_without_panic(name: String) {
            let _ = StampFile::parse_answer(&name);
        }
    }
}
