//! The open SEV-1: checkout fails, and on one host there are traces nobody can explain.
//!
//! The service verdict is yes and the security verdict is open, which is the moment Bifold is
//! made for: haste to restore would destroy what explains it.

use super::life::{Life, opening};
use super::organisation::MACHINE;
use super::rng::Rng;
use super::room;
use super::script::Script;
use super::words::{short, text, title};
use super::world::World;
use bifold_domain::event::{Channel, Receive, Signal, Sort};
use bifold_domain::gate::{Course, Side};
use bifold_domain::incident::{
    Advise, Certainty, Command as C, Containment, EvidenceState, IncidentRole, Label,
    MajorCriterion, PromoteMajor, ProposeMajor, Restore, StatedTimes, Tlp,
};
use bifold_domain::kind::{Answer, Finding};
use bifold_domain::priority::{Dimension, Harm, Impact, Urgency};
use bifold_domain::time::MINUTE;
use bifold_domain::{At, EventId, TaskId};
use std::collections::BTreeSet;

/// How many minutes ago it began.
const AGO: i64 = 47;

/// The title, by which the live part finds it again.
pub(crate) const TITLE: &str = "Patient portal: checkout for laboratory results fails";

/// Writes the whole of it.
pub(crate) fn tell(world: &World, script: &mut Script, rng: &Rng) {
    let t0 = script.end().plus(-AGO * MINUTE);
    let mut life = Life::new(world, rng.fork(5), t0);
    declared(&mut life, t0);
    led(&mut life, t0);
    let tasks = restored(&mut life, t0);
    protected(&mut life, t0);
    super::exhibits::secured(&mut life, t0);
    lately(&mut life, t0, tasks);
    script.extend(life.steps());
}

fn signal(life: &mut Life<'_>, source: &str, alert: &str, id: &str) -> EventId {
    let report = Receive {
        is_sensitive: false,
        told: None,
        sort: Sort::Unsure,
        title: title(alert),
        description: None,
        channel: Channel::Alert,
        service: Some(life.world.service("payments")),
        contact: None,
        occurred_at: Some(life.at),
        signal: Some(Signal {
            source: short(source),
            external_id: short(id),
        }),
    };
    life.receive(MACHINE, report)
}

fn declared(life: &mut Life<'_>, t0: At) {
    let alert = "CheckoutErrorRateHigh: payments";
    let event = signal(life.minute(t0, 0), "alertmanager", alert, "c41f09d2");
    let story = "38 of 100 payments for laboratory results end with an error. Patients cannot \
                 open results they have paid for. It began a minute after release 4.18 of the \
                 checkout.";
    let mut new = opening(TITLE, story, (Impact::Extensive, Urgency::Critical));
    new.service = Some(life.world.service("payments"));
    let assets = ["pay-01", "pay-02", "pay-03", "portal-gateway"];
    new.assets = assets.iter().map(|key| life.world.asset(key)).collect();
    new.category = Some(short("software"));
    new.channel = Channel::Alert;
    new.reporter = Some(life.world.person("hugo"));
    new.times = StatedTimes {
        occurred_from: Some(t0.plus(-3 * MINUTE)),
        occurred_to: Some(t0),
        certainty: Some(Certainty::Estimated),
        detected: Some(t0),
        reported: Some(t0),
        aware: None,
    };
    let because = "Error rate confirmed by hand: two of five test payments fail.";
    life.minute(t0, 1)
        .declare("noah", new, Some((event, because)));
    let report = Receive {
        is_sensitive: false,
        told: None,
        sort: Sort::Fault,
        title: title("Patients pay for results and cannot open them"),
        description: Some(text(
            "Six patients stand at the cashier. They were charged and see an error.",
        )),
        channel: Channel::Web,
        service: Some(life.world.service("portal")),
        contact: Some(short("ext. 2207")),
        occurred_at: Some(t0),
        signal: None,
    };
    let report = life.minute(t0, 2).receive("mira", report);
    let answers = &[
        ("interrupted", Answer::Yes),
        ("users_affected", Answer::Yes),
    ];
    let words =
        "Paid results cannot be opened: the service is interrupted for a third of patients.";
    life.minute(t0, 2)
        .assess("noah", "service", Finding::Yes, answers, words);
    life.minute(t0, 4)
        .bind("samir", report, "The same failure, seen from the cashier.");
}

