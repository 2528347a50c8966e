//! Odd mail that others collected: every file is read or says why not, and what it says agrees with
//! what its collectors expected.

use crate::data;
use bifold_intake::mail::{self, Mail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;

/// The files of an archive, by name.
fn unpacked(archive: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let file = std::fs::File::open(data(archive)?).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.insert(name, bytes);
        }
    }
    Some(files)
}

fn lines(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first field of this name that the expectation has, as text: its text or first address.
fn expected(parsed: &Value, name: &str) -> Option<String> {
    let fields = parsed["parts"][0]["headers"].as_array()?;
    let field = fields.iter().rev().find(|field| field["name"] == name)?;
    let value = &field["value"];
    let address = value["Address"]["List"][0]["address"].as_str();
    let grouped = value["Address"]["Group"][0]["addresses"][0]["address"].as_str();
    let text = value["Text"].as_str();
    text.or(address).or(grouped).map(lines)
}

/// What is said and what is expected, for each field that either has.
fn agrees(mail: &Mail, parsed: &Value) -> Vec<(bool, &'static str)> {
    let subject = mail.subject.as_ref().map(|subject| lines(subject.as_str()));
    let wanted = expected(parsed, "subject").filter(|text| !text.is_empty());
    let from = mail.from.as_ref().map(|from| from.address.clone());
    let sender = expected(parsed, "from").map(|text| text.to_lowercase());
    let identity = mail.message_id.as_deref().map(lines);
    let pairs = [
        ("subject", subject, wanted),
        ("from", from, sender),
        ("message-id", identity, expected(parsed, "message_id")),
    ];
    let said = pairs.into_iter();
    said.filter(|(_, is, wanted)| is.is_some() || wanted.is_some())
        .map(|(what, is, wanted)| (is == wanted, what))
        .collect()
}

#[test]
fn the_messages_of_stalwart_say_what_they_are_expected_to() {
    let Some(files) = unpacked("mail/stalwart_eml.tar.gz") else {
        return;
    };
    let (mut read, mut agreed, mut asked, mut differ) = (0, 0, 0, Vec::new());
    let messages = files
        .iter()
        .filter(|(name, _)| name.rsplit('.').next() == Some("eml"));
    for (name, bytes) in messages {
        let mail = match mail::read(bytes) {
            Ok(mail) => mail,
            Err(why) => {
                differ.push(format!("{name}: {why}"));
                continue;
            }
        };
        read += 1;
        let beside = name.replace(".eml", ".json");
        let Some(parsed) = files.get(&beside) else {
            continue;
        };
        let parsed: Value = serde_json::from_slice(parsed).unwrap();
        for (is, what) in agrees(&mail, &parsed) {
            asked += 1;
            agreed += usize::from(is);
            if !is {
                differ.push(format!("{name}: {what}"));
            }
        }
    }
    // The expectations are those of the library that reads here: that it is asked rightly is shown,
    // not that two readers agree.
    println!("{read} read; {agreed} of {asked} subjects, senders and identities agree");
    assert_eq!((read, differ.len()), (107, 0), "{differ:#?}");
    assert_eq!((agreed, asked), (218, 218));
}

#[test]
fn the_odd_files_of_enmime_are_read_or_say_why_not() {
    let Some(files) = unpacked("mail/enmime_eml.tar.gz") else {
        return;
    };
    let (mut read, mut unread) = (0, Vec::new());
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("/testdata/")) {
        match mail::read(bytes) {
            Ok(_) => read += 1,
            Err(why) => unread.push(format!("{name}: {why}")),
        }
    }
    println!("{read} read");
    assert_eq!(read, 108);
    // A picture, a part without its head, and nothing.
    assert_eq!(
        unread,
        [
            "./testdata/attach/fake.png: it has no header fields",
            "./testdata/encode/part-content-only.golden: it has no header fields",
            "./testdata/encode/part-empty.golden: it is empty",
        ]
    );
}
