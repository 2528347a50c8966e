//! Damaged files: whatever happens to the bytes, every reader ends, without a panic, and what it
//! turns away it names.

use super::row::Item;
use super::{Format, Options, open};
use proptest::prelude::*;

const SERVICENOW: &str = "number,incident_state,reopen_count,sys_mod_count,opened_at,\
    sys_updated_at,contact_type,category,impact,urgency,priority,assignment_group\n\
    INC1,New,0,0,29/2/2016 01:16,29/2/2016 01:23,Phone,\"Category, 55\",2 - Medium,2 - Medium,\
    3 - Moderate,Group 56\n\
    INC1,-100,0,1,29/2/2016 01:16,29/2/2016 01:23,Phone,\"Cat\"\"55\",?,?,?,?\n\
    INC2,Closed,1,2,29/2/2016 01:16,1/3/2016 01:23,Email,C,1 - High,3 - Low,3 - Moderate,Ä\n";

const RABOBANK: &str = "ci_name,incident_id,status,impact,urgency,priority,open_time,\
    resolved_time,close_time,handle_time\n\
    SUB,IM4,Closed,NS,3,NA,5/2/2012 13:32,4/11/2013 13:50,4/11/2013 13:51,\"3,87,16,91,111\"\n\
    SUB,IM5,Closed,4,3,4,1344598079.0,,1344598080,\"2050,36\"\n";

const XES: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<log><string key=\"a\" value=\"b\"/>\n\
    <trace><string key=\"concept:name\" value=\"1-3\"/><event>\n\
    <string key=\"concept:name\" value=\"Accepted+In &lt;Progress\"/>\n\
    <date key=\"time:timestamp\" value=\"2010-03-31T14:59:42.000+00:00\"/></event>\n\
    <event><string key=\"concept:name\" value=\"Completed\"/>\n\
    <date key=\"time:timestamp\" value=\"2010-04-31T14:59:42.000+00:00\"/></event></trace></log>";

const VERIS: &str = "[{\"incident_id\":\"A\",\"security_incident\":\"Confirmed\",\"summary\":\
    \"A \\u00e4 thing. Happened\",\"action\":{\"error\":{\"variety\":[\"Loss\"]}},\"timeline\":\
    {\"incident\":{\"year\":2013,\"month\":5,\"day\":7}},\"plus\":{\"created\":\
    \"2016-09-01T14:25:00Z\"}},\n{\"incident_id\":\"B\",\"timeline\":{\"incident\":{\"year\":2}}}]";

/// A way to damage a file.
#[derive(Debug, Clone)]
enum Damage {
    Replace(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    // Bytes that mean something to one of the formats, and any byte.
    let byte = prop_oneof![
        prop::sample::select(&b"\"\n,;<>&{}[]\\\0\xff/:-"[..]),
        any::<u8>()
    ];
    prop_oneof![
        4 => (at(), byte).prop_map(|(i, b)| Damage::Replace(i, b)),
        2 => at().prop_map(Damage::Remove),
        1 => (at(), at()).prop_map(|(i, j)| Damage::Repeat(i, j)),
        1 => at().prop_map(Damage::Cut),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        match damage {
            Damage::Replace(i, byte) => {
                let at = i.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Remove(i) => {
                bytes.remove(i.index(bytes.len()));
            }
            Damage::Repeat(i, j) => {
                let (i, j) = (i.index(bytes.len()), j.index(bytes.len()));
                let piece = bytes[i.min(j)..i.max(j)].to_vec();
                bytes.splice(i..i, piece);
            }
            Damage::Cut(i) => bytes.truncate(i.index(bytes.len())),
        }
    }
    bytes
}

/// Reads bytes as a format; the items, or nothing when the file as a whole was refused.
fn read(format: Format, bytes: &[u8]) -> Vec<Item> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let options = Options {
        time_zone: Some("Europe/Berlin".to_owned()),
        ..Options::default()
    };
    match open(format, file.path(), &options) {
        // No file of this size has as many rows; a reader that does not end is caught.
        Ok(opened) => opened.items.take(100_000).collect(),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Vec::new()
        }
    }
}

fn check(format: Format, bytes: &[u8]) {
    let items = read(format, bytes);
    assert!(items.len() < 100_000, "{format:?} does not end");
    for (place, item) in items.iter().enumerate() {
        match item {
            Item::Row(row) => assert!(row.line > 0 && row.operation.starts_with("import-")),
            Item::Rejected(rejected) => assert!(rejected.line > 0 && !rejected.reason.is_empty()),
            Item::Stopped(_) => assert_eq!(place, items.len() - 1, "nothing follows a stop"),
        }
    }
    let mut operations: Vec<&str> = items
        .iter()
        .filter_map(|item| match item {
            Item::Row(row) => Some(row.operation.as_str()),
            _ => None,
        })
        .collect();
    let count = operations.len();
    operations.sort_unstable();
    operations.dedup();
    assert_eq!(
        operations.len(),
        count,
        "every row is an operation of its own"
    );
    assert_eq!(read(format, bytes), items, "a second run reads the same");
}

const FILES: [(Format, &str); 4] = [
    (Format::ServiceNow, SERVICENOW),
    (Format::Csv, RABOBANK),
    (Format::Xes, XES),
    (Format::Veris, VERIS),
];

#[test]
fn the_undamaged_files_are_read() {
    for (format, text) in FILES {
        let rows = read(format, text.as_bytes());
        let count = rows
            .iter()
            .filter(|item| matches!(item, Item::Row(_)))
            .count();
        let want = match format {
            Format::ServiceNow => 3,
            Format::Csv => 2,
            // The second event has a day that is not in the calendar, the second record a year
            // before 1970.
            Format::Xes | Format::Veris => 1,
        };
        assert_eq!(count, want, "{format:?}: {rows:?}");
    }
}

#[test]
fn every_format_survives_the_files_of_the_others_and_damaged_gzip() {
    use std::io::Write;
    for (format, _) in FILES {
        for (_, text) in FILES {
            check(format, text.as_bytes());
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            let packed = gzip.finish().unwrap();
            check(format, &packed);
            check(format, &packed[..packed.len() / 2]);
            check(format, &packed[..3]);
        }
        check(format, b"");
        check(format, &[0; 2000]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_files_are_read_to_their_end(
        which in 0..FILES.len(),
        damages in prop::collection::vec(damage(), 1..8),
    ) {
        let (format, text) = FILES[which];
        check(format, &damaged(text, &damages));
    }

    #[test]
    fn damaged_archives_are_read_to_their_end(
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut archive = tar::Builder::new(Vec::new());
        for name in ["a.json", "b.json"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(VERIS.len() as u64);
            archive.append_data(&mut header, name, VERIS.as_bytes()).unwrap();
        }
        let mut bytes = archive.into_inner().unwrap();
        for (at, byte) in damages {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(Format::Veris, &bytes);
    }
}
