//! `bifold collect`: evidence from the machine it runs on, sealed in a bag, without a server.

use crate::bag::{Bag, TAG_MANIFEST_FILE};
use crate::cli::Collect;
use crate::collect::clock::{self, ClockCheck};
use crate::collect::host::Host;
use crate::collect::{CollectError, Collection, FORMAT, RECORD, command, files};
use crate::exit::{Code, Coded};
use bifold_store::Clock;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

/// Lines of files shown to people at most.
const SHOWN_FILES: usize = 20;

pub(crate) fn run(runtime: &tokio::runtime::Runtime, args: Collect) -> anyhow::Result<Code> {
    let is_json = args.json;
    let out = args.out.clone();
    let coded = |error: CollectError| Coded::error(error.code(), error.to_string());
    let (record, sha256) = collect(runtime, args).map_err(coded)?;
    if is_json {
        let out = out.display().to_string();
        let answer = json!({ "bundle": out, "tagmanifest_sha256": sha256, "collection": record });
        println!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        print!("{}", words(&record, &sha256, &out.display().to_string()));
    }
    Ok(judge(&record))
}

/// Collects, records and seals; the hash that stands for everything.
fn collect(
    runtime: &tokio::runtime::Runtime,
    args: Collect,
) -> Result<(Collection, String), CollectError> {
    let clock = Clock::System;
    // Everything that can be refused is, before anything is made.
    for path in &args.file {
        files::look_at(path)?;
    }
    let program = match args.command.first() {
        Some(name) => Some(command::find(name, &search_path())?),
        None => None,
    };
    let mut bag = Bag::create(&args.out)?;
    let started_at = clock.now();
    let offset = match &args.ntp {
        Some(reference) => clock::ask(reference, &clock),
        None => ClockCheck::Unknown {
            why: "no reference was asked; --ntp names one".to_owned(),
        },
    };
    let host = Host::here();
    let ran = match &program {
        Some(program) => {
            survive_interrupts(runtime)?;
            let tool = command::known(program, args.ask_version);
            Some(command::run(
                &mut bag,
                &args.command,
                program,
                tool,
                &clock,
            )?)
        }
        None => None,
    };
    let (ran, streams) = ran.map_or((None, Vec::new()), |(ran, streams)| (Some(ran), streams));
    let copies = if args.file.is_empty() {
        files::Copies::default()
    } else {
        files::copy(&mut bag, &args.file)?
    };
    let record = Collection {
        format: FORMAT.to_owned(),
        title: args
            .title
            .unwrap_or_else(|| title(ran.as_ref(), &args.file)),
        authority: args.authority,
        method: args
            .method
            .unwrap_or_else(|| method(ran.is_some(), &args.file)),
        collector: args.collector.unwrap_or_else(|| host.account()),
        competence: args.competence,
        place: args.place,
        witness: args.witness,
        started_at,
        ended_at: clock.now(),
        clock: offset,
        host,
        command: ran,
        streams,
        files: copies.files,
        left_out: copies.left_out,
        collected_with: concat!("bifold ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let sha256 = seal(bag, &record)?;
    Ok((record, sha256))
}

/// Writes the record beside what it is about, and seals both.
fn seal(mut bag: Bag, record: &Collection) -> Result<String, CollectError> {
    let mut file = bag.open(RECORD)?;
    let text = serde_json::to_string_pretty(record);
    let text = text.map_err(|error| CollectError::Write(error.into()))? + "\n";
    file.write_all(text.as_bytes())
        .map_err(CollectError::Write)?;
    bag.close(file)?;
    let date = record.started_at.to_string();
    let info = [
        ("External-Description", record.title.clone()),
        ("Bagging-Date", date.chars().take(10).collect()),
        ("Bag-Software-Agent", record.collected_with.clone()),
    ];
    Ok(bag.seal(&info)?)
}

/// The folders in which the system looks for programs.
#[allow(clippy::disallowed_methods)] // Where the tools of this machine are is the machine's to say.
fn search_path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into())
}