fn led(life: &mut Life<'_>, t0: At) {
    let propose = ProposeMajor {
        criteria: BTreeSet::from([MajorCriterion::VitalService, MajorCriterion::ManyUsers]),
        reason: text("Portal is vital, some three hundred patients an hour are concerned."),
    };
    life.minute(t0, 4).act("noah", C::ProposeMajor(propose));
    let promote = PromoteMajor {
        responsible: life.world.person("amara"),
        reason: text("Agreed. I lead; call every fifteen minutes."),
    };
    life.minute(t0, 5).act("amara", C::PromoteMajor(promote));
    life.minute(t0, 6).assign("amara", "platform", None);
    life.minute(t0, 6)
        .role("amara", IncidentRole::RestorationLead, "ada", None);
    life.role("amara", IncidentRole::CommunicationsLead, "petra", None);
    life.role("amara", IncidentRole::Scribe, "jonas", None);
    life.minute(t0, 7).act("ada", C::Take);
    life.minute(t0, 8).act("ada", C::Start);
    room::opened(life, t0);
    let words = "We know that paid results cannot be opened. Nobody loses money: every failed \
                 payment is taken back. Next word in twenty minutes.";
    life.minute(t0, 9).tell("petra", words);
    let ratings = &[
        (Dimension::Delivery, Harm::Severe),
        (Dimension::Availability, Harm::Severe),
        (Dimension::Confidentiality, Harm::Moderate),
    ];
    let basis = "312 patients in the last half hour; the worst case if the traces are real.";
    life.minute(t0, 10).rate("amara", ratings, basis);
    let label = Label {
        tlp: Tlp::AmberStrict,
    };
    life.act("amara", C::Label(label));
}

/// The tasks that will be finished later.
fn restored(life: &mut Life<'_>, t0: At) -> [TaskId; 2] {
    life.minute(t0, 10).note(
        "ada",
        "Hypothesis: release 4.18 changed how the checkout talks to the payment module. \
         Timeouts are all in the call that signs the receipt.",
    );
    room::steered(life, t0);
    let headline = "Route checkout to pay-01 and pay-02 only";
    let route = life
        .minute(t0, 12)
        .task("ada", "service", headline, "yuki", 15, true);
    let headline = "Roll back release 4.18 on pay-01 and pay-02";
    let back = life.task("ada", "service", headline, "ada", 30, true);
    let headline = "Tell the cashiers how to take payments by hand";
    life.task("petra", "service", headline, "petra", 45, false);
    life.minute(t0, 13).note(
        "tomas",
        "pay-03 is different: a process named kworkerd that is in no package of ours, and every \
         sixty seconds a connection to an address nobody knows.",
    );
    [route, back]
}

