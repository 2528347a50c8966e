//! Tables: CSV exports whose columns are known or mapped, a row of the file for a row of ours.
//!
//! Columns without a place of their own are kept as `name: value` lines in the description the
//! incident gets when its first row is seen. A number that was mangled on the way
//! (`3,87,16,91,111`) has no value any more: it is kept as an oddity, as it stands.

use super::field::{Columns, Field, Known, Mapping};
use super::intake::{Draft, Intake};
use super::records::{Record, Records};
use super::row::{self, Item, Oddities, Rejected, given};
use super::when::When;
use super::words::{self, Scale};
use super::{Error, Options};
use bifold_domain::event::Channel;
use bifold_domain::incident::ImportedStage;
use bifold_domain::{Text, Title};
use std::fmt::Write as _;
use std::io::BufRead;

/// What is known of one kind of export.
#[derive(Debug)]
pub(super) struct Profile {
    /// Its columns.
    pub(super) known: Known,
    /// What its levels mean.
    pub(super) scale: Scale,
    /// The columns that make up a title where no column is one.
    pub(super) title_from: &'static [&'static str],
}

/// Reads the rows of a table.
pub(super) struct Table<R> {
    records: Records<R>,
    columns: Columns,
    profile: &'static Profile,
    intake: Intake,
    is_over: bool,
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(
        records: Records<R>,
        header: &Record,
        profile: &'static Profile,
        map: &[Mapping],
        intake: Intake,
    ) -> Result<Self, Error> {
        let columns = Columns::find(&header.fields, profile.known, map)?;
        let lacks = |field: Field| Error::Lacks {
            field: field.name(),
            columns: row::listed(&header.fields),
        };
        if columns.of(Field::Id).is_none() {
            return Err(lacks(Field::Id));
        }
        let times = [Field::At, Field::Opened, Field::Resolved, Field::Closed];
        if times.iter().all(|time| columns.of(*time).is_none()) {
            return Err(lacks(Field::At));
        }
        Ok(Self {
            records,
            columns,
            profile,
            intake,
            is_over: false,
        })
    }

    fn row(&mut self, record: &Record) -> Item {
        let cells = Cells {
            record,
            columns: &self.columns,
        };
        let mut odd = Oddities::default();
        if record.is_lossy {
            odd.note("bytes that are not UTF-8");
        }
        if record.fields.len() != self.columns.len() {
            let (has, not) = (record.fields.len(), self.columns.len());
            odd.note(&format!("{has} columns instead of {not}"));
        }
        let Some(id) = cells.of(Field::Id) else {
            return rejected(record, "no incident id");
        };
        let mut time = |field| {
            self.intake
                .time(cells.name(field), cells.of(field), &mut odd)
        };
        let opened = time(Field::Opened).or_else(|| time(Field::Created));
        let [resolved, closed, reopened_at, written] =
            [Field::Resolved, Field::Closed, Field::ReopenedAt, Field::At].map(time);
        let latest = [opened, resolved, closed, reopened_at]
            .into_iter()
            .flatten()
            .max();
        let Some(at) = written.or(latest) else {
            return rejected(record, &self.no_time(&cells));
        };
        let (stage, word) = cells.standing(self.profile.scale, &mut odd);
        let reopened = cells
            .count(Field::Reopened, &mut odd)
            .or(reopened_at.map(|_| 1));
        let draft = Draft {
            opened_at: opened,
            resolved_at: resolved,
            closed_at: closed,
            stage,
            state: word,
            impact: cells.expected(Field::Impact, &mut odd),
            urgency: cells.expected(Field::Urgency, &mut odd),
            priority: cells.expected(Field::Priority, &mut odd),
            category: cells.of(Field::Category),
            team: cells.of(Field::Team),
            assignee: cells.of(Field::Assignee),
            reopened,
            is_unassigned: cells.is_empty(Field::Team),
            modifications: cells.count(Field::Modifications, &mut odd),
            title: cells.title(self.profile.title_from),
            description: cells.description(&mut odd),
            channel: cells.channel(),
            oddities: odd,
            ..Draft::new(record.line, &record.bytes, id, at)
        };
        self.intake.row(draft)
    }

    fn no_time(&self, cells: &Cells<'_>) -> String {
        let times = [
            Field::At,
            Field::Opened,
            Field::Created,
            Field::Resolved,
            Field::Closed,
        ];
        self.intake
            .no_time(&times.map(|field| (cells.name(field), cells.of(field))))
    }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.is_over {
            return None;
        }
        let item = match self.intake.exhausted(self.records.line()) {
            Some(stop) => stop,
            None => match self.records.next() {
                Ok(Some(Ok(record))) => self.row(&record),
                Ok(Some(Err(rejected))) => Item::Rejected(rejected),
                Ok(None) => {
                    self.is_over = true;
                    return None;
                }
                Err(e) => Item::Stopped(Rejected::new(
                    self.records.line().saturating_add(1),
                    &format!("the file cannot be read further: {e}"),
                    b"",
                )),
            },
        };
        self.is_over = matches!(item, Item::Stopped(_));
        Some(item)
    }
}

