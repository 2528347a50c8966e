//! Takes in a bundle of `bifold collect`: each file becomes an item, sealed with the hash it has
//! in the bundle.
//!
//! The bundle is checked whole before the server hears of it. Every step is asked with a key made
//! of the bundle, the incident and the file, so that importing again goes on where it stopped
//! and adds nothing twice; and what somebody else imported meanwhile is recognised by its hash.

use super::super::incident::{object, safe, text};
use super::upload::{Sending, cut, short};
use super::{Said, items, of_item, put_in};
use crate::bag::{BagError, Checked, Listed, PAYLOAD_FOLDER, check};
use crate::cli::EvidenceImport;
use crate::client::Client;
use crate::collect::clock::ClockCheck;
use crate::collect::command::quoted;
use crate::collect::{Collection, FORMAT, RECORD};
use crate::digest::of_bytes;
use crate::exit::{Code, Coded};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Bytes of a record of a collection at most.
const RECORD_LIMIT_BYTES: u64 = 32 << 20;

/// One file that becomes an item.
struct Piece {
    /// What tells it from the others of the bundle.
    key: String,
    title: String,
    sort: &'static str,
    file: PathBuf,
    sha256: String,
    filename: String,
}

pub(super) fn run(client: &Client, args: &EvidenceImport) -> anyhow::Result<Said> {
    let coded = |error: BagError| Coded::error(error.code(), error.to_string());
    let bag = check(&args.bundle).map_err(coded)?;
    if let Some(expect) = &args.expect
        && !expect.trim().eq_ignore_ascii_case(&bag.tag_manifest_sha256)
    {
        let message = format!(
            "this is another bundle than the one that was written down: its hash is {}",
            bag.tag_manifest_sha256
        );
        return Err(Coded::error(Code::VerificationFailed, message));
    }
    let record = record(&bag)?;
    let card = card(&record, &bag, args.authority.as_deref())?;
    // Held until the end: the archive is gone with it.
    let scratch = tempfile::tempdir()?;
    let (pieces, empty) = if args.as_one {
        (vec![whole(&bag, &record, scratch.path())?], Vec::new())
    } else {
        pieces(&bag, &record)
    };
    let incident = client.get(&format!("/incidents/{}", safe(&args.incident)?))?;
    let importing = Importing {
        client,
        incident: text(&incident, "number"),
        bag: &bag.tag_manifest_sha256,
        card,
        again: again(args, text(&incident, "number")),
    };
    importing.all(&pieces, &empty)
}

/// What to type to go on with it.
fn again(args: &EvidenceImport, incident: &str) -> String {
    let bundle = quoted(&args.bundle.to_string_lossy());
    let mut line = format!("bifold evidence import {incident} {bundle}");
    if args.as_one {
        line.push_str(" --as-one");
    }
    if let Some(authority) = &args.authority {
        let _ = write!(line, " --authority {}", quoted(authority));
    }
    line
}

/// What `bifold collect` wrote down.
fn record(bag: &Checked) -> anyhow::Result<Collection> {
    use std::io::Read as _;
    let path = format!("{PAYLOAD_FOLDER}/{RECORD}");
    let not = |why: String| {
        let next = "bifold evidence add takes any other file";
        Coded::error(Code::Usage, format!("{path}: {why}.\n  Next: {next}."))
    };
    let file = bag
        .file(&path)
        .ok_or_else(|| not("it is not in this bag".to_owned()))?;
    let mut bytes = Vec::new();
    File::open(bag.place(file))?
        .take(RECORD_LIMIT_BYTES)
        .read_to_end(&mut bytes)?;
    if of_bytes(&bytes) != file.sha256 {
        return Err(not("it is too long, or changed just now".to_owned()));
    }
    let record: Collection = serde_json::from_slice(&bytes).map_err(|e| not(e.to_string()))?;
    match record.format.as_str() {
        FORMAT => Ok(record),
        other => Err(not(format!(
            "{other:?} is a format this version does not know"
        ))),
    }
}

