//! The first state, from a declaration or an import.

use crate::id::IncidentId;
use crate::incident::fact::Fact;
use crate::incident::state::{
    Containment, EvidenceState, Imported, Lane, Major, NotificationState, Original, Relation,
    RelationKind, ReviewState, Stage, StatedTimes, Times, Tlp,
};
use crate::incident::trail::Trail;
use crate::incident::{Incident, Room};
use crate::kind::KindKey;
use crate::priority::{Priority, Scores};
use crate::record::Meta;
use crate::time::At;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn created(id: IncidentId, fact: &Fact, meta: &Meta) -> Option<Incident> {
    declared(id.clone(), fact, meta).or_else(|| imported(id, fact, meta))
}

fn declared(id: IncidentId, fact: &Fact, meta: &Meta) -> Option<Incident> {
    let Fact::Declared {
        number,
        title,
        description,
        impact,
        urgency,
        scores,
        handling,
        reporter,
        channel,
        times,
        service,
        customer,
        assets,
        category,
        split_from,
        compartment,
        tlp,
        matrix_version: _,
        event: _,
    } = fact
    else {
        return None;
    };
    let original = Original {
        title: title.clone(),
        description: description.clone(),
        reporter: reporter.clone(),
        channel: *channel,
    };
    let mut incident = blank(id, *number, original, meta.at);
    incident.impact = *impact;
    incident.urgency = *urgency;
    incident.scores = *scores;
    incident.handling = *handling;
    incident.times.stated = times.clone();
    incident.service.clone_from(service);
    incident.customer.clone_from(customer);
    incident.assets.clone_from(assets);
    incident.category.clone_from(category);
    incident.compartment.clone_from(compartment);
    incident.tlp = *tlp;
    incident
        .relations
        .extend(split_from.clone().map(|other| Relation {
            kind: RelationKind::SplitFrom,
            other,
        }));
    Some(incident)
}

fn imported(id: IncidentId, fact: &Fact, meta: &Meta) -> Option<Incident> {
    let Fact::Imported {
        number,
        source,
        external_id,
        title,
        description,
        opened_at,
        channel,
        row,
    } = fact
    else {
        return None;
    };
    let original = Original {
        title: title.clone(),
        description: description.clone(),
        reporter: meta.actor.clone(),
        channel: *channel,
    };
    let mut incident = blank(id, *number, original, meta.at);
    incident.times.stated.reported = Some(*opened_at);
    incident.imported = Some(Imported {
        source: source.clone(),
        external_id: external_id.clone(),
        observations: 0,
        observed_at: row.at,
        labels: row.labels.clone(),
        assignee: None,
        oddities: BTreeSet::new(),
    });
    incident.observed(row, meta);
    Some(incident)
}

fn blank(id: IncidentId, number: u64, original: Original, recorded: At) -> Incident {
    Incident {
        id,
        number,
        title: original.title.clone(),
        description: original.description.clone(),
        original,
        times: Times {
            recorded,
            stated: StatedTimes::default(),
            acknowledged: None,
            assigned: None,
            contained: None,
            mitigated: None,
            restored: None,
            resolved: None,
            confirmed: None,
            closed: None,
        },
        service: None,
        customer: None,
        assets: BTreeSet::new(),
        category: None,
        impact: crate::priority::Impact::Minor,
        urgency: crate::priority::Urgency::Low,
        ratings: BTreeMap::new(),
        scores: Scores {
            service: Priority::LEAST_URGENT,
            security: None,
            people: None,
        },
        handling: Priority::LEAST_URGENT,
        verdicts: BTreeMap::new(),
        stage: Stage::New,
        containment: Containment::None,
        evidence: EvidenceState::None,
        notification: NotificationState::NotApplicable,
        review: ReviewState::NotApplicable,
        // Service work is always possible; other lanes open with their question.
        lanes: BTreeMap::from([(KindKey::service(), Lane::default())]),
        workaround: None,
        fix: None,
        resolution_code: None,
        cause_code: None,
        team: None,
        assignee: None,
        roles: BTreeMap::new(),
        actions: Vec::new(),
        tasks: Vec::new(),
        parent: None,
        relations: BTreeSet::new(),
        snoozed: None,
        major: Major::No,
        tlp: Tlp::Amber,
        compartment: None,
        broken_glass: BTreeMap::new(),
        reassigned: 0,
        reopened: 0,
        imported: None,
        trail: Trail::default(),
        fired: BTreeSet::new(),
        announcements: BTreeMap::new(),
        paging: Vec::new(),
        pages: 0,
        room: Room::default(),
    }
}
