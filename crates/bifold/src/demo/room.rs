//! The room of the open SEV-1: what its people say, decide and report.

use super::life::Life;
use super::words::{text, title};
use bifold_domain::incident::{
    AmendMessage, ArrangeRoom, Command as C, KeepMessage, NewTask, ProposeDecision, Report,
    ReportSituation, RetractMessage, Say, TakeDecision,
};
use bifold_domain::kind::KindKey;
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Short, TaskId};

impl Life<'_> {
    fn say(&mut self, who: &str, words: &str) {
        self.say_in(who, None, None, words);
    }

    fn say_in(&mut self, who: &str, lane: Option<KindKey>, answers: Option<u32>, words: &str) {
        let say = Say {
            text: text(words),
            lane,
            answers,
        };
        self.act(who, C::Say(say));
    }

    fn report_situation(&mut self, who: &str, report: Report, [how, what, missing]: [&str; 3]) {
        let report = ReportSituation {
            report,
            conditions: text(how),
            actions: Some(text(what)),
            needs: (!missing.is_empty()).then(|| text(missing)),
            next_by: None,
        };
        self.act(who, C::ReportSituation(report));
    }

    fn propose(&mut self, who: &str, words: &str, at_once: bool) {
        let propose = ProposeDecision {
            text: text(words),
            lane: None,
            by: None,
            at_once,
        };
        self.act(who, C::ProposeDecision(propose));
    }
}

/// People come together.
pub(super) fn opened(life: &mut Life<'_>, t0: At) {
    let arrange = ArrangeRoom {
        bridge: Some(text(
            "Operations centre, room 2, or ext. 4400 with code 2210",
        )),
        codename: None,
        out_of_band: false,
    };
    life.minute(t0, 8).act("amara", C::ArrangeRoom(arrange));
    life.say(
        "ada",
        "Rolling back is my first idea. Five minutes, to be sure that it is 4.18.",
    );
    life.say(
        "amara",
        "Five minutes. Petra, please write to the cashiers meanwhile.",
    );
    life.minute(t0, 9).say(
        "petra",
        "On it. Do we know how many patients wait at the desks?",
    );
    life.say_in(
        "noah",
        None,
        Some(3),
        "Six at ours, two at the children's clinic.",
    );
}

/// The first report, and the first decision.
pub(super) fn steered(life: &mut Life<'_>, t0: At) {
    let how = "38 of 100 payments fail. Portal otherwise normal, three hundred patients an hour.";
    let what = "Ada rolls back release 4.18; Yuki routes around what times out.";
    let missing = "Somebody from the supplier of the payment module.";
    life.minute(t0, 11)
        .report_situation("jonas", Report::Tactical, [how, what, missing]);
    life.say(
        "tomas",
        "pay-03 behaves unlike the others. Looking at its processes.",
    );
    let owner = life.world.person("petra");
    let task = NewTask {
        lane: KindKey::service(),
        title: title("Give out paid results on paper at the cashier"),
        owner: Some(owner),
        due: Some(life.at.plus(20 * MINUTE)),
        mandatory: false,
        stream: Short::parse("Cashiers").ok(),
    };
    let id = TaskId::from_bits(life.id_bits());
    life.act("amara", C::AddTask(id, task));
}

/// What is found on one machine changes what may be done.
pub(super) fn divided(life: &mut Life<'_>, t0: At) {
    life.minute(t0, 24).propose(
        "lukas",
        "pay-03 goes out of rotation and stays switched on until its memory is saved.",
        false,
    );
    let take = TakeDecision {
        decision: 1,
        reason: Some(text(
            "Two machines carry the load; nothing is lost by waiting.",
        )),
    };
    life.act("amara", C::TakeDecision(take));
    life.say_in(
        "lukas",
        Some(KindKey::security()),
        None,
        "Not a word of the address outside this lane, please; whoever it is may read along.",
    );
    life.say("yuki", "Routing changed. pay-03 gets no new session.");
    life.act("jonas", C::KeepMessage(KeepMessage { message: 7 }));
}

/// Those who answer for the hospital hear how it stands.
pub(super) fn answered(life: &mut Life<'_>, t0: At) {
    let how = "Two thirds of payments for laboratory results work again. Care is not touched. \
               Whether information is hurt is being looked into and not known yet.";
    let what = "The new release is taken back; results are given out on paper.";
    life.minute(t0, 29)
        .report_situation("amara", Report::Executive, [how, what, ""]);
    life.say("samir", "Errors are at 12 of 100.");
    let amend = AmendMessage {
        message: 8,
        text: text("Errors are at 11 of 100; I had read the line above."),
    };
    life.act("samir", C::AmendMessage(amend));
    life.say("yuki", "Is anybody ordering food?");
    let back = RetractMessage {
        message: 9,
        reason: text("Wrong room, sorry."),
    };
    life.act("yuki", C::RetractMessage(back));
}

/// The half hour.
pub(super) fn reported(life: &mut Life<'_>, t0: At) {
    let how = "11 of 100 payments fail, all in sessions that began on pay-03.";
    let what = "Memory of pay-03 is being saved, done in about ten minutes; restoration of the \
                last errors waits for it.";
    let missing = "A decision about building pay-03 anew.";
    life.minute(t0, 42)
        .report_situation("jonas", Report::Tactical, [how, what, missing]);
    life.propose(
        "petra",
        "Patients who call get their results by telephone from the ward until six.",
        false,
    );
    life.say("ada", "The image for pay-03 is ready when you are.");
}
