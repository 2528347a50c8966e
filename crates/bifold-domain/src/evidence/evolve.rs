//! The state after a fact.

use super::custody::Custody;
use super::dual::{Disposal, End, Release, Request};
use super::{Acquisition, Evidence, Fact, Hold, Life, Seal};
use crate::id::{EvidenceId, PersonId, RequestId};
use crate::incident::Tlp;
use crate::record::{BrokenHistory, Meta};
use crate::time::At;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn evolve(
    state: Option<Evidence>,
    fact: &Fact,
    meta: &Meta,
) -> Result<Evidence, BrokenHistory> {
    let broken = || BrokenHistory {
        subject: meta.subject.clone(),
        kind: "evidence".to_owned(),
    };
    match (state, fact) {
        (_, Fact::Registered { .. }) => registered(fact, meta).ok_or_else(broken),
        (Some(evidence), fact) => Ok(after(evidence, fact, meta)),
        (None, _) => Err(broken()),
    }
}

fn registered(fact: &Fact, meta: &Meta) -> Option<Evidence> {
    let Fact::Registered {
        number,
        incident,
        sort,
        title,
        asset,
        wanted_until,
        assignee,
        derived_from,
    } = fact
    else {
        return None;
    };
    Some(Evidence {
        id: EvidenceId::parse(&meta.subject).ok()?,
        number: *number,
        incident: incident.clone(),
        sort: *sort,
        title: title.clone(),
        asset: asset.clone(),
        wanted_until: *wanted_until,
        derived_from: derived_from.clone(),
        copies: Vec::new(),
        registered_by: meta.actor.clone(),
        registered_at: meta.at,
        assignee: assignee.clone(),
        life: Life::Wanted,
        tlp: Tlp::AmberStrict,
        holds: BTreeMap::new(),
        verified: None,
        releases: Vec::new(),
        disposals: Vec::new(),
    })
}

fn after(mut evidence: Evidence, fact: &Fact, meta: &Meta) -> Evidence {
    match fact {
        Fact::Assigned { to } => evidence.assignee.clone_from(to),
        Fact::Described { title } => evidence.title = title.clone(),
        Fact::Forgone { .. } => evidence.life = Life::Forgone,
        Fact::Collected { tlp, .. } => {
            evidence.tlp = *tlp;
            if let Some(acquisition) = acquired(fact, meta) {
                let acquisition = Box::new(acquisition);
                evidence.life = Life::Collected { acquisition };
            }
        }
        Fact::Sealed { .. } | Fact::Disposed { .. } => {
            evidence = grown(evidence, fact);
        }
        Fact::Verified { result } => evidence.verified = Some((*result, meta.at)),
        Fact::Derived { copy, .. } => evidence.copies.push(copy.clone()),
        Fact::Reclassified { tlp } => evidence.tlp = *tlp,
        Fact::HoldSet {
            hold,
            reason,
            authority,
        } => {
            let set = Hold {
                reason: reason.clone(),
                authority: authority.clone(),
                by: meta.actor.clone(),
                at: meta.at,
            };
            evidence.holds.insert(hold.clone(), set);
        }
        Fact::HoldLifted { hold, .. } => {
            evidence.holds.remove(hold);
        }
        Fact::CheckedOut { .. }
        | Fact::CheckedIn { .. }
        | Fact::Offered { .. }
        | Fact::Accepted { .. }
        | Fact::Declined { .. }
        | Fact::Retracted => {
            if let Life::Sealed { custody, .. } = &mut evidence.life {
                handed(custody, fact, meta);
            }
        }
        Fact::Registered { .. } | Fact::Accessed { .. } | Fact::Handled { .. } => {}
        Fact::ReleaseRequested { .. }
        | Fact::ReleaseApproved { .. }
        | Fact::ReleaseRefused { .. }
        | Fact::Released { .. }
        | Fact::DisposalRequested { .. }
        | Fact::DisposalApproved { .. }
        | Fact::DisposalRefused { .. } => decided(&mut evidence, fact, meta),
    }
    evidence
}

fn acquired(fact: &Fact, meta: &Meta) -> Option<Acquisition> {
    let Fact::Collected {
        at,
        collector,
        competence,
        place,
        method,
        tool,
        version,
        command,
        authority,
        witness,
        clock_offset_ms,
        clock_reference,
        is_live,
        tlp: _,
        physical,
    } = fact
    else {
        return None;
    };
    Some(Acquisition {
        at: *at,
        by: meta.actor.clone(),
        recorded_at: meta.at,
        collector: collector.clone(),
        competence: competence.clone(),
        place: place.clone(),
        method: method.clone(),
        tool: tool.clone(),
        version: version.clone(),
        command: command.clone(),
        authority: authority.clone(),
        witness: witness.clone(),
        clock_offset_ms: *clock_offset_ms,
        clock_reference: clock_reference.clone(),
        is_live: *is_live,
        physical: physical.clone(),
    })
}

