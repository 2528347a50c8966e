//! Prepared words, filled in for the form in which users are told (features F100).

use crate::api::incidents::announcements::AnnouncementView;
use crate::web::choice::Choice;
use crate::window;
use bifold_domain::At;
use bifold_domain::incident::Incident;
use bifold_domain::status_page::{AnnouncedImpact, AnnouncedStage, StatusPage};
use bifold_domain::template::{Blank, Template, Templates};
use bifold_domain::time::MINUTE;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Which template somebody chose, and for which page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Query {
    page: Option<String>,
    template: Option<String>,
}

/// What the form begins with.
#[derive(Default)]
pub(super) struct Prepared {
    pub(super) title: Option<String>,
    pub(super) text: String,
    pub(super) stage: Option<AnnouncedStage>,
    pub(super) impact: Option<AnnouncedImpact>,
    /// As the field of a form has it.
    pub(super) next_by: String,
    pub(super) began_at: String,
    /// The templates of the page.
    pub(super) templates: Vec<Choice>,
}

/// What of an incident may be filled in.
pub(super) struct Given<'a> {
    pub(super) page: &'a StatusPage,
    pub(super) incident: &'a Incident,
    pub(super) told: Option<&'a AnnouncementView>,
    /// Names of components that do not work as they should.
    pub(super) hit: Vec<String>,
    pub(super) now: At,
}

/// As the field of a form has an instant: to the minute, in UTC.
fn in_field(at: At) -> String {
    at.to_string().chars().take(16).collect()
}

impl Given<'_> {
    /// When it began for users: as it was said, or as the record has it. The times of a restricted
    /// record are its own.
    fn began_at(&self) -> Option<At> {
        let said = self.told.filter(|told| !told.said.is_empty());
        let said = said.map(|told| told.began_at);
        let stated = &self.incident.times.stated;
        let recorded = || {
            let of = stated.occurred_from.or(stated.detected);
            of.or(Some(self.incident.times.recorded))
        };
        let is_restricted = self.incident.compartment.is_some();
        said.or_else(|| if is_restricted { None } else { recorded() })
    }

    fn known(&self, next_by: Option<At>) -> BTreeMap<Blank, String> {
        let settings = &self.page.settings;
        let time = |at: At| window::time(self.page, at);
        let components = (!self.hit.is_empty()).then(|| self.hit.join(", "));
        [
            (Blank::Components, components),
            (Blank::Page, Some(settings.name.to_string())),
            (
                Blank::Contact,
                settings.contact.as_ref().map(ToString::to_string),
            ),
            (Blank::Began, self.began_at().map(time)),
            (Blank::NextBy, next_by.map(time)),
        ]
        .into_iter()
        .filter_map(|(blank, value)| Some((blank, value?)))
        .collect()
    }

    /// The form of the page: empty, or as the template that was chosen for it says.
    pub(super) fn prepared(&self, templates: &Templates, query: &Query) -> Prepared {
        let settings = &self.page.settings;
        let is_this = query.page.as_deref() == Some(self.page.id.as_str());
        let wanted = query.template.as_deref().filter(|_| is_this);
        let offered = || templates.of_page(settings.audience, settings.language);
        let is_wanted = |template: &Template| wanted == Some(template.key.as_str());
        let choices = offered().map(|t| Choice::new(&t.key, &t.name, is_wanted(t)));
        let prepared = Prepared {
            templates: choices.collect(),
            ..Prepared::default()
        };
        let Some(template) = offered().find(|template| is_wanted(template)) else {
            return prepared;
        };
        let minutes = template.next_minutes.map(i64::from);
        let next_by = minutes.map(|minutes| self.now.plus(minutes * MINUTE));
        let Some(filled) = template.filled(settings.language, &self.known(next_by)) else {
            return prepared;
        };
        let is_first = self.told.is_none_or(|told| told.said.is_empty());
        Prepared {
            title: Some(filled.title),
            text: filled.text,
            stage: Some(template.stage),
            impact: template.impact,
            next_by: next_by.map(in_field).unwrap_or_default(),
            began_at: self
                .began_at()
                .filter(|_| is_first)
                .map(in_field)
                .unwrap_or_default(),
            ..prepared
        }
    }
}
