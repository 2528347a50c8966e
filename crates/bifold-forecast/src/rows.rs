//! Closed incidents as rows to learn from: one for each event at which the incident was open.

use crate::history::History;
use crate::snapshot::{Field, Measure, Name, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Events of one history a training takes; a record changed more often than that is changed by
/// machines, and the first events say what it is.
pub const MOST_EVENTS: usize = 200;

/// The id of an unknown name.
pub(crate) const UNKNOWN: u32 = 0;

/// The names of one field: a number for each, and the numbers of the rows.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: Vec<u32>,
    known: BTreeMap<Name, u32>,
}

impl Names {
    fn push(&mut self, name: Option<&Name>) {
        let next = u32::try_from(self.known.len() + 1).unwrap_or(UNKNOWN);
        let id = match name {
            Some(name) => *self.known.entry(name.clone()).or_insert(next),
            None => UNKNOWN,
        };
        self.ids.push(id);
    }

    /// Ids by row.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// How many ids there are, the unknown one included.
    pub(crate) fn known(&self) -> usize {
        self.known.len() + 1
    }

    /// The names with their ids.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, u32)> {
        self.known.iter().map(|(name, &id)| (&**name, id))
    }

    /// Whether all rows say the same.
    fn is_one(&self) -> bool {
        self.ids.windows(2).all(|two| two.first() == two.last())
    }
}

/// Rows, column by column.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    incidents: Vec<u32>,
    answers: Vec<bool>,
    measures: BTreeMap<Measure, Vec<f32>>,
    fields: BTreeMap<Field, Names>,
}

impl Rows {
    /// The rows of the histories whose outcome was known before `now_s`, from what happened before
    /// then. Fields in `without` are not looked at; columns that say the same in every row are left
    /// out.
    pub(crate) fn of(histories: &[&History], now_s: i64, without: &BTreeSet<Field>) -> Self {
        let mut rows = Self::default();
        for (incident, history) in (0_u32..).zip(histories) {
            if let Some(end) = history.outcome_before(now_s) {
                for (_, known) in moments(history, now_s) {
                    rows.push(incident, end.is_breached, &known, without);
                }
            }
        }
        rows.measures.retain(|_, column| !says_the_same(column));
        rows.fields.retain(|_, names| !names.is_one());
        rows
    }

    #[allow(clippy::cast_possible_truncation)] // Seven digits are enough to tell hours apart.
    fn push(&mut self, incident: u32, answer: bool, known: &Snapshot, without: &BTreeSet<Field>) {
        self.incidents.push(incident);
        self.answers.push(answer);
        for &measure in Measure::ALL {
            let value = known
                .measure(measure)
                .map_or(f32::NAN, |value| value as f32);
            self.measures.entry(measure).or_default().push(value);
        }
        for &field in Field::ALL.iter().filter(|field| !without.contains(field)) {
            self.fields
                .entry(field)
                .or_default()
                .push(known.named(field));
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.answers.len()
    }

    /// The incident of each row, as its index among the histories.
    pub(crate) fn incidents(&self) -> &[u32] {
        &self.incidents
    }

    /// Whether the incident of each row missed its target.
    pub(crate) fn answers(&self) -> &[bool] {
        &self.answers
    }

    /// The columns of numbers; not a number is unknown.
    pub(crate) fn measures(&self) -> &BTreeMap<Measure, Vec<f32>> {
        &self.measures
    }

    /// The columns of names.
    pub(crate) fn fields(&self) -> &BTreeMap<Field, Names> {
        &self.fields
    }
}

/// The moments of a history to learn from.
pub(crate) fn moments(history: &History, now_s: i64) -> impl Iterator<Item = (usize, Snapshot)> {
    history
        .moments(now_s)
        .take_while(|(index, _)| *index < MOST_EVENTS)
}

fn says_the_same(column: &[f32]) -> bool {
    column
        .windows(2)
        .all(|two| two.first().map(|v| v.to_bits()) == two.last().map(|v| v.to_bits()))
}
