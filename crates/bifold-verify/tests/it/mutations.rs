//! Whatever is changed in a bundle is found and named; an unchanged one never is.
//!
//! Two attackers: one who damages files, and one who packs the bag anew afterwards but does not
//! have the log's key.
//!
//! `BIFOLD_MUTATIONS=20000` makes that many mutations instead of some (in a release build), and a
//! twentieth as many bundles of made-up histories, each clean and with an entry taken out.

use bifold_verify::{BundleReport, Verdict};
use serde_json::{Value, json};

use crate::case::{Case, INCIDENT};
use crate::packed::{
    Files, Packed, leaf, lines, remove_entry, repack, set_leaf, set_lines, sha256,
};

/// Repeatable numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        usize::try_from((number >> 33) % limit as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// How many mutations are made in all.
fn mutations() -> usize {
    let asked = std::env::var_os("BIFOLD_MUTATIONS");
    asked.map_or(1_400, |n| n.to_str().unwrap().parse().unwrap())
}

#[track_caller]
fn is_found(report: &BundleReport, what: &str, names: &[&str]) {
    assert_eq!(report.verdict(), Verdict::Failed, "{what}:\n{report}");
    let text = report.to_string();
    assert!(
        names.iter().any(|name| text.contains(name)),
        "{what} is not named:\n{text}"
    );
}

fn name_of(random: &mut Random, files: &Files) -> String {
    let names: Vec<&String> = files.keys().collect();
    (*random.pick(&names)).clone()
}

#[test]
fn a_clean_bundle_is_never_suspected() {
    let mut packed = Packed::new(&Case::new());
    let clean = packed.files();
    for repacked in [false, true] {
        let mut files = clean.clone();
        if repacked {
            repack(&mut files);
            assert!(files == clean, "the tests pack as the bundle does");
        }
        let report = packed.verify(&files);
        assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    }
}

/// The story with a past of its own: notes, what others do, values that were redacted.
fn varied(random: &mut Random) -> Case {
    let mut case = Case::before_export();
    let mut notes = Vec::new();
    for n in 0..random.below(60) {
        match random.below(4) {
            0 => case.noise(),
            1 if !notes.is_empty() => {
                let note = notes.swap_remove(random.below(notes.len()));
                case.redact(note, "/text");
            }
            _ => {
                let text = format!("{n}: {}", "ä\u{2028}\"<b>,".repeat(random.below(9)));
                let texts = [("text", text.as_str())];
                let kind = "incident.note_added";
                notes.push(case.fact(INCIDENT, kind, 1, json!({}), &texts));
            }
        }
    }
    case.export();
    case
}

#[test]
fn of_any_history_the_bundle_is_clean_and_lacks_no_entry_unnoticed() {
    let mut random = Random(2_026);
    for round in 0..mutations() / 20 {
        let case = varied(&mut random);
        let mut packed = Packed::new(&case);
        let clean = packed.files();
        let report = packed.verify(&clean);
        assert_eq!(
            report.verdict(),
            Verdict::Verified,
            "round {round}: {report}"
        );
        let entries = entries(&clean);
        let (index, record) = random.pick(&entries).clone();
        let mut files = clean;
        remove_entry(&mut files, index);
        repack(&mut files);
        let redacted = case.redactions.iter().find(|r| r.by == index);
        let name = redacted.map_or(record, |r| format!("entry {}", r.index));
        let what = format!("round {round}: entry {index} removed");
        is_found(&packed.verify(&files), &what, &[&name]);
    }
}

#[test]
fn every_damaged_file_is_found() {
    let mut packed = Packed::new(&Case::new());
    let clean = packed.files();
    let mut random = Random(42);
    for round in 0..mutations() / 2 {
        let mut files = clean.clone();
        let name = name_of(&mut random, &files);
        let bytes = files.get_mut(&name).unwrap();
        let what = match round % 7 {
            0 if bytes.len() > 1 => {
                let left = random.below(bytes.len());
                bytes.truncate(left);
                format!("round {round}: {name} cut to {left} bytes")
            }
            1 => {
                files.remove(&name);
                format!("round {round}: {name} removed")
            }
            2 => {
                files.insert(format!("{name}.new"), b"x".to_vec());
                format!("round {round}: {name}.new added")
            }
            _ => {
                let (at, change) = (random.below(bytes.len()), 1 + random.below(255));
                bytes[at] ^= u8::try_from(change).unwrap();
                format!("round {round}: {name}, byte {at} changed by {change}")
            }
        };
        let report = packed.verify(&files);
        is_found(&report, &what, &[&name]);
    }
}

