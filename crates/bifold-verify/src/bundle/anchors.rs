//! Time-stamps of the checkpoint: listed, and checked where the reader says whom they trust.

use bifold_timestamp::{MAX_BYTES, Options, Response, Stamp, Stamped, TrustedCertificates, verify};

use crate::files::FileError;
use crate::finding::Findings;
use crate::folder::Folder;

const FOLDER: &str = "data/ledger/anchors/";

/// The files of one time-stamp, by their names in the bundle.
#[derive(Debug, PartialEq, Eq)]
struct Anchor {
    /// The answer of the authority.
    response: String,
    /// The request, if it was kept.
    request: Option<String>,
    /// The authority's certificates, if they were kept.
    chain: Option<String>,
}

/// Looks at the time-stamps of the checkpoint that this note holds.
pub(super) fn check(
    folder: &Folder,
    note: Option<&str>,
    trusted: Option<&TrustedCertificates>,
    out: &mut Findings,
) -> String {
    let anchors = list(folder);
    match (note, trusted) {
        (Some(note), Some(trusted)) => believed(folder, &anchors, note, trusted, out),
        _ => says(&anchors, out),
    }
}

/// Checks each with the certificates that the reader trusts. One that is wrong is a fault; where
/// there is none, how old the bundle is stays open.
fn believed(
    folder: &Folder,
    anchors: &[Anchor],
    note: &str,
    trusted: &TrustedCertificates,
    out: &mut Findings,
) -> String {
    let mut good = 0;
    for anchor in anchors {
        match stamp(folder, &anchor.response, note, trusted) {
            Ok(stamp) => {
                good += 1;
                let (time, who) = (stamp.info().gen_time, stamp.signer().subject());
                let says = format!("the checkpoint was there at {time}, says {who}");
                out.note("time_stamp", &anchor.response, says);
            }
            Err(says) => out.fault("time_stamp", &anchor.response, says),
        }
    }
    if anchors.is_empty() {
        out.gap("no_time_stamp", FOLDER, "there is no time-stamp here");
    }
    format!("anchors: {good} of {} time-stamps hold", anchors.len())
}

fn stamp(
    folder: &Folder,
    name: &str,
    note: &str,
    trusted: &TrustedCertificates,
) -> Result<Stamp, String> {
    let answer = folder.read(name, MAX_BYTES as u64);
    let answer = answer.map_err(|error| match error {
        FileError::Missing => "it is missing".to_owned(),
        FileError::Unreadable(why) => format!("it cannot be read: {why}"),
    })?;
    let token = Response::parse(&answer).and_then(Response::into_token);
    let token = token.map_err(|why| why.to_string())?;
    let stamped = Stamped::Data(note.as_bytes());
    verify(&token, stamped, trusted, &Options::default()).map_err(|why| why.to_string())
}

/// All time-stamps of the bundle.
fn list(folder: &Folder) -> Vec<Anchor> {
    let names = folder.files().map(|(name, _)| name);
    let responses = names.filter(|name| name.starts_with(FOLDER));
    let stems = responses.filter_map(|name| name.strip_suffix(".tsr"));
    let kept = |name: String| folder.size(&name).map(|_| name);
    stems
        .map(|stem| Anchor {
            response: format!("{stem}.tsr"),
            request: kept(format!("{stem}.tsq")),
            chain: kept(format!("{stem}.chain.pem")),
        })
        .collect()
}

/// Says which time-stamps there are, and that nobody looked into them.
fn says(anchors: &[Anchor], out: &mut Findings) -> String {
    for anchor in anchors {
        let kept = [
            ("request", &anchor.request),
            ("certificates", &anchor.chain),
        ];
        let lacks: Vec<&str> = kept
            .iter()
            .filter(|(_, file)| file.is_none())
            .map(|k| k.0)
            .collect();
        let lacks = match lacks.as_slice() {
            [] => String::new(),
            lacks => format!(" (without {})", lacks.join(" and ")),
        };
        let says = format!("a time-stamp{lacks}; give --tsa-roots, or check it as VERIFY.md says");
        out.note("not_checked", &anchor.response, says);
    }
    format!("anchors: {} listed, not checked", anchors.len())
}