/// Sealed, or disposed of.
fn grown(mut evidence: Evidence, fact: &Fact) -> Evidence {
    evidence.life = match (evidence.life, fact) {
        (Life::Collected { acquisition }, fact) => match seal_of(fact) {
            Some(seal) => Life::Sealed {
                custody: Custody::Kept {
                    by: acquisition.by.clone(),
                },
                acquisition,
                seal,
            },
            None => Life::Collected { acquisition },
        },
        (
            Life::Sealed {
                acquisition, seal, ..
            },
            Fact::Disposed { disposal },
        ) => {
            if let Some(done) = find(
                evidence.disposals.iter_mut().map(|d| &mut d.request),
                disposal,
            ) {
                done.end = End::Done;
            }
            Life::Disposed { acquisition, seal }
        }
        (life, _) => life,
    };
    evidence
}

fn seal_of(fact: &Fact) -> Option<Seal> {
    match fact {
        Fact::Sealed {
            sha256: Some(sha256),
            size_bytes,
            filename,
            ..
        } => Some(Seal::Bytes {
            sha256: sha256.clone(),
            size_bytes: size_bytes.unwrap_or_default(),
            filename: filename.clone(),
        }),
        Fact::Sealed {
            seal: Some(number), ..
        } => Some(Seal::Numbered {
            number: number.clone(),
        }),
        _ => None,
    }
}

fn handed(custody: &mut Custody, fact: &Fact, meta: &Meta) {
    let keeper = |custody: &Custody| match custody {
        Custody::Kept { by } | Custody::Offered { by, .. } => by.clone(),
        Custody::Out { from, .. } => from.clone(),
    };
    *custody = match fact {
        Fact::CheckedOut { due, .. } => Custody::Out {
            to: meta.actor.clone(),
            from: keeper(custody),
            since: meta.at,
            due: *due,
        },
        Fact::Offered { to, .. } => Custody::Offered {
            by: keeper(custody),
            to: to.clone(),
            since: meta.at,
        },
        Fact::Accepted { .. } => Custody::Kept {
            by: meta.actor.clone(),
        },
        _ => Custody::Kept {
            by: keeper(custody),
        },
    };
}

fn find<'a>(
    mut all: impl Iterator<Item = &'a mut Request>,
    id: &RequestId,
) -> Option<&'a mut Request> {
    all.find(|request| request.id == *id)
}

fn asked(id: &RequestId, by: &PersonId, at: At, expires_at: Option<At>, small: bool) -> Request {
    Request {
        id: id.clone(),
        by: by.clone(),
        at,
        expires_at,
        is_small_team: small,
        approved_by: BTreeSet::new(),
        end: End::Open,
    }
}

fn decided(evidence: &mut Evidence, fact: &Fact, meta: &Meta) {
    let releases = evidence.releases.iter_mut().map(|r| &mut r.request);
    let disposals = evidence.disposals.iter_mut().map(|d| &mut d.request);
    match fact {
        Fact::ReleaseRequested {
            release,
            recipient,
            purpose,
            legal_basis,
            expires_at,
            small_team,
        } => evidence.releases.push(Release {
            request: asked(release, &meta.actor, meta.at, *expires_at, *small_team),
            recipient: recipient.clone(),
            purpose: purpose.clone(),
            legal_basis: legal_basis.clone(),
        }),
        Fact::DisposalRequested {
            disposal,
            method,
            reason,
            small_team,
        } => evidence.disposals.push(Disposal {
            request: asked(disposal, &meta.actor, meta.at, None, *small_team),
            method: method.clone(),
            reason: reason.clone(),
        }),
        Fact::ReleaseApproved { release } => approve(find(releases, release), &meta.actor),
        Fact::DisposalApproved { disposal } => approve(find(disposals, disposal), &meta.actor),
        Fact::ReleaseRefused { release, .. } => end(find(releases, release), End::Refused),
        Fact::Released { release } => end(find(releases, release), End::Done),
        Fact::DisposalRefused { disposal, .. } => end(find(disposals, disposal), End::Refused),
        _ => {}
    }
}

fn approve(request: Option<&mut Request>, by: &PersonId) {
    if let Some(request) = request {
        request.approved_by.insert(by.clone());
    }
}

fn end(request: Option<&mut Request>, end: End) {
    if let Some(request) = request {
        request.end = end;
    }
}
