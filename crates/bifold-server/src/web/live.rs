//! Live updates: open pages are told that something they show has changed, and read it again.
//!
//! What is sent names a topic and nothing else: no title, no count, no number. Before each
//! telling it is asked anew who listens and whether they can read what changed, so that a change
//! somebody may not know of is not told them, nor one after they signed out.

use super::fields::Fields;
use crate::auth::{Caller, identify};
use crate::error::{Error, Result};
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use bifold_domain::{IncidentId, Viewer};
use bifold_store::changes::{Change, Changes};
use bifold_store::query::incident::{Filter, IDS_LIMIT, Order};
use futures_util::stream;
use serde_json::json;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

/// A page is told of a topic once in this time at most.
const BREATH: Duration = Duration::from_secs(1);
/// So often a comment is sent, so that nothing on the way takes the connection for dead.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(3);
/// Incidents that one page can listen to by id.
const NAMED_LIMIT: usize = 20;
/// Rows of one look-up of those.
const NAMED_ROWS: u32 = 20;
/// Changed events that are looked at for one telling.
const EVENTS_LIMIT: usize = 20;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/live", "page_live", Access::SignedIn, live)
            .summary("Says when something changed that the page shows.")
            .page()
            .answers(200, Answer::Bytes("text/event-stream")),
    ]
}

/// What a page wants to hear of.
#[derive(Debug, Default, PartialEq, Eq)]
struct Topics {
    incidents: bool,
    events: bool,
    named: BTreeSet<String>,
}

impl Topics {
    fn of(query: &str) -> Result<Self> {
        let mut topics = Self::default();
        for pair in Fields::parse(query.as_bytes())?.iter() {
            match pair {
                ("topic", "incidents") => topics.incidents = true,
                ("topic", "events") => topics.events = true,
                ("topic", "incident") => {}
                ("id", id) if IncidentId::parse(id).is_ok() => {
                    topics.named.insert(id.to_owned());
                }
                (name, _) => return Err(Error::Query(format!("{name} is not understood here"))),
            }
        }
        if topics.named.len() > NAMED_LIMIT {
            return Err(Error::Query(format!("{NAMED_LIMIT} ids at most")));
        }
        Ok(topics)
    }
}

async fn live(
    State(server): State<Server>,
    _: Caller,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response> {
    let topics = Topics::of(uri.query().unwrap_or_default())?;
    let place = server.streams.clone().try_acquire_owned();
    let listener = Listener {
        changes: server.store.changes(),
        ending: server.ending(),
        topics,
        headers,
        // Said first, so that the browser knows it is connected.
        told: VecDeque::from([Event::default().retry(RETRY).comment("connected")]),
        rests_until: Instant::now(),
        _place: place.map_err(|_| Error::Full)?,
        server,
    };
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    let sse = Sse::new(stream::unfold(listener, Listener::next)).keep_alive(alive);
    let unbuffered = [(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    )];
    Ok((unbuffered, sse).into_response())
}

/// What was heard since the last telling.
#[derive(Debug, Default)]
struct Heard {
    everything: bool,
    incidents: BTreeSet<String>,
    events: BTreeSet<String>,
}

impl Heard {
    fn add(&mut self, change: Change) {
        match change {
            Change::Everything => self.everything = true,
            Change::Record {
                subject,
                record_type,
                ..
            } => match record_type.as_str() {
                "incident" => {
                    self.incidents.insert(subject);
                }
                "event" => {
                    self.events.insert(subject);
                }
                _ => {}
            },
        }
    }

    fn is_nothing(&self) -> bool {
        !self.everything && self.incidents.is_empty() && self.events.is_empty()
    }
}

/// An open page.
struct Listener {
    server: Server,
    /// What it was asked with, by which it is asked again who that is.
    headers: HeaderMap,
    topics: Topics,
    changes: Changes,
    ending: watch::Receiver<bool>,
    told: VecDeque<Event>,
    rests_until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    async fn next(mut self) -> Option<(std::result::Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.told.pop_front() {
                return Some((Ok(event), self));
            }
            let heard = self.hear().await?;
            // Where it cannot be told now the stream ends; the browser comes again and reads.
            self.tell(&heard).await.ok()?;
        }
    }

    /// Waits for a change and gathers those that come with it; `None` is the end.
    async fn hear(&mut self) -> Option<Heard> {
        let mut heard = Heard::default();
        loop {
            let rest = tokio::time::sleep_until(self.rests_until);
            tokio::select! {
                change = self.changes.next() => heard.add(change?),
                () = rest, if !heard.is_nothing() => break,
                _ = self.ending.wait_for(|is_ending| *is_ending) => return None,
            }
        }
        self.rests_until = Instant::now() + BREATH;
        Some(heard)
    }

    async fn tell(&mut self, heard: &Heard) -> Result<()> {
        let viewer = identify(&self.server, &self.headers).await?.viewer();
        if self.topics.incidents && self.can_read_some(&viewer, heard).await? {
            self.say(&json!({ "topic": "incidents" }));
        }
        if self.topics.events && self.can_see_some(&viewer, heard).await? {
            self.say(&json!({ "topic": "events" }));
        }
        let named = self.topics.named.iter();
        let named = named.filter(|id| heard.everything || heard.incidents.contains(*id));
        let named: Vec<String> = named.cloned().collect();
        for id in self.readable(&viewer, named, NAMED_ROWS).await? {
            self.say(&json!({ "topic": "incident", "id": id }));
        }
        Ok(())
    }

    fn say(&mut self, what: &serde_json::Value) {
        let event = Event::default().event("changed").data(what.to_string());
        self.told.push_back(event);
    }

    async fn can_read_some(&self, viewer: &Viewer, heard: &Heard) -> Result<bool> {
        if heard.everything {
            return Ok(true);
        }
        let ids: Vec<String> = heard.incidents.iter().cloned().collect();
        for ids in ids.chunks(IDS_LIMIT) {
            if !self.readable(viewer, ids.to_vec(), 1).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Those of the incidents that the viewer can read at this moment.
    async fn readable(&self, viewer: &Viewer, ids: Vec<String>, limit: u32) -> Result<Vec<String>> {
        // No ids would mean all incidents.
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let filter = Filter {
            ids,
            ..Filter::default()
        };
        let store = &self.server.store;
        let rows = store
            .incidents(viewer, &filter, Order::Newest, None, limit)
            .await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    async fn can_see_some(&self, viewer: &Viewer, heard: &Heard) -> Result<bool> {
        if heard.everything {
            return Ok(true);
        }
        for id in heard.events.iter().take(EVENTS_LIMIT) {
            if self.server.store.event(viewer, id).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_named_and_few() {
        let id = IncidentId::from_bits(7).to_string();
        let topics = Topics::of(&format!("topic=incidents&topic=incident&id={id}")).unwrap();
        assert!(topics.incidents && topics.named.contains(&id) && !topics.events);
        assert!(Topics::of("topic=people").is_err());
        assert!(Topics::of("topic=incident&id=INC-2026-0001").is_err());
        let many: Vec<String> = (0..21)
            .map(|n| format!("id={}", IncidentId::from_bits(n)))
            .collect();
        assert!(Topics::of(&many.join("&")).is_err());
    }
}
