//! How it ends: dismissed, or resolved, confirmed and closed; and now and then reopened.

use super::Course;
use crate::demo::life::{NATURAL_PACE, because};
use crate::demo::scenario::Is;
use crate::demo::words::{short, text};
use bifold_domain::At;
use bifold_domain::event::Dismissal;
use bifold_domain::incident::{
    Classify, Command as C, Containment, ConvertToRequest, EvidenceState, NotificationState,
    Reject, Remedy, Track,
};
use bifold_domain::time::DAY;

impl Course<'_> {
    /// No incident after all, if the story says so by its code.
    pub(super) fn dismiss(&mut self) -> bool {
        let scenario = self.play.scenario;
        let Some(ground) = Dismissal::from_word(scenario.code) else {
            return false;
        };
        let agent = self.cast.agent;
        self.pause();
        if self.cast.has_reporter && !scenario.told.is_empty() {
            let words = self.fill(scenario.told);
            self.life.tell(agent, &words);
            self.life.wait(1, self.beat.0);
        }
        let reason = text(&self.fill(scenario.end));
        let command = if ground == Dismissal::Request {
            C::ConvertToRequest(ConvertToRequest {
                reference: short(&self.fill("{ticket}")),
                reason,
            })
        } else {
            C::Reject(Reject { ground, reason })
        };
        self.life.act(agent, command);
        true
    }

    /// Resolves it, and gives the time of that; then confirms and closes it in its own time.
    pub(super) fn end(&mut self) -> At {
        let secures = matches!(self.play.scenario.is, Is::Security | Is::Both);
        if secures {
            self.secure();
        }
        self.pause();
        self.resolve(false);
        let reached = self.life.at;
        // What comes after is nobody's hurry.
        self.life.pace = NATURAL_PACE;
        self.life.is_urgent = false;
        if self.cast.has_reporter && self.life.rng.chance(5) {
            self.come_back();
        }
        self.confirm_and_close();
        reached
    }

    fn resolve(&mut self, again: bool) {
        let scenario = self.play.scenario;
        if self.lacks_category {
            let classify = Classify {
                category: Some(short(scenario.category)),
                service: None,
                customer: None,
                assets: None,
            };
            self.life.act(self.cast.agent, C::Classify(classify));
            self.lacks_category = false;
        }
        let words = match (self.fill(scenario.end), again) {
            (words, false) => words,
            (words, true) => format!("The second time for good. {words}"),
        };
        if !again && self.life.rng.chance(20) {
            let fix = Remedy { text: text(&words) };
            self.life.act(self.cast.resolver, C::SetFix(fix));
            self.life.wait(1, self.beat.0);
        }
        self.life
            .resolve(self.cast.resolver, scenario.code, scenario.cause, &words);
    }

    /// The security lane ends its work.
    fn secure(&mut self) {
        let officer = self.cast.officer;
        self.pause();
        self.life.containment(officer, Containment::Contained);
        let due = 2 * DAY / bifold_domain::time::MINUTE;
        let headline = "Keep the logs of the day before and after";
        let task = self
            .life
            .task(officer, "security", headline, "bo", due, true);
        self.pause();
        let outcome = "Kept, with checksums, in the evidence store.";
        self.life.finish("bo", task, outcome);
        if self.life.rng.chance(18) {
            let why = "Nothing beyond the logs was left to keep; those are in the store.";
            self.life
                .evidence(officer, EvidenceState::Waived, Some(why));
        } else {
            self.life.evidence("bo", EvidenceState::Complete, None);
        }
        if self.play.scenario.also == "privacy" {
            let words = "Risk to the people concerned assessed: they are informed by letter, and \
                         the authority is told.";
            self.life.lane_note("beatrix", "privacy", words);
            self.notify(NotificationState::Pending);
            self.pause();
            self.notify(NotificationState::Sent);
        }
        self.life.wait(1, self.beat.0);
        self.life.containment(officer, Containment::Eradicated);
    }

    fn notify(&mut self, to: NotificationState) {
        let track = Track::Notification { to };
        self.life.act(self.cast.officer, C::Track(track));
    }

    /// It was not over.
    fn come_back(&mut self) {
        let (reporter, resolver) = (self.cast.reporter, self.cast.resolver);
        self.life.wait(120, 900);
        let why = "It is back: the same as this morning.";
        self.life.act(reporter, C::Reopen(because(why)));
        self.pause();
        let words = "The first repair held until the next restart. Doing it properly now.";
        self.life.note(resolver, words);
        self.pause();
        self.resolve(true);
    }

    fn confirm_and_close(&mut self) {
        let agent = self.cast.agent;
        let confirms = self.cast.has_reporter && self.life.rng.chance(72);
        self.life.wait(20, 600);
        if confirms {
            self.life.act(self.cast.reporter, C::Confirm);
            self.life.wait(30, 900);
            self.life.close(agent, None);
        } else if self.life.rng.chance(60) {
            let why = if self.cast.has_reporter {
                "Told on the telephone that it works."
            } else {
                "The alert has been quiet since; nobody else to ask."
            };
            self.life.close(agent, Some(why));
        } else {
            // Five days without a word, and it may be closed without one.
            self.life.at = self.life.at.plus(5 * DAY);
            self.life.wait(10, 200);
            self.life.close(agent, None);
        }
    }
}
