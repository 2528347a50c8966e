//! The open present: what waits for whoever looks in now, the open SEV-1 first.

use super::course::{Play, Until, play};
use super::history::{self, named};
use super::rng::Rng;
use super::scenario::events::{From, Report};
use super::scenario::{Comes, Is, Scenario, Stories};
use super::script::{Script, Step};
use super::words::{Fill, text};
use super::world::World;
use bifold_domain::event::Sort;
use bifold_domain::incident::{Command as C, Sleep};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{At, Command, IncidentId};
use std::collections::BTreeSet;

/// How many stand where, and between how many minutes ago they began.
const OPEN: &[(Until, usize, (i64, i64))] = &[
    (Until::New, 4, (3, 50)),
    (Until::Acknowledged, 3, (12, 140)),
    (Until::Assessing, 4, (40, 500)),
    (Until::Assigned, 6, (60, 1_500)),
    (Until::Working, 10, (90, 9_000)),
    (Until::Waiting, 5, (1_500, 20_000)),
    (Until::Mitigated, 3, (200, 4_000)),
];
/// How many of those being worked on sleep until a date.
const ASLEEP: usize = 2;

/// The open incidents but for the special ones.
pub(crate) fn incidents(
    world: &World,
    script: &mut Script,
    days: i64,
    used: &mut BTreeSet<String>,
    rng: &Rng,
) {
    let end = script.end();
    let mut draw = rng.fork(3);
    let mut stories = Stories::new();
    let mut label = 500_000;
    for (until, count, (youngest, oldest)) in OPEN {
        for nth in 0..*count {
            label += 1;
            // What is nothing of the kind does not stay open long enough to be seen here, and
            // only the one SEV-1 has the highest priority.
            let fits = |s: &Scenario| {
                let can_mitigate =
                    !s.workaround.is_empty() && matches!(s.is, Is::Service | Is::Both);
                !s.is_grave() && s.is != Is::Neither && (*until != Until::Mitigated || can_mitigate)
            };
            let mut scenario = stories.deal(&mut draw);
            while !fits(scenario) {
                scenario = stories.deal(&mut draw);
            }
            // Who is to sleep has been open for a while.
            let sleeps = *until == Until::Working && nth < ASLEEP;
            let youngest = if sleeps { 900 } else { *youngest };
            let oldest = (*oldest).min(days * DAY / MINUTE - 120).max(youngest + 10);
            let age = draw.between(youngest, oldest);
            let (fill, line) = named(scenario, used, &mut draw);
            let begins = end.plus(-age * MINUTE);
            let lead = if matches!(scenario.comes, Comes::Call) {
                1
            } else {
                2
            };
            let steps = play(
                &Play {
                    world,
                    scenario,
                    fill: &fill,
                    title: &line,
                    begins,
                    latest: end.plus(-lead * MINUTE / 2),
                    until: *until,
                },
                &rng.fork(label),
            );
            let late = latest_word(&steps, *until, sleeps, &fill, end, &mut draw);
            script.extend(steps);
            script.extend(late);
        }
    }
}

/// What was added lately to an incident that is open for longer, so that it does not look
/// forgotten; and for a few, the sleep they were sent to.
fn latest_word(
    steps: &[Step],
    until: Until,
    sleeps: bool,
    fill: &Fill,
    end: At,
    rng: &mut Rng,
) -> Vec<Step> {
    let Some((last, id)) = steps.last().zip(incident_of(steps)) else {
        return Vec::new();
    };
    let idle = end.micros() - last.at.micros();
    let is_old = matches!(until, Until::Working | Until::Waiting) && idle > 5 * HOUR;
    if !is_old && !sleeps {
        return Vec::new();
    }
    let at = end.plus(-rng.between(40, 280) * MINUTE).max(last.at);
    let command = if sleeps {
        C::Snooze(Sleep {
            until: end.plus(rng.between(20, 90) * HOUR),
            reason: text("Nothing can be done before the maintenance window; it wakes then."),
        })
    } else {
        let words = rng.pick(&[
            "Asked {vendor} again; they promise an answer by tomorrow noon.",
            "Reproduced it on the test system at last: it takes exactly {n} minutes.",
            "Handed over to the late shift: next step is the log of the second node.",
            "No change since this morning; users are fine with the detour.",
            "Part is ordered and confirmed for tomorrow; courier number is with the desk.",
            "Compared with {site}: the same there, so it is not the cabling.",
        ]);
        C::Note(bifold_domain::incident::Note {
            text: text(&fill.apply(words)),
            lane: None,
            audience: bifold_domain::incident::Audience::Internal,
            next_by: None,
        })
    };
    vec![Step {
        at,
        actor: last.actor.clone(),
        commands: vec![Command::Incident(id, command)],
    }]
}

fn incident_of(steps: &[Step]) -> Option<IncidentId> {
    steps
        .iter()
        .flat_map(|s| &s.commands)
        .find_map(|c| match c {
            Command::Incident(id, _) => Some(id.clone()),
            _ => None,
        })
}

/// A report that still waits: how many minutes ago, what it is, and its words.
type Waiting = (i64, From, Sort, &'static str, &'static str, &'static str);

/// What waits in triage, the oldest first.
#[rustfmt::skip]
const TRIAGE: &[Waiting] = &[
    (310, From::Staff, Sort::Weakness, "files", "Cleaning cupboard key opens the server room in the research house",
        "I tried it by mistake yesterday evening. The door simply opened."),
    (172, From::Staff, Sort::AiMisbehaviour, "assistant", "Assistant marks every letter from the Quay clinic as routine",
        "All eleven letters of today, also one with a stroke. I have sorted them by hand."),
    (96, From::Staff, Sort::Suspicion, "mail", "E-mail in the director's name asks for gift cards",
        "The address ends in .co instead of our own. He is on a plane. I have not answered."),
    (71, From::Machine("siem"), Sort::Unsure, "identity", "DormantAccountUsed: svc-scan",
        "An account without a sign-in for 400 days signed in twice, from the outpatient centre."),
    (58, From::Staff, Sort::Fault, "telephony", "Emergency telephone in lift 4 is silent",
        "I pressed the button for a test, as every month. Nobody answered."),
    (41, From::Machine("edr"), Sort::Unsure, "pacs", "ToolDumpingPasswords: pacs-viewer-02",
        "A tool that reads passwords from memory was started by a service account."),
    (29, From::Machine("alertmanager"), Sort::Unsure, "lab", "QueueAgeHigh: lab-interface-01",
        "Oldest message 9 minutes; usual is 4 seconds."),
    (17, From::Staff, Sort::Unsure, "portal", "Patient says he sees another person's bill",
        "He called the cashier: the name at the top is not his. He closed the page."),
    (6, From::Machine("alertmanager"), Sort::Unsure, "ehr", "DiskFillsSoon: ehr-db-02",
        "At this rate full in five hours."),
];

/// The undecided events.
pub(crate) fn triage(world: &World, script: &mut Script, rng: &Rng) {
    let mut rng = rng.fork(4);
    for (ago, from, sort, service, title, story) in TRIAGE {
        let report = Report {
            from: *from,
            sort: *sort,
            title,
            story,
            service,
            ground: None,
            reason: "",
        };
        let at = script.end().plus(-ago * MINUTE - rng.between(0, MINUTE));
        let fill = Fill::draw(&mut rng);
        history::receive(world, script, &report, &fill, at, &mut rng);
    }
}
