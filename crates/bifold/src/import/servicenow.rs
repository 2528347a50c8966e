//! ServiceNow: a log of incident updates as CSV, one row for every update.
//!
//! Read are the columns of the incident table by their own names (`number`, `sys_updated_on`, …)
//! and as they are called in the event log of UCI 498 (`sys_updated_at`, …). ServiceNow writes
//! times without a zone, in the zone of whoever exported them; unless the caller names it, UTC is
//! assumed, and the import says so.

use super::field::{Field, Known, Mapping};
use super::records::Records;
use super::table::{Profile, Table, intake};
use super::words::Scale;
use super::{Error, Options};
use std::io::BufRead;

const COLUMNS: Known = &[
    (Field::Id, &["number"]),
    (Field::At, &["sys_updated_at", "sys_updated_on"]),
    (Field::Opened, &["opened_at"]),
    (Field::Created, &["sys_created_at", "sys_created_on"]),
    (Field::Resolved, &["resolved_at"]),
    (Field::Closed, &["closed_at"]),
    (Field::Reopened, &["reopen_count"]),
    (Field::Modifications, &["sys_mod_count"]),
    (Field::State, &["incident_state", "state"]),
    (Field::HoldReason, &["hold_reason"]),
    (Field::Impact, &["impact"]),
    (Field::Urgency, &["urgency"]),
    (Field::Priority, &["priority"]),
    (Field::Category, &["category"]),
    (Field::Team, &["assignment_group"]),
    (Field::Assignee, &["assigned_to"]),
    (Field::Title, &["short_description"]),
    (Field::Description, &["description"]),
    (Field::Channel, &["contact_type"]),
];

static PROFILE: Profile = Profile {
    known: COLUMNS,
    scale: Scale::Three,
    title_from: &["category", "subcategory", "u_symptom"],
};

