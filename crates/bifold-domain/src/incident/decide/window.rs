//! What users are told: by whom, with whose consent, and in which words (features F101).

use super::one;
use crate::access::Permission;
use crate::incident::command::{Announce, ApproveAnnouncement, Unsay};
use crate::incident::fact::Fact;
use crate::incident::{Announcement, Incident, Proposed, SAID_LIMIT, Wording, guard};
use crate::kind::{Finding, KindKey};
use crate::record::Context;
use crate::refusal::{Invalid, Refusal};
use crate::status_page::{AnnouncedImpact, AnnouncedStage, Approval, ComponentState, StatusPage};
use crate::template::blank_in;
use crate::text::Text;

type Facts = Result<Vec<Fact>, Refusal>;

pub(super) fn announce(incident: &Incident, what: Announce, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Announce)?;
    let page = page(&what.page, context)?;
    let so_far = incident.announcements.get(&what.page);
    let wording = worded(incident, &what, page, context)?;
    let despite = despite(&wording, what.despite, page, context)?;
    if !needs_second(incident, page, context) {
        return one(Fact::Announced {
            page: what.page,
            wording: Box::new(wording),
            proposed_by: None,
            despite: despite.map(Into::into),
            alone: None,
        });
    }
    if let Some(why) = what.alone {
        if incident.compartment.is_some() {
            return Err(Refusal::SecondPersonNeeded {
                act: "telling users of a restricted incident",
            });
        }
        context.actor.needs(Permission::ReadSensitiveLanes)?;
        return one(Fact::Announced {
            page: what.page,
            wording: Box::new(wording),
            proposed_by: None,
            despite: despite.map(Into::into),
            alone: Some(why.into()),
        });
    }
    let waiting = so_far.and_then(|a| a.proposed.as_ref());
    if waiting.is_some_and(|p| p.wording == wording) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::AnnouncementProposed {
        page: what.page,
        wording: Box::new(wording),
    })
}

pub(super) fn approve(
    incident: &Incident,
    what: ApproveAnnouncement,
    context: &Context<'_>,
) -> Facts {
    context.actor.needs(Permission::Announce)?;
    let page = page(&what.page, context)?;
    let proposed = proposed(incident, &what.page)?;
    if proposed.by == context.actor.person {
        return Err(Refusal::SecondPersonNeeded {
            act: "telling users of what may be secret",
        });
    }
    // Whoever agrees must be able to see what must not be said.
    if is_sensitive(incident, context) {
        context.actor.needs(Permission::ReadSensitiveLanes)?;
    }
    let despite = despite(&proposed.wording, what.despite, page, context)?;
    one(Fact::Announced {
        page: what.page,
        wording: Box::new(proposed.wording.clone()),
        proposed_by: Some(proposed.by.clone()),
        despite: despite.map(Into::into),
        alone: None,
    })
}

pub(super) fn decline(incident: &Incident, what: Unsay, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Announce)?;
    proposed(incident, &what.page)?;
    one(Fact::AnnouncementDeclined {
        page: what.page,
        reason: what.reason.into(),
    })
}

pub(super) fn retract(incident: &Incident, what: Unsay, context: &Context<'_>) -> Facts {
    context.actor.needs(Permission::Announce)?;
    let said = incident.announcements.get(&what.page);
    if said.is_none_or(|a| a.said.is_empty()) {
        return Err(Refusal::NothingToChange);
    }
    one(Fact::AnnouncementRetracted {
        page: what.page,
        reason: what.reason.into(),
    })
}

fn page<'a>(
    id: &crate::id::StatusPageId,
    context: &'a Context<'_>,
) -> Result<&'a StatusPage, Refusal> {
    let found = context.directory.status_pages.get(id);
    found
        .filter(|page| !page.is_retired)
        .ok_or_else(|| Refusal::Unknown {
            what: "status page",
            named: id.to_string(),
        })
}

fn proposed<'a>(
    incident: &'a Incident,
    page: &crate::id::StatusPageId,
) -> Result<&'a Proposed, Refusal> {
    let found = incident.announcements.get(page);
    let proposed = found.and_then(|a| a.proposed.as_ref());
    proposed.ok_or(Refusal::NothingToChange)
}

