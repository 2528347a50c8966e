//! What takes two people: releases and disposals.

use super::{Asked, limited};
use crate::access::{Permission, Role};
use crate::evidence::dual::{End, Request};
use crate::evidence::{AskDisposal, AskRelease, Fact, Integrity, Refuse, Verb};
use crate::id::RequestId;
use crate::refusal::Refusal;
use crate::time::{At, HOUR};
use std::collections::BTreeSet;

/// How old the look at the bytes may be when they are handed out, in microseconds.
const LOOK_BEFORE_RELEASE: i64 = HOUR;
/// People who may approve, from which on nobody approves what they asked for themselves.
const ENOUGH_APPROVERS: usize = 3;

impl Asked<'_> {
    /// What is asked about a release or a disposal.
    pub(super) fn balloted(&self, verb: Verb) -> Result<Fact, Refusal> {
        match verb {
            Verb::RequestRelease(ask) => self.release_asked(ask),
            Verb::ApproveRelease(named) => {
                let request = self.release(&named.0)?;
                self.approves(request)?;
                Ok(Fact::ReleaseApproved { release: named.0 })
            }
            Verb::RefuseRelease(refuse) => {
                self.release(&refuse.request)?;
                let Refuse { request, reason } = self.refuses(refuse)?;
                Ok(Fact::ReleaseRefused {
                    release: request,
                    reason: reason.into(),
                })
            }
            Verb::Release(named) => {
                self.must_guard()?;
                self.custody("release")?.kept("release")?;
                self.release(&named.0)?.doable(self.context.now)?;
                self.is_as_sealed()?;
                Ok(Fact::Released { release: named.0 })
            }
            Verb::RequestDisposal(ask) => self.disposal_asked(ask),
            Verb::ApproveDisposal(named) => {
                let request = self.disposal(&named.0)?;
                self.approves(request)?;
                Ok(Fact::DisposalApproved { disposal: named.0 })
            }
            Verb::RefuseDisposal(refuse) => {
                self.disposal(&refuse.request)?;
                let Refuse { request, reason } = self.refuses(refuse)?;
                Ok(Fact::DisposalRefused {
                    disposal: request,
                    reason: reason.into(),
                })
            }
            Verb::Dispose(named) => {
                self.must_guard()?;
                self.custody("destroy")?.kept("destroy")?;
                self.nothing_holds_it()?;
                self.disposal(&named.0)?.doable(self.context.now)?;
                Ok(Fact::Disposed { disposal: named.0 })
            }
            _ => Err(Refusal::NothingToChange),
        }
    }

    /// Bytes are handed out only after a look that found them as they were sealed.
    fn is_as_sealed(&self) -> Result<(), Refusal> {
        if self.evidence.sha256().is_none() {
            return Ok(());
        }
        let now = self.context.now;
        let is_recent = |at: At| at.plus(LOOK_BEFORE_RELEASE) >= now;
        let refused = match self.evidence.verified {
            Some((found, at)) if is_recent(at) => self.evidence.not_as_sealed(found),
            Some((Integrity::Mismatch, _)) => self.evidence.not_as_sealed(Integrity::Mismatch),
            _ => Some(Refusal::NotAsSealed {
                item: self.evidence.shown_number(),
                found: "nobody looked at its bytes just before",
            }),
        };
        refused.map_or(Ok(()), Err)
    }

    /// The release with this id, while nothing has become of it.
    pub(super) fn release(&self, id: &RequestId) -> Result<&Request, Refusal> {
        let all = self.evidence.releases.iter().map(|r| &r.request);
        open(all, id, "release")
    }

    pub(super) fn disposal(&self, id: &RequestId) -> Result<&Request, Refusal> {
        let all = self.evidence.disposals.iter();
        open(all.map(|d| &d.request), id, "disposal")
    }

    pub(super) fn release_asked(&self, ask: AskRelease) -> Result<Fact, Refusal> {
        self.must_guard()?;
        self.custody("release")?;
        limited(self.evidence.releases.len(), "releases")?;
        let before = self.evidence.releases.iter().map(|r| &r.request);
        none_open(before, &ask.release, "release")?;
        if ask
            .terms
            .expires_at
            .is_some_and(|end| end <= self.context.now)
        {
            return Err(Refusal::TimeOrder {
                first: "today",
                then: "the last day of a release",
            });
        }
        Ok(Fact::ReleaseRequested {
            release: ask.release,
            recipient: ask.terms.recipient.into(),
            purpose: ask.terms.purpose.into(),
            legal_basis: ask.terms.legal_basis.into(),
            expires_at: ask.terms.expires_at,
            small_team: self.is_small_team(),
        })
    }

    pub(super) fn disposal_asked(&self, ask: AskDisposal) -> Result<Fact, Refusal> {
        self.must_guard()?;
        self.custody("destroy")?;
        self.nothing_holds_it()?;
        limited(self.evidence.disposals.len(), "disposals")?;
        let before = self.evidence.disposals.iter().map(|d| &d.request);
        none_open(before, &ask.disposal, "disposal")?;
        Ok(Fact::DisposalRequested {
            disposal: ask.disposal,
            method: ask.terms.method.into(),
            reason: ask.terms.reason.into(),
            small_team: self.is_small_team(),
        })
    }

    /// Whether so few may approve that who asks must count as one of the two.
    pub(super) fn is_small_team(&self) -> bool {
        let carries =
            |roles: &BTreeSet<Role>| roles.iter().any(|r| r.permits(Permission::ApproveEvidence));
        let people = self.context.directory.people.values();
        let approvers = people.filter(|p| p.is_active && carries(&p.roles));
        approvers.count() < ENOUGH_APPROVERS
    }

    pub(super) fn approves(&self, request: &Request) -> Result<(), Refusal> {
        self.context.actor.needs(Permission::ApproveEvidence)?;
        request.approvable(self.me(), self.context.now)
    }

    /// Who may approve may refuse; so may who asked.
    pub(super) fn refuses(&self, refuse: Refuse) -> Result<Refuse, Refusal> {
        let all = self.evidence.releases.iter().map(|r| &r.request);
        let all = all.chain(self.evidence.disposals.iter().map(|d| &d.request));
        let asked_by_me = all
            .filter(|r| r.id == refuse.request)
            .any(|r| r.by == *self.me());
        if !asked_by_me {
            self.context.actor.needs(Permission::ApproveEvidence)?;
        }
        Ok(refuse)
    }
}

fn open<'a>(
    mut all: impl Iterator<Item = &'a Request>,
    id: &RequestId,
    what: &'static str,
) -> Result<&'a Request, Refusal> {
    let found = all.find(|request| request.id == *id);
    match found {
        Some(request) if request.end == End::Open => Ok(request),
        Some(_) => Err(Refusal::NothingToChange),
        None => Err(Refusal::no(what)),
    }
}

/// One request at a time, each under an id of its own.
fn none_open<'a>(
    mut all: impl Iterator<Item = &'a Request>,
    id: &RequestId,
    what: &'static str,
) -> Result<(), Refusal> {
    if all.any(|request| request.end == End::Open || request.id == *id) {
        Err(Refusal::AlreadyExists {
            what: format!("request for a {what}"),
        })
    } else {
        Ok(())
    }
}
