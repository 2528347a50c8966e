//! `bifold backup`: create, verify, restore.

use super::ledger;
use crate::cli::{Backup, BackupVerb};
use crate::exit::{Code, Coded};
use bifold_store::backup::{Backup as Made, Restored};
use bifold_store::{Options, Store};
use std::path::Path;

/// Entries named one by one; more are counted.
const NAMED: usize = 20;

pub(crate) async fn run(args: Backup) -> anyhow::Result<Code> {
    match args.verb {
        BackupVerb::Create {
            place,
            file,
            with_evidence,
            json,
        } => {
            absent(&file)?;
            let store = super::open(&place).await?;
            let made = store.backup(&file, with_evidence).await?;
            store.close().await;
            if json {
                println!("{}", serde_json::to_string_pretty(&made)?);
            } else {
                created(&made, &place.data);
            }
            Ok(Code::Ok)
        }
        BackupVerb::Verify { place, file, json } => {
            present(&file)?;
            verify(&file, super::options(&place), json).await
        }
        BackupVerb::Restore {
            file,
            into,
            database_url,
            keys,
            json,
        } => {
            present(&file)?;
            present(&keys)?;
            let mut options = Options::in_folder(&into);
            if let Some(url) = database_url {
                options.database_url = url;
            }
            let (store, restored) = Store::restore(&file, &keys, options).await?;
            store.close().await;
            if json {
                println!("{}", serde_json::to_string_pretty(&restored)?);
            } else {
                brought_back(&restored, &into);
            }
            Ok(Code::Ok)
        }
    }
}

fn present(path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let message = format!("{} is not there", path.display());
    Err(Coded::error(Code::NotFound, message))
}

fn absent(path: &Path) -> anyhow::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let message = format!("{} is there already; choose another name", path.display());
    Err(Coded::error(Code::Conflict, message))
}

fn created(made: &Made, data: &Path) {
    println!(
        "{}: {} entries, {} bytes",
        made.file.display(),
        made.entries,
        made.size_bytes
    );
    match &made.evidence {
        Some(folder) => println!("{}: {} files of evidence", folder.display(), made.blobs),
        None if made.blobs > 0 => println!(
            "{} files of evidence ({} bytes) are named in it and not copied; \
             --with-evidence copies them",
            made.blobs, made.blob_bytes
        ),
        None => {}
    }
    println!(
        "Its texts are sealed. Keep {} apart from it, and of that only the newest copy: an old one \
         can still read what was redacted since.",
        data.join("keys").display()
    );
}

async fn verify(file: &Path, options: Options, json: bool) -> anyhow::Result<Code> {
    let checked = Store::check_backup(file, options).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&checked)?);
    } else {
        ledger::words(&checked.ledger);
        println!("{} facts were folded again.", checked.facts);
    }
    Ok(if checked.ledger.is_sound() {
        Code::Ok
    } else {
        Code::VerificationFailed
    })
}

fn brought_back(restored: &Restored, into: &Path) {
    println!("{}: {} entries", into.display(), restored.entries);
    for entry in restored.redacted_since.iter().take(NAMED) {
        println!(
            "  log {} entry {} was redacted after the backup was made, under entry {}",
            entry.log, entry.index, entry.by
        );
    }
    if restored.redacted_since.len() > NAMED {
        let more = restored.redacted_since.len() - NAMED;
        println!("  and {more} more entries");
    }
    if !restored.missing_evidence.is_empty() {
        println!(
            "  {} files of evidence are not beside the backup; copy them into {}",
            restored.missing_evidence.len(),
            into.join("blobs").display()
        );
    }
    println!(
        "Now check it: bifold ledger verify --data {0}, bifold doctor --data {0}",
        into.display()
    );
    println!(
        "If the log was signed further than this backup goes, it is not signed any more: that \
         would be a fork, and a fork is declared, never silent."
    );
}
