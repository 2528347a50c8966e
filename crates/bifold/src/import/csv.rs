//! CSV of any system: the columns are known from the header, or named by the caller.
//!
//! Known are the incident tables of the Rabobank log (BPI Challenge 2014), tidied with times in
//! seconds since 1970, and raw with local times and numbers that lost their decimal point. Any
//! other table needs `--map FIELD=COLUMN` for its id and a time at least, and `--time-zone`,
//! because no table says in which zone its times are.

use super::field::{Field, Known, Mapping};
use super::records::Records;
use super::table::{Profile, Table, intake};
use super::words::Scale;
use super::{Error, Options, row};
use std::io::BufRead;

const RABOBANK_COLUMNS: Known = &[
    (Field::Id, &["incident_id"]),
    (Field::Opened, &["open_time"]),
    (Field::Resolved, &["resolved_time"]),
    (Field::Closed, &["close_time"]),
    (Field::ReopenedAt, &["reopen_time"]),
    (Field::State, &["status"]),
    (Field::Impact, &["impact"]),
    (Field::Urgency, &["urgency"]),
    (Field::Priority, &["priority"]),
    (Field::Category, &["category"]),
];

/// The Rabobank log, tidied: times in seconds since 1970.
static RABOBANK: Profile = Profile {
    known: RABOBANK_COLUMNS,
    scale: Scale::Five,
    title_from: &["category", "ci_name_aff", "ci_name", "closure_code"],
};

/// A table whose columns the caller names.
static MAPPED: Profile = Profile {
    known: &[],
    scale: Scale::Four,
    title_from: &[],
};

/// The columns by which a Rabobank table is known.
const RABOBANK_SIGNS: &[&str] = &[
    "incident_id",
    "open_time",
    "close_time",
    "impact",
    "urgency",
];