/// How it was acquired, for every item of the bundle.
fn card(record: &Collection, bag: &Checked, authority: Option<&str>) -> anyhow::Result<Value> {
    let authority = authority.or(record.authority.as_deref()).ok_or_else(|| {
        let message =
            "nobody said by whose order this was collected.\n  Next: say it with --authority";
        Coded::error(Code::Usage, message)
    })?;
    let host = &record.host;
    let method = format!(
        "{}\nOn {} ({}, {}), with {}, into a bundle whose tagmanifest-sha256.txt has SHA-256 {}.{}",
        record.method,
        host.hostname,
        host.os,
        host.kernel,
        record.collected_with,
        bag.tag_manifest_sha256,
        match &record.clock {
            ClockCheck::Known { .. } => String::new(),
            ClockCheck::Unknown { why } => format!("\nClock offset unknown: {why}."),
        },
    );
    let command = record.command.as_ref();
    let mut card = object([
        ("at", Some(record.started_at.to_string())),
        ("collector", Some(short(&record.collector))),
        ("competence", record.competence.clone()),
        ("place", record.place.as_deref().map(short)),
        ("method", Some(method)),
        ("tool", command.map(|ran| short(&ran.tool.path))),
        (
            "version",
            command
                .and_then(|ran| ran.tool.version.as_deref())
                .map(short),
        ),
        ("command", command.map(|ran| cut(&ran.line(), 4000))),
        ("authority", Some(authority.to_owned())),
        ("witness", record.witness.as_deref().map(short)),
    ]);
    if let ClockCheck::Known {
        reference,
        offset_ms,
        ..
    } = &record.clock
    {
        put_in(&mut card, "clock_reference", Some(short(reference)));
        put_in(&mut card, "clock_offset_ms", Some(*offset_ms));
    }
    put_in(&mut card, "is_live", Some(true));
    Ok(card)
}

/// What becomes an item, and what has no bytes to become one.
fn pieces(bag: &Checked, record: &Collection) -> (Vec<Piece>, Vec<String>) {
    let (empty, full): (Vec<&Listed>, Vec<&Listed>) =
        bag.payload.iter().partition(|file| file.size_bytes == 0);
    let piece = |file: &Listed| {
        let (what, sort, name) = meaning(record, &file.path);
        let title = format!("{}: {what}", record.title);
        Piece {
            key: file.path.clone(),
            title: cut(&title, bifold_domain::Title::LIMIT_BYTES),
            sort,
            file: bag.place(file),
            sha256: file.sha256.clone(),
            filename: short(&name),
        }
    };
    let full = full.into_iter().map(piece).collect();
    (
        full,
        empty.into_iter().map(|file| file.path.clone()).collect(),
    )
}

/// What a payload file is, in words and as a sort; and the name it had.
fn meaning(record: &Collection, path: &str) -> (String, &'static str, String) {
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    if let Some(file) = record.files.iter().find(|file| file.file == path) {
        let own = Path::new(&file.path).file_name();
        let own = own.map_or(name, |own| own.to_string_lossy().into_owned());
        return (file.path.clone(), "file", own);
    }
    match name.as_str() {
        "stdout" => ("what the command said".to_owned(), "log", name),
        "stderr" => ("what the command complained about".to_owned(), "log", name),
        RECORD => ("record of the collection".to_owned(), "other", name),
        _ => (path.to_owned(), "file", name),
    }
}

/// One archive of the bundle, the same bytes each time it is made.
fn whole(bag: &Checked, record: &Collection, scratch: &Path) -> anyhow::Result<Piece> {
    let path = scratch.join("bundle.tar");
    let mut archive = tar::Builder::new(File::create_new(&path)?);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    let last = Listed {
        path: crate::bag::TAG_MANIFEST_FILE.to_owned(),
        sha256: bag.tag_manifest_sha256.clone(),
        size_bytes: 0,
    };
    for file in bag.tags.iter().chain(&bag.payload).chain([&last]) {
        archive.append_path_with_name(bag.place(file), format!("bundle/{}", file.path))?;
    }
    archive.into_inner()?.sync_all()?;
    let summed = crate::digest::of_reader(File::open(&path)?)?;
    let title = format!("{}: the whole bundle", record.title);
    Ok(Piece {
        key: "bundle.tar".to_owned(),
        title: cut(&title, bifold_domain::Title::LIMIT_BYTES),
        sort: "file",
        file: path,
        sha256: summed.sha256,
        filename: "bundle.tar".to_owned(),
    })
}

