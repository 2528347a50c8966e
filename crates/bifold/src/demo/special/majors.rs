//! Two major incidents of the past: an outage of the whole house, and an encrypted share.

use super::{D, DOWN, H, MALICIOUS, call, harmless, propose, relate};
use crate::demo::life::{Life, because};
use crate::demo::rng::Rng;
use crate::demo::script::Script;
use crate::demo::words::text;
use crate::demo::world::World;
use bifold_domain::At;
use bifold_domain::incident::{
    Command as C, Containment, EvidenceState, IncidentRole, MajorCriterion, Merge, Mitigate,
    NotificationState, PromoteMajor, RelationKind, Remedy, ReviewState, SetParent, Track,
};
use bifold_domain::kind::{Answer, Finding};
use bifold_domain::priority::{Dimension, Harm, Impact, Urgency};
use bifold_domain::time::MINUTE;

fn promote(life: &mut Life<'_>, who: &str, responsible: &str, reason: &str) {
    let promote = PromoteMajor {
        responsible: life.world.person(responsible),
        reason: text(reason),
    };
    life.act(who, C::PromoteMajor(promote));
}

fn reviewed(life: &mut Life<'_>, who: &str, words: &str) {
    life.note(who, words);
    let to = ReviewState::Done;
    life.act(who, C::Track(Track::Review { to }));
}

/// The patient record is unreachable in the whole house; two more reports are the same, two
/// others hang on it.
pub(super) fn outage(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let mut main = Life::new(world, rng.fork(0), t0);
    let headline = "Patient record unreachable in the whole house";
    let story = "Every ward gets 'no connection to the server' since the quarter past.";
    let size = (Impact::Extensive, Urgency::Critical);
    let mut new = call(&main, headline, story, size, ("ehr", "database", "mira"));
    new.assets = ["ehr-db-01", "ehr-db-02"].map(|a| world.asset(a)).into();
    main.minute(t0, 0).declare("petra", new, None);
    main.minute(t0, 1).assess(
        "petra",
        "service",
        Finding::Yes,
        DOWN,
        "Nobody can open a chart.",
    );
    let criteria = &[
        MajorCriterion::VitalService,
        MajorCriterion::ManyUsers,
        MajorCriterion::Safety,
    ];
    let words = "The record is down in the whole house.";
    main.minute(t0, 2).act("petra", propose(criteria, words));
    promote(
        main.minute(t0, 3),
        "jonas",
        "jonas",
        "Agreed; downtime folders out on every ward.",
    );
    main.minute(t0, 4)
        .role("jonas", IncidentRole::RestorationLead, "tomas", None);
    main.role("jonas", IncidentRole::CommunicationsLead, "noah", None);
    main.minute(t0, 5)
        .assign("jonas", "platform", Some("tomas"));
    main.minute(t0, 6).act("tomas", C::Start);
    harmless(
        &mut main,
        "petra",
        "The disk of the database is full; the log says since when and by what.",
    );
    let words =
        "The record is down. Please use the downtime folders; next word in fifteen minutes.";
    main.minute(t0, 8).tell("noah", words);
    main.minute(t0, 12).note(
        "tomas",
        "Transaction logs filled the disk: the copy to the archive stopped on Saturday and its \
         alarm went to a mailbox nobody reads.",
    );
    duplicates(world, script, t0, rng, &main);
    children(world, script, t0, rng, &main);
    outage_ended(&mut main, t0);
    script.extend(main.steps());
}

