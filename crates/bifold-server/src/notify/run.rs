//! The worker that sends.
//!
//! It plans what was raised, claims what is due, sends without holding a transaction, records what
//! became of it. Whatever it leaves in the middle comes due again, so a message may come twice,
//! with the same id, and none is lost.

use super::{means, words};
use crate::server::Server;
use bifold_notify::webhook::{Event, request};
use bifold_notify::{Message, Outcome, Sender};
use bifold_store::Result;
use bifold_store::notify::{HookEvent, Parcel};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The longest sleep between two looks: a bundle may have come due, or another node raised
/// something.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a database error.
const ERROR_PAUSE: Duration = Duration::from_secs(5);
/// Sendings at the same time.
const AT_ONCE: usize = 8;

/// Starts it, where there is something to send with.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let Some(sender) = server.config.sender.clone() else {
        return Vec::new();
    };
    let people = tell_people(server.clone(), sender.clone(), stopped.clone());
    let programs = tell_programs(server.clone(), sender, stopped.clone());
    vec![tokio::spawn(people), tokio::spawn(programs)]
}

/// Goes round until told to stop: at once after a commit, otherwise every moment.
async fn rounds<F: Future<Output = Result<usize>>>(
    server: &Server,
    mut stopped: watch::Receiver<bool>,
    what: &'static str,
    round: impl Fn() -> F,
) {
    let mut size = server.store.watch_size();
    loop {
        let pause = match round().await {
            Ok(0) => LOOK_EVERY,
            // There may be more than one go takes.
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, "{what} were not told");
                ERROR_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = size.changed() => if changed.is_err() { return },
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn tell_people(server: Server, sender: Arc<Sender>, stopped: watch::Receiver<bool>) {
    rounds(&server, stopped, "people", || async {
        let means = means(&sender);
        let planned = server.store.plan_notices(means).await?;
        let parcels = server.store.claim_parcels(means).await?;
        let claimed = parcels.len();
        let mut sending = JoinSet::new();
        for parcel in parcels {
            if sending.len() >= AT_ONCE {
                sending.join_next().await;
            }
            sending.spawn(deliver(server.clone(), sender.clone(), parcel));
        }
        sending.join_all().await;
        Ok(planned + claimed)
    })
    .await;
}

async fn deliver(server: Server, sender: Arc<Sender>, parcel: Parcel) {
    let outcome = match message(&server, &parcel).await {
        Some(message) => {
            let now = server.store.shell().clock.now();
            sender.send(&parcel.target, &message, now).await
        }
        // A claim that nobody settles comes due again.
        None => return,
    };
    let kind = parcel.channel.kind.word();
    match &outcome {
        Outcome::Sent { .. } => tracing::info!(channel = %parcel.channel.id, kind, "told"),
        Outcome::Later { why, .. } | Outcome::Dead { why } => {
            tracing::warn!(channel = %parcel.channel.id, kind, why, "not told");
        }
    }
    let means = means(&sender);
    if let Err(error) = server.store.settle(&parcel, &outcome, means).await {
        tracing::error!(%error, channel = %parcel.channel.id, "a delivery was not recorded");
    }
}

async fn message(server: &Server, parcel: &Parcel) -> Option<Message> {
    let directory = server.store.directory().await.ok()?;
    let l = words::locale_of(server, &parcel.channel.person).await;
    let notices: Vec<_> = parcel
        .notices
        .iter()
        .map(|noted| words::notice(server, l, &directory, noted))
        .collect();
    Message::of(
        &notices,
        parcel.channel.clearance,
        &words::phrases(server, l),
    )
}

async fn tell_programs(server: Server, sender: Arc<Sender>, stopped: watch::Receiver<bool>) {
    rounds(&server, stopped, "programs", || async {
        let seen = server.store.queue_hook_events().await?;
        let events = server.store.claim_hook_events().await?;
        let claimed = events.len();
        let mut telling = JoinSet::new();
        for event in events {
            if telling.len() >= AT_ONCE {
                telling.join_next().await;
            }
            telling.spawn(tell(server.clone(), sender.clone(), event));
        }
        telling.join_all().await;
        Ok(seen + claimed)
    })
    .await;
}

async fn tell(server: Server, sender: Arc<Sender>, of: HookEvent) {
    let now = server.store.shell().clock.now();
    let outcome = match &of.webhook.target {
        Some(target) => {
            let (secrets, event) = (target.secrets(), event(&server, &of));
            let bearer = target.bearer.as_deref();
            let cleared = of.webhook.clearance;
            let request = request(&target.url, &secrets, bearer, &event, cleared, now);
            sender.tell(&request).await
        }
        None => Outcome::Dead {
            why: "the key to its address is not here; enter it anew".to_owned(),
        },
    };
    if let Outcome::Later { why, .. } | Outcome::Dead { why } = &outcome {
        tracing::warn!(webhook = %of.webhook.id, why, "a webhook was not told");
    }
    if let Err(error) = server.store.settle_hook_event(&of, &outcome).await {
        tracing::error!(%error, webhook = %of.webhook.id, "a delivery was not recorded");
    }
}

fn event(server: &Server, of: &HookEvent) -> Event {
    let (log, idx) = of.place;
    let base = server.config.public_url.as_deref();
    let base = base.map(|base| base.trim_end_matches('/'));
    let number = of.number.as_deref();
    let link = base.zip(number);
    Event {
        id: format!("{log}-{idx}"),
        kind: of.kind.clone(),
        source: base.map_or_else(|| format!("urn:bifold:log:{log}"), str::to_owned),
        reference: number.unwrap_or(&of.record).to_owned(),
        record: of.record.clone(),
        link: link.map(|(base, number)| format!("{base}/incidents/{number}")),
        title: of.title.clone(),
        clearance: of.clearance,
        at: of.at,
    }
}
