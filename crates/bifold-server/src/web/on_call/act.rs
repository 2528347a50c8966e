//! The forms about one schedule: the same commands as the API's.

use super::HERE;
use crate::api::on_call::schedules::{calendar, parse};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::see_other;
use crate::web::say::Flash;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::oncall::schedule::Command as C;
use serde_json::json;

pub(super) async fn act(
    State(server): State<Server>,
    Place((id, verb)): Place<(String, String)>,
    form: Form,
) -> Result<Response> {
    let id = parse(&id)?;
    let parts: Vec<&str> = verb.split('/').collect();
    let (said, write, commands) = match parts.as_slice() {
        ["calendar"] => {
            let text = form.raw("calendar").unwrap_or_default();
            let commands = calendar::commands(&server, &form.caller, &id, text).await?;
            ("done-calendar", form.write()?, commands)
        }
        ["swap"] => {
            let write = form.write_of(swap(&form)?);
            let command = C::AskSwap(write.body()?);
            ("done-swap", write, vec![Command::Schedule(id, command)])
        }
        parts => {
            let write = form.write()?;
            let (said, command) = match parts {
                ["override"] => ("done-override", C::SetOverride(write.body()?)),
                ["hand-over"] => ("done-hand-over", C::HandOver(write.body()?)),
                ["retire"] => ("done-schedule-retire", C::Retire),
                [what, number, deed] => numbered(what, number, deed)?,
                _ => return Err(Error::NoRoute),
            };
            (said, write, vec![Command::Schedule(id, command)])
        }
    };
    write.execute(&server, commands).await?;
    Ok(Flash::new(said, "").on(see_other(HERE)))
}

/// A verb about one override, swap or hand-over by its number.
fn numbered(what: &str, number: &str, deed: &str) -> Result<(&'static str, C)> {
    let number = number.parse().map_err(|_| Error::NoRoute)?;
    match (what, deed) {
        ("override", "withdraw") => Ok(("done-override-withdraw", C::WithdrawOverride(number))),
        ("swap", "accept") => Ok(("done-swap-accept", C::AcceptSwap(number))),
        ("swap", "decline") => Ok(("done-swap-decline", C::DeclineSwap(number))),
        ("swap", "withdraw") => Ok(("done-swap-withdraw", C::WithdrawSwap(number))),
        ("hand-over", "accept") => Ok(("done-hand-over-accept", C::AcceptHandOver(number))),
        _ => Err(Error::NoRoute),
    }
}

/// A swap: the shift chosen in return says with whom and when, as `person from until`.
fn swap(form: &Form) -> Result<Vec<u8>> {
    let mut body = form.json()?;
    if let Some(chosen) = form.get("_takes") {
        let parts: Vec<&str> = chosen.split(' ').collect();
        let [with, from, until] = parts.as_slice() else {
            return Err(Error::Shape {
                at: "takes".to_owned(),
                why: "is not understood".to_owned(),
            });
        };
        body["with"] = json!(with);
        body["takes"] = json!({ "from": from, "until": until });
    }
    serde_json::to_vec(&body).map_err(|_| Error::Internal)
}