/// Reads a ServiceNow export. The notes say what had to be assumed.
pub(super) fn read<R: BufRead>(
    input: R,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<Table<R>, Error> {
    let mut intake = intake(options, "servicenow", PROFILE.scale)?;
    if intake.when.zone.is_none() {
        notes.push(
            "ServiceNow writes times without a zone: UTC was assumed (--time-zone names another)"
                .to_owned(),
        );
        intake.when.zone = Some(jiff::tz::TimeZone::UTC);
    }
    let map = options
        .map
        .iter()
        .map(|m| Mapping::parse(m))
        .collect::<Result<Vec<_>, _>>()?;
    let mut records = Records::new(input);
    let header = records.header()?.ok_or(Error::NoHeader)?;
    Table::new(records, &header, &PROFILE, &map, intake)
}

#[cfg(test)]
mod tests {
    use super::super::row::{Item, Row};
    use super::*;
    use bifold_domain::event::Channel;
    use bifold_domain::incident::ImportedStage;
    use bifold_domain::priority::{Impact, Urgency};
    use bifold_domain::{At, Short};

    const HEADER: &str = "number,incident_state,reassignment_count,reopen_count,sys_mod_count,\
        opened_at,sys_updated_at,contact_type,category,cmdb_ci,impact,urgency,priority,\
        assignment_group,assigned_to";

    fn items(rows: &str) -> Vec<Item> {
        let text = format!("{HEADER}\n{rows}");
        let options = Options::default();
        let mut notes = Vec::new();
        read(text.as_bytes(), &options, &mut notes)
            .unwrap()
            .collect()
    }

    fn only(rows: &str) -> Row {
        match items(rows).pop() {
            Some(Item::Row(row)) => *row,
            other => panic!("{other:?}"),
        }
    }

    fn oddities(row: &Row) -> Vec<&str> {
        row.observation.oddities.iter().map(Short::as_str).collect()
    }

    #[test]
    fn an_update_is_read_in_its_own_words_and_in_ours() {
        let row = only(
            "INC45,Awaiting User Info,2,1,7,29/2/2016 01:16,1/3/2016 09:23,Phone,Category 55,\
             CI 4,1 - High,2 - Medium,2 - High,Group 56,?",
        );
        assert_eq!(row.line, 2);
        assert_eq!(row.source.as_str(), "servicenow");
        assert_eq!(row.external_id.as_str(), "INC45");
        assert_eq!(row.team.as_ref().unwrap().as_str(), "Group 56");
        assert!(!row.is_unassigned);
        assert_eq!(row.first.title.as_str(), "Category 55 (INC45)");
        assert_eq!(
            row.first.description.as_ref().unwrap().as_str(),
            "reassignment_count: 2\ncmdb_ci: CI 4"
        );
        assert_eq!(
            row.first.opened_at,
            At::parse("2016-02-29T01:16:00Z").unwrap()
        );
        assert_eq!(row.first.channel, Channel::Phone);
        let seen = &row.observation;
        assert_eq!(seen.at, At::parse("2016-03-01T09:23:00Z").unwrap());
        assert_eq!(seen.stage, ImportedStage::PendingUser);
        assert_eq!(
            (seen.impact, seen.urgency),
            (Impact::Extensive, Urgency::Medium)
        );
        assert_eq!(seen.priority.number(), 2);
        assert_eq!(seen.labels.impact.as_ref().unwrap().as_str(), "1 - High");
        assert_eq!(
            seen.labels.state.as_ref().unwrap().as_str(),
            "Awaiting User Info"
        );
        assert_eq!((seen.reopened, seen.assignee.as_ref()), (Some(1), None));
        assert_eq!(seen.is_security, None);
        assert_eq!(oddities(&row), Vec::<&str>::new());
    }

    #[test]
    fn odd_rows_come_in_with_their_oddities() {
        let tail = "29/2/2016 01:16,1/3/2016 09:23,Phone,C,?,1 - High,2 - Medium,2 - High,G,?";
        let row = only(&format!("INC45,-100,0,0,7,{tail}"));
        assert_eq!(row.observation.stage, ImportedStage::Unknown);
        assert_eq!(oddities(&row), ["state -100"]);

        let earlier = tail.replace("1/3/2016 09:23", "1/3/2016 09:22");
        let row = only(&format!(
            "INC45,New,0,0,7,{tail}\nINC45,New,0,0,6,{earlier}"
        ));
        assert_eq!(oddities(&row), ["back in time", "modification count falls"]);

        let row = only(&format!("INC45,New,0,\"3,87,16\",7,{tail}"));
        assert_eq!(oddities(&row), ["mangled number: reopen_count 3,87,16"]);
        assert_eq!(row.observation.reopened, None);

        let row = only("INC45,New,0,0,7,?,1/3/2016 09:23,Phone,C,?,?,2 - Medium,nonsense");
        assert_eq!(
            oddities(&row),
            [
                "13 columns instead of 15",
                "impact not given",
                "priority not understood: nonsense"
            ]
        );
        assert_eq!(row.first.opened_at, row.observation.at);
        assert!(row.is_unassigned && row.team.is_none());
    }

    #[test]
    fn only_rows_without_an_id_or_a_time_are_rejected() {
        let found = items(
            "?,New,0,0,1,29/2/2016 01:16,29/2/2016 01:16\nINC1,New\n\
                           INC2,New,0,0,1,soon,later",
        );
        let reasons: Vec<&str> = found
            .iter()
            .map(|item| match item {
                Item::Rejected(rejected) => rejected.reason.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            reasons,
            [
                "no incident id",
                "no time",
                "no readable time: sys_updated_at \"later\" is not a time",
            ]
        );
        // A row whose own time is unreadable still has the time it was opened at.
        let row = only("INC2,New,0,0,1,29/2/2016 01:16,later,Phone,C,?,?,?,?,?,?");
        assert_eq!(row.observation.at, row.first.opened_at);
        assert!(oddities(&row).contains(&"sys_updated_at is not a time: later"));
    }

    #[test]
    fn the_assumed_zone_is_said_aloud_and_a_named_one_is_used() {
        let text = format!("{HEADER}\nINC1,New,0,0,1,29/2/2016 01:16,29/2/2016 01:16");
        let mut notes = Vec::new();
        let mut options = Options::default();
        read(text.as_bytes(), &options, &mut notes).unwrap();
        assert_eq!(notes.len(), 1);
        options.time_zone = Some("Europe/Berlin".to_owned());
        let table = read(text.as_bytes(), &options, &mut notes).unwrap();
        assert_eq!(notes.len(), 1);
        let Some(Item::Row(row)) = table.last() else {
            panic!("one row")
        };
        assert_eq!(
            row.observation.at,
            At::parse("2016-02-29T00:16:00Z").unwrap()
        );
        options.time_zone = Some("Atlantis/Centre".to_owned());
        let wrong = read(text.as_bytes(), &options, &mut notes);
        assert!(matches!(wrong.err(), Some(Error::Zone { .. })));
    }

    #[test]
    fn the_same_file_gives_the_same_operations_and_equal_rows_are_two() {
        let row = "INC45,New,0,0,7,29/2/2016 01:16,1/3/2016 09:23,Phone,C,?,1,2,2,G,?";
        let ids = || -> Vec<String> {
            items(&format!("{row}\n{row}"))
                .into_iter()
                .filter_map(|item| match item {
                    Item::Row(row) => Some(row.operation),
                    _ => None,
                })
                .collect()
        };
        let first = ids();
        assert_eq!(first, ids());
        assert_eq!(first.len(), 2);
        assert_ne!(first.first(), first.last());
    }

    #[test]
    fn a_table_that_is_something_else_is_refused_at_once() {
        let read = |text: &'static str| {
            let table = read(text.as_bytes(), &Options::default(), &mut Vec::new());
            table.err().map(|e| e.to_string())
        };
        assert_eq!(read("").unwrap(), Error::NoHeader.to_string());
        let lacks = read("a,b\n1,2").unwrap();
        assert!(lacks.contains("id") && lacks.contains("a, b"), "{lacks}");
        assert!(read("number,b\n1,2").unwrap().contains("at"));
    }
}
