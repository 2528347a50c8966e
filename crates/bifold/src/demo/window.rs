//! What the hospital tells its users: a page for patients and one for staff, and words on them
//! about what was felt most.

use super::rng::Rng;
use super::script::{Script, Step};
use super::words::{text, title};
use super::world::World;
use bifold_domain::incident::{Announce, Command as I, Declare};
use bifold_domain::priority::{Impact, Urgency};
use bifold_domain::status_page::{
    AnnouncedImpact, AnnouncedStage, Command as C, ComponentState, Settings, Slug,
};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{At, Command, IncidentId, ServiceId, StatusPageId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Who speaks.
const SPEAKER: &str = "amara";
/// Days between two announcements at least: not everything is worth one.
const APART: i64 = 3 * DAY;

/// Key, name, heading, sentence, service, whether patients see it.
const COMPONENTS: &[(&str, &str, &str, &str, &str, bool)] = &[
    (
        "portal",
        "Patient portal",
        "For patients",
        "Appointments, results and bills",
        "portal",
        true,
    ),
    (
        "payments",
        "Paying",
        "For patients",
        "Co-payments by card",
        "payments",
        true,
    ),
    (
        "telephone",
        "Telephone",
        "For patients",
        "Reaching wards and reception",
        "telephony",
        true,
    ),
    (
        "record",
        "Patient record",
        "On the wards",
        "Reading and writing the record",
        "ehr",
        false,
    ),
    (
        "lab",
        "Laboratory",
        "On the wards",
        "Orders and results",
        "lab",
        false,
    ),
    (
        "imaging",
        "Imaging",
        "On the wards",
        "Pictures and reports",
        "pacs",
        false,
    ),
    (
        "medication",
        "Medication",
        "On the wards",
        "Prescriptions and the store",
        "pharmacy",
        false,
    ),
    (
        "sign-in",
        "Sign-in",
        "At every desk",
        "One account for everything",
        "identity",
        false,
    ),
    (
        "mail",
        "E-mail",
        "At every desk",
        "Mailboxes and calendars",
        "mail",
        false,
    ),
    (
        "files",
        "File shares",
        "At every desk",
        "Department folders",
        "files",
        false,
    ),
    (
        "network",
        "Network",
        "At every desk",
        "Cable and Wi-Fi",
        "network",
        false,
    ),
];

#[allow(clippy::expect_used)] // Words of ours.
fn settings(world: &World, key: &str) -> Settings {
    let is_public = key == "patients";
    let shown = COMPONENTS.iter().filter(|c| c.5 || !is_public);
    let components: Vec<_> = shown
        .map(|(key, name, group, about, service, _)| {
            json!({
                "key": key, "name": name, "group": group, "about": about,
                "services": [world.service(service)],
            })
        })
        .collect();
    let (name, about, audience) = if is_public {
        (
            "Harbour Hospital",
            "What works of the services for our patients. In an emergency call 112.",
            "public",
        )
    } else {
        (
            "Harbour Hospital for staff",
            "What works of the systems on the wards and at the desks.",
            "staff",
        )
    };
    let all = json!({
        "key": key, "name": name, "about": about, "language": "en", "zone": "Europe/Berlin",
        "contact": "help@harbour.example", "audience": audience, "approval": "when_sensitive",
        "components": components, "never_say": ["Project Tern"],
    });
    serde_json::from_value(all).expect("both pages are written above, and the tests read them")
}

/// One incident that users felt: its service, when it was declared, when it was over.
struct Felt {
    id: IncidentId,
    at: At,
    over: Option<At>,
    service: ServiceId,
    is_severe: bool,
}

/// Those of the script that many felt, the earliest first.
fn felt(script: &Script) -> Vec<Felt> {
    let mut found: BTreeMap<IncidentId, Felt> = BTreeMap::new();
    let mut hidden: BTreeSet<IncidentId> = BTreeSet::new();
    for step in script.steps() {
        for command in &step.commands {
            let Command::Incident(id, command) = command else {
                continue;
            };
            match command {
                I::Declare(new) => {
                    if let Some(service) = new.service.clone().filter(|_| is_felt(new)) {
                        let one = Felt {
                            id: id.clone(),
                            at: step.at,
                            over: None,
                            service,
                            is_severe: new.urgency == Urgency::Critical,
                        };
                        found.insert(id.clone(), one);
                    }
                }
                I::Restrict(_) | I::Reject(_) | I::Cancel(_) | I::Merge(_) => {
                    hidden.insert(id.clone());
                }
                _ => {}
            }
        }
    }
    for step in script.steps() {
        for command in &step.commands {
            if let Command::Incident(id, I::Resolve(_)) = command
                && let Some(one) = found.get_mut(id)
            {
                one.over = Some(step.at);
            }
        }
    }
    found.retain(|id, _| !hidden.contains(id));
    let mut found: Vec<Felt> = found.into_values().collect();
    found.sort_by_key(|one| one.at);
    found
}

fn is_felt(new: &Declare) -> bool {
    let is_for_all = new.compartment.is_none();
    is_for_all && new.impact <= Impact::Significant && new.urgency <= Urgency::High
}

/// Makes the pages two days after the founding, and speaks of what was felt since.
pub(crate) fn tell(world: &World, script: &mut Script, start: At, rng: &Rng) {
    let mut draw = rng.fork(13);
    let made = start.plus(2 * DAY);
    let mut steps = Vec::new();
    let mut pages = Vec::new();
    for key in ["patients", "staff"] {
        let id = StatusPageId::from_bits(draw.id_bits(made));
        let settings = settings(world, key);
        let command = C::Make(Box::new(settings.clone()));
        steps.push(Step {
            at: made,
            actor: world.actor(SPEAKER).clone(),
            commands: vec![Command::StatusPage(id.clone(), command)],
        });
        pages.push((id, settings));
    }
    let end = script.end();
    let mut last = made;
    for one in felt(script) {
        let is_open = one.over.is_none_or(|over| over > end);
        let is_due = one.at.micros() - last.micros() >= APART || is_open;
        if one.at <= made || !is_due || one.over.is_some_and(|over| over < one.at.plus(HOUR / 2)) {
            continue;
        }
        last = one.at;
        for (page, settings) in &pages {
            steps.extend(words(world, page, settings, &one, end));
        }
    }
    script.extend(steps);
}

/// What is said of one incident on one page, where it is about something there.
fn words(
    world: &World,
    page: &StatusPageId,
    settings: &Settings,
    one: &Felt,
    end: At,
) -> Vec<Step> {
    let mut on_it = settings.components.iter();
    let Some(component) = on_it.find(|c| c.services.contains(&one.service)) else {
        return Vec::new();
    };
    let name = component.name.as_str();
    let says = |minutes: i64, at: At, stage: AnnouncedStage, words: &str, next: Option<i64>| {
        let state = match (stage, one.is_severe) {
            (AnnouncedStage::Investigating, true) => ComponentState::MajorOutage,
            (AnnouncedStage::Monitoring, _) => ComponentState::DegradedPerformance,
            _ => ComponentState::PartialOutage,
        };
        let at = at.plus(minutes * MINUTE);
        let announce = Announce {
            page: page.clone(),
            title: Some(title(&format!("{name}: not working as it should"))),
            impact: Some(if one.is_severe {
                AnnouncedImpact::Major
            } else {
                AnnouncedImpact::Minor
            }),
            stage,
            text: text(words),
            states: states(&component.key, state),
            began_at: Some(one.at),
            next_by: next.map(|minutes| at.plus(minutes * MINUTE)),
            despite: None,
            alone: Some(text(
                "Users wait, and nobody else of the leads is at a desk.",
            )),
        };
        Step {
            at,
            actor: world.actor(SPEAKER).clone(),
            commands: vec![Command::Incident(one.id.clone(), I::Announce(announce))],
        }
    };
    let first = format!("{name} does not work for some of you. We are looking for the reason.");
    let mut steps = vec![says(
        8,
        one.at,
        AnnouncedStage::Investigating,
        &first,
        Some(60),
    )];
    let over = one.over.filter(|over| *over <= end);
    let length = over.map_or(HOUR, |over| over.micros() - one.at.micros());
    if length > 90 * MINUTE {
        let found = "We know the reason and are working on it.";
        steps.push(says(
            45,
            one.at,
            AnnouncedStage::Identified,
            found,
            Some(60),
        ));
    }
    let lately = end.plus(-25 * MINUTE);
    if over.is_none() && one.at.plus(HOUR) < lately {
        let still = "We are still working on it. Thank you for your patience.";
        steps.push(says(0, lately, AnnouncedStage::Identified, still, Some(60)));
    }
    if let Some(over) = over {
        let done = format!("{name} works again. Thank you for your patience.");
        steps.push(says(5, over, AnnouncedStage::Resolved, &done, None));
    }
    steps
}

fn states(key: &Slug, state: ComponentState) -> BTreeMap<Slug, ComponentState> {
    BTreeMap::from([(key.clone(), state)])
}
