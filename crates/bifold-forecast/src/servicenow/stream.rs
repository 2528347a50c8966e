//! The log itself, as histories.

use super::columns::{Column, ReadError};
use super::labels::{Label, Labels};
use crate::history::{Event, History, Stage};
use crate::snapshot::{Field, Measure, Name, Snapshot};
use csv::StringRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Rows that are read at most.
pub const MOST_ROWS: usize = 1_000_000;

const NUMBER: &[&str] = &["number"];
const STATE: &[&str] = &["incident_state", "state"];
const OPENED: &[&str] = &["opened_at"];
const UPDATED: &[&str] = &["sys_updated_at", "sys_updated_on"];

const NAMES: [(Field, &[&str]); 17] = [
    (Field::State, STATE),
    (Field::Impact, &["impact"]),
    (Field::Urgency, &["urgency"]),
    (Field::Priority, &["priority"]),
    (Field::PriorityConfirmed, &["u_priority_confirmation"]),
    (Field::Channel, &["contact_type"]),
    (Field::Category, &["category"]),
    (Field::Subcategory, &["subcategory"]),
    (Field::Symptom, &["u_symptom"]),
    (Field::Site, &["location"]),
    (Field::Team, &["assignment_group"]),
    (Field::Assignee, &["assigned_to"]),
    (Field::OpenedBy, &["opened_by"]),
    (Field::CreatedBy, &["sys_created_by"]),
    (Field::UpdatedBy, &["sys_updated_by"]),
    (Field::Knowledge, &["knowledge"]),
    (Field::Notify, &["notify"]),
];

const COUNTS: [(Measure, &[&str]); 3] = [
    (Measure::Reassignments, &["reassignment_count"]),
    (Measure::Reopenings, &["reopen_count"]),
    (Measure::Changes, &["sys_mod_count"]),
];

/// Of these it matters whether there is one.
const LINKS: [(Measure, &[&str]); 4] = [
    (Measure::Problems, &["problem_id"]),
    (Measure::LinkedChanges, &["rfc"]),
    (Measure::Assets, &["cmdb_ci"]),
    (Measure::Suppliers, &["vendor"]),
];

/// Every column that is read, by all its names. No other one is.
pub const COLUMNS: [&str; 29] = [
    "number",
    "incident_state",
    "state",
    "opened_at",
    "sys_updated_at",
    "sys_updated_on",
    "impact",
    "urgency",
    "priority",
    "u_priority_confirmation",
    "contact_type",
    "category",
    "subcategory",
    "u_symptom",
    "location",
    "assignment_group",
    "assigned_to",
    "opened_by",
    "sys_created_by",
    "sys_updated_by",
    "knowledge",
    "notify",
    "reassignment_count",
    "reopen_count",
    "sys_mod_count",
    "problem_id",
    "rfc",
    "cmdb_ci",
    "vendor",
];

/// What is odd about a log, and was read all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Oddities {
    /// Rows earlier than the row before them in the file.
    pub back_in_time: u64,
    /// Rows earlier than the opening of their incident.
    pub before_opening: u64,
    /// Rows in a state there is no word for here; they count as open.
    pub strange_states: u64,
    /// Rows whose count of changes is lower than in the row of the incident before.
    pub falling_counts: u64,
    /// Incidents whose time of opening is unknown; it is that of their first row then.
    pub without_opening: u64,
}

/// One incident of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Its number.
    pub number: Name,
    /// What happened to it.
    pub history: History,
    /// How it ended, if a file of labels said so.
    pub label: Option<Label>,
    /// The place of each event among all rows of the log, from 0.
    pub places: Vec<u32>,
}

/// A log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stream {
    /// Its incidents, in the order of their first rows.
    pub incidents: Vec<Incident>,
    /// How many rows it has.
    pub rows: usize,
    /// The time of its first row, in seconds.
    pub begins_s: Option<i64>,
    /// Columns that it does not have; what they would tell is unknown.
    pub absent: Vec<&'static str>,
    /// What is odd about it.
    pub oddities: Oddities,
}

/// Where everything stands.
struct Layout {
    number: Column,
    state: Column,
    opened: Column,
    updated: Column,
    names: Vec<(Field, Column)>,
    counts: Vec<(Measure, Column)>,
    links: Vec<(Measure, Column)>,
}

impl Layout {
    fn of(header: &StringRecord) -> Result<Self, ReadError> {
        let find = |names| Column::find(header, names);
        Ok(Self {
            number: Column::require(header, NUMBER)?,
            state: Column::require(header, STATE)?,
            opened: Column::require(header, OPENED)?,
            updated: Column::require(header, UPDATED)?,
            names: NAMES.map(|(field, names)| (field, find(names))).to_vec(),
            counts: COUNTS
                .map(|(measure, names)| (measure, find(names)))
                .to_vec(),
            links: LINKS
                .map(|(measure, names)| (measure, find(names)))
                .to_vec(),
        })
    }

