//! The fields an importer knows, and which columns of a table they are in.

use super::{Error, row};

macro_rules! fields {
    ($($variant:ident = $name:literal: $about:literal),* $(,)?) => {
        /// What a column of a table may hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $(#[doc = $about] $variant),* }

        impl Field {
            /// Every field: its name in `--map`, and what it is.
            const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$variant, $name, $about)),*];
        }
    };
}

fields! {
    Id = "id": "the incident's id there (required)",
    At = "at": "when the row was written; without it, the latest of the other times",
    Opened = "opened": "when the incident was opened",
    Created = "created": "when it was recorded, where `opened` is missing",
    Resolved = "resolved": "when it was resolved",
    Closed = "closed": "when it was closed",
    ReopenedAt = "reopened-at": "when it was reopened, if ever",
    Reopened = "reopened": "how often it was reopened",
    Modifications = "modifications": "how often the record was changed, a count that only grows",
    State = "state": "its state",
    HoldReason = "hold-reason": "what it waits for when the state is only `on hold`",
    Impact = "impact": "its impact",
    Urgency = "urgency": "its urgency",
    Priority = "priority": "its priority",
    Category = "category": "its category",
    Team = "team": "the team that has it",
    Assignee = "assignee": "the person who has it",
    Title = "title": "one line that names it",
    Description = "description": "the rest",
    Channel = "channel": "by which way it came",
}

impl Field {
    /// The name in `--map`.
    pub(super) fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(field, ..)| *field == self);
        known.map_or("", |(_, name, _)| name)
    }

    /// The names of all fields, for a message.
    fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
        names.join(", ")
    }
}

/// The fields of `--map`, one a line, for its help text.
pub fn field_help() -> String {
    let line = |(_, name, about): &(Field, &str, &str)| format!("  {name}: {about}\n");
    Field::ALL.iter().map(line).collect()
}

/// One `--map FIELD=COLUMN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) field: Field,
    pub(super) column: String,
}

impl Mapping {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let (name, column) = text.split_once('=').unwrap_or((text, ""));
        let known = Field::ALL.iter().find(|(_, n, _)| *n == name.trim());
        match known {
            Some((field, ..)) if !column.trim().is_empty() => Ok(Self {
                field: *field,
                column: column.trim().to_owned(),
            }),
            _ => Err(Error::Mapping {
                text: text.to_owned(),
                fields: Field::names(),
            }),
        }
    }
}

/// The columns of one file: a name each, and the field it holds if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns(Vec<(String, Option<Field>)>);

/// Which columns a known export has for a field, the first that is there being taken.
pub(super) type Known = &'static [(Field, &'static [&'static str])];

impl Columns {
    /// Finds the fields in a header, by an explicit mapping before the known names.
    pub(super) fn find(header: &[String], known: Known, map: &[Mapping]) -> Result<Self, Error> {
        let mut columns: Vec<(String, Option<Field>)> = header
            .iter()
            .map(|name| (name.trim().to_owned(), None))
            .collect();
        for Mapping { field, column } in map {
            let found = columns
                .iter_mut()
                .find(|(name, _)| name.eq_ignore_ascii_case(column));
            let Some((_, holds)) = found else {
                return Err(Error::NoColumn {
                    column: column.clone(),
                    columns: row::listed(header),
                });
            };
            *holds = Some(*field);
        }
        for (field, names) in known {
            if map.iter().any(|m| m.field == *field) {
                continue;
            }
            let first = names.iter().find_map(|wanted| {
                columns
                    .iter()
                    .position(|(name, holds)| holds.is_none() && name.eq_ignore_ascii_case(wanted))
            });
            if let Some((_, holds)) = first.and_then(|at| columns.get_mut(at)) {
                *holds = Some(*field);
            }
        }
        Ok(Self(columns))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The column that holds a field, by its place and its name.
    pub(super) fn of(&self, field: Field) -> Option<(usize, &str)> {
        let holds = |(_, (_, held)): &(usize, &(String, Option<Field>))| *held == Some(field);
        let (place, (name, _)) = self.0.iter().enumerate().find(holds)?;
        Some((place, name))
    }

    /// All of them, by place and name.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0
            .iter()
            .enumerate()
            .map(|(place, (name, _))| (place, name.as_str()))
    }

    /// The columns that hold no field, by place and name.
    pub(super) fn others(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, (_, field))| field.is_none())
            .map(|(place, (name, _))| (place, name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    const KNOWN: Known = &[
        (Field::Id, &["number"]),
        (Field::State, &["incident_state", "state"]),
    ];

    #[test]
    fn columns_are_found_by_known_names_and_by_mapping() {
        let map = [Mapping::parse("team = Gruppe").unwrap()];
        let found = Columns::find(
            &header("Number, state ,incident_state,gruppe,x"),
            KNOWN,
            &map,
        );
        let found = found.unwrap();
        assert_eq!(found.of(Field::Id), Some((0, "Number")));
        assert_eq!(found.of(Field::State), Some((2, "incident_state")));
        assert_eq!(found.of(Field::Team), Some((3, "gruppe")));
        assert_eq!(found.of(Field::At), None);
        assert_eq!(found.others().collect::<Vec<_>>(), [(1, "state"), (4, "x")]);
    }

    #[test]
    fn a_mapping_wins_over_a_known_name_and_must_name_what_exists() {
        let map = [Mapping::parse("id=key").unwrap()];
        let found = Columns::find(&header("number,key"), KNOWN, &map).unwrap();
        assert_eq!(found.of(Field::Id), Some((1, "key")));
        assert!(matches!(
            Columns::find(&header("number"), KNOWN, &map),
            Err(Error::NoColumn { .. })
        ));
        for bad in ["id", "id=", "nonsense=x", ""] {
            assert!(
                matches!(Mapping::parse(bad), Err(Error::Mapping { .. })),
                "{bad}"
            );
        }
    }

    #[test]
    fn every_field_has_a_line_of_help() {
        assert!(field_help().lines().count() == Field::ALL.len());
        assert_eq!(Field::HoldReason.name(), "hold-reason");
    }
}
