//! Small pages for tests.

use crate::model::*;
use bifold_domain::At;

pub(crate) fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

pub(crate) fn page(now: &str) -> Page {
    Page {
        name: "Acme".to_owned(),
        about: None,
        language: Language::En,
        zone: "Europe/Berlin".to_owned(),
        contact: None,
        subscribe: None,
        address: None,
        components: vec![],
        incidents: vec![],
        maintenances: vec![],
        generated_at: at(now),
    }
}

pub(crate) fn component(key: &str) -> Component {
    Component {
        key: key.to_owned(),
        name: key.to_uppercase(),
        group: None,
        about: None,
        since: at("2020-01-01T00:00:00Z"),
    }
}

pub(crate) fn incident(key: &str, began: &str) -> Incident {
    Incident {
        key: key.to_owned(),
        title: format!("Incident {key}"),
        impact: Impact::Minor,
        began_at: at(began),
        updates: vec![],
        affected: vec![],
        note_after: None,
    }
}

impl Incident {
    pub(crate) fn on(mut self, component: &str, spans: Vec<Span>) -> Self {
        let component = component.to_owned();
        self.affected.push(Affected { component, spans });
        self
    }

    pub(crate) fn say(mut self, updates: Vec<Update>) -> Self {
        self.updates = updates;
        self
    }
}

pub(crate) fn update(when: &str, stage: Stage) -> Update {
    Update {
        at: at(when),
        stage,
        text: stage.word().to_owned(),
        next_update_by: None,
    }
}

/// A state; without an end where that is empty.
pub(crate) fn span(state: State, from: &str, until: &str) -> Span {
    Span {
        state,
        from: at(from),
        until: (!until.is_empty()).then(|| at(until)),
    }
}

pub(crate) fn maintenance(key: &str, from: &str, until: &str) -> Maintenance {
    Maintenance {
        key: key.to_owned(),
        title: format!("Maintenance {key}"),
        text: "Work.".to_owned(),
        announced_at: None,
        components: vec![],
        from: at(from),
        until: at(until),
        began_at: None,
        ended_at: None,
        stage: MaintenanceStage::Planned,
        changes: vec![],
    }
}
