//! `bifold evidence`: keep evidence of incidents over the API.
//!
//! `show.rs` reads, `hand.rs` is one command to one item each, `upload.rs` and `download.rs` move
//! bytes and compare hashes on both ends, `two.rs` is what two people approve, `export.rs` fetches
//! the bundle, `import.rs` takes in what `bifold collect` made.

mod download;
mod export;
mod hand;
mod import;
mod show;
mod two;
mod upload;

use super::incident::{object, safe, say, text};
use crate::cli::{Acquisition, Evidence, EvidenceVerb as V, NewItem};
use crate::client::Client;
use crate::exit::{Code, Coded};
use serde_json::{Value, json};

/// What a verb answers: as JSON, and in words.
type Said = (Value, String);

pub(crate) fn run(args: Evidence) -> anyhow::Result<Code> {
    let client = Client::new(&args.api)?;
    let is_look = matches!(args.verb, V::Verify { .. });
    let said = carry_out(&client, args.verb)?;
    say(&args.api, &said)?;
    let is_mismatch = is_look && text(&said.0, "verified") == "mismatch";
    Ok(if is_mismatch {
        Code::VerificationFailed
    } else {
        Code::Ok
    })
}

fn carry_out(client: &Client, verb: V) -> anyhow::Result<Said> {
    match verb {
        V::List(which) => show::list(client, &which),
        V::Show { item } => show::one(client, &item),
        V::Custody { item } => show::custody(client, &item),
        V::Plan {
            incident,
            new,
            until,
            assignee,
        } => plan(client, &incident, new, until, assignee),
        V::Collect { item, how } => {
            let done = client.post(&of_item(&item, "/collect")?, &acquisition(*how))?;
            Ok(done_with("Collected", done))
        }
        V::Add {
            incident,
            file,
            new,
            how,
        } => upload::add(client, &incident, &file, new, *how),
        V::Upload { item, file, resume } => upload::go_on(client, &item, &file, resume.as_deref()),
        V::Seal { item, number } => {
            let body = json!({ "seal": number });
            let done = client.post(&of_item(&item, "/seal")?, &body)?;
            Ok(done_with("Sealed", done))
        }
        V::Download { item, purpose, to } => download::run(client, &item, &purpose, &to),
        V::Verify { item } => verify(client, &item),
        V::Export(args) => export::run(client, *args),
        V::Import(args) => import::run(client, &args),
        V::Hand(verb) => hand::carry_out(client, verb),
        V::Release(verb) => two::release(client, verb),
        V::Dispose(verb) => two::dispose(client, verb),
    }
}

fn plan(
    client: &Client,
    incident: &str,
    new: NewItem,
    until: Option<String>,
    assignee: Option<String>,
) -> anyhow::Result<Said> {
    let mut body = registration(new);
    let assignee = assignee.map(|who| person(client, &who)).transpose()?;
    put_in(&mut body, "wanted_until", until);
    put_in(&mut body, "assignee", assignee);
    let done = client.post(&format!("/incidents/{}/evidence", safe(incident)?), &body)?;
    Ok(done_with("Planned", done))
}

fn verify(client: &Client, item: &str) -> anyhow::Result<Said> {
    client.post_patiently(&of_item(item, "/verify")?, &json!({}))?;
    let found = client.get(&of_item(item, "")?)?;
    let number = text(&found, "number");
    let words = match text(&found, "verified") {
        "match" => format!("{number}: the stored bytes are the sealed ones.\n"),
        "mismatch" => format!("{number}: the stored bytes are NOT the sealed ones.\n"),
        _ => format!("{number}: there are no stored bytes to look at; look at the seal itself.\n"),
    };
    Ok((found, words))
}

/// A path of the API about an item, by its exhibit number or id.
fn of_item(item: &str, rest: &str) -> anyhow::Result<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if item.is_empty() || !item.chars().all(fits) {
        let message = format!("{item:?} is not an exhibit number, such as EVD-2026-0007, or id");
        return Err(Coded::error(Code::Usage, message));
    }
    let number = item.to_ascii_uppercase();
    let name = if number.starts_with("EVD-") {
        number.as_str()
    } else {
        item
    };
    Ok(format!("/evidence/{name}{rest}"))
}

