//! The two questions, harm, priority, classification, and the sub-states beside the stage.

use super::{NAMED_LIMIT, at_most, handling, may_work_in, one};
use crate::access::Permission;
use crate::incident::Incident;
use crate::incident::command::{Assess, Classify, OverridePriority, Prioritise, Rate, Track};
use crate::incident::fact::Fact;
use crate::incident::state::{EvidenceState, NotificationState, ReviewState};
use crate::kind::{Finding, KindKey, propose};
use crate::priority::Scores;
use crate::record::Context;
use crate::refusal::Refusal;

/// Gives a verdict. The first on a kind, or another; the record stays the same record.
///
/// Withdrawing a yes takes a second person and is refused once an authority has been notified
/// (features F035). A verdict that repeats what stands still counts when its grounds are new.
pub(super) fn assess(
    incident: &Incident,
    assess: Assess,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let actor = context.actor;
    actor.needs(Permission::Assess)?;
    let kind = context.directory.policy.kind(&assess.kind)?;
    let is_criterion = |key: &_| kind.kind.criteria.iter().any(|c| c.key == *key);
    if let Some(key) = assess.answers.keys().find(|key| !is_criterion(key)) {
        return Err(Refusal::Unknown {
            what: "criterion",
            named: key.to_string(),
        });
    }
    may_answer(incident, &assess.kind, assess.finding, context)?;
    if let Some(old) = incident.verdicts.get(&assess.kind) {
        let withdraws = old.finding == Finding::Yes && assess.finding != Finding::Yes;
        if withdraws {
            may_withdraw(incident, &assess.kind, &old.decider, context)?;
        }
        let same = old.finding == assess.finding && old.answers == assess.answers;
        if same && old.reason.present() == Some(&assess.reason) {
            return Err(Refusal::NothingToChange);
        }
    }
    let security = if assess.kind == KindKey::security() {
        assess.finding
    } else {
        incident.finding(&KindKey::security())
    };
    let counts = security != Finding::No;
    let scores = Scores::of(incident.scores.service, counts, &incident.ratings);
    let verdict = Fact::VerdictGiven {
        proposed: propose(&kind.kind.criteria, &assess.answers),
        criteria_version: kind.version,
        kind: assess.kind,
        finding: assess.finding,
        answers: assess.answers,
        reason: assess.reason.into(),
        scores,
        handling: handling(incident, scores),
    };
    with_review(verdict, incident, security, scores, context)
}

/// Whoever cannot see a sensitive lane answers its question while it is open, and may always
/// raise the alarm. Whether it was answered with yes or no, their refusal does not tell.
fn may_answer(
    incident: &Incident,
    kind: &KindKey,
    finding: Finding,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let is_open = incident.finding(kind) == Finding::Undetermined;
    if is_open || finding == Finding::Yes {
        Ok(())
    } else {
        may_work_in(incident, kind, context)
    }
}

/// Adds that a review is due when a security incident reaches the severity for it.
fn with_review(
    fact: Fact,
    incident: &Incident,
    security: Finding,
    scores: Scores,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let limit = context.directory.policy.limits.review_at_or_above;
    let wants = |finding, scores: Scores| {
        finding == Finding::Yes && scores.security.is_some_and(|s| s <= limit)
    };
    let before = wants(incident.finding(&KindKey::security()), incident.scores);
    let is_new = !before && wants(security, scores);
    if is_new && incident.review == ReviewState::NotApplicable {
        Ok(vec![
            fact,
            Fact::ReviewSet {
                to: ReviewState::Due,
            },
        ])
    } else {
        one(fact)
    }
}

fn may_withdraw(
    incident: &Incident,
    kind: &KindKey,
    decider: &crate::id::PersonId,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    context.actor.needs(Permission::WithdrawVerdict)?;
    let notified = matches!(
        incident.notification,
        NotificationState::Sent | NotificationState::Closed
    );
    if notified && *kind != KindKey::service() {
        return Err(Refusal::NotifiedAlready);
    }
    if *decider == context.actor.person && context.directory.policy.is_sensitive(kind) {
        return Err(Refusal::SecondPersonNeeded {
            act: "withdrawing this verdict",
        });
    }
    Ok(())
}

pub(super) fn rate(
    incident: &Incident,
    rate: Rate,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Assess)?;
    let mut ratings = incident.ratings.clone();
    ratings.extend(rate.ratings.iter().map(|(d, h)| (*d, *h)));
    if ratings == incident.ratings {
        return Err(Refusal::NothingToChange);
    }
    let security = incident.finding(&KindKey::security());
    let scores = Scores::of(incident.scores.service, security != Finding::No, &ratings);
    let rated = Fact::Rated {
        ratings: rate.ratings,
        basis: rate.basis.into(),
        scores,
        handling: handling(incident, scores),
    };
    with_review(rated, incident, security, scores, context)
}

