//! Ids with the names people know.

use bifold_domain::{Directory, PersonId, ServiceId, TeamId};
use serde::Serialize;

/// A person or team.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct Named {
    /// Its id.
    pub(crate) id: String,
    /// Its name; null when it is not known here.
    #[schema(required)]
    pub(crate) name: Option<String>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct NamedService {
    /// Its id.
    pub(crate) id: String,
    /// Its key.
    #[schema(required)]
    pub(crate) key: Option<String>,
    /// Its name.
    #[schema(required)]
    pub(crate) name: Option<String>,
}

impl Named {
    /// The name, or the id where there is none.
    pub(crate) fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

impl NamedService {
    /// The name, or the id where there is none.
    pub(crate) fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// Looks names up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a>(pub(crate) &'a Directory);

impl Names<'_> {
    pub(crate) fn person(self, id: &PersonId) -> Named {
        let known = self.0.people.get(id).map(|person| person.name.shown());
        // No person: Bifold itself, acting on a rule or for somebody who is not signed in.
        let is_system = *id == PersonId::from_bits(0);
        Named {
            id: id.to_string(),
            name: known.or_else(|| is_system.then(|| "Bifold".to_owned())),
        }
    }

    pub(crate) fn team(self, id: &TeamId) -> Named {
        Named {
            id: id.to_string(),
            name: self.0.teams.get(id).map(|team| team.name.to_string()),
        }
    }

    pub(crate) fn service(self, id: &ServiceId) -> NamedService {
        let entry = self.0.services.get(id).map(|service| &service.entry);
        NamedService {
            id: id.to_string(),
            key: entry.map(|e| e.key.to_string()),
            name: entry.map(|e| e.name.to_string()),
        }
    }

    /// The same from an id as text, as the lists have it.
    pub(crate) fn person_text(self, id: &str) -> Named {
        PersonId::parse(id).map_or_else(|_| unknown(id), |id| self.person(&id))
    }

    pub(crate) fn team_text(self, id: &str) -> Named {
        TeamId::parse(id).map_or_else(|_| unknown(id), |id| self.team(&id))
    }

    pub(crate) fn service_text(self, id: &str) -> NamedService {
        ServiceId::parse(id).map_or_else(
            |_| NamedService {
                id: id.to_owned(),
                key: None,
                name: None,
            },
            |id| self.service(&id),
        )
    }
}

fn unknown(id: &str) -> Named {
    Named {
        id: id.to_owned(),
        name: None,
    }
}