    fn absent(&self) -> Vec<&'static str> {
        let names = self.names.iter().map(|(_, column)| *column);
        let numbers = self
            .counts
            .iter()
            .chain(&self.links)
            .map(|(_, column)| *column);
        names
            .chain(numbers)
            .filter(|column| !column.is_here())
            .map(Column::name)
            .collect()
    }
}

/// Names that were read, so that each is kept once.
#[derive(Default)]
struct Known(BTreeSet<Name>);

impl Known {
    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.0.get(text) {
            return name.clone();
        }
        let name = Name::from(text);
        self.0.insert(name.clone());
        name
    }
}

impl Stream {
    /// Reads a log.
    pub fn read(input: impl Read) -> Result<Self, ReadError> {
        let mut reader = csv::Reader::from_reader(input);
        let header = reader.headers()?.clone();
        if header.is_empty() {
            return Err(ReadError::Empty);
        }
        let layout = Layout::of(&header)?;
        let mut stream = Self {
            absent: layout.absent(),
            ..Self::default()
        };
        let mut known = Known::default();
        let mut places: BTreeMap<Name, usize> = BTreeMap::new();
        let mut last_s = i64::MIN;
        for record in reader.records() {
            let record = record?;
            if stream.rows >= MOST_ROWS {
                return Err(ReadError::TooMany { most: MOST_ROWS });
            }
            let event = event(&layout, &record, &mut known, &mut stream.oddities)?;
            stream.begins_s.get_or_insert(event.at_s);
            stream.oddities.back_in_time += u64::from(event.at_s < last_s);
            last_s = event.at_s;
            let number = known.name(layout.number.known(&record)?);
            let opened_s = layout.opened.time(&record)?;
            let place = *places
                .entry(number.clone())
                .or_insert(stream.incidents.len());
            stream.add(place, number, opened_s, event);
        }
        Ok(stream)
    }

    fn add(&mut self, place: usize, number: Name, opened_s: Option<i64>, event: Event) {
        let row = u32::try_from(self.rows).unwrap_or(u32::MAX);
        self.rows += 1;
        if place == self.incidents.len() {
            self.oddities.without_opening += u64::from(opened_s.is_none());
            let opened_s = opened_s.unwrap_or(event.at_s);
            let history = History {
                opened_s,
                events: Vec::new(),
                outcome: None,
            };
            self.incidents.push(Incident {
                number,
                history,
                label: None,
                places: Vec::new(),
            });
        }
        if let Some(incident) = self.incidents.get_mut(place) {
            let changes = |event: &Event| event.given.measure(Measure::Changes);
            let before = incident.history.events.last().and_then(changes);
            self.oddities.falling_counts += u64::from(changes(&event) < before);
            self.oddities.before_opening += u64::from(event.at_s < incident.history.opened_s);
            incident.history.events.push(event);
            incident.places.push(row);
        }
    }

    /// Notes how its incidents ended. How many of them have no label is the answer.
    pub fn label(&mut self, labels: &Labels) -> usize {
        let mut without = 0;
        for incident in &mut self.incidents {
            incident.label = labels.get(&incident.number).copied();
            incident.history.outcome = incident.label.and_then(|label| label.outcome());
            without += usize::from(incident.label.is_none());
        }
        without
    }
}

fn event(
    layout: &Layout,
    record: &StringRecord,
    known: &mut Known,
    oddities: &mut Oddities,
) -> Result<Event, ReadError> {
    let mut given = Snapshot::default();
    for &(field, column) in &layout.names {
        if let Some(text) = column.text(record) {
            given.name(field, known.name(text));
        }
    }
    for &(measure, column) in &layout.counts {
        if let Some(count) = column.count(record)? {
            given.set(measure, count);
        }
    }
    for &(measure, column) in layout.links.iter().filter(|(_, column)| column.is_here()) {
        given.set(measure, f64::from(u8::from(column.text(record).is_some())));
    }
    let stage = stage(layout.state.text(record).unwrap_or_default());
    oddities.strange_states += u64::from(stage == Stage::Other);
    let at_s = layout.updated.time(record)?;
    let at_s = at_s.ok_or_else(|| layout.updated.wrong(record, "known"))?;
    Ok(Event { at_s, stage, given })
}

/// What a state of ServiceNow's means here.
fn stage(text: &str) -> Stage {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "new" => Stage::New,
        "active" | "in progress" | "work in progress" => Stage::Active,
        "on hold" | "pending" => Stage::Waiting,
        "resolved" => Stage::Resolved,
        "closed" | "canceled" | "cancelled" => Stage::Closed,
        _ if text.starts_with("awaiting ") => Stage::Waiting,
        _ => Stage::Other,
    }
}
