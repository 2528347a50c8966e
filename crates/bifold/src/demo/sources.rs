//! What sends signals in the hospital: monitoring, the SIEM, and the agents on its computers.

use super::rng::Rng;
use super::script::{Script, Step};
use super::words::short;
use super::world::World;
use bifold_domain::signal::source::{Command as C, Settings};
use bifold_domain::signal::{Format, Severity, phrase};
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_domain::{At, Command, SourceId};

/// Who connects them.
const KEEPER: &str = "jonas";

/// Name, format, minutes of silence that are too many, rules.
const SOURCES: &[(&str, Format, Option<u32>, &str)] = &[
    (
        "Alertmanager",
        Format::Alertmanager,
        Some(60),
        "always on: alertname is Watchdog -> log\n\
         patient records: service is EHR and severity at_least critical -> propose significant \
         critical service=yes join 30\n",
    ),
    ("SIEM", Format::PagerDuty, None, ""),
    ("EDR", Format::PagerDuty, None, ""),
];

/// Connects them a day after the founding.
pub(crate) fn tell(world: &World, script: &mut Script, start: At, rng: &Rng) {
    let mut draw = rng.fork(11);
    let made = start.plus(DAY + HOUR);
    for (n, (name, format, silence, rules)) in (0..).zip(SOURCES) {
        let settings = Settings {
            name: short(name),
            format: *format,
            mapping: None,
            service: None,
            team: None,
            is_sensitive: false,
            floor: Severity::Warning,
            quota: 20,
            silence_minutes: *silence,
            group_by: Vec::new(),
            settles_itself: false,
            rules: phrase::read(rules).unwrap_or_default(),
            is_paused: false,
            mailbox: None,
        };
        let id = SourceId::from_bits(draw.id_bits(made));
        script.push(Step {
            at: made.plus(n * MINUTE),
            actor: world.actor(KEEPER).clone(),
            commands: vec![Command::Source(id, C::Connect(Box::new(settings)))],
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_rules() {
        for (name, .., rules) in SOURCES {
            assert!(phrase::read(rules).is_ok(), "{name}");
        }
    }
}
