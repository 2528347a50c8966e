//! Whole imports into a store: twice, cut short, damaged, and as large as the real logs.

use crate::shared;
use bifold::import::{Format, Options, Report, run};
use bifold_domain::{Actor, Auth, Role, Short};
use bifold_store::query::incident::Filter;
use bifold_store::{Founding, Store};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) admin: Actor,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = bifold_store::Options::in_folder(folder.path().join("data"));
        let short = |text| Short::parse(text).unwrap();
        let founding = Founding {
            organisation: short("Example"),
            host: "test.example".to_owned(),
            name: short("Ada"),
            email: short("ada@example.org"),
            roles: BTreeSet::from([Role::IncidentManager]),
        };
        let (store, person) = Store::found(options, founding).await.unwrap();
        let admin = store.actor(&person, Auth::Local).await.unwrap().unwrap();
        Self {
            store,
            admin,
            folder,
        }
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    async fn import(&self, format: Format, file: &Path) -> Report {
        run(&self.store, format, file, utc(), None).await.unwrap()
    }

    /// Ledger sound, projections equal to a replay.
    pub(crate) async fn check(self) {
        let report = self.store.verify_ledger(|_| {}).await.unwrap();
        assert!(report.is_sound(), "{report:#?}");
        let replay = self.store.replay(|_| {}).await.unwrap();
        assert!(replay.is_equal(), "{replay:#?}");
        self.store.close().await;
    }
}

pub(crate) fn utc() -> Options {
    Options {
        time_zone: Some("UTC".to_owned()),
        ..Options::default()
    }
}

fn counts(report: &Report) -> (u64, u64, u64, u64) {
    (
        report.incidents,
        report.added,
        report.already_there,
        report.rejected,
    )
}

const HEADER: &str = "number,incident_state,sys_mod_count,opened_at,sys_updated_at,impact,urgency,\
    priority,assignment_group,reopen_count\n";

/// An event log of so many incidents with four rows each.
fn log(incidents: usize) -> String {
    let mut text = HEADER.to_owned();
    for step in 0..4 {
        for n in 0..incidents {
            let state = ["New", "Active", "Resolved", "Closed"][step];
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "INC{n},{state},{step},1/3/2016 08:00,{}/3/2016 09:{:02},2 - Medium,2 - Medium,\
                 3 - Moderate,Group {},0",
                step + 1,
                n % 60,
                (n + step) % 7,
            );
        }
    }
    text
}

#[tokio::test]
async fn a_second_run_adds_nothing() {
    let world = World::new().await;
    let file = world.file("log.csv", &log(300));
    let first = world.import(Format::ServiceNow, &file).await;
    assert_eq!(counts(&first), (300, 1_200, 0, 0));
    assert_eq!((first.teams, first.is_complete()), (7, true));
    let size = world.store.log_state().await.unwrap().size;
    let second = world.import(Format::ServiceNow, &file).await;
    assert_eq!(counts(&second), (0, 0, 1_200, 0));
    assert_eq!(second.teams, 0);
    assert_eq!(world.store.log_state().await.unwrap().size, size);
    let flow = world
        .store
        .flow(&world.admin.viewer(), &Filter::default())
        .await
        .unwrap();
    assert_eq!(
        (flow.incidents, flow.observations, flow.open),
        (300, 1_200, 0)
    );
    world.check().await;
}

#[tokio::test]
async fn an_import_that_was_cut_short_goes_on_where_it_ended() {
    let world = World::new().await;
    let text = log(300);
    let lines: Vec<&str> = text.lines().collect();
    let file = world.file("log.csv", &lines[..=650].join("\n"));
    assert_eq!(
        counts(&world.import(Format::ServiceNow, &file).await),
        (300, 650, 0, 0)
    );
    let file = world.file("log.csv", &text);
    assert_eq!(
        counts(&world.import(Format::ServiceNow, &file).await),
        (0, 550, 650, 0)
    );
    world.check().await;
}

#[tokio::test]
async fn an_import_whose_task_was_killed_goes_on_where_its_last_transaction_ended() {
    let world = World::new().await;
    let file = world.file("log.csv", &log(700));
    let import = run(&world.store, Format::ServiceNow, &file, utc(), None);
    let killed = tokio::time::timeout(std::time::Duration::from_millis(700), import).await;
    let there = world
        .store
        .flow(&world.admin.viewer(), &Filter::default())
        .await
        .unwrap();
    eprintln!(
        "killed: {}, {} rows were in",
        killed.is_err(),
        there.observations
    );
    let report = world.import(Format::ServiceNow, &file).await;
    assert_eq!(report.added + report.already_there, 2_800);
    let flow = world
        .store
        .flow(&world.admin.viewer(), &Filter::default())
        .await
        .unwrap();
    assert_eq!((flow.incidents, flow.observations), (700, 2_800));
    world.check().await;
}

/// Runs the binary; its answer as JSON.
fn bifold(data: &Path, words: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bifold"));
    command.args(words).arg("--data").arg(data);
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    command
}

/// The bytes of the database's files.
fn size(data: &Path) -> u64 {
    let files = std::fs::read_dir(data).unwrap();
    files
        .filter_map(|file| file.ok()?.metadata().ok())
        .map(|meta| meta.len())
        .sum()
}

