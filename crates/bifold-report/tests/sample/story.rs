//! What happened: a log file that was released, a computer, and an image of its disk.

use bifold_ledger::system::GENESIS;
use bifold_report::bundle::{Acquisition, Bytes, Exhibit, Hold, Physical, Sort};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Case, INCIDENT, at, person};

/// Bytes to be written in hexadecimal.
struct HexOf([u8; 32]);

impl std::fmt::LowerHex for HexOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

const LOG: &str = "evd_00000000000000000000000001";
const COMPUTER: &str = "evd_00000000000000000000000002";
const IMAGE: &str = "evd_00000000000000000000000003";

pub(super) fn tell() -> Case {
    let mut case = Case::default();
    case.log.add(GENESIS, "log_1", &[], |_| {});
    case.fact(
        INCIDENT,
        "incident.declared",
        1,
        json!({"number": 42}),
        &[("title", "Ransom note on <ward 7>")],
    );
    case.noise();
    log_file(&mut case);
    computer(&mut case);
    image(&mut case);
    hand_over(&mut case);
    let text = [("text", "=cmd|' /C calc'!A0 was in the note")];
    case.fact(INCIDENT, "incident.note_added", 3, json!({}), &text);
    case.fact(INCIDENT, "incident.resolved", 1, json!({}), &[]);
    case
}

fn exhibit(case: &mut Case, number: u64, id: &str, title: &str, sort: Sort) {
    case.exhibits.push(Exhibit {
        number: format!("EVD-2026-{number:04}"),
        id: id.to_owned(),
        title: title.to_owned(),
        sort,
        asset: Some("ast_ward7-pc".to_owned()),
        acquisition: None,
        tlp: "TLP:AMBER".to_owned(),
        size_bytes: None,
        sha256: None,
        filename: None,
        media_type: None,
        bytes: Bytes::None,
        physical: None,
        derived_from: None,
        holder: Some(person(2).name),
        holds: Vec::new(),
        standing: "sealed".to_owned(),
        custody: Vec::new(),
    });
    let sort = serde_json::to_value(sort).unwrap();
    case.fact(
        id,
        "evidence.registered",
        1,
        json!({"number": number, "incident": INCIDENT, "sort": sort}),
        &[("title", title)],
    );
    case.noise();
}

fn collected(case: &mut Case, id: &str, is_live: bool) {
    let at = at(case.log.entries.len() as u64);
    let card = Acquisition {
        collector: person(1).name,
        competence: Some("GCFA".to_owned()),
        at,
        place: Some("Ward 7, room 3".to_owned()),
        method: "Logical copy".to_owned(),
        tool: Some("dcfldd".to_owned()),
        version: Some("1.9.1".to_owned()),
        command: Some("dcfldd if=/dev/sda of=image.dd hash=sha256".to_owned()),
        authority: "Incident manager's order".to_owned(),
        witness: Some(person(3).name),
        clock_offset_ms: Some(-1200),
        clock_reference: Some("ntp.example".to_owned()),
        is_live,
    };
    case.fact(
        id,
        "evidence.collected",
        1,
        json!({"at": at.to_string(), "is_live": is_live, "tlp": "amber", "clock_offset_ms": -1200}),
        &[
            ("collector", &card.collector),
            ("place", "Ward 7, room 3"),
            ("method", &card.method),
            ("authority", &card.authority),
            ("witness", "Olga Officer"),
        ],
    );
    let exhibit = case.exhibits.iter_mut().find(|e| e.id == id).unwrap();
    exhibit.acquisition = Some(card);
}

fn sealed(case: &mut Case, id: &str, bytes: &[u8], filename: &str) {
    let sha256 = format!("{:x}", HexOf(Sha256::digest(bytes).into()));
    case.fact(
        id,
        "evidence.sealed",
        1,
        json!({"size_bytes": bytes.len(), "media_type": "text/plain"}),
        &[("sha256", &sha256), ("filename", filename)],
    );
    let exhibit = case.exhibits.iter_mut().find(|e| e.id == id).unwrap();
    exhibit.sha256 = Some(sha256);
    exhibit.size_bytes = Some(bytes.len() as u64);
    exhibit.filename = Some(filename.to_owned());
    exhibit.media_type = Some("text/plain".to_owned());
    exhibit.bytes = Bytes::Present;
    case.bytes.insert(exhibit.number.clone(), bytes.to_vec());
}