fn protected(life: &mut Life<'_>, t0: At) {
    let answers = &[
        ("unexplained", Answer::Yes),
        ("malicious", Answer::Unknown),
        ("confidentiality", Answer::Unknown),
    ];
    let words =
        "The failure may well be release 4.18. The process on pay-03 is not explained by it.";
    life.minute(t0, 14)
        .assess("noah", "security", Finding::Undetermined, answers, words);
    life.minute(t0, 15)
        .role("amara", IncidentRole::SecurityLead, "lukas", None);
    life.lane("amara", "security", "lukas", "csirt");
    life.minute(t0, 16)
        .containment("lukas", Containment::Started);
    life.evidence("lukas", EvidenceState::Planned, None);
    life.role("lukas", IncidentRole::EvidenceCustodian, "bo", None);
    life.lane_note(
        "lukas",
        "security",
        "pay-03 stays switched on and is not restarted: what we need is in its memory. Out of \
         rotation is fine, wiping is not.",
    );
    let headline = "Capture the memory of pay-03 before any restart";
    life.minute(t0, 17)
        .task("lukas", "security", headline, "bo", 20, true);
    let headline = "Search the unknown address in thirty days of proxy logs";
    life.task("lukas", "security", headline, "rania", 60, true);
    let headline = "Compare pay-03 with the image it was built from";
    life.task("lukas", "security", headline, "oona", 90, false);
    let alert = "OutboundToUnknownAddress: pay-03";
    let event = signal(life.minute(t0, 20), "siem", alert, "77ab5e10");
    let because = "The connection tomas saw, now also by the sensor.";
    life.minute(t0, 22).bind("oona", event, because);
    life.minute(t0, 23)
        .evidence("bo", EvidenceState::Collecting, None);
    life.lane_note(
        "bo",
        "security",
        "Memory capture of pay-03 began; 64 GB, about twenty minutes. Disk snapshot is taken.",
    );
    room::divided(life, t0);
}

fn lately(life: &mut Life<'_>, t0: At, [route, back]: [TaskId; 2]) {
    let outcome = "Done on portal-gateway; pay-03 gets no payments and stays on.";
    life.minute(t0, 25).finish("yuki", route, outcome);
    life.minute(t0, 26).workaround(
        "ada",
        "Checkout runs over pay-01 and pay-02. Whoever cannot open a paid result gets it at the \
         cashier on paper. Do not restart pay-03.",
    );
    let words = "Two thirds of payments work again. Results you paid for are also given out at \
                 the cashier. Next word in twenty minutes.";
    life.minute(t0, 28).tell("petra", words);
    room::answered(life, t0);
    let outcome = "Rolled back on both. Errors fell from 38 to 11 of 100, not to none.";
    life.minute(t0, 33).finish("ada", back, outcome);
    life.minute(t0, 35).note(
        "yuki",
        "The remaining errors all carry a session that began on pay-03. They end by themselves \
         when those sessions do, in about forty minutes.",
    );
    let answers = &[("personal_data", Answer::Yes), ("breach", Answer::Unknown)];
    let words = "Names and amounts pass through pay-03. Whether anybody saw them is not known.";
    life.minute(t0, 37)
        .assess("lukas", "privacy", Finding::Undetermined, answers, words);
    life.lane("lukas", "privacy", "beatrix", "privacy");
    life.minute(t0, 39).lane_note(
        "rania",
        "security",
        "The address answers on port 443 with a certificate made three days ago. No other host \
         of ours has spoken to it in the last week; older logs are being read.",
    );
    life.minute(t0, 42).note(
        "jonas",
        "Call of the half hour: restoration goes on, pay-03 untouched. Open: is security a yes? \
         Lukas wants the memory first. Next call in fifteen minutes.",
    );
    room::reported(life, t0);
    let id = life.action_id();
    let wanted = Restore {
        action: short("re-image"),
        assets: BTreeSet::from([life.world.asset("pay-03")]),
        note: Some(text(
            "The image is ready. Eight minutes, and the last errors are gone.",
        )),
    };
    life.minute(t0, 44)
        .act("ada", C::Restore(id.clone(), wanted));
    let advise = |side, course, reason| {
        let reason = text(reason);
        let advice = Advise {
            side,
            course,
            reason,
        };
        C::Advise(id.clone(), advice)
    };
    let words = "Errors end by themselves soon, but every failed payment is a patient who calls.";
    life.act("ada", advise(Side::Service, Course::RestoreFirst, words));
    let words = "The process lives in memory only. Ten more minutes and we have it.";
    life.minute(t0, 45)
        .act("lukas", advise(Side::Security, Course::FastCapture, words));
    life.minute(t0, 46).note(
        "amara",
        "Decision needed soon: building pay-03 anew would end the last errors at once and would \
         destroy what explains them.",
    );
}
