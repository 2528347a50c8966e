//! The commands that begin an event, and the incident where a rule says so.

use super::settle::{Looked, STORM};
use crate::error::{Error, Result};
use crate::store::Store;
use bifold_domain::event::{self, Channel, Outcome as Decided, Proposal, Receive, Sort};
use bifold_domain::incident::{self, Assess, Declare, StatedTimes};
use bifold_domain::signal::Signal;
use bifold_domain::signal::source::{Plan, Source};
use bifold_domain::signal::triage::Outcome;
use bifold_domain::{Command, Directory, EventId, IncidentId, Short, Text, Title};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A label is named in the text of an event up to so many.
const LABELS_TOLD: usize = 40;

/// The commands that begin the event of a fault, and the incident where a rule says so.
pub(super) fn raising(
    store: &Store,
    directory: &Directory,
    source: &Source,
    fault: &Looked,
    rule: Option<Short>,
    outcome: Outcome,
) -> Result<Vec<Command>> {
    let settings = &source.settings;
    let new = EventId::from_bits(store.inner.shell.ids.next());
    let because = rule.as_ref().map_or_else(String::new, |rule| {
        format!("Rule “{rule}” of the source {}.", settings.name)
    });
    let mut receive = received(source, &fault.group, fault.signal.title.clone())?;
    receive.description = described(&fault.signal);
    receive.service.clone_from(&fault.service);
    // A sender's clock may be ahead; what is to come cannot have begun.
    receive.occurred_at = fault.signal.began_at.filter(|at| *at <= fault.first_at);
    let proposal = match (&outcome, rule) {
        (Outcome::Propose(plan), Some(rule)) => Some(Proposal {
            rule,
            plan: plan.clone(),
        }),
        _ => None,
    };
    let mut commands = vec![Command::Event(
        new.clone(),
        event::Command::Raise(receive, proposal),
    )];
    let bound = |incident: IncidentId| -> Result<Command> {
        let decided = Decided::Incident {
            incident,
            reason: text(&because)?,
        };
        Ok(Command::Event(new.clone(), event::Command::Decide(decided)))
    };
    match outcome {
        Outcome::Triage | Outcome::Propose(_) => {}
        Outcome::Join(incident) => commands.push(bound(incident)?),
        Outcome::Declare(plan) => {
            let incident = IncidentId::from_bits(store.inner.shell.ids.next());
            let declare = declared(source, fault, &plan, new.clone());
            let declare = incident::Command::Declare(Box::new(declare));
            commands.push(Command::Incident(incident.clone(), declare));
            for (kind, finding) in &plan.findings {
                if !directory.policy.kinds.contains_key(kind) {
                    continue;
                }
                let assess = Assess {
                    kind: kind.clone(),
                    finding: *finding,
                    answers: BTreeMap::new(),
                    reason: text(&because)?,
                };
                let assess = incident::Command::Assess(assess);
                commands.push(Command::Incident(incident.clone(), assess));
            }
            commands.push(bound(incident.clone())?);
            // Last, and in the same transaction: who is not of the team never sees it.
            if let Some(team) = settings.team.clone().filter(|_| settings.is_sensitive) {
                let restrict = incident::Command::Restrict(incident::Restrict {
                    people: BTreeSet::new(),
                    teams: BTreeSet::from([team]),
                    reason: text(&because)?,
                });
                commands.push(Command::Incident(incident, restrict));
            }
        }
    }
    Ok(commands)
}

fn declared(source: &Source, fault: &Looked, plan: &Plan, event: EventId) -> Declare {
    let settings = &source.settings;
    Declare {
        title: fault.signal.title.clone(),
        description: described(&fault.signal),
        impact: plan.impact,
        urgency: plan.urgency,
        service: fault.service.clone(),
        customer: None,
        assets: BTreeSet::new(),
        category: None,
        reporter: None,
        channel: Channel::Alert,
        times: StatedTimes {
            occurred_from: fault.signal.began_at.filter(|at| *at <= fault.first_at),
            detected: Some(fault.first_at),
            ..StatedTimes::default()
        },
        team: settings.team.clone(),
        split_from: None,
        event: Some(event),
        compartment: None,
        tlp: None,
    }
}

/// The event in which a storm is collected.
pub(super) fn storm(store: &Store, source: &Source) -> Result<Vec<Command>> {
    let settings = &source.settings;
    let title = format!(
        "{}: more than {} new alerts a minute",
        settings.name, settings.quota
    );
    let title = Title::parse(&title).map_err(Error::damaged)?;
    let mut receive = received(source, STORM, title)?;
    receive.description = Some(text(
        "What comes on top of the source's quota is collected here. Nothing is lost: every fault \
         stands in the fault log, and below.",
    )?);
    receive.service.clone_from(&settings.service);
    let new = EventId::from_bits(store.inner.shell.ids.next());
    let raise = event::Command::Raise(receive, None);
    Ok(vec![Command::Event(new, raise)])
}

fn received(source: &Source, group: &str, title: Title) -> Result<Receive> {
    let settings = &source.settings;
    Ok(Receive {
        sort: if settings.is_sensitive {
            Sort::Suspicion
        } else {
            Sort::Fault
        },
        title,
        description: None,
        channel: Channel::Alert,
        service: None,
        contact: None,
        occurred_at: None,
        signal: Some(event::Signal {
            source: Short::parse(source.id.as_str()).map_err(Error::damaged)?,
            external_id: Short::parse(group).map_err(Error::damaged)?,
        }),
        is_sensitive: settings.is_sensitive,
        told: None,
    })
}

/// What the sender says, for people: its text, then what it named.
fn described(signal: &Signal) -> Option<Text> {
    let mut told = String::new();
    if let Some(body) = &signal.body {
        told.push_str(body.as_str());
        told.push_str("\n\n");
    }
    for (name, value) in signal.labels.iter().take(LABELS_TOLD) {
        let value: String = value
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect();
        // Writing into a text cannot fail.
        let _ = writeln!(told, "- {name}: {value}");
    }
    for link in &signal.links {
        let _ = writeln!(told, "- {}: {}", link.label, link.url);
    }
    let fits = told.len().min(Text::LIMIT_BYTES);
    let end = (0..=fits).rev().find(|end| told.is_char_boundary(*end))?;
    Text::parse(told.get(..end)?).ok()
}

fn text(words: &str) -> Result<Text> {
    Text::parse(words).map_err(Error::damaged)
}
