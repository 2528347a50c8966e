//! `bifold ledger`: verify, publish, list anchors, replay.

use crate::cli::{Ledger, LedgerVerb};
use crate::exit::Code;
use bifold_store::ledger::LedgerReport;
use bifold_store::{ReplayReport, Store};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

pub(crate) async fn run(args: Ledger) -> anyhow::Result<Code> {
    match args.verb {
        LedgerVerb::Verify { place, json } => {
            let store = super::open(&place).await?;
            verify(&store, json).await
        }
        LedgerVerb::Publish {
            place,
            to,
            disclosures,
        } => {
            let store = super::open(&place).await?;
            publish(&store, &to, disclosures).await
        }
        LedgerVerb::Anchors { place, json } => {
            let store = super::open(&place).await?;
            super::anchors::list(&store, json).await
        }
        LedgerVerb::Replay { place, json } => {
            let store = super::open(&place).await?;
            replay(&store, json).await
        }
    }
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn bar(total: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, form) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{bar:30} {human_pos}/{human_len} {eta}",
        ),
        None => (
            ProgressBar::new_spinner(),
            "{spinner} {human_pos} {elapsed}",
        ),
    };
    match ProgressStyle::with_template(form) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

pub(crate) async fn verify(store: &Store, json: bool) -> anyhow::Result<Code> {
    let total = store.log_state().await?.size;
    let progress = bar(Some(total));
    let report = store.verify_ledger(|n| progress.set_position(n)).await?;
    progress.finish_and_clear();
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        words(&report);
    }
    Ok(if report.is_sound() {
        Code::Ok
    } else {
        Code::VerificationFailed
    })
}

pub(super) fn words(report: &LedgerReport) {
    for log in &report.logs {
        let origin = log.origin.as_deref().unwrap_or("a log without a name");
        println!(
            "{origin}: {} entries about {} subjects",
            log.entries, log.subjects
        );
        let d = &log.disclosures;
        println!(
            "  disclosures: {} present, {} redacted and explained, {} missing without explanation",
            d.present, d.redacted, d.unexplained
        );
        if log.imported > 0 {
            println!(
                "  {} entries were imported: recorded here, not attested",
                log.imported
            );
        }
        for finding in &log.findings {
            match finding.at {
                Some(at) => println!("  ✗ entry {at}: {}", finding.problem),
                None => println!("  ✗ {}", finding.problem),
            }
        }
    }
    for mismatch in &report.mismatches {
        match mismatch.index {
            Some(index) => println!("  ✗ log {} entry {index}: {}", mismatch.log, mismatch.what),
            None => println!("  ✗ log {}: {}", mismatch.log, mismatch.what),
        }
    }
    if report.is_sound() {
        println!(
            "The ledger holds: every one of {} entries, every chain and {} signed checkpoints \
             were derived again and agree.",
            report.entries(),
            report.checkpoints
        );
    } else {
        println!("The ledger does NOT hold. Nothing was changed; keep this database as it is.");
    }
}

async fn publish(store: &Store, to: &std::path::Path, disclosures: bool) -> anyhow::Result<Code> {
    let logs = store.publish_ledger(to, disclosures).await?;
    for log in &logs {
        println!("{}: {} entries", log.folder.display(), log.size);
        println!("  vkey {}", log.vkey);
        println!(
            "  check it: bifold-verify {} --vkey '{}'",
            log.folder.display(),
            log.vkey
        );
    }
    if logs.is_empty() {
        println!("There is no signed log yet.");
    }
    Ok(Code::Ok)
}

async fn replay(store: &Store, json: bool) -> anyhow::Result<Code> {
    let progress = bar(None);
    let report = store.replay(|n| progress.set_position(n)).await?;
    progress.finish_and_clear();
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        replayed(&report);
    }
    Ok(if report.is_equal() {
        Code::Ok
    } else {
        Code::VerificationFailed
    })
}

fn replayed(report: &ReplayReport) {
    for d in &report.differences {
        println!("  ✗ {} {}: {}", d.table, d.id, d.what);
    }
    if report.is_equal() {
        println!(
            "{} facts about {} records were folded again; every projected row agrees.",
            report.facts, report.records
        );
    } else {
        println!(
            "{} rows are not what the facts give.",
            report.difference_count
        );
    }
}
