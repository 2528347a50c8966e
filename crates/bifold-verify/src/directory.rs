//! Verifying a directory: checkpoint, entry bundles, tiles, disclosures, in one pass.

use std::path::{Path, PathBuf};

use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint};
use bifold_ledger::note::{MAX_NOTE_BYTES, Verifier};
use bifold_ledger::policy;
use bifold_ledger::publish;
use bifold_ledger::tile::{Bundle, FULL_WIDTH, LogPath, MAX_ENTRY_BYTES, parse_entries};
use bifold_ledger::tree::leaf_hash;
use bifold_ledger::verify::{Disclosures, Genesis, LogVerifier, Policy};
use bifold_timestamp::TrustedCertificates;

use crate::disclosures::DisclosureFile;
use crate::files::{self, FileError};
use crate::report::{Problem, Report};
use crate::stamps::Stamps;
use crate::tiles::{TileChecker, read_first};
use crate::witnesses::Witnesses;

/// Bytes of the largest entry bundle: 256 entries of full length behind their lengths.
const MAX_BUNDLE_BYTES: u64 = FULL_WIDTH as u64 * (MAX_ENTRY_BYTES as u64 + 2);

/// What the verifier is to know besides the directory and the keys.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files with older checkpoints of the same log that somebody kept.
    pub older_checkpoints: Vec<PathBuf>,
    /// File with the final checkpoint of the log before, which the genesis leaf must name.
    pub previous: Option<PathBuf>,
    /// The log must end with a closing leaf.
    pub must_be_closed: bool,
    /// The disclosure file holds only some disclosures; absent ones mean nothing.
    pub some_disclosures: bool,
    /// Which witnesses must have cosigned the newest checkpoint.
    pub witnesses: Option<policy::Policy>,
    /// Through which certificates time-stamps are believed; they are not looked at without.
    pub tsa_roots: Option<TrustedCertificates>,
}

/// Verifies the published log in `dir`. The first key is the log's own; further ones may belong to
/// the log before it, or to this log before its key was changed.
pub fn verify_directory(dir: &Path, keys: &[Verifier], options: &Options) -> Report {
    let mut report = Report::default();
    let path = dir.join("checkpoint");
    let Some((head, note)) = read(&path, keys, &mut report) else {
        return report;
    };
    if let Some(expected) = keys
        .first()
        .map(Verifier::name)
        .filter(|name| *name != head.origin)
    {
        let (path, expected) = ("checkpoint".to_owned(), expected.to_owned());
        report.add(Problem::OtherLog {
            path,
            expected,
            found: head.origin,
        });
        return report;
    }
    report.checkpoint = Some(head.clone());
    if let Some(policy) = &options.witnesses {
        match Witnesses::check(&note, policy) {
            Ok(witnesses) => report.witnesses = Some(witnesses),
            Err(why) => report.add(Problem::Checkpoint {
                path: "checkpoint".to_owned(),
                why,
            }),
        }
    }
    let mut stamped = Vec::new();
    if let Some(trusted) = &options.tsa_roots {
        let (stamps, checkpoints) = Stamps::check(dir, keys, &head, trusted);
        report.stamps = Some(stamps);
        stamped = checkpoints;
    }
    if let Err(problem) = walk(dir, keys, options, &head, &stamped, &mut report) {
        report.add(problem);
    }
    report
}

/// Reads every entry once. Ends early, without a report on the log, if one cannot be read.
fn walk(
    dir: &Path,
    keys: &[Verifier],
    options: &Options,
    head: &Checkpoint,
    stamped: &[Checkpoint],
    report: &mut Report,
) -> Result<(), Problem> {
    let mut disclosures = DisclosureFile::open(dir)?;
    let complete = disclosures.is_some() && !options.some_disclosures;
    let mut verifier = LogVerifier::new(Policy {
        origin: Some(head.origin.clone()),
        head: Some(head.clone()),
        genesis: genesis(options, keys, report),
        must_be_closed: options.must_be_closed,
        disclosures: if complete {
            Disclosures::Complete
        } else {
            Disclosures::Partial
        },
    });
    for path in &options.older_checkpoints {
        if let Some(older) = open(path, keys, report) {
            verifier.checkpoint(&older);
        }
    }
    for older in stamped {
        verifier.checkpoint(older);
    }
    let mut tiles = TileChecker::new(dir);
    for file in publish::files(head.size) {
        let LogPath::Entries(bundle) = file else {
            break;
        };
        let (path, bytes) = read_bundle(dir, &bundle)?;
        for (entry, index) in entries(&bundle, path, &bytes)?.iter().zip(bundle.entries()) {
            let shown = disclosures
                .as_mut()
                .map_or(Ok(Vec::new()), |file| file.of(index))?;
            let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
            verifier.leaf(entry, &shown);
            tiles.push(leaf_hash(entry), report);
        }
    }
    tiles.finish(report);
    report.log = Some(verifier.finish());
    disclosures.map_or(Ok(()), |file| file.finish(head.size))
}

fn genesis(options: &Options, keys: &[Verifier], report: &mut Report) -> Genesis {
    let previous = options
        .previous
        .as_ref()
        .and_then(|path| open(path, keys, report));
    previous.map_or(Genesis::Required, Genesis::Continues)
}

/// A checkpoint that a key signed; otherwise the reason goes into the report.
fn open(path: &Path, keys: &[Verifier], report: &mut Report) -> Option<Checkpoint> {
    read(path, keys, report).map(|(checkpoint, _)| checkpoint)
}

/// The same, with the signed note it was read from.
fn read(path: &Path, keys: &[Verifier], report: &mut Report) -> Option<(Checkpoint, Vec<u8>)> {
    let shown = path.display().to_string();
    let problem = match files::read(path, MAX_NOTE_BYTES as u64) {
        Ok(note) => match open_checkpoint(&note, keys) {
            Ok(checkpoint) => return Some((checkpoint, note)),
            Err(why) => Problem::Checkpoint { path: shown, why },
        },
        Err(FileError::Missing) => Problem::Missing { path: shown },
        Err(FileError::Unreadable(why)) => Problem::Unreadable { path: shown, why },
    };
    report.add(problem);
    None
}

fn read_bundle(dir: &Path, bundle: &Bundle) -> Result<(String, Vec<u8>), Problem> {
    let full = Bundle {
        width: FULL_WIDTH,
        ..*bundle
    };
    read_first(dir, [bundle.path(), full.path()], MAX_BUNDLE_BYTES)
}

/// The entries of the bundle that the checkpoint vouches for.
fn entries<'a>(bundle: &Bundle, path: String, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, Problem> {
    let expected = usize::from(bundle.width);
    let mut entries = match parse_entries(bytes) {
        Ok(entries) => entries,
        Err(why) => return Err(Problem::Form { path, why }),
    };
    if path != bundle.path() {
        entries.truncate(expected);
    }
    if entries.len() == expected {
        Ok(entries)
    } else {
        Err(Problem::Count {
            path,
            expected,
            found: entries.len(),
        })
    }
}
