//! The real server on a machine whose clock jumps: nothing is told too early, too late or twice.

use crate::clock_crash::{declare, told};
use crate::journey::Server;
use bifold_domain::IncidentId;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Looks of the server at its clocks, and more.
const A_WHILE: Duration = Duration::from_secs(4);
/// Looks in a row that find the same.
const STILL: usize = 2;

/// The library that gives a program another time, where it is installed.
fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok);
    let mut found = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    found.find(|path| path.is_file())
}

struct Machine<'a> {
    library: &'a str,
    folder: &'a Path,
    ids: &'a [IncidentId],
}

impl Machine<'_> {
    /// Runs the server for a while at this time; steps of ladders and missed targets afterwards.
    async fn at(&self, time: &str) -> (usize, usize) {
        let server = Server::run(
            &self.folder.display().to_string(),
            &[],
            &[
                ("LD_PRELOAD", self.library),
                ("FAKETIME", time),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ],
        );
        std::thread::sleep(A_WHILE);
        drop(server);
        let count = async |kind| told(self.folder, self.ids, kind).await.iter().sum();
        (
            count("incident.escalated").await,
            count("incident.target_missed").await,
        )
    }

    /// The same until nothing more comes.
    async fn all_at(&self, time: &str) -> (usize, usize) {
        let (mut last, mut still) = (self.at(time).await, 0);
        for _ in 0..10 {
            let next = self.at(time).await;
            still = if next == last { still + 1 } else { 0 };
            last = next;
            if still == STILL {
                return last;
            }
        }
        panic!("it goes on and on: {last:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_early_late_or_twice_when_the_clock_of_the_machine_jumps() {
    let Some(library) = library() else {
        eprintln!("SKIPPED: no faketime here; run `cargo xtask test --only install`");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    // Just now; P2 tells after 22.5 of its thirty minutes to respond, and is missed after thirty.
    let ids = declare(home.path(), 1, 0).await;
    let machine = Machine {
        library: library.to_str().unwrap(),
        folder: home.path(),
        ids: &ids,
    };
    for early in ["+20m", "-1h", "@1970-01-02 00:00:00"] {
        assert_eq!(machine.at(early).await, (0, 0), "at {early}");
    }
    assert_eq!(machine.at("+24m").await, (1, 0));
    for again in ["+25m", "-1h", "+26m"] {
        assert_eq!(machine.at(again).await, (1, 0), "at {again}");
    }
    let (steps, missed) = machine.all_at("+72h").await;
    // Response, next update, restore and resolve of the starting levels are all over.
    assert!(missed >= 4 && steps > 1, "{steps} steps, {missed} missed");
    for later in ["-1h", "+73h", "@1970-01-02 00:00:00"] {
        assert_eq!(machine.at(later).await, (steps, missed), "at {later}");
    }
    // What only years bring, such as the next promised update, comes once as well.
    let in_2038 = machine.all_at("@2038-01-20 00:00:00").await;
    assert_eq!(machine.at("@2038-01-20 03:00:00").await, in_2038);
}
