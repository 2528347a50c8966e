//! Where the readers of all formats meet: a draft in the source's words becomes a row in ours.
//!
//! A draft needs an incident id and a time; what else is missing or strange is marked on the row
//! as an oddity and never makes it disappear.

use super::operation::{LIMIT_ROWS, Operations};
use super::row::{self, ImportHead, Item, Oddities, Rejected, Row};
use super::when::{Reading, Unreadable, When};
use super::words::{self, Scale};
use bifold_domain::event::Channel;
use bifold_domain::incident::{ImportedStage, Labels, Observation};
use bifold_domain::priority::{Impact, Matrix, Priority, Urgency};
use bifold_domain::{At, Short, Text, Title};
use std::collections::HashMap;

/// What one run over one file knows and remembers.
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) source: Short,
    pub(super) when: When,
    pub(super) scale: Scale,
    operations: Operations,
    last: HashMap<Short, Last>,
    matrix: Matrix,
}

/// The last row of an incident, for what can only be seen by comparison.
#[derive(Debug, Clone, Copy)]
struct Last {
    at: At,
    modifications: Option<u32>,
}

/// A row in the source's words. `None` is a value that is not there.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) line: u64,
    /// What the operation id is made of: the row's own bytes.
    pub(super) identity: &'a [u8],
    pub(super) external_id: &'a str,
    pub(super) at: At,
    pub(super) opened_at: Option<At>,
    pub(super) resolved_at: Option<At>,
    pub(super) closed_at: Option<At>,
    pub(super) stage: ImportedStage,
    pub(super) state: Option<&'a str>,
    pub(super) impact: Option<&'a str>,
    pub(super) urgency: Option<&'a str>,
    pub(super) priority: Option<&'a str>,
    pub(super) is_security: Option<bool>,
    pub(super) category: Option<&'a str>,
    pub(super) team: Option<&'a str>,
    pub(super) assignee: Option<&'a str>,
    pub(super) reopened: Option<u32>,
    pub(super) is_unassigned: bool,
    pub(super) modifications: Option<u32>,
    pub(super) title: Option<Title>,
    pub(super) description: Option<Text>,
    pub(super) channel: Channel,
    pub(super) oddities: Oddities,
}

impl<'a> Draft<'a> {
    /// The three things a row cannot do without, and nothing else.
    pub(super) fn new(line: u64, identity: &'a [u8], external_id: &'a str, at: At) -> Self {
        Self {
            line,
            identity,
            external_id,
            at,
            opened_at: None,
            resolved_at: None,
            closed_at: None,
            stage: ImportedStage::Unknown,
            state: None,
            impact: None,
            urgency: None,
            priority: None,
            is_security: None,
            category: None,
            team: None,
            assignee: None,
            reopened: None,
            is_unassigned: false,
            modifications: None,
            title: None,
            description: None,
            channel: Channel::Import,
            oddities: Oddities::default(),
        }
    }
}

impl Intake {
    pub(super) fn new(source: Short, when: When, scale: Scale) -> Self {
        Self {
            source,
            when,
            scale,
            operations: Operations::default(),
            last: HashMap::new(),
            matrix: Matrix::default(),
        }
    }

    /// Why no further row may be read, if so.
    pub(super) fn exhausted(&self, line: u64) -> Option<Item> {
        self.operations.is_full().then(|| {
            Item::Stopped(Rejected::new(
                line,
                &format!("the file has more than {LIMIT_ROWS} rows: split it"),
                b"",
            ))
        })
    }

    /// Reads a time of a field; what is wrong with it becomes an oddity of the row.
    pub(super) fn time(&self, name: &str, text: Option<&str>, odd: &mut Oddities) -> Option<At> {
        let text = text?;
        match self.when.read(text) {
            Ok(Reading { at, oddity }) => {
                if let Some(oddity) = oddity {
                    odd.note_with(oddity, &format!("{name} {text}"));
                }
                Some(at)
            }
            Err(why) => {
                odd.note_with(&format!("{name} {why}"), text);
                None
            }
        }
    }

