//! `bifold witness`: a small witness of its own, and the asking of one.
//!
//! A witness shares nothing with an organisation's data, neither folder nor key nor database, and
//! is best run by somebody else. It knows of a log what its checkpoints say, never an entry.

mod ask;
mod durable;
mod folder;
mod published;
mod serve;

use crate::cli::{Witness, WitnessVerb};
use crate::exit::Code;
use bifold_ledger::note::Verifier;
use bifold_store::Entropy;
use folder::{Folder, TrustedLog};
use std::path::Path;
use tokio::runtime::Runtime;

pub(crate) fn run(runtime: &Runtime, args: Witness) -> anyhow::Result<Code> {
    match args.verb {
        WitnessVerb::Init { place, name } => init(&place.data, &name),
        WitnessVerb::Key { place } => {
            println!("{}", Folder::open(&place.data)?.vkey());
            Ok(Code::Ok)
        }
        WitnessVerb::Trust {
            place,
            vkey,
            origin,
        } => trust(&place.data, vkey, origin),
        WitnessVerb::List { place } => list(&place.data),
        WitnessVerb::Serve { place, listen } => {
            let folder = Folder::open(&place.data)?;
            runtime.block_on(serve::run(folder, listen))
        }
        WitnessVerb::Ask { url, dir, vkey } => ask::run(&url, &dir, &vkey),
    }
}

fn init(data: &Path, name: &str) -> anyhow::Result<Code> {
    let folder = Folder::create(data, name, Entropy::default().take())?;
    let data = data.display();
    println!("Made the witness {name} in {data}.");
    println!("Its verifier key, for everybody: {}", folder.vkey());
    println!("Next: bifold witness trust --data {data} VKEY-OF-A-LOG");
    println!("      bifold witness serve --data {data}");
    Ok(Code::Ok)
}

fn trust(data: &Path, key: Verifier, origin: Option<String>) -> anyhow::Result<Code> {
    let origin = origin.unwrap_or_else(|| key.name().to_owned());
    let log = TrustedLog { origin, key };
    if Folder::open(data)?.trust(&log)? {
        println!("Trusted from now on: {}", log.origin);
    } else {
        println!("Trusted already: {}", log.origin);
    }
    Ok(Code::Ok)
}

fn list(data: &Path) -> anyhow::Result<Code> {
    let folder = Folder::open(data)?;
    let mut origins: Vec<String> = folder.logs()?.into_iter().map(|log| log.origin).collect();
    origins.sort_unstable();
    origins.dedup();
    for origin in &origins {
        match folder.seen(origin)? {
            None => println!("{origin}: nothing cosigned yet"),
            Some(seen) => {
                let time = i64::try_from(seen.time_s)?;
                let time = jiff::Timestamp::from_second(time)?;
                println!("{origin}: {} entries, cosigned at {time}", seen.size);
                println!("  root {}", seen.root);
            }
        }
        if let Some(file) = folder.second_history(origin) {
            println!(
                "  ✗ TWO HISTORIES: the log signed another tree too, see {}",
                file.display()
            );
        }
    }
    if origins.is_empty() {
        println!("No log is trusted yet. Next: bifold witness trust VKEY");
    }
    Ok(Code::Ok)
}