/// Items on their way into an incident.
struct Importing<'a> {
    client: &'a Client,
    incident: &'a str,
    bag: &'a str,
    card: Value,
    /// What to type to go on.
    again: String,
}

impl Importing<'_> {
    fn all(&self, pieces: &[Piece], empty: &[String]) -> anyhow::Result<Said> {
        let there = self
            .client
            .get(&format!("/incidents/{}/evidence", self.incident))?;
        let again = &self.again;
        eprintln!("Importing. Should it break off, go on with:\n  {again}");
        let (mut done, mut words, mut added) = (Vec::new(), String::new(), 0);
        for piece in pieces {
            let (number, is_new) = match known(&there, piece) {
                Some(number) => (number, false),
                None => self.one(piece)?,
            };
            added += usize::from(is_new);
            let mark = if is_new { "sealed" } else { "there already" };
            let _ = writeln!(words, "{number:<14} {mark:<13}  {}", piece.title);
            done.push(json!({
                "number": number, "file": piece.key, "sha256": piece.sha256, "is_new": is_new,
            }));
        }
        for path in empty {
            let _ = writeln!(words, "{:<14} {:<13}  {path}", "-", "empty");
        }
        let _ = writeln!(
            words,
            "{added} of {} added to {}.",
            pieces.len(),
            self.incident
        );
        let answer = json!({ "tagmanifest_sha256": self.bag, "items": done, "empty": empty });
        Ok((answer, words))
    }

    /// Enters, collects and seals one file, or whatever of that is still to be done.
    fn one(&self, piece: &Piece) -> anyhow::Result<(String, bool)> {
        let body = json!({ "title": piece.title, "sort": piece.sort });
        let path = format!("/incidents/{}/evidence", self.incident);
        let entered = self
            .client
            .post_once(&path, &body, &self.key(piece, "enter"))?;
        let id = text(&entered, "id");
        let mut item = self.client.get(&of_item(id, "")?)?;
        if text(&item, "standing") == "wanted" {
            let key = self.key(piece, "collect");
            self.client
                .post_once(&of_item(id, "/collect")?, &self.card, &key)?;
            item = self.client.get(&of_item(id, "")?)?;
        }
        let number = text(&item, "number").to_owned();
        let is_new = text(&item, "standing") == "collected";
        if is_new {
            let sending = Sending {
                client: self.client,
                number: &number,
                file: &piece.file,
                filename: Some(piece.filename.clone()),
                expected: Some(&piece.sha256),
                again: Some(&self.again),
            };
            sending.send(None)?;
            item = self.client.get(&of_item(id, "")?)?;
        }
        match item.pointer("/seal/sha256").and_then(Value::as_str) {
            Some(sha256) if sha256 == piece.sha256 => Ok((number, is_new)),
            other => {
                let other = other.unwrap_or("nothing");
                let message = format!(
                    "{number} is sealed with {other}, and {} has {}",
                    piece.key, piece.sha256
                );
                Err(Coded::error(Code::VerificationFailed, message))
            }
        }
    }

    /// The same for the same step of the same file of the same bundle in the same incident.
    fn key(&self, piece: &Piece, step: &str) -> String {
        let parts = [self.bag, self.incident, &piece.key, step];
        format!("collection-{}", of_bytes(parts.join("\n").as_bytes()))
    }
}

/// The item that has the same bytes under the same title already.
fn known(there: &Value, piece: &Piece) -> Option<String> {
    let is_it =
        |row: &&Value| text(row, "sha256") == piece.sha256 && text(row, "title") == piece.title;
    let row = items(there).iter().find(is_it)?;
    Some(text(row, "number").to_owned())
}
