//! How far others vouch for the ledger, as JSON and as a light.

use crate::error::Result;
use crate::server::Server;
use bifold_domain::At;
use bifold_domain::time::{HOUR, MINUTE, SECOND};
use bifold_store::anchor::Reach;
use serde::Serialize;

/// How old a time-stamp may be while the log grows, in microseconds: an hour, and time to ask.
const STAMP_FRESH: i64 = 65 * MINUTE;
/// The same of a cosignature.
const COSIGNATURE_FRESH: i64 = 5 * MINUTE;
/// How long somebody may be asked in vain before it is a failure, in microseconds.
const FAILING: i64 = 2 * HOUR;

/// How it stands, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Light {
    /// Nobody is configured.
    None,
    /// The newest word is recent, or nothing is new since.
    Green,
    /// It waits.
    Amber,
    /// It was asked in vain for more than two hours.
    Red,
}

impl Light {
    /// The word in messages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }

    /// The style of a tag that shows it.
    pub(crate) fn style(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Green => "good",
            Self::Amber => "warn",
            Self::Red => "bad",
        }
    }
}

/// The light of one who vouches: `size` is that of the newest checkpoint.
fn light(
    size: u64,
    newest: Option<Reach>,
    fresh: i64,
    failing_since: Option<At>,
    now: At,
) -> Light {
    let age = |at: At| now.micros() - at.micros();
    if newest.is_some_and(|newest| newest.size >= size || age(newest.at) <= fresh) {
        Light::Green
    } else if failing_since.is_some_and(|since| age(since) > FAILING) {
        Light::Red
    } else {
        Light::Amber
    }
}

/// Who vouches for the ledger from outside, and up to where.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Anchors)]
pub(crate) struct AnchorsView {
    /// The worst of those below; none when nobody is configured.
    pub(crate) status: Light,
    /// The current log's year.
    pub(crate) log: i64,
    /// The size of its newest signed checkpoint.
    pub(crate) size: u64,
    /// Time-stamp authorities (RFC 3161).
    pub(crate) authorities: Vec<AuthorityView>,
    /// Witnesses (c2sp.org/tlog-witness).
    pub(crate) witnesses: Vec<WitnessView>,
}

/// What a time-stamp authority has stamped.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AnchorAuthority)]
pub(crate) struct AuthorityView {
    pub(crate) name: String,
    pub(crate) status: Light,
    /// The size of the newest checkpoint that it stamped.
    #[schema(required)]
    pub(crate) size: Option<u64>,
    /// The time it stated then.
    #[schema(required)]
    pub(crate) gen_time: Option<At>,
    /// How many seconds ago that is.
    #[schema(required)]
    pub(crate) age_s: Option<i64>,
    /// When the certificates behind that stamp expire; it is renewed before.
    #[schema(required)]
    pub(crate) expires_at: Option<At>,
    /// Stamps that it still owes.
    pub(crate) waiting: u64,
    /// What went wrong with them last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<String>,
}

/// What a witness has cosigned.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AnchorWitness)]
pub(crate) struct WitnessView {
    pub(crate) name: String,
    /// Its verifier key.
    pub(crate) vkey: String,
    pub(crate) status: Light,
    /// The size of the newest checkpoint that it cosigned.
    #[schema(required)]
    pub(crate) size: Option<u64>,
    /// When it says it did.
    #[schema(required)]
    pub(crate) cosigned_at: Option<At>,
    /// How many seconds ago that is.
    #[schema(required)]
    pub(crate) age_s: Option<i64>,
    /// What went wrong when it was asked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<String>,
}

/// How it stands now.
pub(crate) async fn standing(server: &Server) -> Result<AnchorsView> {
    let log = server.store.log_state().await?.log;
    let signed = server.store.checkpoint(log, 0).await?;
    let size = signed.map_or(0, |(checkpoint, _)| checkpoint.size);
    let now = server.store.shell().clock.now();
    let anchors = &server.config.anchors;
    let mut authorities = Vec::new();
    for authority in anchors.authorities() {
        authorities.push(authority_view(server, log, size, &authority.name, now).await?);
    }
    let mut witnesses = Vec::new();
    for witness in anchors.witnesses() {
        let found = server.store.witness_standing(log, &witness.key).await?;
        // What nobody could refuse yet only waits.
        let failing_since = found.error.as_ref().and(found.waiting_since);
        witnesses.push(WitnessView {
            name: witness.key.name().to_owned(),
            vkey: witness.key.to_string(),
            status: light(size, found.newest, COSIGNATURE_FRESH, failing_since, now),
            size: found.newest.map(|newest| newest.size),
            cosigned_at: found.newest.map(|newest| newest.at),
            age_s: found.newest.map(|newest| age_s(newest.at, now)),
            last_error: found.error,
        });
    }
    let lights = authorities.iter().map(|a| a.status);
    let lights = lights.chain(witnesses.iter().map(|w| w.status));
    Ok(AnchorsView {
        status: lights.max().unwrap_or(Light::None),
        log,
        size,
        authorities,
        witnesses,
    })
}

async fn authority_view(
    server: &Server,
    log: i64,
    size: u64,
    name: &str,
    now: At,
) -> Result<AuthorityView> {
    let found = server.store.authority_standing(log, name).await?;
    Ok(AuthorityView {
        name: name.to_owned(),
        status: light(size, found.newest, STAMP_FRESH, found.failing_since, now),
        size: found.newest.map(|newest| newest.size),
        gen_time: found.newest.map(|newest| newest.at),
        age_s: found.newest.map(|newest| age_s(newest.at, now)),
        expires_at: found.expires_at,
        waiting: found.waiting,
        last_error: found.error,
    })
}

/// Never less than nothing: the other's clock may be ahead.
fn age_s(at: At, now: At) -> i64 {
    (now.micros() - at.micros()).max(0) / SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> At {
        At::from_micros(minutes * MINUTE)
    }

    #[test]
    fn a_light_says_how_far_one_can_rely_on_it() {
        let reach = |size, minutes| {
            Some(Reach {
                size,
                at: at(minutes),
            })
        };
        for (newest, failing, now, expected) in [
            (reach(9, 0), None, 9_999, Light::Green), // Nothing new since.
            (reach(8, 0), None, 65, Light::Green),
            (reach(8, 0), None, 66, Light::Amber),
            (reach(8, 0), Some(at(60)), 180, Light::Amber),
            (reach(8, 0), Some(at(60)), 181, Light::Red),
            (reach(8, 150), Some(at(60)), 181, Light::Green),
            (None, None, 0, Light::Amber),
            (None, Some(at(0)), 121, Light::Red),
        ] {
            let found = light(9, newest, STAMP_FRESH, failing, at(now));
            assert_eq!(found, expected, "{newest:?} {failing:?} {now}");
        }
    }

    #[test]
    fn the_worst_counts() {
        let mut all = [Light::Red, Light::None, Light::Amber, Light::Green];
        all.sort();
        assert_eq!(all, [Light::None, Light::Green, Light::Amber, Light::Red]);
    }
}
