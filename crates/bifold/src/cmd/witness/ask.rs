//! `bifold witness ask`: brings a published log to a witness and keeps its cosignature.
//!
//! It remembers nothing: a witness says which size it cosigned last, and the proof starts there.

use super::published::PublishedLog;
use crate::exit::{Code, Coded};
use bifold_ledger::cosignature::WitnessKey;
use bifold_ledger::witness::{
    MAX_REQUEST_BYTES, NoSecondTry, Request, after_conflict, parse_known_size,
};
use std::path::Path;
use std::time::Duration;

/// How long a witness may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_mins(1);

/// What a witness answered.
enum Answer {
    /// 200, with signature lines.
    Cosigned(String),
    /// 409, with the size it cosigned last.
    Known(u64),
    /// Anything else.
    Refused { status: u16, says: String },
}

pub(super) fn run(url: &str, dir: &Path, witness: &WitnessKey) -> anyhow::Result<Code> {
    let log = PublishedLog::open(dir)?;
    let lines = cosigned(url, &log, witness)?;
    let cosignature = log.keep(&lines, witness)?;
    let (size, origin) = (log.checkpoint.size, &log.checkpoint.origin);
    println!("{origin}: {size} entries");
    println!("  witnessed by {cosignature}");
    println!(
        "  check it: bifold-verify {} --vkey '{}' --witness '{witness}'",
        dir.display(),
        log.vkey
    );
    Ok(Code::Ok)
}

/// Asks once, and once more when the witness names another size than the one tried.
fn cosigned(url: &str, log: &PublishedLog, witness: &WitnessKey) -> anyhow::Result<String> {
    let first = if log.is_cosigned_by(witness) {
        log.checkpoint.size
    } else {
        0
    };
    let old = match post(url, log, first)? {
        Answer::Cosigned(lines) => return Ok(lines),
        Answer::Known(known) => next(log, first, known)?,
        Answer::Refused { status, says } => return Err(refused(log, status, &says)),
    };
    match post(url, log, old)? {
        Answer::Cosigned(lines) => Ok(lines),
        Answer::Known(known) => {
            next(log, old, known)?;
            let says = "the witness was asked about this log by somebody else meanwhile; ask again";
            Err(Coded::error(Code::Conflict, says))
        }
        Answer::Refused { status, says } => Err(refused(log, status, &says)),
    }
}

fn post(url: &str, log: &PublishedLog, old: u64) -> anyhow::Result<Answer> {
    let request = Request::new(old, log.proof(old)?, log.note.clone())?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_LIMIT))
        .build()
        .into();
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let unreachable = |error: ureq::Error| {
        let message = format!("cannot reach {url}: {error}. Is the witness running?");
        Coded::error(Code::Unavailable, message)
    };
    let sent = agent.post(&url).content_type("text/plain; charset=utf-8");
    let mut answer = sent.send(request.to_string()).map_err(unreachable)?;
    let body = answer.body_mut().with_config();
    let body = body.limit(MAX_REQUEST_BYTES as u64).read_to_string();
    let body = body.map_err(unreachable)?;
    Ok(match (answer.status().as_u16(), parse_known_size(&body)) {
        (200, _) => Answer::Cosigned(body),
        (409, Some(known)) => Answer::Known(known),
        (status, _) => Answer::Refused { status, says: body },
    })
}

/// What to prove next, when the proof from `tried` entries was not the one wanted.
fn next(log: &PublishedLog, tried: u64, known: u64) -> anyhow::Result<u64> {
    after_conflict(tried, known, log.checkpoint.size).map_err(|why| {
        let code = match why {
            NoSecondTry::Behind { .. } => Code::Conflict,
            NoSecondTry::SecondHistory { .. } | NoSecondTry::Contradictory { .. } => {
                Code::VerificationFailed
            }
        };
        Coded::error(code, why.to_string())
    })
}

fn refused(log: &PublishedLog, status: u16, says: &str) -> anyhow::Error {
    let (code, next) = match status {
        404 => (
            Code::NotFound,
            format!("Its operator must run: bifold witness trust '{}'", log.vkey),
        ),
        403 => (
            Code::NotAllowed,
            "Its operator must trust this log's newest key".to_owned(),
        ),
        422 => (
            Code::VerificationFailed,
            "This is not the log that it has witnessed: keep this folder, and find out why"
                .to_owned(),
        ),
        status => (
            Code::of_status(status),
            "Ask again later, or ask its operator".to_owned(),
        ),
    };
    // What the witness says is foreign text; a terminal must not obey it.
    let says: String = says
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    let message = format!("the witness refused ({status}): {says}\n  Next: {next}.");
    Coded::error(code, message)
}
