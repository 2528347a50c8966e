//! The work on it: notes, a workaround, what it waits for, and what turns up on the way.

use super::{Course, Until};
use crate::demo::scenario::{Comes, Is};
use crate::demo::words::text;
use bifold_domain::incident::{Command as C, Mitigate, PendingOn, Prioritise};
use bifold_domain::priority::Urgency;
use bifold_domain::time::{DAY, MINUTE};

impl Course<'_> {
    pub(super) fn work(&mut self, until: Until) {
        let scenario = self.play.scenario;
        let resolver = self.cast.resolver;
        if matches!(scenario.is, Is::Security | Is::Both) {
            self.protect();
        } else {
            self.ask_further();
        }
        let mut notes = scenario.work.iter();
        if let Some(first) = notes.next() {
            self.pause();
            let words = self.fill(first);
            self.life.note(resolver, &words);
        }
        self.sometimes_again();
        if until == Until::End {
            self.sometimes_more_urgent();
        }
        if until == Until::Waiting {
            self.hold_open();
            return;
        }
        let relieves = until >= Until::Mitigated && !scenario.workaround.is_empty();
        if relieves && (until == Until::Mitigated || self.life.rng.chance(75)) {
            self.relieve(until);
        }
        if until <= Until::Mitigated {
            return;
        }
        for words in notes {
            self.pause();
            let words = self.fill(words);
            self.life.note(resolver, &words);
        }
        self.sometimes_wait();
        self.sometimes_a_task();
    }

    fn relieve(&mut self, until: Until) {
        let scenario = self.play.scenario;
        self.pause();
        let words = self.fill(scenario.workaround);
        self.life.workaround(self.cast.resolver, &words);
        let hurts = matches!(scenario.is, Is::Service | Is::Both);
        if hurts && (until == Until::Mitigated || self.life.rng.chance(60)) {
            self.life.wait(1, self.beat.0);
            let mitigate = C::Mitigate(Mitigate { at: None });
            self.life.act(self.cast.resolver, mitigate);
        }
        if self.cast.has_reporter && !scenario.told.is_empty() {
            self.life.wait(0, 4);
            let words = self.fill(scenario.told);
            self.life.tell(self.cast.agent, &words);
        }
    }

    /// The machine signals once more, and the desk sees that it belongs here.
    fn sometimes_again(&mut self) {
        if matches!(self.play.scenario.comes, Comes::Signal(..)) && self.life.rng.chance(25) {
            self.life.wait(1, self.beat.0);
            if let Some(event) = self.comes_in() {
                self.life.wait(1, self.beat.0);
                let reason = "The same alert from the same place; it is being worked on.";
                self.life.bind(self.cast.agent, event, reason);
            }
        }
    }

    /// More is known, and it is more urgent than it seemed.
    fn sometimes_more_urgent(&mut self) {
        let (impact, urgency) = self.play.scenario.size;
        let more = match urgency {
            Urgency::Low => Urgency::Medium,
            Urgency::Medium => Urgency::High,
            Urgency::High => Urgency::Critical,
            Urgency::Critical => return,
        };
        if self.life.rng.chance(6) {
            self.life.wait(1, self.beat.0);
            let prioritise = Prioritise {
                impact,
                urgency: more,
                reason: text("The next shift depends on it; it cannot wait as long as we thought."),
            };
            self.life.act(self.cast.agent, C::Prioritise(prioritise));
        }
    }

    fn hold_open(&mut self) {
        self.pause();
        let (on, reason) = self.life.rng.pick(&[
            (
                PendingOn::Supplier,
                "{vendor} has the logs and promised an answer by tomorrow.",
            ),
            (
                PendingOn::User,
                "The colleague is back on the next shift and has to try it once.",
            ),
            (
                PendingOn::Change,
                "The fix goes in with the change window of Thursday.",
            ),
            (
                PendingOn::Scheduled,
                "Agreed with {dept}: not before their busy days are over.",
            ),
        ]);
        let until = self
            .play
            .latest
            .plus(self.life.rng.between(4, 60) * 60 * MINUTE);
        let minutes = (until.micros() - self.life.at.micros()) / MINUTE;
        let reason = self.fill(reason);
        self.life
            .hold(self.cast.resolver, on, Some(minutes.max(60)), &reason);
    }

    /// It waits for somebody, and goes on.
    fn sometimes_wait(&mut self) {
        if self.beat.1 < 60 || !self.life.rng.chance(15) {
            return;
        }
        self.pause();
        let reason = self.fill("Waiting for {vendor} to answer our question about the logs.");
        let resolver = self.cast.resolver;
        self.life.hold(resolver, PendingOn::Supplier, None, &reason);
        self.life.wait(60, 500);
        self.life.act(resolver, C::Resume);
    }

    fn sometimes_a_task(&mut self) {
        if !self.life.rng.chance(22) {
            return;
        }
        let resolver = self.cast.resolver;
        let (line, outcome) = self.life.rng.pick(&[
            (
                "Check the neighbouring machines for the same",
                "Checked all of them: clean.",
            ),
            (
                "Write down the steps for the night shift",
                "Half a page, in the handbook.",
            ),
            (
                "Ask {ward} whether it works at the bedside",
                "Works; the head nurse confirmed.",
            ),
            (
                "Compare with the configuration of last month",
                "One line differs; it is in the notes.",
            ),
        ]);
        let (line, outcome) = (self.fill(line), self.fill(outcome));
        self.pause();
        let due = DAY / MINUTE;
        let task = self
            .life
            .task(resolver, "service", &line, resolver, due, false);
        self.pause();
        self.life.finish(resolver, task, &outcome);
    }
}