/// Control-C is for the command, which gets it too: what it said until then is sealed.
fn survive_interrupts(runtime: &tokio::runtime::Runtime) -> Result<(), CollectError> {
    use tokio::signal::unix::{SignalKind, signal};
    let _inside = runtime.enter();
    // Listened to once, it does not end this process any more.
    signal(SignalKind::interrupt())
        .map(drop)
        .map_err(CollectError::Write)
}

fn title(ran: Option<&command::Ran>, files: &[PathBuf]) -> String {
    let first = files.first().map(|path| path.display().to_string());
    let line = ran.map(command::Ran::line).or(first).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn method(ran: bool, files: &[PathBuf]) -> String {
    match (ran, files.is_empty()) {
        (true, true) => "Ran a command on the machine and kept what it said.",
        (true, false) => "Ran a command on the machine, kept what it said, and copied files.",
        (false, _) => "Copied files on the machine.",
    }
    .to_owned()
}

/// A path as it may be shown: a name on a broken-into machine can hold orders to a terminal.
fn shown(path: &str) -> String {
    let harmless = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    path.chars().map(harmless).collect()
}

/// A failed command or file makes a bundle all the same; the exit code says so.
fn judge(record: &Collection) -> Code {
    let mut code = Code::Ok;
    if let Some(ran) = record.command.as_ref().filter(|ran| !ran.is_good()) {
        eprintln!(
            "bifold: the command {}; the bundle is made all the same",
            ran.ending()
        );
        code = Code::Failure;
    }
    let missing = record.left_out.iter().filter(|left| left.is_failure);
    for left in missing {
        eprintln!(
            "bifold: {} is missing from the bundle: {}",
            shown(&left.path),
            left.why
        );
        code = Code::Failure;
    }
    for file in record.files.iter().filter(|file| file.incomplete.is_some()) {
        let why = file.incomplete.as_deref().unwrap_or_default();
        let path = shown(&file.path);
        eprintln!("bifold: {path} is in the bundle only in part: {why}");
        code = Code::Failure;
    }
    code
}

fn words(record: &Collection, sha256: &str, out: &str) -> String {
    let mut said = format!("Collected: {}\n", record.title);
    if let Some(ran) = &record.command {
        let seconds = ran.elapsed_ms / 1000;
        let millis = ran.elapsed_ms % 1000;
        let _ = writeln!(
            said,
            "The command {} after {seconds}.{millis:03} s.",
            ran.ending()
        );
    }
    for stream in &record.streams {
        let _ = writeln!(said, "  {:>12} bytes  {}", stream.size_bytes, stream.file);
    }
    for file in record.files.iter().take(SHOWN_FILES) {
        let _ = writeln!(
            said,
            "  {:>12} bytes  {}  ({})",
            file.size_bytes,
            file.file,
            shown(&file.path)
        );
    }
    if let Some(more) = record
        .files
        .len()
        .checked_sub(SHOWN_FILES)
        .filter(|n| *n > 0)
    {
        let _ = writeln!(said, "  … and {more} more files");
    }
    for left in record
        .left_out
        .iter()
        .filter(|left| !left.is_failure)
        .take(SHOWN_FILES)
    {
        let _ = writeln!(said, "  left out: {} ({})", shown(&left.path), left.why);
    }
    let _ = match &record.clock {
        ClockCheck::Known {
            reference,
            offset_ms,
            round_trip_ms,
            ..
        } => writeln!(
            said,
            "Clock: {} ms {} {reference}, give or take {}.",
            offset_ms.abs(),
            if *offset_ms < 0 { "behind" } else { "ahead of" },
            (round_trip_ms + 1) / 2,
        ),
        ClockCheck::Unknown { why } => writeln!(said, "Clock offset unknown: {why}."),
    };
    if record.authority.is_none() {
        said.push_str("Nobody's authority was named; importing it will ask for one.\n");
    }
    let _ = writeln!(said, "Bundle: {out}");
    let _ = writeln!(
        said,
        "Write this down: it stands for everything in the bundle."
    );
    let _ = writeln!(said, "  SHA-256 of {TAG_MANIFEST_FILE}: {sha256}");
    let out = command::quoted(out);
    let _ = writeln!(
        said,
        "Import it with: bifold evidence import INC {out} --expect {sha256}"
    );
    said
}