    /// Why none of these texts is the time of a row.
    pub(super) fn no_time(&self, candidates: &[(&str, Option<&str>)]) -> String {
        let mut reasons = candidates.iter().filter_map(|(name, text)| {
            let text = (*text)?;
            let why = self.when.read(text).err().unwrap_or(Unreadable::NotATime);
            Some(format!(
                "{name} \"{}\" {why}",
                row::excerpt(text.as_bytes())
            ))
        });
        match reasons.next() {
            Some(reason) => format!("no readable time: {reason}"),
            None => "no time".to_owned(),
        }
    }

    /// The row, or why not.
    pub(super) fn row(&mut self, mut draft: Draft<'_>) -> Item {
        let mut odd = std::mem::take(&mut draft.oddities);
        let Ok(external_id) = Short::parse(draft.external_id) else {
            return Item::Rejected(Rejected::new(
                draft.line,
                "no usable incident id: it must have 1 to 120 bytes of plain text",
                draft.identity,
            ));
        };
        let operation =
            self.operations
                .id(self.source.as_str(), external_id.as_str(), draft.identity);
        self.compare(&external_id, draft.at, draft.modifications, &mut odd);
        let opened_at = draft.opened_at.unwrap_or(draft.at);
        let (resolved_at, closed_at) = over(&draft, opened_at, &mut odd);
        let (impact, urgency, priority) = self.levels(&draft, &mut odd);
        let unnamed = || row::title(&format!("Incident {external_id}"));
        let Some(title) = draft.title.or_else(unnamed) else {
            // Unreachable: "Incident " alone is a title.
            return Item::Rejected(Rejected::new(draft.line, "no title", draft.identity));
        };
        Item::Row(Box::new(Row {
            line: draft.line,
            operation,
            source: self.source.clone(),
            external_id,
            team: draft.team.and_then(row::short),
            is_unassigned: draft.is_unassigned,
            first: ImportHead {
                title,
                description: draft.description,
                opened_at,
                channel: draft.channel,
            },
            observation: Observation {
                is_unassigned: draft.is_unassigned,
                at: draft.at,
                labels: Labels {
                    state: draft.state.and_then(row::short),
                    impact: draft.impact.and_then(row::short),
                    urgency: draft.urgency.and_then(row::short),
                    priority: draft.priority.and_then(row::short),
                },
                stage: draft.stage,
                impact,
                urgency,
                priority,
                is_security: draft.is_security,
                category: draft.category.and_then(row::short),
                team: None,
                assignee: draft.assignee.and_then(row::short),
                reopened: draft.reopened,
                resolved_at,
                closed_at,
                oddities: odd.into_set(),
            },
        }))
    }

    /// The levels in ours. What the source does not say is in the middle; a priority it does not
    /// say follows from the default matrix.
    fn levels(&self, draft: &Draft<'_>, odd: &mut Oddities) -> (Impact, Urgency, Priority) {
        let scale = self.scale;
        let impact = level("impact", draft.impact, |t| scale.impact(t), odd);
        let urgency = level("urgency", draft.urgency, |t| scale.urgency(t), odd);
        let priority = level("priority", draft.priority, words::priority, odd);
        let (impact, urgency) = (
            impact.unwrap_or(Impact::Moderate),
            urgency.unwrap_or(Urgency::Medium),
        );
        let priority = priority.unwrap_or_else(|| self.matrix.priority(impact, urgency));
        (impact, urgency, priority)
    }

    /// Compares a row with the one before of the same incident.
    fn compare(&mut self, id: &Short, at: At, modifications: Option<u32>, odd: &mut Oddities) {
        let now = Last { at, modifications };
        if let Some(before) = self.last.get_mut(id) {
            if at < before.at {
                odd.note("back in time");
            }
            if modifications < before.modifications && modifications.is_some() {
                odd.note("modification count falls");
            }
            *before = now;
        } else {
            self.last.insert(id.clone(), now);
        }
    }
}

/// When it was resolved and closed. Sources repeat the final times on every row of an incident;
/// they are only true of the rows that are past them.
fn over(draft: &Draft<'_>, opened_at: At, odd: &mut Oddities) -> (Option<At>, Option<At>) {
    if draft.opened_at.is_some_and(|opened| draft.at < opened) {
        odd.note("before it was opened");
    }
    let is_closed = matches!(draft.stage, ImportedStage::Closed | ImportedStage::Unknown);
    let is_resolved = is_closed || draft.stage == ImportedStage::Resolved;
    let resolved_at = draft.resolved_at.filter(|_| is_resolved);
    let closed_at = draft.closed_at.filter(|_| is_closed);
    for (name, at) in [("resolved", resolved_at), ("closed", closed_at)] {
        if at.is_some_and(|at| at < opened_at) {
            odd.note(&format!("{name} before it was opened"));
        }
    }
    (resolved_at, closed_at)
}