/// The whole of what is to be said, with what stays as it was.
fn worded(
    incident: &Incident,
    what: &Announce,
    page: &StatusPage,
    context: &Context<'_>,
) -> Result<Wording, Refusal> {
    let so_far = incident.announcements.get(&what.page);
    let so_far: Option<&Announcement> = so_far.filter(|a| !a.said.is_empty());
    if so_far.is_some_and(|a| a.said.len() >= SAID_LIMIT) {
        return Err(Refusal::TooMany {
            what: "updates on one page",
            limit: SAID_LIMIT,
        });
    }
    let title = what.title.clone().map(Into::into);
    let title = title.or_else(|| so_far.map(|a| a.title.clone()));
    let title = title.ok_or(Invalid::Empty { field: "title" })?;
    let is_left = blank_in(what.text.as_str());
    let is_left = is_left.or_else(|| blank_in(what.title.as_ref()?.as_str()));
    if let Some(blank) = is_left {
        return Err(Invalid::BlankLeft {
            blank: blank.word(),
        }
        .into());
    }
    for key in what.states.keys() {
        if page.settings.component(key).is_none() {
            return Err(Refusal::Unknown {
                what: "component",
                named: key.to_string(),
            });
        }
    }
    let began_at = what.began_at.or_else(|| so_far.map(|a| a.began_at));
    let began_at = began_at.unwrap_or(context.now);
    if began_at > context.now {
        return Err(Refusal::TimeOrder {
            first: "the beginning",
            then: "the word about it",
        });
    }
    if what.next_by.is_some_and(|next| next <= context.now) {
        return Err(Refusal::TimeOrder {
            first: "now",
            then: "the next word",
        });
    }
    let is_over = what.stage == AnnouncedStage::Resolved;
    let mut states = what.states.clone();
    states.retain(|_, state| *state != ComponentState::Operational && !is_over);
    Ok(Wording {
        title,
        impact: what
            .impact
            .or_else(|| so_far.map(|a| a.impact))
            .unwrap_or(AnnouncedImpact::Minor),
        stage: what.stage,
        text: what.text.clone().into(),
        states,
        began_at,
        next_by: what.next_by.filter(|_| !is_over),
    })
}

/// Whether a second person has to agree.
fn needs_second(incident: &Incident, page: &StatusPage, context: &Context<'_>) -> bool {
    page.settings.approval == Approval::Always || is_sensitive(incident, context)
}

/// Whether the record may hold what few may know. As long as nobody said that information is not
/// hurt it may, and so that nobody learns from the question what the answer was, the same holds
/// when it is.
fn is_sensitive(incident: &Incident, context: &Context<'_>) -> bool {
    let policy = &context.directory.policy;
    let is_hurt = |(kind, verdict): (&KindKey, &crate::kind::Verdict)| {
        policy.is_sensitive(kind) && verdict.finding == Finding::Yes
    };
    incident.compartment.is_some()
        || incident.finding(&KindKey::security()) != Finding::No
        || incident.verdicts.iter().any(is_hurt)
}

/// What the guard finds must have a reason. To whoever does not read sensitive lanes it
/// names nothing that stands only there: they would learn that it does.
fn despite(
    wording: &Wording,
    reason: Option<Text>,
    page: &StatusPage,
    context: &Context<'_>,
) -> Result<Option<Text>, Refusal> {
    let nothing = guard::LaneTexts::default();
    let texts = if context.actor.may(Permission::ReadSensitiveLanes) {
        &context.neighbours.texts
    } else {
        &nothing
    };
    let title = wording.title.present().map_or("", |t| t.as_str());
    let text = wording.text.present().map_or("", |t| t.as_str());
    let words = guard::findings(&[title, text], texts, &page.settings, context.directory);
    match (words.is_empty(), reason) {
        (true, _) => Ok(None),
        (false, Some(reason)) => Ok(Some(reason)),
        (false, None) => Err(Refusal::WouldTell { words }),
    }
}