fn outage_ended(main: &mut Life<'_>, t0: At) {
    main.minute(t0, 21).workaround(
        "tomas",
        "Charts can be read, not written, on the second database.",
    );
    main.minute(t0, 22)
        .act("tomas", C::Mitigate(Mitigate { at: None }));
    let handover = "Reading works, writing in twenty minutes; Ward 4A still needs its lists.";
    main.minute(t0, 40).role(
        "jonas",
        IncidentRole::IncidentManager,
        "amara",
        Some(handover),
    );
    let words = "Disk widened, logs archived, both databases write again.";
    main.minute(t0, 58)
        .resolve("tomas", "configured", "control-failed", words);
    let words = "The record works again. Please enter what stands in the downtime folders.";
    main.minute(t0, 60).tell("noah", words);
    let over = because("Two hours quiet, all folders entered. Thank you, everybody.");
    main.minute(t0, 3 * H).act("amara", C::StandDown(over));
    main.minute(t0, 4 * H).act("mira", C::Confirm);
    let words = "Review held with eleven people: alarms go to the duty telephone, never to a \
                 mailbox; archive copy is watched from both ends; downtime drill every quarter.";
    reviewed(main.minute(t0, 2 * D), "amara", words);
    main.minute(t0, 2 * D + H).close("petra", None);
    let words = "The supplier confirmed the cause in writing; letter is with procurement.";
    let add = Remedy { text: text(words) };
    main.minute(t0, 2 * D + 9 * H).act("amara", C::Add(add));
}

fn duplicates(world: &World, script: &mut Script, t0: At, rng: &Rng, main: &Life<'_>) {
    let calls = [
        (1, 9, "Charts do not open in Oncology", "jakob"),
        (2, 11, "Dialysis: the record says no connection", "anna"),
    ];
    for (label, minute, headline, reporter) in calls {
        let begins = t0.plus(minute * MINUTE);
        let mut other = Life::new(world, rng.fork(label), begins);
        let story = "Nobody here can work. Is it the same everywhere?";
        let size = (Impact::Moderate, Urgency::High);
        let new = call(&other, headline, story, size, ("ehr", "software", reporter));
        other.minute(t0, minute).declare("samir", new, None);
        let merge = Merge {
            into: main.incident.clone(),
            reason: text("The same outage, reported from another ward."),
        };
        other.minute(t0, minute + 2).act("samir", C::Merge(merge));
        script.extend(other.steps());
    }
}

fn children(world: &World, script: &mut Script, t0: At, rng: &Rng, main: &Life<'_>) {
    let calls = [
        (
            3,
            14,
            "Medication lists of Ward 4A cannot be printed",
            ("pharmacy", "software", "elif"),
        ),
        (
            4,
            17,
            "Laboratory orders are not accepted",
            ("lab", "software", "hugo"),
        ),
    ];
    for (label, minute, headline, of) in calls {
        let begins = t0.plus(minute * MINUTE);
        let mut child = Life::new(world, rng.fork(label), begins);
        let story = "It needs the record, and the record is down.";
        let size = (Impact::Moderate, Urgency::High);
        let new = call(&child, headline, story, size, of);
        child.minute(t0, minute).declare("noah", new, None);
        let parent = SetParent {
            parent: Some(main.incident.clone()),
        };
        child
            .minute(t0, minute + 1)
            .act("noah", C::SetParent(parent));
        relate(&mut child, "noah", RelationKind::CausedBy, main);
        let words = "Cannot work without the record.";
        child.assess("noah", "service", Finding::Yes, DOWN, words);
        harmless(&mut child, "noah", "Follows from the outage of the record.");
        child
            .minute(t0, minute + 3)
            .assign("noah", "clinical", Some("sofie"));
        let words = "Works again since the record is back; lists compared by two people.";
        child
            .minute(t0, 66)
            .resolve("sofie", "fixed", "defect", words);
        let words = "Confirmed on the telephone by the head nurse.";
        child.minute(t0, 3 * H + minute).close("noah", Some(words));
        script.extend(child.steps());
    }
}

