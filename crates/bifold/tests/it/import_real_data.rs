//! The readers on real exports of other systems, which are not part of this repository.
//!
//! The files are looked for in `$BIFOLD_SHARED_DATA`, then in `../shared/data` beside the
//! repository; a test whose files are absent says so and passes.

use crate::shared;
use bifold::import::{Format, Item, Options, Rejected, Row, kind_of, open};
use bifold_domain::incident::ImportedStage;
use std::collections::{BTreeMap, BTreeSet};

/// What a file came to.
#[derive(Default)]
struct Tally {
    rows: usize,
    incidents: BTreeMap<String, Row>,
    rejected: Vec<Rejected>,
    operations: BTreeSet<String>,
    oddities: BTreeMap<String, usize>,
    /// Priorities by impact and urgency, as the source says.
    cells: BTreeMap<(String, String), BTreeMap<String, usize>>,
    reopened: BTreeSet<String>,
    reassigned: BTreeSet<String>,
    stages: BTreeMap<&'static str, usize>,
    waited_for_user: BTreeSet<String>,
    notes: Vec<String>,
}

impl Tally {
    fn read(format: Format, path: &std::path::Path, options: &Options) -> Self {
        let opened = open(format, path, options).unwrap();
        let mut tally = Self {
            notes: opened.notes,
            ..Self::default()
        };
        for item in opened.items {
            match item {
                Item::Row(row) => tally.add(*row),
                Item::Rejected(rejected) => tally.rejected.push(rejected),
                Item::Stopped(stop) => panic!("stopped: {stop:?}"),
            }
        }
        assert_eq!(opened.progress.bytes(), opened.total_bytes.unwrap());
        assert_eq!(
            tally.operations.len(),
            tally.rows,
            "each row is an operation of its own"
        );
        tally
    }

    fn add(&mut self, row: Row) {
        self.rows += 1;
        self.operations.insert(row.operation.clone());
        let seen = &row.observation;
        for oddity in &seen.oddities {
            *self.oddities.entry(kind_of(oddity).to_owned()).or_default() += 1;
        }
        *self.stages.entry(seen.stage.word()).or_default() += 1;
        let labels = &seen.labels;
        if let (Some(impact), Some(urgency), Some(priority)) =
            (&labels.impact, &labels.urgency, &labels.priority)
        {
            let cell = (impact.to_string(), urgency.to_string());
            *self
                .cells
                .entry(cell)
                .or_default()
                .entry(priority.to_string())
                .or_default() += 1;
        }
        let id = row.external_id.to_string();
        if seen.reopened.is_some_and(|times| times > 0) {
            self.reopened.insert(id.clone());
        }
        // After the first team, another one and none at all are both a change.
        let before = self.incidents.get(&id);
        let had = before.and_then(|before| before.team.clone());
        if had.is_some() && had != row.team {
            self.reassigned.insert(id.clone());
        }
        if labels
            .state
            .as_ref()
            .is_some_and(|s| s.as_str() == "Accepted+Wait - User")
        {
            assert_eq!(seen.stage, ImportedStage::PendingUser);
            self.waited_for_user.insert(id.clone());
        }
        self.incidents.insert(id, row);
    }

    fn odd(&self, kind: &str) -> usize {
        self.oddities.get(kind).copied().unwrap_or(0)
    }

    fn share(&self, of: &BTreeSet<String>) -> f64 {
        // Counts of this size are exact in a float.
        #[allow(clippy::cast_precision_loss)]
        let share = of.len() as f64 / self.incidents.len() as f64;
        (share * 1000.0).round() / 10.0
    }

    fn assert_cells(&self, count: usize) {
        assert_eq!(self.cells.len(), count);
        for (cell, priorities) in &self.cells {
            assert_eq!(priorities.len(), 1, "{cell:?} has {priorities:?}");
        }
    }

    fn print(&self, name: &str) {
        println!(
            "{name}: {} rows, {} incidents, {} rejected, oddities {:?}, stages {:?}",
            self.rows,
            self.incidents.len(),
            self.rejected.len(),
            self.oddities,
            self.stages,
        );
    }
}

