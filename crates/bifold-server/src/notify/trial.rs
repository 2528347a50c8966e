//! Tests that somebody asks for: does it arrive?

use super::words;
use crate::error::{Error, Result};
use crate::server::Server;
use bifold_domain::time::MINUTE;
use bifold_domain::{At, PersonId};
use bifold_notify::message::Message;
use bifold_notify::webhook::{Event, request};
use bifold_notify::{Clearance, Notice, Outcome, Sender, Urgency};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What sends a test of this person, who has not asked for too many lately.
fn sender(server: &Server, person: &PersonId) -> Result<Arc<Sender>> {
    let now = server.store.shell().clock.now();
    server.trials.pass(person.as_str(), now)?;
    let sender = server.config.sender.clone();
    sender.ok_or_else(|| Error::Shape {
        at: "channel".to_owned(),
        why: "this server sends nothing".to_owned(),
    })
}

/// Sends a code to a person's own channel. `None` when they have none such.
pub(crate) async fn test_channel(
    server: &Server,
    person: &PersonId,
    id: &str,
) -> Result<Option<Outcome>> {
    let sender = sender(server, person)?;
    let Some((channel, code)) = server.store.channel_code(person, id).await? else {
        return Ok(None);
    };
    let l = words::locale_of(server, person).await;
    let now = server.store.shell().clock.now();
    let notice = Notice {
        id: format!("test-{}", server.store.shell().ids.next_uuid()),
        kind: "test".to_owned(),
        urgency: Urgency::Normal,
        reference: "Bifold".to_owned(),
        words: l.with("notice-test", "code", code),
        why: l.t("notice-why-test"),
        link: None,
        path: Some("/settings/notify".to_owned()),
        clearance: Clearance::Clear,
        thread: format!("test_{id}"),
        at: now,
    };
    let message = Message::of(&[notice], Clearance::Clear, &words::phrases(server, l));
    let outcome = match (message, &channel.target) {
        (Some(message), Some(target)) => sender.send(target, &message, now).await,
        _ => Outcome::Dead {
            why: "the address cannot be read here; enter it anew".to_owned(),
        },
    };
    server.store.record_channel_test(id, &outcome).await?;
    Ok(Some(outcome))
}

/// Tells a webhook that this person tests it. `None` when there is none such.
pub(crate) async fn test_webhook(
    server: &Server,
    person: &PersonId,
    id: &str,
) -> Result<Option<Outcome>> {
    let sender = sender(server, person)?;
    let hook = server.store.webhook(id).await?;
    let Some((hook, target)) = hook.and_then(|hook| Some((hook.clone(), hook.target?))) else {
        return Ok(None);
    };
    let now = server.store.shell().clock.now();
    let event = Event {
        id: format!("test-{}", server.store.shell().ids.next_uuid()),
        kind: "webhook.tested".to_owned(),
        source: server
            .config
            .public_url
            .clone()
            .unwrap_or_else(|| "urn:bifold".to_owned()),
        reference: hook.name.clone(),
        record: hook.id.clone(),
        link: None,
        title: None,
        clearance: Clearance::Clear,
        at: now,
    };
    let bearer = target.bearer.as_deref();
    let request = request(
        &target.url,
        &target.secrets(),
        bearer,
        &event,
        hook.clearance,
        now,
    );
    Ok(Some(sender.tell(&request).await))
}

/// Tests of one person within [`SPAN`] at most: a test is a message to an address that somebody
/// entered, and nobody is to be flooded by it.
const TRIALS_LIMIT: u32 = 20;
/// In microseconds.
const SPAN: i64 = 10 * MINUTE;
/// People remembered at most.
const PEOPLE_LIMIT: usize = 10_000;

/// How often each person tested lately.
#[derive(Debug, Default)]
pub(crate) struct Trials(Mutex<HashMap<String, (i64, u32)>>);

impl Trials {
    /// Counts a test, or says how long to wait.
    pub(crate) fn pass(&self, person: &str, now: At) -> Result<()> {
        let now = now.micros();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= PEOPLE_LIMIT {
            all.retain(|_, (since, _)| now - *since < SPAN);
        }
        let (since, count) = all.entry(person.to_owned()).or_insert((now, 0));
        if now - *since >= SPAN {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        if *count <= TRIALS_LIMIT {
            return Ok(());
        }
        let seconds = (*since + SPAN - now) / 1_000_000 + 1;
        Err(Error::Wait { seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_tests_too_often_waits_and_others_do_not() {
        let trials = Trials::default();
        let at = |micros| At::from_micros(micros);
        for _ in 0..TRIALS_LIMIT {
            trials.pass("a", at(0)).unwrap();
        }
        assert!(matches!(
            trials.pass("a", at(0)),
            Err(Error::Wait { seconds: 601 })
        ));
        trials.pass("b", at(0)).unwrap();
        trials.pass("a", at(SPAN)).unwrap();
    }
}
