//! The rules: who may do what with an item, and when.

mod hands;
mod two;

use super::custody::Custody;
use super::{
    Collect, Command, Derive, Evidence, Fact, Fix, Integrity, Life, LiftHold, Register, Seal,
    SetHold, Verb, Why,
};
use crate::access::{Auth, Permission};
use crate::id::PersonId;
use crate::incident::{Summary, Tlp};
use crate::kind::KindKey;
use crate::record::Context;
use crate::refusal::Refusal;
use crate::text::Short;
use crate::time::MINUTE;

/// Orders against destruction, and requests, of one item at most.
const LIST_LIMIT: usize = 100;

pub(super) fn decide(
    state: Option<&Evidence>,
    command: Command,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    if let (Some(evidence), Verb::Verify(found)) = (state, &command.verb)
        && context.actor.auth == Auth::System
    {
        return one(verify(evidence, *found)?);
    }
    let incident = context.neighbours.incidents.get(&command.incident);
    let incident = incident.ok_or_else(|| Refusal::no("incident"))?;
    match (state, command.verb) {
        (None, Verb::Register(register)) => one(registered(register, command.incident, context)?),
        (None, _) => Err(Refusal::no("evidence")),
        (Some(_), Verb::Register(_)) => Err(Refusal::AlreadyExists {
            what: "evidence".to_owned(),
        }),
        (Some(evidence), verb) => {
            let asked = Asked {
                evidence,
                incident,
                context,
            };
            asked.is_seen(&command.incident)?;
            context.actor.needs(Permission::Work)?;
            one(asked.answer(verb)?)
        }
    }
}

/// One fact a command.
#[allow(clippy::unnecessary_wraps)] // Every rule has the same shape: facts or a refusal.
fn one(fact: Fact) -> Result<Vec<Fact>, Refusal> {
    Ok(vec![fact])
}

fn registered(
    register: Register,
    incident: crate::id::IncidentId,
    context: &Context<'_>,
) -> Result<Fact, Refusal> {
    context.actor.needs(Permission::Work)?;
    if let Some(asset) = &register.asset
        && !context.neighbours.assets.contains_key(asset)
    {
        return Err(Refusal::Unknown {
            what: "asset",
            named: asset.to_string(),
        });
    }
    if let Some(assignee) = &register.assignee {
        active(assignee, context)?;
    }
    Ok(Fact::Registered {
        number: context.neighbours.next_number,
        incident,
        sort: register.sort,
        title: register.title.into(),
        asset: register.asset,
        wanted_until: register.wanted_until,
        assignee: register.assignee,
        derived_from: register.derived_from,
    })
}

fn active(person: &PersonId, context: &Context<'_>) -> Result<(), Refusal> {
    if context.directory.is_active(person) {
        Ok(())
    } else {
        Err(Refusal::Unknown {
            what: "active person",
            named: person.to_string(),
        })
    }
}

fn wrong_stage(verb: &'static str, evidence: &Evidence) -> Refusal {
    let stage = match &evidence.life {
        Life::Wanted => "still wanted",
        Life::Forgone => "given up",
        Life::Collected { .. } => "collected and not sealed",
        Life::Sealed { .. } => "sealed",
        Life::Disposed { .. } => "destroyed",
    };
    Refusal::WrongStage { verb, stage }
}

fn verify(evidence: &Evidence, found: Integrity) -> Result<Fact, Refusal> {
    match (&evidence.life, evidence.seal()) {
        (Life::Sealed { .. }, Some(Seal::Bytes { .. })) => Ok(Fact::Verified { result: found }),
        // A numbered seal is looked at by people; what they see is a handling note.
        (Life::Sealed { .. }, _) if found == Integrity::NotVerifiable => {
            Ok(Fact::Verified { result: found })
        }
        _ => Err(wrong_stage("verify", evidence)),
    }
}

/// Something is asked of an item.
struct Asked<'a> {
    evidence: &'a Evidence,
    incident: &'a Summary,
    context: &'a Context<'a>,
}