/// Index and record of every entry.
fn entries(files: &Files) -> Vec<(u64, String)> {
    let record = |line: &Value| {
        let leaf: Value = serde_json::from_slice(&leaf(line)).unwrap();
        leaf["subj"]["id"].as_str().unwrap().to_owned()
    };
    let lines = lines(files, "entries.jsonl");
    lines
        .iter()
        .map(|line| (line["index"].as_u64().unwrap(), record(line)))
        .collect()
}

#[test]
fn every_removed_entry_is_found() {
    let case = Case::new();
    let mut packed = Packed::new(&case);
    let clean = packed.files();
    let entries = entries(&clean);
    assert!(entries.len() > 25);
    for (index, record) in entries {
        let mut files = clean.clone();
        remove_entry(&mut files, index);
        repack(&mut files);
        let report = packed.verify(&files);
        // What a redaction explained is then unexplained, in the entry that it was about.
        let redacted = case.redactions.iter().find(|r| r.by == index);
        let redacted = redacted.map_or(String::new(), |r| format!("entry {}", r.index));
        let name = if redacted.is_empty() {
            &record
        } else {
            &redacted
        };
        is_found(
            &report,
            &format!("entry {index} of {record} removed"),
            &[name],
        );
    }
}

#[test]
fn every_tail_that_is_cut_off_is_found() {
    let mut packed = Packed::new(&Case::new());
    let clean = packed.files();
    let entries = entries(&clean);
    for (first, record) in &entries {
        let mut files = clean.clone();
        let tail = entries
            .iter()
            .filter(|(index, of)| of == record && index >= first);
        for (index, _) in tail {
            remove_entry(&mut files, *index);
        }
        repack(&mut files);
        let report = packed.verify(&files);
        is_found(
            &report,
            &format!("{record} cut off at {first}"),
            &[record, "entry ", "incidents"],
        );
    }
}

/// Changes an entry without the key; says what was done and what must be named.
fn tamper_entry(random: &mut Random, files: &mut Files, way: usize) -> (String, Vec<String>) {
    let mut all = lines(files, "entries.jsonl");
    let at = random.below(all.len());
    let other = (at + 1 + random.below(all.len() - 1)) % all.len();
    let [one, two] = [at, other].map(|n| all[n]["index"].as_u64().unwrap());
    let proof = |n: u64| format!("data/ledger/proofs/{n}.tlog-proof");
    let what = match way {
        0 => {
            let copy = all[at].clone();
            all.insert(other, copy);
            "duplicated"
        }
        1 => {
            all.swap(at, other);
            "out of order"
        }
        2 => {
            let (first, second) = (leaf(&all[at]), leaf(&all[other]));
            set_leaf(&mut all[at], &second);
            set_leaf(&mut all[other], &first);
            "with another's bytes"
        }
        3 => {
            all[at]["index"] = json!(1_000 + one);
            let moved = files.remove(&proof(one)).unwrap();
            files.insert(proof(1_000 + one), moved);
            "renumbered"
        }
        4 => {
            let mut bytes = leaf(&all[at]);
            let place = random.below(bytes.len());
            bytes[place] ^= 1 << random.below(8);
            set_leaf(&mut all[at], &bytes);
            "with a changed bit"
        }
        _ => {
            let [first, second] = [one, two].map(|n| files.remove(&proof(n)).unwrap());
            files.extend([(proof(one), second), (proof(two), first)]);
            "with another's proof"
        }
    };
    set_lines(files, "entries.jsonl", &all);
    let names = [one, two].map(|n| format!("entry {n}"));
    (format!("entry {one} {what}"), names.to_vec())
}

