//! The two questions and the further ones: first answers, second thoughts, and the lane of those
//! who protect information.

use super::Course;
use crate::demo::scenario::Is;
use bifold_domain::incident::{Containment, EvidenceState};
use bifold_domain::kind::{Answer, Finding};
use bifold_domain::priority::{Dimension, Harm};

type Answers = &'static [(&'static str, Answer)];

const HURT: Answers = &[("degraded", Answer::Yes), ("users_affected", Answer::Yes)];
const DOWN: Answers = &[
    ("interrupted", Answer::Yes),
    ("users_affected", Answer::Yes),
];
const UNHURT: Answers = &[
    ("interrupted", Answer::No),
    ("degraded", Answer::No),
    ("at_risk", Answer::No),
    ("users_affected", Answer::No),
];
const HARMLESS: Answers = &[
    ("confidentiality", Answer::No),
    ("integrity", Answer::No),
    ("malicious", Answer::No),
    ("policy", Answer::No),
    ("unexplained", Answer::No),
];
const UNCLEAR: Answers = &[("unexplained", Answer::Yes), ("malicious", Answer::Unknown)];
const MALICIOUS: Answers = &[
    ("malicious", Answer::Yes),
    ("confidentiality", Answer::Unknown),
];
const LEAKED: Answers = &[("confidentiality", Answer::Yes), ("malicious", Answer::No)];
const ALTERED: Answers = &[("integrity", Answer::Yes), ("policy", Answer::Yes)];

/// What is said of a service that runs.
const RUNS: &[&str] = &[
    "Everything answers as usual; users notice nothing.",
    "No service is touched by it.",
    "Measured: the services run as agreed.",
];
/// What is said where information is safe.
const SAFE: &[&str] = &[
    "The cause is plain and has nothing to do with anybody's intent or with data.",
    "No data left, changed or were seen. The logs around it are quiet.",
    "An ordinary fault: the change log explains all of it.",
    "Checked the sign-ins and the endpoint alarms of that hour: nothing.",
];
/// What is said while nobody knows.
const OPEN: &[&str] = &[
    "Could be a fault, could be somebody. The CSIRT has a look.",
    "The timing is odd. I would rather have it looked at.",
    "We cannot explain it yet, so the question stays open.",
];

impl Course<'_> {
    /// Answers both questions; or, when only partly, leaves the one about security open.
    pub(super) fn ask_both(&mut self, partly: bool) {
        self.ask_service();
        self.life.wait(1, self.beat.0);
        if partly {
            self.security(self.cast.agent, Finding::Undetermined);
            return;
        }
        let suspicious = matches!(self.play.scenario.is, Is::Security | Is::Both);
        let first = match (suspicious, self.life.rng.below(100)) {
            (true, 0..30) => Finding::Yes,
            (true, 30..45) | (false, 0..80) => Finding::No,
            _ => Finding::Undetermined,
        };
        self.security(self.cast.agent, first);
        let last = if suspicious {
            Finding::Yes
        } else {
            Finding::No
        };
        if first != last {
            self.pause();
            self.security(self.cast.officer, last);
        }
    }

    fn ask_service(&mut self) {
        let scenario = self.play.scenario;
        let agent = self.cast.agent;
        let reason = if scenario.service_because.is_empty() {
            None
        } else {
            Some(self.fill(scenario.service_because))
        };
        if matches!(scenario.is, Is::Service | Is::Both) {
            let answers = if self.beat.1 < 60 { DOWN } else { HURT };
            let words = reason
                .as_deref()
                .unwrap_or("Colleagues cannot work as agreed.");
            self.life
                .assess(agent, "service", Finding::Yes, answers, words);
            return;
        }
        // Whoever is called at night says yes first; the incident manager takes it back.
        if scenario.is == Is::Security && self.life.rng.chance(15) {
            let words = "People call, so something must be down.";
            self.life
                .assess(agent, "service", Finding::Yes, HURT, words);
            self.pause();
            let words = "Looked at with the owners: no service is worse than agreed.";
            self.life
                .assess("amara", "service", Finding::No, UNHURT, words);
            return;
        }
        let usual = self.life.rng.pick(RUNS);
        let words = reason.as_deref().unwrap_or(usual);
        self.life
            .assess(agent, "service", Finding::No, UNHURT, words);
    }

    fn security(&mut self, who: &str, finding: Finding) {
        let scenario = self.play.scenario;
        let known = !scenario.security_because.is_empty() && finding != Finding::Undetermined;
        let suspicious = matches!(scenario.is, Is::Security | Is::Both);
        let words = if known && (finding == Finding::Yes) == suspicious {
            self.fill(scenario.security_because)
        } else {
            let usual = match finding {
                Finding::Undetermined => OPEN,
                _ => SAFE,
            };
            self.life.rng.pick(usual).to_owned()
        };
        let answers = match (finding, scenario.category) {
            (Finding::No, _) => HARMLESS,
            (Finding::Undetermined, _) => UNCLEAR,
            (Finding::Yes, "data-leak") => LEAKED,
            (Finding::Yes, "software" | "access" | "ai") => ALTERED,
            (Finding::Yes, _) => MALICIOUS,
        };
        self.life.assess(who, "security", finding, answers, &words);
    }

    /// The security lane begins its work: harm, lane, containment, evidence.
    pub(super) fn protect(&mut self) {
        let officer = self.cast.officer;
        let harm = self
            .life
            .rng
            .pick(&[Harm::Minor, Harm::Moderate, Harm::Moderate, Harm::Major]);
        let dimension = match self.play.scenario.category {
            "data-leak" | "phishing" | "physical" => Dimension::Confidentiality,
            "malware" => Dimension::Availability,
            _ => Dimension::Integrity,
        };
        self.life.wait(1, self.beat.0);
        let basis = "What we know now; the worst that fits the traces.";
        self.life.rate(officer, &[(dimension, harm)], basis);
        self.life.lane(officer, "security", officer, "csirt");
        self.life.wait(1, self.beat.0);
        self.life.containment(officer, Containment::Started);
        self.life.evidence("bo", EvidenceState::Collecting, None);
        let words = self.life.rng.pick(&[
            "Keep logs, memory and the disk before anybody cleans up.",
            "Whoever wants to restart something asks here first.",
            "Indicators are being searched in the whole house.",
        ]);
        self.life.lane_note(officer, "security", words);
        self.ask_further();
    }

    /// The further question of the story, answered by those who know about it.
    pub(super) fn ask_further(&mut self) {
        match self.play.scenario.also {
            "privacy" => {
                let answers = &[("personal_data", Answer::Yes), ("breach", Answer::Yes)];
                let words = "Data about people were seen or changed without right.";
                self.life
                    .assess("beatrix", "privacy", Finding::Yes, answers, words);
                self.life
                    .lane(self.cast.officer, "privacy", "beatrix", "privacy");
            }
            "ai" => {
                let answers = &[
                    ("ai_involved", Answer::Yes),
                    ("malfunction", Answer::Yes),
                    ("serious_harm", Answer::No),
                ];
                let words = "An AI system took part and did not do what it is for.";
                self.life
                    .assess("nadia", "ai", Finding::Yes, answers, words);
                self.life.lane("amara", "ai", "nadia", "ai");
            }
            _ => {}
        }
    }
}
