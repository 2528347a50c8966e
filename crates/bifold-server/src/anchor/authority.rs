//! Asking an authority for a time-stamp, and whether to believe the answer.

use super::Authority;
use super::ask::{AskError, post, refused};
use bifold_domain::At;
use bifold_domain::time::MINUTE;
use bifold_store::anchor::Stamped;
use bifold_timestamp::{
    Options, REQUEST_MEDIA_TYPE, Request, Response, StampError, Stamped as Of, verify,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// How far an authority's clock and ours may be apart, in microseconds.
const CLOCKS_APART: i64 = 5 * MINUTE;

/// Why an answer is not a time-stamp to rely on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotStamped {
    #[error(transparent)]
    Stamp(#[from] StampError),
    #[error("the stamp says {gen_time} and it is {now}; compare both clocks")]
    Late { gen_time: Timestamp, now: At },
    #[error("the time {0} cannot be handled; set the clock")]
    Time(i64),
}

/// Asks for a time-stamp over `data`. It is believed if it answers this very request, is over this
/// data, and the authority's roots vouch for it at a time that is about now.
pub(super) async fn stamped(
    authority: &Authority,
    data: &[u8],
    nonce: u64,
    now: impl Fn() -> At,
) -> Result<Stamped, AskError> {
    let request = Request::new(Sha256::digest(data).into(), nonce);
    let answer = post(authority.url.clone(), REQUEST_MEDIA_TYPE, request.to_der()).await?;
    if answer.status != 200 {
        return Err(refused(&authority.url, &answer));
    }
    Ok(believed(authority, &request, answer.body, now())?)
}

fn believed(
    authority: &Authority,
    request: &Request,
    answer: Vec<u8>,
    now: At,
) -> Result<Stamped, NotStamped> {
    let token = Response::parse(&answer)?.into_token()?;
    let options = Options {
        at: Some(instant(now.plus(CLOCKS_APART))?),
        ..Options::answer_to(request)
    };
    let stamp = verify(
        &token,
        Of::Sha256(request.imprint),
        &authority.roots,
        &options,
    )?;
    let gen_time = stamp.info().gen_time;
    // The request is seconds old, so an earlier time is wrong, and would have us ask again at once.
    if gen_time < instant(now.plus(-CLOCKS_APART))? {
        return Err(NotStamped::Late { gen_time, now });
    }
    Ok(Stamped {
        request: request.to_der(),
        answer,
        gen_time: At::from_micros(gen_time.as_microsecond()),
        expires_at: At::from_micros(stamp.expires().as_microsecond()),
    })
}

fn instant(at: At) -> Result<Timestamp, NotStamped> {
    Timestamp::from_microsecond(at.micros()).map_err(|_| NotStamped::Time(at.micros()))
}