/// A level in our words; a word that is given and not understood is an oddity.
fn level<T>(
    name: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    odd: &mut Oddities,
) -> Option<T> {
    let text = text?;
    let level = read(text);
    if level.is_none() {
        odd.note_with(&format!("{name} not understood"), text);
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intake() -> Intake {
        let source = Short::parse("test").unwrap();
        Intake::new(source, When::default(), Scale::Four)
    }

    fn at(second: i64) -> At {
        At::from_micros(second * 1_000_000)
    }

    fn accepted(item: Item) -> Row {
        match item {
            Item::Row(row) => *row,
            other => panic!("{other:?}"),
        }
    }

    fn oddities(row: &Row) -> Vec<&str> {
        row.observation.oddities.iter().map(Short::as_str).collect()
    }

    #[test]
    fn a_bare_draft_is_a_row_with_middling_levels_and_no_oddity() {
        let row = accepted(intake().row(Draft::new(3, b"x", "INC1", at(60))));
        assert_eq!(row.first.title.as_str(), "Incident INC1");
        assert_eq!(row.first.opened_at, at(60));
        assert_eq!(row.observation.impact, Impact::Moderate);
        assert_eq!(row.observation.urgency, Urgency::Medium);
        assert_eq!(row.observation.priority.number(), 3);
        assert_eq!(oddities(&row), Vec::<&str>::new());
    }

    #[test]
    fn rows_are_compared_with_the_row_before_of_the_same_incident() {
        let mut intake = intake();
        let mut row = |id: &str, second, count| {
            let draft = Draft {
                modifications: Some(count),
                opened_at: Some(at(50)),
                ..Draft::new(1, b"x", id, at(second))
            };
            let row = accepted(intake.row(draft));
            oddities(&row).join(", ")
        };
        assert_eq!(row("A", 60, 2), "");
        assert_eq!(row("B", 55, 1), "");
        assert_eq!(row("A", 59, 1), "back in time, modification count falls");
        assert_eq!(row("A", 59, 1), "");
        assert_eq!(row("C", 40, 1), "before it was opened");
    }

    #[test]
    fn final_times_count_only_on_rows_that_are_past_them() {
        let times = |stage| {
            let draft = Draft {
                stage,
                opened_at: Some(at(10)),
                resolved_at: Some(at(5)),
                closed_at: Some(at(90)),
                ..Draft::new(1, b"x", "A", at(60))
            };
            let row = accepted(intake().row(draft));
            let odd = oddities(&row).join(", ");
            (row.observation.resolved_at, row.observation.closed_at, odd)
        };
        let odd = "resolved before it was opened".to_owned();
        assert_eq!(times(ImportedStage::New), (None, None, String::new()));
        assert_eq!(
            times(ImportedStage::Resolved),
            (Some(at(5)), None, odd.clone())
        );
        assert_eq!(
            times(ImportedStage::Closed),
            (Some(at(5)), Some(at(90)), odd)
        );
    }

    #[test]
    fn levels_that_are_not_understood_are_kept_as_labels_and_marked() {
        let draft = Draft {
            impact: Some("NS"),
            urgency: Some("3 - Medium"),
            priority: Some("NA"),
            ..Draft::new(1, b"x", "A", at(60))
        };
        let row = accepted(intake().row(draft));
        assert_eq!(
            oddities(&row),
            ["impact not understood: NS", "priority not understood: NA"]
        );
        assert_eq!(row.observation.labels.impact.unwrap().as_str(), "NS");
    }

    #[test]
    fn a_row_without_a_usable_id_is_rejected() {
        for id in ["", "  ", "a\0b", &"x".repeat(121)] {
            let item = intake().row(Draft::new(7, b"the row", id, at(1)));
            assert!(matches!(item, Item::Rejected(r) if r.line == 7 && r.excerpt == "the row"));
        }
    }
}