/// Planned, collected, sealed, looked at, handed from one to another, taken out and brought back.
fn log_file(case: &mut Case) {
    exhibit(case, 1, LOG, "Log of the file server", Sort::Log);
    let to = json!({"to": person(1).id});
    case.fact(LOG, "evidence.assigned", 2, to, &[]);
    collected(case, LOG, true);
    let bytes = b"17:01 smb: ward7 renamed 14022 files\n";
    sealed(case, LOG, bytes, "smb\u{202e}.log");
    let purpose = [("purpose", "First look")];
    case.fact(
        LOG,
        "evidence.accessed",
        1,
        json!({"way": "view"}),
        &purpose,
    );
    let to = json!({"to": person(2).id});
    let reason = [("reason", "Into the storage"), ("place", "Room 12")];
    case.fact(LOG, "evidence.offered", 1, to, &reason);
    let condition = [("condition", "Bag intact")];
    case.fact(LOG, "evidence.accepted", 2, json!({}), &condition);
    let purpose = [("purpose", "Analysis"), ("place", "Laboratory")];
    case.fact(LOG, "evidence.checked_out", 1, json!({}), &purpose);
    case.fact(LOG, "evidence.checked_in", 1, json!({}), &[]);
    let matched = json!({"result": "match"});
    case.fact(LOG, "evidence.verified", 2, matched, &[]);
}

/// A thing: offered and declined, offered and retracted, and the source of an image.
fn computer(case: &mut Case) {
    exhibit(case, 2, COMPUTER, "Computer of ward 7", Sort::Physical);
    let registered = case.log.entries.len() as u64 - 2;
    collected(case, COMPUTER, false);
    case.fact(
        COMPUTER,
        "evidence.sealed",
        1,
        json!({}),
        &[("seal", "B 0815")],
    );
    let exhibit = case.exhibits.iter_mut().find(|e| e.id == COMPUTER).unwrap();
    exhibit.physical = Some(Physical {
        quantity: Some(1),
        make: Some("Acme".to_owned()),
        model: Some("Box 9".to_owned()),
        serial: Some("SN-4711".to_owned()),
        condition: Some("Scratched lid".to_owned()),
        seal: Some("B 0815".to_owned()),
    });
    case.redact(registered, "/title");
    for end in ["evidence.declined", "evidence.retracted"] {
        let to = json!({"to": person(3).id});
        case.fact(
            COMPUTER,
            "evidence.offered",
            1,
            to,
            &[("reason", "Laboratory")],
        );
        let (by, texts): (u8, &[_]) = match end {
            "evidence.declined" => (3, &[("reason", "No room")]),
            _ => (1, &[]),
        };
        case.fact(COMPUTER, end, by, json!({}), texts);
    }
    let copy = json!({"copy": IMAGE});
    case.fact(
        COMPUTER,
        "evidence.derived",
        1,
        copy,
        &[("how", "Image of the disk")],
    );
}

/// An image under a hold.
fn image(case: &mut Case) {
    exhibit(case, 3, IMAGE, "Image of the disk", Sort::DiskImage);
    collected(case, IMAGE, false);
    let bytes: Vec<u8> = (0..4096_u32)
        .map(|n| u8::try_from(n * n % 251).unwrap())
        .collect();
    sealed(case, IMAGE, &bytes, "disk.dd");
    let hold = case.log.entries.len() as u64;
    let texts = [("reason", "Litigation"), ("authority", "General counsel")];
    case.fact(
        IMAGE,
        "evidence.hold_set",
        3,
        json!({"hold": "hld_1"}),
        &texts,
    );
    let exhibit = case.exhibits.iter_mut().find(|e| e.id == IMAGE).unwrap();
    exhibit.derived_from = Some("EVD-2026-0002".to_owned());
    exhibit.holds.push(Hold {
        reason: "Litigation".to_owned(),
        authority: "General counsel".to_owned(),
        set_at: at(hold),
        lifted_at: None,
    });
}

/// The log file goes out, with two approvals.
fn hand_over(case: &mut Case) {
    let texts = [
        ("recipient", "Public prosecutor"),
        ("purpose", "File 12 Js 345/26"),
        ("legal_basis", "Court order of 20 November 2026"),
    ];
    let release = json!({"release": "rel_1"});
    let asked = json!({"release": "rel_1", "expires_at": "2026-12-24T00:00:00.000000Z"});
    case.fact(LOG, "evidence.release_requested", 5, asked, &texts);
    for approver in [3, 4] {
        case.fact(
            LOG,
            "evidence.release_approved",
            approver,
            release.clone(),
            &[],
        );
    }
    case.fact(LOG, "evidence.released", 2, release, &[]);
}