fn rejected(record: &Record, reason: &str) -> Item {
    Item::Rejected(Rejected::new(record.line, reason, &record.bytes))
}

/// The values of one record by field.
struct Cells<'a> {
    record: &'a Record,
    columns: &'a Columns,
}

impl<'a> Cells<'a> {
    fn of(&self, field: Field) -> Option<&'a str> {
        let (place, _) = self.columns.of(field)?;
        given(self.record.fields.get(place)?)
    }

    /// Whether the table has a column for it and nothing in it.
    fn is_empty(&self, field: Field) -> bool {
        self.columns.of(field).is_some() && self.of(field).is_none()
    }

    /// The column's name, for messages.
    fn name(&self, field: Field) -> &'a str {
        self.columns
            .of(field)
            .map_or(field.name(), |(_, name)| name)
    }

    /// A value whose absence is odd, since the table has a column for it.
    fn expected(&self, field: Field, odd: &mut Oddities) -> Option<&'a str> {
        let value = self.of(field);
        if self.is_empty(field) {
            odd.note(&format!("{} not given", field.name()));
        }
        value
    }

    fn standing(&self, scale: Scale, odd: &mut Oddities) -> (ImportedStage, Option<&'a str>) {
        let Some(state) = self.expected(Field::State, odd) else {
            return (ImportedStage::Unknown, None);
        };
        let standing = words::standing(state, self.of(Field::HoldReason), scale);
        if let Some(oddity) = standing.oddity {
            odd.note(&oddity);
        }
        (standing.stage, Some(state))
    }

    /// A count; one that is not a whole number has no value and is kept as an oddity.
    fn count(&self, field: Field, odd: &mut Oddities) -> Option<u32> {
        let text = self.of(field)?;
        // Exports from data frames write counts as `4.0`.
        let count = text.strip_suffix(".0").unwrap_or(text).parse().ok();
        if count.is_none() {
            odd.note_with("mangled number", &format!("{} {text}", self.name(field)));
        }
        count
    }

    fn title(&self, from: &[&str]) -> Option<Title> {
        if let Some(text) = self.of(Field::Title) {
            return row::title(text);
        }
        let values = from.iter().filter_map(|wanted| {
            let is_it = |(_, name): &(usize, &str)| name.eq_ignore_ascii_case(wanted);
            let (place, _) = self.columns.all().find(is_it)?;
            given(self.record.fields.get(place)?)
        });
        let values: Vec<&str> = values.collect();
        let id = self.of(Field::Id)?;
        (!values.is_empty()).then(|| row::title(&format!("{} ({id})", values.join(", "))))?
    }

    /// The description, and under it the columns that have no place of their own.
    fn description(&self, odd: &mut Oddities) -> Option<Text> {
        let mut text = self
            .of(Field::Description)
            .map_or(String::new(), |d| format!("{d}\n\n"));
        for (place, name) in self.columns.others() {
            let Some(value) = self.record.fields.get(place).and_then(|v| given(v)) else {
                continue;
            };
            if is_mangled(value) {
                odd.note_with("mangled number", &format!("{name} {value}"));
            } else {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{name}: {value}");
            }
        }
        row::prose(&text)
    }

    fn channel(&self) -> Channel {
        let word = self.of(Field::Channel).map(str::to_lowercase);
        match word.as_deref() {
            Some("phone" | "telephone") => Channel::Phone,
            Some("email" | "e-mail" | "mail") => Channel::Email,
            Some("self-service" | "self service" | "web" | "portal") => Channel::Web,
            Some("chat" | "virtual agent") => Channel::Chat,
            Some("walk-in" | "walk in") => Channel::WalkIn,
            Some("alert" | "monitoring" | "event" | "event management") => Channel::Alert,
            _ => Channel::Import,
        }
    }
}

/// Whether a value is digits with commas between them, and nothing else: the decimal point of
/// such a number is lost, and where it was cannot be known.
fn is_mangled(value: &str) -> bool {
    let groups: Vec<&str> = value.split(',').collect();
    let is_digits = |g: &&str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    groups.len() > 1 && groups.iter().all(is_digits)
}

/// The intake of a table, with the caller's choices over the profile's.
pub(super) fn intake(options: &Options, name: &str, scale: Scale) -> Result<Intake, Error> {
    let when = When {
        zone: options.zone()?,
        order: options.date_order,
    };
    Ok(Intake::new(options.source(name)?, when, scale))
}
