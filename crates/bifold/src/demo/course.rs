//! The usual course of an incident, from the first word to the closing, or to where it stands.

mod end;
mod questions;
mod work;

use super::life::{Life, NATURAL_PACE, opening};
use super::organisation::{DESK, MACHINE, STAFF, members};
use super::rng::Rng;
use super::scenario::{Comes, Is, Scenario};
use super::script::Step;
use super::words::{Fill, short, text, title};
use super::world::World;
use bifold_domain::event::{Channel, Receive, Signal, Sort};
use bifold_domain::incident::{Certainty, Command as C, StatedTimes};
use bifold_domain::priority::Matrix;
use bifold_domain::time::MINUTE;
use bifold_domain::{At, EventId};

/// How far the course goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Until {
    /// Recorded; nobody has looked.
    New,
    /// Somebody has.
    Acknowledged,
    /// One of the questions is answered, the other open.
    Assessing,
    /// A team has it.
    Assigned,
    /// Somebody works on it.
    Working,
    /// It waits for somebody else.
    Waiting,
    /// Usable again through a workaround.
    Mitigated,
    /// Resolved, and as far closed as the time allows.
    End,
}

/// What a course is played from.
#[derive(Debug)]
pub(crate) struct Play<'a> {
    pub(crate) world: &'a World,
    pub(crate) scenario: &'a Scenario,
    pub(crate) fill: &'a Fill,
    pub(crate) title: &'a str,
    pub(crate) begins: At,
    /// By when it stands where it is to stand.
    pub(crate) latest: At,
    pub(crate) until: Until,
}

/// Who has to do with it.
struct Cast {
    agent: &'static str,
    reporter: &'static str,
    resolver: &'static str,
    officer: &'static str,
    /// Whether the reporter is a person who can be told and can confirm.
    has_reporter: bool,
}

/// Plays a story; faster than natural when there would not be time enough.
pub(crate) fn play(play: &Play<'_>, rng: &Rng) -> Vec<Step> {
    let (steps, reached) = Course::new(play, rng.clone(), NATURAL_PACE).run();
    if reached <= play.latest {
        return steps;
    }
    let room = play.latest.micros() - play.begins.micros();
    let took = (reached.micros() - play.begins.micros()).max(1);
    let pace = (room.saturating_mul(NATURAL_PACE * 9 / 10) / took).clamp(1, NATURAL_PACE);
    Course::new(play, rng.clone(), pace).run().0
}

struct Course<'a> {
    play: &'a Play<'a>,
    life: Life<'a>,
    cast: Cast,
    /// The shortest and longest wait between two steps, in minutes.
    beat: (i64, i64),
    lacks_category: bool,
}

impl<'a> Course<'a> {
    fn new(play: &'a Play<'a>, rng: Rng, pace: i64) -> Self {
        let scenario = play.scenario;
        let mut life = Life::new(play.world, rng, play.begins);
        life.pace = pace;
        let priority = Matrix::default()
            .priority(scenario.size.0, scenario.size.1)
            .number();
        life.is_urgent = priority <= 2 || pace < NATURAL_PACE;
        let beat = match priority {
            1 => (2, 14),
            2 => (4, 35),
            3 => (8, 90),
            _ => (20, 200),
        };
        let cast = Cast {
            agent: life.rng.pick(DESK),
            reporter: life.rng.pick(STAFF),
            resolver: life.rng.pick(&members(scenario.team)),
            officer: life.rng.pick(&["lukas", "oona"]),
            has_reporter: !matches!(scenario.comes, Comes::Signal(..)),
        };
        Self {
            play,
            life,
            cast,
            beat,
            lacks_category: false,
        }
    }

    /// All steps, and when it stood where it was to stand.
    fn run(mut self) -> (Vec<Step>, At) {
        let reached = self.course();
        (self.life.steps(), reached)
    }

    fn course(&mut self) -> At {
        let until = self.play.until;
        self.begin();
        if until == Until::New {
            return self.life.at;
        }
        self.pause();
        if until == Until::Acknowledged || self.life.rng.chance(55) {
            self.life.act(self.cast.agent, C::Acknowledge);
            self.pause();
        }
        if until == Until::Acknowledged {
            return self.life.at;
        }
        self.ask_both(until == Until::Assessing);
        if until == Until::Assessing {
            return self.life.at;
        }
        if self.play.scenario.is == Is::Neither && self.dismiss() {
            return self.life.at;
        }
        self.hand_out(until);
        if until == Until::Assigned {
            return self.life.at;
        }
        self.work(until);
        if until < Until::End {
            return self.life.at;
        }
        self.end()
    }