#[test]
fn an_import_that_is_killed_outright_goes_on_when_it_is_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("log.csv");
    std::fs::write(&file, log(1_000)).unwrap();
    let file = file.to_str().unwrap();
    let init = ["init", "--org", "Example", "--admin", "ada@example.org"];
    assert!(bifold(&data, &init).status().unwrap().success());
    let import = ["import", "servicenow", file, "--time-zone", "UTC", "--json"];
    // In the middle of the first transaction, and after some.
    for bytes in [500_000, 8_000_000] {
        let before = size(&data);
        let mut running = bifold(&data, &import).spawn().unwrap();
        // Until so much was written, or the import is faster than the clock.
        while size(&data) < before + bytes && running.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        // SIGKILL: nothing is said goodbye to.
        running.kill().unwrap();
        running.wait().unwrap();
    }
    let import = || {
        let output = bifold(&data, &import).output().unwrap();
        assert!(output.status.success());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |name: &str| report[name].as_u64().unwrap();
        assert_eq!(number("rejected"), 0);
        (number("added"), number("already_there"))
    };
    let (added, already_there) = import();
    println!("after the kills {already_there} rows were there, {added} were added");
    assert_eq!(added + already_there, 4_000);
    assert_eq!(import(), (0, 4_000));
    assert!(
        bifold(&data, &["ledger", "verify"])
            .status()
            .unwrap()
            .success()
    );
    assert!(
        bifold(&data, &["ledger", "replay"])
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn odd_rows_come_in_and_rejected_rows_are_listed() {
    let world = World::new().await;
    let text = format!(
        "{HEADER}\
         INC1,New,0,1/3/2016 08:00,1/3/2016 08:00,1 - High,1 - High,1 - Critical,?,0\n\
         INC1,-100,1,1/3/2016 08:00,1/3/2016 07:00,NS,1 - High,1 - Critical,?,\"3,87,16\"\n\
         INC1,-100,1,1/3/2016 08:00,1/3/2016 07:00,NS,1 - High,1 - Critical,?,\"3,87,16\"\n\
         ?,New,0,1/3/2016 08:00,1/3/2016 08:00,,,,,\n\
         INC2,New,0,soon,later,,,,,\n\
         INC3,New,0,1/3/2016 08:00,1/3/2016 08:00,\"1 - High,,,,\n"
    );
    let file = world.file("log.csv", &text);
    let list = world.folder.path().join("rejected.jsonl");
    let report = run(&world.store, Format::ServiceNow, &file, utc(), Some(&list))
        .await
        .unwrap();
    assert_eq!(counts(&report), (1, 3, 0, 3));
    assert!(!report.is_complete());
    let oddities: Vec<(&str, u64)> = report
        .oddities
        .iter()
        .map(|(k, n)| (k.as_str(), *n))
        .collect();
    assert_eq!(
        oddities,
        [
            ("back in time", 1),
            ("before it was opened", 2),
            ("impact not understood", 2),
            ("mangled number", 2),
            ("state -100", 2),
        ]
    );
    let list = std::fs::read_to_string(list).unwrap();
    let lines: Vec<u64> = list
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["line"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(lines, [5, 6, 7]);
    assert!(report.words().contains("line 6: no readable time"));
    let filter = Filter {
        external_id: Some("INC1".to_owned()),
        ..Filter::default()
    };
    let cells = world
        .store
        .matrix_in_use(&world.admin.viewer(), &filter)
        .await
        .unwrap();
    assert_eq!(cells.len(), 1);
    world.check().await;
}

fn share(part: i64, whole: i64) -> f64 {
    // Counts of this size are exact in a float.
    #[allow(clippy::cast_precision_loss)]
    let share = part as f64 / whole as f64;
    (share * 1_000.0).round() / 10.0
}

#[tokio::test]
async fn the_real_logs_come_in_and_the_products_own_queries_reproduce_their_facts() {
    for (name, format, incidents, rows, cells) in [
        (
            "itsm/uci_stream_asof.csv.gz",
            Format::ServiceNow,
            20_769,
            120_003,
            Some(8),
        ),
        (
            "itsm/bpi2014_incidents.csv.gz",
            Format::Csv,
            2_800,
            2_800,
            Some(10),
        ),
        (
            "itsm/bpi_challenge_2013_incidents.xes.gz",
            Format::Xes,
            6_043,
            56_798,
            None,
        ),
        ("security/veris_json.tar.gz", Format::Veris, 60, 60, None),
    ] {
        // An unoptimised build takes minutes for the large ones.
        if cfg!(debug_assertions) && rows > 10_000 {
            eprintln!("SKIPPED: {name} is imported in a release build only");
            continue;
        }
        let Some(file) = shared(name) else {
            continue;
        };
        let world = World::new().await;
        let report = world.import(format, &file).await;
        println!("{name}\n{}", report.words());
        assert_eq!(counts(&report), (incidents, rows, 0, 0), "{name}");
        let viewer = world.admin.viewer();
        let flow = world.store.flow(&viewer, &Filter::default()).await.unwrap();
        let rates = (
            share(flow.reassigned, flow.incidents),
            share(flow.reopened, flow.incidents),
        );
        println!("reassigned {} %, reopened {} %", rates.0, rates.1);
        assert_eq!(flow.observations.cast_unsigned(), rows);
        if let Some(cells) = cells {
            let matrix = world
                .store
                .matrix_in_use(&viewer, &Filter::default())
                .await
                .unwrap();
            assert_eq!(matrix.len(), cells, "{name}");
            assert!(
                matrix.iter().all(|cell| cell.priorities == 1),
                "{matrix:#?}"
            );
        }
        if format == Format::ServiceNow {
            assert!((rates.0 - 45.6).abs() < 0.05, "{rates:?}");
            assert!((rates.1 - 1.1).abs() < 0.05, "{rates:?}");
        }
        let again = world.import(format, &file).await;
        println!("again: {}", again.words());
        assert_eq!(counts(&again), (0, 0, rows, 0), "{name}");
        world.store.close().await;
    }
}