#[test]
fn the_servicenow_log_is_read_completely() {
    let Some(path) = shared("itsm/uci_stream_asof.csv.gz") else {
        return;
    };
    let tally = Tally::read(Format::ServiceNow, &path, &Options::default());
    tally.print("ServiceNow");
    assert_eq!((tally.rows, tally.incidents.len()), (120_003, 20_769));
    assert_eq!(tally.rejected, []);
    assert_eq!(tally.notes.len(), 1, "UTC was assumed and it is said");
    assert_eq!(tally.odd("state -100"), 2);
    assert_eq!(tally.odd("modification count falls"), 5);
    assert_eq!(tally.odd("before it was opened"), 5);
    assert_eq!(tally.stages.get("unknown"), Some(&2));
    tally.assert_cells(8);
    assert!((tally.share(&tally.reassigned) - 45.6).abs() < 0.05);
    assert!((tally.share(&tally.reopened) - 1.1).abs() < 0.05);
}

#[test]
fn the_volvo_logs_and_the_help_desk_log_are_read_completely() {
    for (name, rows, incidents, waiting, twins) in [
        (
            "itsm/bpi_challenge_2013_incidents.xes.gz",
            56_798,
            6_043,
            2_227,
            0,
        ),
        (
            "itsm/BPI_Challenge_2013_closed_problems.xes.gz",
            5_591,
            1_190,
            0,
            0,
        ),
        ("itsm/Helpdesk.xes.gz", 16_937, 3_664, 0, 0),
    ] {
        let Some(path) = shared(name) else {
            continue;
        };
        let tally = Tally::read(Format::Xes, &path, &Options::default());
        tally.print(name);
        assert_eq!((tally.rows, tally.incidents.len()), (rows, incidents));
        assert_eq!(tally.rejected, []);
        let waited = tally.waited_for_user.len();
        assert_eq!(
            waited, waiting,
            "a third of the Volvo cases wait for the user"
        );
        let repeated = tally
            .operations
            .iter()
            .filter(|o| o.matches('-').count() > 1)
            .count();
        assert_eq!(repeated, twins);
    }
}

#[test]
fn the_rabobank_tables_are_read_completely() {
    if let Some(path) = shared("itsm/bpi2014_incidents.csv.gz") {
        let tally = Tally::read(Format::Csv, &path, &Options::default());
        tally.print("BPI 2014");
        assert_eq!((tally.rows, tally.incidents.len()), (2_800, 2_800));
        assert_eq!(tally.rejected, []);
        assert_eq!(tally.reopened.len(), 136);
        assert_eq!(tally.odd("mangled number"), 0);
        tally.assert_cells(10);
        let again = Tally::read(Format::Csv, &path, &Options::default());
        assert_eq!(
            tally.operations, again.operations,
            "a second run adds nothing"
        );
    }
    if let Some(path) = shared("itsm/mangled_numbers_sample.csv") {
        let options = Options {
            time_zone: Some("UTC".to_owned()),
            ..Options::default()
        };
        let tally = Tally::read(Format::Csv, &path, &options);
        tally.print("mangled numbers");
        assert_eq!((tally.rows, tally.incidents.len()), (40, 40));
        assert_eq!(tally.rejected, []);
        assert_eq!(tally.odd("mangled number"), 40);
        assert_eq!(tally.odd("impact not understood"), 2);
    }
}

#[test]
fn the_veris_records_are_read_completely() {
    let Some(path) = shared("security/veris_json.tar.gz") else {
        return;
    };
    let tally = Tally::read(Format::Veris, &path, &Options::default());
    tally.print("VERIS");
    assert_eq!((tally.rows, tally.incidents.len()), (60, 60));
    assert_eq!(tally.rejected, []);
    assert_eq!(tally.odd("opening time known to the year"), 23);
    let of_kind = |wanted: &str| {
        let is = |row: &&Row| row.observation.category.as_ref().unwrap().as_str() == wanted;
        tally.incidents.values().filter(is).count()
    };
    assert_eq!((of_kind("error"), of_kind("hacking")), (23, 11));
    assert!(
        tally
            .incidents
            .values()
            .all(|row| row.observation.is_security == Some(true))
    );
}