impl Asked<'_> {
    fn me(&self) -> &PersonId {
        &self.context.actor.person
    }

    /// Whether the actor works on evidence of this incident: cleared, or with a seat in the lane
    /// of security.
    fn guards(&self) -> bool {
        let (actor, policy) = (self.context.actor, &self.context.directory.policy);
        !policy.is_sensitive(&KindKey::security())
            || actor.may(Permission::WorkSensitiveLanes)
            || self.incident.seats_in_security(&actor.person, &actor.teams)
    }

    fn must_guard(&self) -> Result<(), Refusal> {
        if self.guards() {
            Ok(())
        } else {
            Err(Refusal::NotPermitted {
                permission: Permission::WorkSensitiveLanes,
            })
        }
    }

    /// Whoever neither works in the lane nor had a hand in the item finds nothing.
    fn is_seen(&self, incident: &crate::id::IncidentId) -> Result<(), Refusal> {
        let reads = self.guards() || self.context.actor.may(Permission::ReadSensitiveLanes);
        let is_party = self.evidence.parties().any(|p| p == self.me());
        if self.evidence.incident == *incident && (reads || is_party) {
            Ok(())
        } else {
            Err(Refusal::no("evidence"))
        }
    }

    /// Whoever entered it or is to get it, until it is sealed; and who works on evidence.
    fn must_prepare(&self) -> Result<(), Refusal> {
        if self.evidence.parties().any(|p| p == self.me()) {
            return Ok(());
        }
        self.must_guard()
    }

    fn custody(&self, verb: &'static str) -> Result<&Custody, Refusal> {
        match &self.evidence.life {
            Life::Sealed { custody, .. } => Ok(custody),
            _ => Err(wrong_stage(verb, self.evidence)),
        }
    }

    /// The keeper acts for the item; where they have left, who works on evidence does.
    fn must_keep(&self, keeper: &PersonId, act: &'static str) -> Result<(), Refusal> {
        let has_left = !self.context.directory.is_active(keeper);
        if keeper == self.me() || (has_left && self.guards()) {
            Ok(())
        } else {
            Err(Refusal::NotTheKeeper { act })
        }
    }

    fn answer(&self, verb: Verb) -> Result<Fact, Refusal> {
        match verb {
            Verb::Register(_) => Err(Refusal::NothingToChange),
            Verb::Assign(assign) => self.assigned(assign.to),
            Verb::Describe(describe) => {
                self.must_prepare()?;
                if self.evidence.title.present() == Some(&describe.title) {
                    return Err(Refusal::NothingToChange);
                }
                Ok(Fact::Described {
                    title: describe.title.into(),
                })
            }
            Verb::Forgo(why) => self.forgone(why),
            Verb::Collect(collect) => self.collected(*collect),
            Verb::Seal(fix) => self.sealed(fix),
            Verb::Verify(found) => {
                self.must_guard()?;
                verify(self.evidence, found)
            }
            Verb::Access(access) => {
                // Whoever handed it on knows that it is there, and looks into it no more.
                if self.evidence.holder() != Some(self.me()) {
                    self.must_guard()?;
                }
                self.custody("look at it")?;
                Ok(Fact::Accessed {
                    way: access.way,
                    purpose: access.purpose.into(),
                })
            }
            Verb::CheckOut(_)
            | Verb::CheckIn(_)
            | Verb::Offer(_)
            | Verb::Accept(_)
            | Verb::Decline(_)
            | Verb::Retract => self.handed(verb),
            Verb::Derive(derive) => self.derived(derive),
            Verb::Handle(handle) => {
                self.must_prepare()?;
                Ok(Fact::Handled {
                    text: handle.text.into(),
                })
            }
            Verb::Reclassify(label) => self.labelled(label.tlp),
            Verb::SetHold(hold) => self.held(hold),
            Verb::LiftHold(lift) => self.lifted(lift),
            Verb::RequestRelease(_)
            | Verb::ApproveRelease(_)
            | Verb::RefuseRelease(_)
            | Verb::Release(_)
            | Verb::RequestDisposal(_)
            | Verb::ApproveDisposal(_)
            | Verb::RefuseDisposal(_)
            | Verb::Dispose(_) => self.balloted(verb),
        }
    }

    fn assigned(&self, to: Option<PersonId>) -> Result<Fact, Refusal> {
        self.must_guard()?;
        if !matches!(self.evidence.life, Life::Wanted) {
            return Err(wrong_stage("assign", self.evidence));
        }
        if let Some(person) = &to {
            active(person, self.context)?;
        }
        if to == self.evidence.assignee {
            return Err(Refusal::NothingToChange);
        }
        Ok(Fact::Assigned { to })
    }

    fn forgone(&self, why: Why) -> Result<Fact, Refusal> {
        self.must_guard()?;
        if !matches!(self.evidence.life, Life::Wanted) {
            return Err(wrong_stage("give up", self.evidence));
        }
        Ok(Fact::Forgone {
            reason: why.reason.into(),
        })
    }

    fn collected(&self, c: Collect) -> Result<Fact, Refusal> {
        self.must_prepare()?;
        if !matches!(self.evidence.life, Life::Wanted) {
            return Err(wrong_stage("collect", self.evidence));
        }
        let at = c.at.unwrap_or(self.context.now);
        // Clocks of collectors are a little ahead at times.
        if at > self.context.now.plus(5 * MINUTE) {
            return Err(Refusal::TimeOrder {
                first: "collecting it",
                then: "saying so",
            });
        }
        Ok(Fact::Collected {
            at,
            collector: c.collector.map(Into::into),
            competence: c.competence.map(Into::into),
            place: c.place.map(Into::into),
            method: c.method.into(),
            tool: c.tool.map(Into::into),
            version: c.version.map(Into::into),
            command: c.command.map(Into::into),
            authority: c.authority.into(),
            witness: c.witness.map(Into::into),
            clock_offset_ms: c.clock_offset_ms,
            clock_reference: c.clock_reference.map(Into::into),
            is_live: c.is_live,
            tlp: c.tlp.unwrap_or(Tlp::AmberStrict),
            physical: c.physical.map(Into::into),
        })
    }

    fn sealed(&self, fix: Fix) -> Result<Fact, Refusal> {
        let Life::Collected { acquisition } = &self.evidence.life else {
            return Err(wrong_stage("seal", self.evidence));
        };
        self.must_keep(&acquisition.by, "sealing it")?;
        Ok(match fix {
            Fix::Bytes {
                sha256,
                size_bytes,
                filename,
            } => Fact::Sealed {
                sha256: Some(sha256.into()),
                size_bytes: Some(size_bytes),
                filename: filename.map(Into::into),
                seal: None,
            },
            Fix::Numbered(number) => Fact::Sealed {
                sha256: None,
                size_bytes: None,
                filename: None,
                seal: Some(number.seal.into()),
            },
        })
    }

    fn derived(&self, derive: Derive) -> Result<Fact, Refusal> {
        self.must_guard()?;
        self.custody("derive from it")?;
        if derive.copy == self.evidence.id || self.evidence.copies.contains(&derive.copy) {
            return Err(Refusal::WouldLoop);
        }
        Ok(Fact::Derived {
            copy: derive.copy,
            how: derive.how.into(),
        })
    }

    fn labelled(&self, tlp: Tlp) -> Result<Fact, Refusal> {
        self.must_guard()?;
        if matches!(self.evidence.life, Life::Disposed { .. }) {
            return Err(wrong_stage("label", self.evidence));
        }
        if tlp == self.evidence.tlp {
            return Err(Refusal::NothingToChange);
        }
        Ok(Fact::Reclassified { tlp })
    }

    fn held(&self, set: SetHold) -> Result<Fact, Refusal> {
        self.context.actor.needs(Permission::HoldEvidence)?;
        if matches!(self.evidence.life, Life::Forgone | Life::Disposed { .. }) {
            return Err(wrong_stage("hold", self.evidence));
        }
        if self.evidence.holds.contains_key(&set.hold) {
            return Err(Refusal::AlreadyExists {
                what: "hold".to_owned(),
            });
        }
        limited(self.evidence.holds.len(), "holds")?;
        Ok(Fact::HoldSet {
            hold: set.hold,
            reason: set.reason.into(),
            authority: set.authority.into(),
        })
    }

    fn lifted(&self, lift: LiftHold) -> Result<Fact, Refusal> {
        self.context.actor.needs(Permission::HoldEvidence)?;
        if !self.evidence.holds.contains_key(&lift.hold) {
            return Err(Refusal::no("hold"));
        }
        Ok(Fact::HoldLifted {
            hold: lift.hold,
            reason: lift.reason.into(),
        })
    }

    fn nothing_holds_it(&self) -> Result<(), Refusal> {
        let holds: Vec<&str> = self.evidence.holds.keys().map(Short::as_str).collect();
        if holds.is_empty() {
            Ok(())
        } else {
            Err(Refusal::OnHold {
                holds: holds.join(", "),
            })
        }
    }
}

fn limited(len: usize, what: &'static str) -> Result<(), Refusal> {
    if len < LIST_LIMIT {
        Ok(())
    } else {
        let limit = LIST_LIMIT;
        Err(Refusal::TooMany { what, limit })
    }
}