/// Takes a value from an entry, or gives it one of another.
fn tamper_value(random: &mut Random, files: &mut Files, is_dropped: bool) -> (String, Vec<String>) {
    let mut shown = lines(files, "disclosures.jsonl");
    let line = random.below(shown.len());
    let foreign = shown[(line + 1) % shown.len()]["disclosures"][0].clone();
    let values = shown[line]["disclosures"].as_array_mut().unwrap();
    if is_dropped {
        values.remove(random.below(values.len()));
    } else {
        values.push(foreign);
    }
    let name = format!("entry {}", shown[line]["index"]);
    set_lines(files, "disclosures.jsonl", &shown);
    (
        format!("a value of {name}, dropped: {is_dropped}"),
        vec![name],
    )
}

#[test]
fn every_change_by_somebody_without_the_key_is_found() {
    let mut packed = Packed::new(&Case::new());
    let clean = packed.files();
    let mut random = Random(4_711);
    for round in 0..mutations() * 9 / 20 {
        let mut files = clean.clone();
        let (what, names) = match round % 8 {
            way @ 0..6 => tamper_entry(&mut random, &mut files, way),
            way => tamper_value(&mut random, &mut files, way == 6),
        };
        let what = format!("round {round}: {what}");
        repack(&mut files);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        is_found(&packed.verify(&files), &what, &names);
    }
}

/// Evidence files of the bundle.
fn evidence(files: &Files) -> Vec<String> {
    let is_bytes =
        |name: &&String| name.starts_with("data/evidence/") && !name.ends_with("/meta.json");
    files.keys().filter(is_bytes).cloned().collect()
}

#[test]
fn changed_and_exchanged_evidence_is_found() {
    let mut packed = Packed::new(&Case::new());
    let clean = packed.files();
    let names = evidence(&clean);
    let [one, two] = names.as_slice() else {
        panic!("{names:?}")
    };
    let mut files = clean.clone();
    files.insert(one.clone(), clean[two].clone());
    files.insert(two.clone(), clean[one].clone());
    repack(&mut files);
    is_found(&packed.verify(&files), "evidence exchanged", &[one]);

    let mut random = Random(815);
    for round in 0..mutations() / 20 {
        // Other bytes under their own hash, and the card changed to match.
        let mut files = clean.clone();
        let name = random.pick(&names).clone();
        let mut bytes = files.remove(&name).unwrap();
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(8);
        let (folder, old) = name.rsplit_once('/').unwrap();
        let new = sha256(&bytes);
        let card = format!("{folder}/meta.json");
        let text = String::from_utf8(files[&card].clone()).unwrap();
        if round % 2 == 0 {
            files.insert(card, text.replace(old, &new).into_bytes());
        }
        files.insert(format!("{folder}/{new}"), bytes);
        repack(&mut files);
        let number = folder.rsplit('/').next().unwrap();
        is_found(
            &packed.verify(&files),
            &format!("round {round}: {name} changed"),
            &[number],
        );
    }
}

#[test]
fn an_exhibit_taken_out_whole_is_found() {
    let case = Case::new();
    let mut packed = Packed::new(&case);
    let clean = packed.files();
    for exhibit in &case.exhibits {
        let mut files = clean.clone();
        for (index, _) in entries(&clean)
            .iter()
            .filter(|(_, record)| *record == exhibit.id)
        {
            remove_entry(&mut files, *index);
        }
        let folder = format!("data/evidence/{}/", exhibit.number);
        files.retain(|name, _| !name.starts_with(&folder));
        repack(&mut files);
        is_found(&packed.verify(&files), &exhibit.number, &[&exhibit.id]);
    }
}

#[test]
fn a_file_that_nobody_sealed_is_found() {
    let mut packed = Packed::new(&Case::new());
    let clean = packed.files();
    for name in [
        "data/evidence/EVD-2026-0001/extra.bin",
        "data/evidence/EVD-2026-0099/meta.json",
        "data/ledger/proofs/999.tlog-proof",
    ] {
        let mut files = clean.clone();
        files.insert(name.to_owned(), b"{}".to_vec());
        repack(&mut files);
        is_found(&packed.verify(&files), name, &[name]);
    }
}
