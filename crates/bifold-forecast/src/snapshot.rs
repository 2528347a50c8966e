//! What is known of an incident at one moment, as numbers and names.
//!
//! Everything may be unknown. The closed sets [`Measure`] and [`Field`] are what a model can learn
//! from; a stored model names them by their words, so a set may grow, but no word of it changes.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A closed set, each member with the word it is stored by.
macro_rules! closed_set {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $member,)+
        }

        impl $name {
            /// All of them, in the order they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$member,)+];

            /// The word it is stored by, and by which messages name it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$member => $word,)+
                }
            }
        }
    };
}

closed_set! {
    /// A number known of an incident. Times are hours, shares are of 1.
    Measure {
        /// From opening to this moment, on the wall.
        ElapsedHours = "elapsed_hours",
        /// What the clock in question counted so far: business hours without pauses.
        CountedHours = "counted_hours",
        /// How much of the clock's target is used up; 1 is the target itself.
        TargetShare = "target_share",
        /// From opening to the first event.
        RegistrationHours = "registration_hours",
        /// Since the event before.
        QuietHours = "quiet_hours",
        /// Events so far.
        Events = "events",
        /// Changes of the record so far, as its source counts them.
        Changes = "changes",
        /// How often it went from one team to another.
        Reassignments = "reassignments",
        /// How often it was opened again.
        Reopenings = "reopenings",
        /// Different teams so far.
        Teams = "teams",
        /// Different people it was assigned to so far.
        Assignees = "assignees",
        /// Different people who changed it so far.
        Editors = "editors",
        /// Whether the first team still has it, 1 or 0.
        WithFirstTeam = "with_first_team",
        /// Since the team of now got it.
        TeamHours = "team_hours",
        /// Since the assignee of now got it.
        AssigneeHours = "assignee_hours",
        /// How often it waited for somebody outside.
        Waits = "waits",
        /// Hours spent new.
        NewHours = "new_hours",
        /// Hours spent in work.
        ActiveHours = "active_hours",
        /// Hours spent waiting.
        WaitingHours = "waiting_hours",
        /// Linked problems.
        Problems = "problems",
        /// Linked changes.
        LinkedChanges = "linked_changes",
        /// Linked assets.
        Assets = "assets",
        /// Suppliers involved.
        Suppliers = "suppliers",
        /// Hour of the day, 0 to under 24.
        Hour = "hour",
        /// Day of the week, Monday is 0.
        Weekday = "weekday",
        /// Hour of the day of its opening.
        OpenedHour = "opened_hour",
        /// Day of the week of its opening.
        OpenedWeekday = "opened_weekday",
    }
}

closed_set! {
    /// A name known of an incident.
    Field {
        /// Its state, in the source's own words.
        State = "state",
        /// Impact.
        Impact = "impact",
        /// Urgency.
        Urgency = "urgency",
        /// Priority.
        Priority = "priority",
        /// Whether somebody confirmed the priority.
        PriorityConfirmed = "priority_confirmed",
        /// How it was reported.
        Channel = "channel",
        /// The service hurt.
        Service = "service",
        /// Category.
        Category = "category",
        /// Subcategory.
        Subcategory = "subcategory",
        /// What users see.
        Symptom = "symptom",
        /// The site or location.
        Site = "site",
        /// The team that has it.
        Team = "team",
        /// Who it is assigned to.
        Assignee = "assignee",
        /// Who opened it.
        OpenedBy = "opened_by",
        /// Who made the record.
        CreatedBy = "created_by",
        /// Who changed it last.
        UpdatedBy = "updated_by",
        /// Whether a knowledge article was used.
        Knowledge = "knowledge",
        /// How its reporter is kept posted.
        Notify = "notify",
        /// The kind of clock, where one model serves several.
        Clock = "clock",
    }
}

impl Field {
    /// The fields that name a person.
    pub const PEOPLE: [Self; 4] = [
        Self::Assignee,
        Self::OpenedBy,
        Self::CreatedBy,
        Self::UpdatedBy,
    ];
}

/// A name, shared: a history repeats most of them in every event.
pub type Name = Arc<str>;

/// What is known of an incident at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    measures: [Option<f64>; Measure::ALL.len()],
    names: [Option<Name>; Field::ALL.len()],
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            measures: [None; Measure::ALL.len()],
            names: std::array::from_fn(|_| None),
        }
    }
}

impl Snapshot {
    /// Sets a number. What is not finite is unknown.
    pub fn set(&mut self, measure: Measure, value: f64) -> &mut Self {
        if let Some(slot) = self.measures.get_mut(measure as usize) {
            *slot = Some(value).filter(|value| value.is_finite());
        }
        self
    }

    /// Sets a name. An empty one is unknown.
    pub fn name(&mut self, field: Field, name: impl Into<Name>) -> &mut Self {
        if let Some(slot) = self.names.get_mut(field as usize) {
            *slot = Some(name.into()).filter(|name: &Name| !name.is_empty());
        }
        self
    }

    /// A number, if it is known.
    pub fn measure(&self, measure: Measure) -> Option<f64> {
        self.measures.get(measure as usize).copied().flatten()
    }

    /// A name, if it is known.
    pub fn named(&self, field: Field) -> Option<&Name> {
        self.names.get(field as usize)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn members_stand_at_their_index_and_have_words_of_their_own() {
        for (index, measure) in Measure::ALL.iter().enumerate() {
            assert_eq!(*measure as usize, index);
        }
        for (index, field) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, index);
        }
        let measures = Measure::ALL.iter().map(|m| m.word());
        let words: BTreeSet<_> = measures
            .chain(Field::ALL.iter().map(|f| f.word()))
            .collect();
        assert_eq!(words.len(), Measure::ALL.len() + Field::ALL.len());
        let stored = serde_json::to_string(&Measure::QuietHours).unwrap();
        assert_eq!(stored, "\"quiet_hours\"");
    }

    #[test]
    fn what_is_no_number_or_no_name_is_unknown() {
        let mut snapshot = Snapshot::default();
        snapshot
            .set(Measure::Events, f64::NAN)
            .name(Field::Team, "");
        snapshot
            .set(Measure::Waits, 2.0)
            .name(Field::Site, "Harbour");
        assert_eq!(snapshot.measure(Measure::Events), None);
        assert_eq!(snapshot.named(Field::Team), None);
        assert_eq!(snapshot.measure(Measure::Waits), Some(2.0));
        assert_eq!(snapshot.named(Field::Site).map(|s| &**s), Some("Harbour"));
    }
}