/// Reads a CSV table. The notes say which kind of table it was taken for.
pub(super) fn read<R: BufRead>(
    input: R,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<Table<R>, Error> {
    let map = options
        .map
        .iter()
        .map(|m| Mapping::parse(m))
        .collect::<Result<Vec<_>, _>>()?;
    let mut records = Records::new(input);
    let header = records.header()?.ok_or(Error::NoHeader)?;
    let has = |sign: &&str| {
        header
            .fields
            .iter()
            .any(|name| name.trim().eq_ignore_ascii_case(sign))
    };
    let is_rabobank = RABOBANK_SIGNS.iter().all(has);
    if !is_rabobank && map.is_empty() {
        return Err(Error::UnknownTable {
            columns: row::listed(&header.fields),
        });
    }
    let profile = if is_rabobank { &RABOBANK } else { &MAPPED };
    let intake = intake(options, "csv", profile.scale)?;
    // The tidied table counts seconds; it has no need of a zone.
    let is_zone_free = is_rabobank && has(&"ci_name_aff");
    if intake.when.zone.is_none() && !is_zone_free {
        return Err(Error::ZoneNeeded);
    }
    if is_rabobank {
        notes.push("the columns are those of the Rabobank incident log (BPI 2014)".to_owned());
    }
    Table::new(records, &header, profile, &map, intake)
}

#[cfg(test)]
mod tests {
    use super::super::row::{Item, Row};
    use super::*;
    use bifold_domain::incident::ImportedStage;
    use bifold_domain::priority::{Impact, Urgency};
    use bifold_domain::{At, Short};

    fn rows(text: &str, options: &Options) -> Vec<Row> {
        let table = read(text.as_bytes(), options, &mut Vec::new()).unwrap();
        table
            .map(|item| match item {
                Item::Row(row) => *row,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn refused(text: &str, options: &Options) -> Error {
        match read(text.as_bytes(), options, &mut Vec::new()) {
            Err(error) => error,
            Ok(_) => panic!("not refused"),
        }
    }

    fn options(zone: &str, map: &[&str]) -> Options {
        Options {
            time_zone: (!zone.is_empty()).then(|| zone.to_owned()),
            map: map.iter().map(|m| (*m).to_owned()).collect(),
            ..Options::default()
        }
    }

    fn oddities(row: &Row) -> Vec<&str> {
        row.observation.oddities.iter().map(Short::as_str).collect()
    }

    #[test]
    fn the_tidied_rabobank_table_is_known_and_needs_no_zone() {
        let text = "ci_name_aff,incident_id,status,impact,urgency,priority,category,\
            x_reassignments,open_time,reopen_time,resolved_time,close_time,closure_code\n\
            WBA124,IM13,Closed,4,5,4,incident,4,1344598079.0,1383918000.0,1383918847.0,\
            1383918852.0,Other\n";
        let found = rows(text, &Options::default());
        let row = found.first().unwrap();
        assert_eq!(
            row.first.opened_at,
            At::parse("2012-08-10T11:27:59Z").unwrap()
        );
        assert_eq!(row.first.title.as_str(), "incident, WBA124, Other (IM13)");
        let seen = &row.observation;
        assert_eq!(seen.at, At::parse("2013-11-08T13:54:12Z").unwrap());
        assert_eq!(seen.closed_at, Some(seen.at));
        assert_eq!(
            seen.resolved_at,
            Some(At::parse("2013-11-08T13:54:07Z").unwrap())
        );
        assert_eq!(seen.stage, ImportedStage::Closed);
        assert_eq!(
            (seen.impact, seen.urgency),
            (Impact::Moderate, Urgency::Low)
        );
        assert_eq!((seen.priority.number(), seen.reopened), (4, Some(1)));
        let description = row.first.description.as_ref().unwrap().as_str();
        assert!(description.contains("x_reassignments: 4") && !row.is_unassigned);
        assert_eq!(oddities(row), Vec::<&str>::new());
    }

    #[test]
    fn the_raw_rabobank_table_needs_a_zone_and_keeps_mangled_numbers_as_oddities() {
        let text = "CI_Name,Incident_ID,Status,Impact,Urgency,Priority,Open_Time,Reopen_Time,\
            Resolved_Time,Close_Time,Handle_Time_hrs,KB_number\n\
            SUB508,IM4,Closed,NS,3,NA,5/2/2012 13:32,,4/11/2013 13:50,4/11/2013 13:51,\
            \"3,87,16,91,111\",KM553\n";
        assert!(matches!(
            refused(text, &Options::default()),
            Error::ZoneNeeded
        ));
        let found = rows(text, &options("UTC", &[]));
        let row = found.first().unwrap();
        assert_eq!(
            row.first.opened_at,
            At::parse("2012-02-05T13:32:00Z").unwrap()
        );
        let description = row.first.description.as_ref().unwrap().as_str();
        assert_eq!(description, "CI_Name: SUB508\nKB_number: KM553");
        assert_eq!(
            oddities(row),
            [
                "impact not understood: NS",
                "mangled number: Handle_Time_hrs 3,87,16,91,111",
                "priority not understood: NA",
            ]
        );
        assert_eq!(row.observation.urgency, Urgency::High);
    }

    #[test]
    fn any_other_table_needs_a_mapping_and_a_zone() {
        let text = "Schlüssel;Wann;Gruppe;Rest\nA-1;29.2.2016 01:16;Netz;x, y\n";
        assert!(matches!(
            refused(text, &Options::default()),
            Error::UnknownTable { .. }
        ));
        let map = ["id=Schlüssel", "at=Wann", "team=Gruppe"];
        assert!(matches!(
            refused(text, &options("", &map)),
            Error::ZoneNeeded
        ));
        assert!(matches!(
            refused(text, &options("UTC", &["team=Gruppe"])),
            Error::Lacks { field: "id", .. }
        ));
        let found = rows(text, &options("Europe/Berlin", &map));
        let row = found.first().unwrap();
        assert_eq!(row.external_id.as_str(), "A-1");
        assert_eq!(row.team.as_ref().unwrap().as_str(), "Netz");
        assert_eq!(
            row.observation.at,
            At::parse("2016-02-29T00:16:00Z").unwrap()
        );
        assert_eq!(
            row.first.description.as_ref().unwrap().as_str(),
            "Rest: x, y"
        );
        assert_eq!(row.observation.stage, ImportedStage::Unknown);
        assert_eq!(oddities(row), Vec::<&str>::new());
    }
}
