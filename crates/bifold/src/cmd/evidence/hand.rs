//! One command to one item: from hand to hand, labels, notes and orders.

use super::super::incident::object;
use super::{Said, done_with, of_item, person, put_in, registration};
use crate::cli::HandVerb as V;
use crate::client::Client;
use serde_json::{Value, json};

pub(super) fn carry_out(client: &Client, verb: V) -> anyhow::Result<Said> {
    let (item, word, body, done) = request(client, verb)?;
    let answer = client.post(&of_item(&item, &format!("/{word}"))?, &body)?;
    Ok(done_with(done, answer))
}

type Request = (String, &'static str, Value, &'static str);

#[allow(clippy::too_many_lines)] // One row a verb.
fn request(client: &Client, verb: V) -> anyhow::Result<Request> {
    let why = |reason: String| json!({ "reason": reason });
    Ok(match verb {
        V::Assign { item, to } => {
            let mut body = json!({});
            put_in(
                &mut body,
                "to",
                to.map(|to| person(client, &to)).transpose()?,
            );
            (item, "assign", body, "Assigned")
        }
        V::Describe { item, title } => {
            (item, "describe", json!({ "title": title }), "Named better")
        }
        V::Forgo { item, reason } => (item, "forgo", why(reason), "Given up"),
        V::View { item, purpose } => {
            let body = json!({ "purpose": purpose });
            (item, "view", body, "Recorded as looked at")
        }
        V::Offer {
            item,
            to,
            reason,
            place,
        } => {
            let to = person(client, &to)?;
            let body = object([("to", Some(to)), ("reason", Some(reason)), ("place", place)]);
            (
                item,
                "offer",
                body,
                "Offered; it is yours until they accept",
            )
        }
        V::Accept { item, condition } => {
            let body = object([("condition", condition)]);
            (item, "accept", body, "Taken over; it is yours now")
        }
        V::Decline { item, reason } => (item, "decline", why(reason), "Declined"),
        V::Retract { item } => (item, "retract", json!({}), "Offer taken back"),
        V::CheckOut {
            item,
            purpose,
            place,
            due,
        } => {
            let body = object([("purpose", Some(purpose)), ("place", place), ("due", due)]);
            (item, "check-out", body, "Lent out to you")
        }
        V::CheckIn { item, condition } => {
            let body = object([("condition", condition)]);
            (item, "check-in", body, "Brought back")
        }
        V::Note { item, text } => (item, "note", json!({ "text": text }), "Noted"),
        V::Label { item, tlp } => (item, "label", json!({ "tlp": tlp }), "Labelled"),
        V::Hold {
            item,
            key,
            reason,
            authority,
        } => {
            let body = json!({ "hold": key, "reason": reason, "authority": authority });
            (item, "hold", body, "On hold; nobody can have it destroyed")
        }
        V::Lift { item, key, reason } => {
            let body = json!({ "hold": key, "reason": reason });
            (item, "lift", body, "Hold lifted")
        }
        V::Derive { item, how, new } => {
            let body = json!({ "how": how, "item": registration(new) });
            (item, "derive", body, "Derived; collect and upload it next")
        }
    })
}