/// The research share is encrypted by somebody: both questions are a yes.
pub(super) fn encryption(world: &World, script: &mut Script, t0: At, rng: &Rng) {
    let mut life = Life::new(world, rng.clone(), t0);
    let headline = "Research share encrypted, ransom note in every folder";
    let story = "All documents of the research house end in '.harb'. A note asks for money.";
    let size = (Impact::Significant, Urgency::Critical);
    let mut new = call(&life, headline, story, size, ("files", "malware", "ruben"));
    new.assets = ["files-01", "share-research"]
        .map(|a| world.asset(a))
        .into();
    life.minute(t0, 0).declare("noah", new, None);
    life.minute(t0, 2).assess(
        "noah",
        "service",
        Finding::Yes,
        DOWN,
        "No study document can be opened.",
    );
    let words = "Encryption by others with a note that asks for money.";
    life.minute(t0, 3)
        .assess("noah", "security", Finding::Yes, MALICIOUS, words);
    life.minute(t0, 5).act(
        "lukas",
        propose(
            &[MajorCriterion::SecuritySev1],
            "Encryption is still running on one server.",
        ),
    );
    promote(
        life.minute(t0, 6),
        "amara",
        "lukas",
        "Security leads, restoration follows its word.",
    );
    let people = &["amara", "tomas", "noah", "beatrix"];
    let why = "Whoever did it may read along; only those who work on it see it for now.";
    life.minute(t0, 7)
        .restrict("lukas", people, &["csirt"], why);
    let ratings = &[
        (Dimension::Availability, Harm::Severe),
        (Dimension::Confidentiality, Harm::Major),
        (Dimension::Rights, Harm::Moderate),
    ];
    life.minute(t0, 9)
        .rate("lukas", ratings, "2.1 TB of study data, pseudonymised.");
    life.lane("lukas", "security", "lukas", "csirt");
    life.containment("lukas", Containment::Started);
    life.minute(t0, 12)
        .assign("amara", "platform", Some("tomas"));
    life.act("tomas", C::Start);
    let headline = "Image the disk of the machine it came from";
    let image = life
        .minute(t0, 14)
        .task("lukas", "security", headline, "bo", 90, true);
    life.evidence("bo", EvidenceState::Collecting, None);
    life.minute(t0, 25)
        .containment("lukas", Containment::Contained);
    life.lane_note(
        "rania",
        "security",
        "Came in through a test account with remote access; closed.",
    );
    encryption_ended(&mut life, t0, image);
    script.extend(life.steps());
}

fn encryption_ended(life: &mut Life<'_>, t0: At, image: bifold_domain::TaskId) {
    let answers = &[("personal_data", Answer::Yes), ("breach", Answer::Yes)];
    let words = "Pseudonymised study data were made unavailable; no sign that they left.";
    life.minute(t0, 50)
        .assess("beatrix", "privacy", Finding::Yes, answers, words);
    life.lane("lukas", "privacy", "beatrix", "privacy");
    let track = |to| C::Track(Track::Notification { to });
    life.act("lukas", track(NotificationState::Pending));
    life.minute(t0, 3 * H).finish(
        "bo",
        image,
        "Imaged, hashed, in the safe with two signatures.",
    );
    life.minute(t0, 4 * H)
        .workaround("tomas", "Studies go on in a copy of the night before.");
    life.act("tomas", C::Mitigate(Mitigate { at: None }));
    life.minute(t0, 9 * H)
        .act("lukas", track(NotificationState::Sent));
    life.lane_note(
        "beatrix",
        "privacy",
        "Authority told within nine hours; reference is with us.",
    );
    life.minute(t0, 11 * H)
        .evidence("bo", EvidenceState::Complete, None);
    life.minute(t0, 12 * H)
        .containment("lukas", Containment::Eradicated);
    let why = "Nobody else is in the house any more; what happened may be known.";
    life.minute(t0, 20 * H)
        .act("lukas", C::Unrestrict(because(why)));
    let words = "Share restored from the night before; six hours of work were typed again.";
    life.minute(t0, 22 * H)
        .resolve("tomas", "contained", "control-failed", words);
    let over = because("Restored, contained, and nothing new for a night.");
    life.minute(t0, 23 * H).act("lukas", C::StandDown(over));
    life.minute(t0, 24 * H).act("ruben", C::Confirm);
    let words = "Review: test accounts end after thirty days, remote access asks for a second \
                 factor without exception, snapshots are out of reach of the servers they are of.";
    reviewed(life.minute(t0, 30 * H), "lukas", words);
    life.act("lukas", track(NotificationState::Closed));
    life.minute(t0, 31 * H).close("amara", None);
}