    /// A wait between two steps.
    fn pause(&mut self) {
        let (low, high) = self.beat;
        self.life.wait(low, high);
    }

    fn fill(&self, template: &str) -> String {
        self.play.fill.apply(template)
    }

    fn begin(&mut self) {
        let scenario = self.play.scenario;
        let noticed = self.life.at;
        let event = self.comes_in();
        if event.is_some() {
            self.life.wait(1, self.beat.0.max(4));
        }
        let world = self.life.world;
        let mut new = opening(self.play.title, &self.fill(scenario.story), scenario.size);
        new.service = Some(world.service(scenario.service));
        if !scenario.asset.is_empty() {
            new.assets.insert(world.asset(scenario.asset));
        }
        // Now and then nobody thinks of the category at once; it is set on the way.
        self.lacks_category = self.life.rng.chance(8);
        if !self.lacks_category {
            new.category = Some(short(scenario.category));
        }
        new.channel = match scenario.comes {
            Comes::Signal(..) => Channel::Alert,
            Comes::Call => Channel::Phone,
            Comes::Report => Channel::Web,
        };
        if self.cast.has_reporter {
            new.reporter = Some(world.person(self.cast.reporter));
        }
        let before = self.life.rng.between(2, 25) * MINUTE;
        new.times = StatedTimes {
            occurred_from: Some(noticed.plus(-before)),
            certainty: Some(Certainty::Estimated),
            detected: Some(noticed),
            reported: Some(noticed),
            ..StatedTimes::default()
        };
        let because = match scenario.comes {
            Comes::Signal(..) => "The alert is real: confirmed on a second instrument.",
            _ => "More than one person is concerned; this needs somebody to work on it.",
        };
        let event = event.map(|id| (id, because));
        self.life.declare(self.cast.agent, new, event);
    }

    /// What reached us first, unless somebody called and the incident is entered at once.
    fn comes_in(&mut self) -> Option<EventId> {
        let scenario = self.play.scenario;
        let service = Some(self.life.world.service(scenario.service));
        let occurred_at = Some(self.life.at);
        match scenario.comes {
            Comes::Call => None,
            Comes::Signal(source, alert) => {
                let number = self.life.rng.between(0x1000_0000, 0xffff_ffff);
                let report = Receive {
                    is_sensitive: false,
                    told: None,
                    sort: Sort::Unsure,
                    title: title(&format!("{alert}: {}", self.place())),
                    description: None,
                    channel: Channel::Alert,
                    service,
                    contact: None,
                    occurred_at,
                    signal: Some(Signal {
                        source: short(source),
                        external_id: short(&format!("{number:08x}")),
                    }),
                };
                Some(self.life.receive(MACHINE, report))
            }
            Comes::Report => {
                let suspicious = matches!(scenario.is, Is::Security | Is::Both);
                let sort = match scenario.also {
                    "ai" => Sort::AiMisbehaviour,
                    _ if suspicious => Sort::Suspicion,
                    _ => Sort::Fault,
                };
                let channel = self.life.rng.pick(&[
                    Channel::Web,
                    Channel::Web,
                    Channel::Email,
                    Channel::Chat,
                ]);
                let report = Receive {
                    is_sensitive: false,
                    told: None,
                    sort,
                    title: title(self.play.title),
                    description: Some(text(&self.fill(scenario.story))),
                    channel,
                    service,
                    contact: Some(short(&self.fill("{ext}"))),
                    occurred_at,
                    signal: None,
                };
                Some(self.life.receive(self.cast.reporter, report))
            }
        }
    }

    /// The asset, or else the service, by the name machines use for it.
    fn place(&self) -> &'static str {
        let scenario = self.play.scenario;
        if scenario.asset.is_empty() {
            scenario.service
        } else {
            scenario.asset
        }
    }

    /// A team gets it: the right one mostly, another one first now and then.
    fn hand_out(&mut self, until: Until) {
        let (agent, team) = (self.cast.agent, self.play.scenario.team);
        self.life.wait(1, self.beat.0);
        if self.life.rng.chance(13) {
            let wrong = self.life.rng.pick(&["platform", "network", "clinical"]);
            if wrong != team {
                self.life.assign(agent, wrong, None);
                self.pause();
                let by = self.life.rng.pick(&members(wrong));
                self.life.note(
                    by,
                    "Not ours after a first look; back to the desk with what we saw.",
                );
                self.life.wait(1, self.beat.0);
            }
        }
        self.life.assign(agent, team, None);
        if until == Until::Assigned {
            return;
        }
        self.pause();
        self.life.act(self.cast.resolver, C::Take);
        self.life.wait(0, self.beat.0);
        self.life.act(self.cast.resolver, C::Start);
    }
}
