//! Who vouches for the ledger from outside: read from the command line, and listed.

use crate::cli::Vouching;
use crate::exit::{Code, Coded};
use bifold_server::{AnchorError, Anchors, Authority};
use bifold_store::Store;
use bifold_store::anchor::{AuthorityStanding, Reach, WitnessStanding};
use std::path::Path;

/// What the options say, with the files they name.
pub(super) fn configured(args: Vouching) -> anyhow::Result<Anchors> {
    let (given, files) = (args.tsa.len(), args.tsa_roots.len());
    if given != files {
        let message = format!(
            "--tsa is given {given} times and --tsa-roots {files} times; give one file for each \
             authority, in the same order"
        );
        return Err(Coded::error(Code::Usage, message));
    }
    let pairs = args.tsa.iter().zip(&args.tsa_roots);
    let authorities: anyhow::Result<_> = pairs.map(|(url, file)| authority(url, file)).collect();
    Anchors::new(authorities?, args.witness).map_err(|why| wrong(&why))
}

fn authority(url: &str, file: &Path) -> anyhow::Result<Authority> {
    let roots = std::fs::read(file).map_err(|why| {
        let message = format!(
            "--tsa-roots {}: {why}. Give the file with the authority's certificates",
            file.display()
        );
        Coded::error(Code::NotFound, message)
    })?;
    Authority::new(url, &roots).map_err(|why| wrong(&why))
}

fn wrong(why: &AnchorError) -> anyhow::Error {
    Coded::error(Code::Usage, why.to_string())
}

/// `bifold ledger anchors`.
pub(super) async fn list(store: &Store, json: bool) -> anyhow::Result<Code> {
    let log = store.log_state().await?.log;
    let signed = store.checkpoint(log, 0).await?;
    let size = signed.map_or(0, |(checkpoint, _)| checkpoint.size);
    let mut authorities = Vec::new();
    for name in store.asked_authorities().await? {
        let standing = store.authority_standing(log, &name).await?;
        authorities.push((name, standing));
    }
    let mut witnesses = Vec::new();
    for key in store.asked_witnesses().await? {
        let standing = store.witness_standing(log, &key).await?;
        witnesses.push((key.name().to_owned(), standing));
    }
    if json {
        let value = serde_json::json!({
            "log": log,
            "size": size,
            "authorities": authorities.iter().map(authority_json).collect::<Vec<_>>(),
            "witnesses": witnesses.iter().map(witness_json).collect::<Vec<_>>(),
        });
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        println!("{}: {size} entries are signed", store.origin(log));
        authorities.iter().for_each(say_authority);
        witnesses.iter().for_each(say_witness);
        if authorities.is_empty() && witnesses.is_empty() {
            println!("  nobody was asked yet; see --tsa and --witness of `bifold serve`");
        }
    }
    Ok(Code::Ok)
}

fn say_authority((name, standing): &(String, AuthorityStanding)) {
    say("time-stamped", name, standing.newest);
    if let Some(at) = standing.expires_at {
        println!("    the certificates behind it last until {at}");
    }
    if standing.waiting > 0 {
        println!("    waiting: {}", standing.waiting);
    }
    if let Some(error) = &standing.error {
        println!("    last error: {error}");
    }
}

fn say_witness((name, standing): &(String, WitnessStanding)) {
    say("cosigned", name, standing.newest);
    if let Some(since) = standing.waiting_since {
        println!("    waiting: entries after it, since {since}");
    }
    if let Some(error) = &standing.error {
        println!("    last error: {error}");
    }
}

fn say(what: &str, name: &str, newest: Option<Reach>) {
    match newest {
        Some(Reach { size, at }) => println!("  {what} by {name}: {size} entries, at {at}"),
        None => println!("  {what} by {name}: nothing yet"),
    }
}

fn authority_json((name, standing): &(String, AuthorityStanding)) -> serde_json::Value {
    serde_json::json!({
        "name": name,
        "size": standing.newest.map(|newest| newest.size),
        "gen_time": standing.newest.map(|newest| newest.at),
        "expires_at": standing.expires_at,
        "waiting": standing.waiting,
        "last_error": standing.error,
    })
}

fn witness_json((name, standing): &(String, WitnessStanding)) -> serde_json::Value {
    serde_json::json!({
        "name": name,
        "size": standing.newest.map(|newest| newest.size),
        "cosigned_at": standing.newest.map(|newest| newest.at),
        "waiting_since": standing.waiting_since,
        "last_error": standing.error,
    })
}