/// A person's id: as given, one's own for `me`, or that of the only one of this name or address.
fn person(client: &Client, named: &str) -> anyhow::Result<String> {
    if named == "me" {
        let me = client.get("/me")?;
        let id = me.pointer("/person/id").and_then(Value::as_str);
        return Ok(id.unwrap_or_default().to_owned());
    }
    let people = client.get("/people")?;
    let is_it = |person: &&Value| {
        let of = |key: &str| text(person, key).to_lowercase();
        text(person, "id") == named
            || [of("name"), of("email")].contains(&named.trim().to_lowercase())
    };
    let found: Vec<&Value> = items(&people).iter().filter(is_it).collect();
    match found.as_slice() {
        [one] => Ok(text(one, "id").to_owned()),
        [] => {
            let message = format!("there is nobody called {named:?}; say their name or id");
            Err(Coded::error(Code::NotFound, message))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|person| text(person, "id")).collect();
            let message = format!("several people are called {named:?}: {}", ids.join(", "));
            Err(Coded::error(Code::Usage, message))
        }
    }
}

fn items(answer: &Value) -> &[Value] {
    answer
        .get("items")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn put_in(body: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let (Some(map), Some(value)) = (body.as_object_mut(), value) {
        map.insert(key.to_owned(), value.into());
    }
}

/// The body that enters an item.
fn registration(new: NewItem) -> Value {
    object([
        ("title", Some(new.title)),
        ("sort", Some(new.sort)),
        ("asset", new.asset),
    ])
}

/// The body that says how an item was acquired.
fn acquisition(how: Acquisition) -> Value {
    let mut body = object([
        ("method", Some(how.method)),
        ("authority", Some(how.authority)),
        ("at", how.at),
        ("collector", how.collector),
        ("competence", how.competence),
        ("place", how.place),
        ("tool", how.tool),
        ("version", how.tool_version),
        ("command", how.command),
        ("witness", how.witness),
        ("clock_reference", how.clock_reference),
        ("tlp", how.tlp),
    ]);
    put_in(&mut body, "clock_offset_ms", how.clock_offset_ms);
    put_in(&mut body, "is_live", how.live.then_some(true));
    let thing = how.physical;
    let mut looks = object([
        ("make", thing.make),
        ("model", thing.model),
        ("serial", thing.serial),
        ("condition", thing.condition),
    ]);
    put_in(&mut looks, "quantity", thing.quantity);
    let is_thing = looks.as_object().is_some_and(|map| !map.is_empty());
    put_in(&mut body, "physical", is_thing.then_some(looks));
    body
}

/// What was done, to which item, and where the ledger has it.
fn done_with(done: &str, answer: Value) -> Said {
    let index = answer.pointer("/ledger/index").and_then(Value::as_u64);
    let index = index.unwrap_or_default();
    let words = format!(
        "{done}: {} (ledger entry {index})\n",
        text(&answer, "number")
    );
    (answer, words)
}

/// A text as a part of a query.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_by_exhibit_number_or_id_and_nothing_else() {
        assert_eq!(
            of_item("evd-2026-0007", "/seal").unwrap(),
            "/evidence/EVD-2026-0007/seal"
        );
        assert_eq!(of_item("evi_01ab", "").unwrap(), "/evidence/evi_01ab");
        for bad in ["", "../people", "EVD 1", "a/b", "a?b"] {
            assert!(of_item(bad, "").is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_not_said_about_the_acquisition_is_absent() {
        let how = Acquisition {
            method: "Copied.".to_owned(),
            authority: "Order 7.".to_owned(),
            ..Acquisition::default()
        };
        let plain = json!({ "method": "Copied.", "authority": "Order 7." });
        assert_eq!(acquisition(how.clone()), plain);
        let mut thing = how;
        thing.physical.serial = Some("S-1".to_owned());
        assert_eq!(acquisition(thing)["physical"], json!({ "serial": "S-1" }));
    }

    #[test]
    fn a_text_in_a_query_is_only_itself() {
        assert_eq!(encoded("To look & see ä"), "To%20look%20%26%20see%20%C3%A4");
    }
}