pub(super) fn prioritise(
    incident: &Incident,
    new: Prioritise,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Assess)?;
    if (new.impact, new.urgency) == (incident.impact, incident.urgency) {
        return Err(Refusal::NothingToChange);
    }
    let matrix = &context.directory.policy.matrix;
    let counts = incident.finding(&KindKey::security()) != Finding::No;
    let service = matrix.value.priority(new.impact, new.urgency);
    let scores = Scores::of(service, counts, &incident.ratings);
    one(Fact::Prioritised {
        impact: new.impact,
        urgency: new.urgency,
        reason: new.reason.into(),
        scores,
        handling: handling(incident, scores),
        matrix_version: matrix.version,
    })
}

/// Anybody who works may raise; lowering takes the role for it, and is a fact with a reason.
pub(super) fn override_priority(
    incident: &Incident,
    new: OverridePriority,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    if new.to == incident.handling {
        return Err(Refusal::NothingToChange);
    }
    if new.to > incident.handling && !context.actor.may(Permission::OverridePriority) {
        return Err(Refusal::PriorityWouldFall {
            from: incident.handling,
            to: new.to,
        });
    }
    one(Fact::PriorityOverridden {
        to: new.to,
        reason: new.reason.into(),
    })
}

pub(super) fn classify(
    incident: &Incident,
    new: Classify,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    context.actor.needs(Permission::Work)?;
    if let Some(category) = &new.category {
        context.directory.policy.known_category(category)?;
    }
    if let Some(customer) = &new.customer {
        context.directory.policy.known_customer(customer)?;
    }
    let services = &context.directory.services;
    if let Some(id) = new.service.as_ref().filter(|id| !services.contains_key(id)) {
        return Err(Refusal::Unknown {
            what: "service",
            named: id.to_string(),
        });
    }
    let assets = new.assets.unwrap_or_else(|| incident.assets.clone());
    at_most(assets.len(), "assets", NAMED_LIMIT)?;
    let unknown =
        |id: &&_| !context.neighbours.assets.contains_key(*id) && !incident.assets.contains(*id);
    if let Some(id) = assets.iter().find(unknown) {
        return Err(Refusal::Unknown {
            what: "asset",
            named: id.to_string(),
        });
    }
    let category = new.category.or_else(|| incident.category.clone());
    let service = new.service.or_else(|| incident.service.clone());
    let customer = new.customer.or_else(|| incident.customer.clone());
    let after = (&category, &service, &customer, &assets);
    let before = (
        &incident.category,
        &incident.service,
        &incident.customer,
        &incident.assets,
    );
    if after == before {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::Classified {
        category,
        service,
        customer,
        assets,
    })
}

pub(super) fn track(
    incident: &Incident,
    track: Track,
    context: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let changed = |same: bool| {
        if same {
            Err(Refusal::NothingToChange)
        } else {
            Ok(())
        }
    };
    match track {
        Track::Containment { to } => {
            may_work_in(incident, &KindKey::security(), context)?;
            changed(incident.containment == to)?;
            one(Fact::ContainmentSet { to })
        }
        Track::Evidence { to, reason } => {
            may_work_in(incident, &KindKey::security(), context)?;
            changed(incident.evidence == to)?;
            if to == EvidenceState::Waived && reason.is_none() {
                return Err(Refusal::ReasonRequired {
                    act: "giving up evidence",
                });
            }
            one(Fact::EvidenceSet {
                to,
                reason: reason.map(Into::into),
            })
        }
        Track::Notification { to } => {
            may_work_in(incident, &KindKey::security(), context)?;
            changed(incident.notification == to)?;
            // What was sent stays sent: it may be answered, and followed by another.
            let goes_back = match incident.notification {
                NotificationState::Sent => to != NotificationState::Closed,
                NotificationState::Closed => to != NotificationState::Sent,
                NotificationState::NotApplicable | NotificationState::Pending => false,
            };
            if goes_back {
                return Err(Refusal::NotifiedAlready);
            }
            one(Fact::NotificationSet { to })
        }
        Track::Review { to } => {
            context.actor.needs(Permission::Work)?;
            changed(incident.review == to)?;
            if to == ReviewState::NotApplicable {
                context.actor.needs(Permission::OverridePriority)?;
            }
            // A review that does not look back on what was given up is none.
            let unreviewed = incident.actions.iter().filter(|a| a.wants_review()).count();
            if to != ReviewState::Due && unreviewed > 0 {
                return Err(Refusal::WaiversUnreviewed { count: unreviewed });
            }
            one(Fact::ReviewSet { to })
        }
    }
}
