//! Restricted records: security only, named people only. Everybody else does not know of them.

use super::{D, H, MALICIOUS};
use crate::demo::life::{Life, because, opening};
use crate::demo::rng::Rng;
use crate::demo::script::Script;
use crate::demo::words::short;
use crate::demo::world::World;
use bifold_domain::At;
use bifold_domain::incident::{
    Command as C, Compartment, Containment, EvidenceState, Label, NotificationState, Tlp, Track,
};
use bifold_domain::kind::{Answer, Finding};
use bifold_domain::priority::{Dimension, Harm, Impact, Urgency};

const RUNS: &[(&str, Answer)] = &[
    ("interrupted", Answer::No),
    ("degraded", Answer::No),
    ("at_risk", Answer::No),
    ("users_affected", Answer::No),
];

struct Quiet<'s> {
    headline: &'s str,
    story: &'s str,
    service: &'s str,
    category: &'s str,
    /// Who declares and leads it.
    by: &'s str,
    people: &'s [&'s str],
    because: &'s str,
}

/// Declared restricted from the first moment, and both questions answered.
fn begin<'a>(world: &'a World, quiet: &Quiet<'_>, t0: At, rng: &Rng) -> Life<'a> {
    let mut life = Life::new(world, rng.clone(), t0);
    let size = (Impact::Moderate, Urgency::High);
    let mut new = opening(quiet.headline, quiet.story, size);
    new.service = Some(world.service(quiet.service));
    new.category = Some(short(quiet.category));
    new.compartment = Some(Compartment {
        ..life.compartment(quiet.people, &[])
    });
    new.tlp = Some(Tlp::Red);
    life.minute(t0, 0).declare(quiet.by, new, None);
    let words = "Every service runs as agreed.";
    life.minute(t0, 3)
        .assess(quiet.by, "service", Finding::No, RUNS, words);
    life.assess(quiet.by, "security", Finding::Yes, MALICIOUS, quiet.because);
    life.lane(quiet.by, "security", quiet.by, "csirt");
    life.minute(t0, 8)
        .containment(quiet.by, Containment::Started);
    life.evidence("bo", EvidenceState::Collecting, None);
    life
}

/// Long closed: somebody took drugs out of the books.
pub(super) fn insider(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let quiet = Quiet {
        headline: "Narcotics booked out without a patient",
        story: "Eleven bookings at night by one account; the cabinet's count agrees with none.",
        service: "pharmacy",
        category: "fraud",
        by: "oona",
        people: &["oona", "lukas", "bo", "amara"],
        because: "Records were changed to hide something: intent by somebody in the house.",
    };
    let mut life = begin(world, &quiet, t0, rng);
    let ratings = &[
        (Dimension::Integrity, Harm::Major),
        (Dimension::Safety, Harm::Moderate),
    ];
    life.minute(t0, 20)
        .rate("oona", ratings, "Eleven bookings in three weeks.");
    life.minute(t0, 30).assign("oona", "csirt", Some("oona"));
    life.minute(t0, 5 * H)
        .note("lukas", "Personnel office and works council are with us.");
    life.minute(t0, 20 * H)
        .evidence("bo", EvidenceState::Complete, None);
    life.containment("oona", Containment::Contained);
    let words = "Handed to the prosecutor; second signature at the cabinet at night.";
    life.minute(t0, 26 * H)
        .resolve("oona", "contained", "misuse", words);
    let words = "Nobody outside this circle to ask; agreed by the four of us.";
    life.minute(t0, 27 * H).close("amara", Some(words));
    let label = Label {
        tlp: Tlp::AmberStrict,
    };
    life.minute(t0, D + 9 * H).act("oona", C::Label(label));
    script.extend(life.steps());
}

/// Open: somebody in the house looks up a patient the newspapers write about.
pub(super) fn look_ups(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let quiet = Quiet {
        headline: "Look-ups of a well-known patient by somebody in the house",
        story: "Nineteen accesses from three wards that do not treat the patient. One paper asks \
                questions that only the chart can have answered.",
        service: "ehr",
        category: "data-leak",
        by: "lukas",
        people: &["lukas", "amara", "beatrix", "bo"],
        because: "Health data were read without a reason to, and probably passed on.",
    };
    let mut life = begin(world, &quiet, t0, rng);
    let ratings = &[
        (Dimension::Confidentiality, Harm::Major),
        (Dimension::Rights, Harm::Major),
    ];
    life.minute(t0, 15)
        .rate("lukas", ratings, "One patient, nineteen accesses, press.");
    let answers = &[
        ("personal_data", Answer::Yes),
        ("breach", Answer::Yes),
        ("special", Answer::Yes),
    ];
    let words = "Special category, disclosed to somebody without right.";
    life.minute(t0, 40)
        .assess("beatrix", "privacy", Finding::Yes, answers, words);
    life.lane("lukas", "privacy", "beatrix", "privacy");
    let to = NotificationState::Pending;
    life.act("lukas", C::Track(Track::Notification { to }));
    let headline = "Decide with the director who tells the patient";
    life.minute(t0, 55)
        .task("beatrix", "privacy", headline, "beatrix", 2 * D, true);
    life.minute(t0, 60).assign("lukas", "csirt", Some("lukas"));
    let headline = "Pull the access log of all three wards for thirty days";
    let pull = life.task("lukas", "security", headline, "bo", D, true);
    life.minute(t0, 17 * H).finish(
        "bo",
        pull,
        "Pulled and hashed; nineteen accesses, two accounts.",
    );
    let headline = "Talk with the two account owners, works council present";
    life.task("lukas", "security", headline, "lukas", D, true);
    life.minute(t0, 23 * H).lane_note(
        "lukas",
        "security",
        "One of the two was on holiday: that account was used by somebody else.",
    );
    life.minute(t0, 25 * H).note(
        "amara",
        "Press office says nothing until we know; I hold that line.",
    );
    script.extend(life.steps());
}

/// Open: the payroll is offered for sale. One incident manager broke the glass to read it.
pub(super) fn payroll(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let quiet = Quiet {
        headline: "Payroll of last month offered in a forum",
        story: "A sample of forty lines is genuine. Nobody knows yet where it left the house.",
        service: "files",
        category: "data-leak",
        by: "oona",
        people: &["oona", "lukas", "rania", "bo"],
        because: "Personal data are in other hands, and somebody asks money for them.",
    };
    let mut life = begin(world, &quiet, t0, rng);
    let ratings = &[
        (Dimension::Confidentiality, Harm::Major),
        (Dimension::Rights, Harm::Moderate),
    ];
    life.minute(t0, 12)
        .rate("oona", ratings, "1 140 people, bank details included.");
    life.minute(t0, 20).assign("oona", "csirt", Some("rania"));
    life.minute(t0, 21).act("rania", C::Start);
    let headline = "Find which copy the sample was made from";
    life.minute(t0, 22)
        .task("oona", "security", headline, "rania", D, true);
    let why = "Director calls about the payroll at night and nobody of the circle answers.";
    life.minute(t0, 2 * H)
        .act("jonas", C::BreakGlass(because(why)));
    life.minute(t0, 9 * H).lane_note(
        "rania",
        "security",
        "The sample has the column order of the export for the auditors of spring, not of payroll.",
    );
    life.minute(t0, 16 * H)
        .note("oona", "Forum removed the offer; two people had opened it.");
    script.extend(life.steps());
}
