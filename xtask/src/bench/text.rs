//! The same incidents on every machine: titles of about 70 characters, descriptions of about 800,
//! two hosts of 2,000 and two rare words of 200 in each, as in a real service desk's log.

use crate::random::Random;
use serde_json::json;

const SEED: u64 = 20_277;
const HOSTS: u64 = 2_000;
const TOPICS: u64 = 200;
const PROSE_BYTES: usize = 700;

const COMMON: [&str; 64] = [
    "the",
    "service",
    "was",
    "not",
    "reachable",
    "from",
    "branch",
    "office",
    "after",
    "change",
    "and",
    "users",
    "reported",
    "slow",
    "response",
    "error",
    "timeout",
    "login",
    "page",
    "database",
    "connection",
    "pool",
    "exhausted",
    "restart",
    "of",
    "worker",
    "node",
    "did",
    "help",
    "queue",
    "length",
    "grows",
    "memory",
    "usage",
    "disk",
    "latency",
    "certificate",
    "expired",
    "monitoring",
    "shows",
    "packet",
    "loss",
    "on",
    "uplink",
    "customer",
    "portal",
    "returns",
    "gateway",
    "batch",
    "job",
    "failed",
    "nightly",
    "backup",
    "missing",
    "mailbox",
    "rule",
    "suspicious",
    "sign",
    "in",
    "unknown",
    "location",
    "vendor",
    "payments",
    "snapshot",
];
const SYMPTOMS: [&str; 8] = [
    "is down",
    "responds slowly",
    "returns errors",
    "loses data",
    "rejects logins",
    "shows suspicious sign-ins",
    "leaks records",
    "is out of disk",
];
const SYLLABLES: [&str; 20] = [
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va",
    "we", "zi", "do", "ku",
];

/// What is declared.
pub(super) struct Text {
    pub title: String,
    pub description: String,
    pub impact: &'static str,
    pub urgency: &'static str,
}

impl Text {
    /// The body of the request that declares it.
    pub(super) fn body(&self) -> String {
        let Self {
            title,
            description,
            impact,
            urgency,
        } = self;
        json!({ "title": title, "description": description, "impact": impact, "urgency": urgency })
            .to_string()
    }
}

fn topic(n: u64) -> String {
    let mut random = Random::new(SEED ^ (n << 20));
    (0..4).map(|_| random.pick(&SYLLABLES)).collect()
}

fn host(random: &mut Random) -> String {
    format!("srv{:04}", random.below(HOSTS))
}

/// The `i`-th incident.
pub(super) fn incident(i: u64) -> Text {
    let mut random = Random::new(SEED ^ (i << 8));
    let hosts = (host(&mut random), host(&mut random));
    let topics = (topic(random.below(TOPICS)), topic(random.below(TOPICS)));
    let title = format!(
        "svc-{:02} {} on {}: {} {} {}",
        random.below(40),
        random.pick(&SYMPTOMS),
        hosts.0,
        random.pick(&COMMON),
        random.pick(&COMMON),
        topics.0,
    );
    let mut description = format!(
        "Hosts involved: {} and {}; first seen {:02}:{:02} UTC, correlation id {:016x}.\n\
         Keyword {} appears in the log, error E{:05}.",
        hosts.0,
        hosts.1,
        random.below(24),
        random.below(60),
        random.next(),
        topics.1,
        random.below(100_000),
    );
    while description.len() < PROSE_BYTES {
        description.push('\n');
        for _ in 0..8 + random.below(9) {
            description.push_str(random.pick(&COMMON));
            description.push(' ');
        }
    }
    Text {
        title,
        description,
        impact: ["extensive", "significant", "moderate", "minor"][skewed(&mut random)],
        urgency: ["critical", "high", "medium", "low"][skewed(&mut random)],
    }
}

/// 0 in 5 % of the cases, 1 in 15 %, 2 and 3 in 40 % each.
fn skewed(random: &mut Random) -> usize {
    match random.below(100) {
        0..5 => 0,
        5..20 => 1,
        20..60 => 2,
        _ => 3,
    }
}

/// The `n`-th search: half of them a host (0.1 % of the incidents), a quarter a rare word (1 %),
/// a quarter a rare word and a common one.
pub(super) fn search(n: u64) -> String {
    let mut random = Random::new(SEED ^ (n << 32));
    match n % 4 {
        0 | 2 => host(&mut random),
        1 => topic(random.below(TOPICS)),
        _ => format!("{} certificate", topic(random.below(TOPICS))),
    }
}

#[cfg(test)]
mod tests {
    use super::{incident, search};

    #[test]
    fn incidents_repeat_and_have_the_size_of_real_ones() {
        let text = incident(7);
        assert_eq!(text.body(), incident(7).body());
        assert_ne!(text.body(), incident(8).body());
        assert!((680..900).contains(&text.description.len()));
        assert!(text.title.len() < 120);
        assert!(search(0).starts_with("srv"));
    }
}
