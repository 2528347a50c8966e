//! Life goes on: every now and then somebody does something while the visitor looks around.
//!
//! It acts through the store like everybody else. What is refused, because the visitor was faster
//! or decided otherwise, is simply left.

use super::organisation::{self, DESK, STAFF};
use super::rng::Rng;
use super::sev1;
use super::words::{Fill, text, title};
use bifold_domain::event::{self, Channel, Dismissal, Outcome, Receive, Sort};
use bifold_domain::incident::{Assign, Audience, Command as C, Note};
use bifold_domain::signal::Format;
use bifold_domain::{Actor, Auth, Command, EventId, IncidentId, TeamId};
use bifold_store::intake::Delivery;
use bifold_store::query::event::Filter as EventFilter;
use bifold_store::query::incident::{Filter, Order};
use bifold_store::{Operation, Store};
use serde_json::json;
use std::time::Duration;
use tokio::sync::watch;

/// The shortest and longest pause, in seconds.
const PAUSE: (i64, i64) = (15, 40);
/// The same for the first time, so that a visitor soon sees that the place lives.
const FIRST_PAUSE: (i64, i64) = (6, 12);
/// From this many undecided events on, the desk decides a signal before the next comes in.
const TRIAGE_FULL: u32 = 14;

/// What is said on the SEV-1 as time goes by: who, and what.
const LATELY: &[(&str, &str)] = &[
    (
        "bo",
        "Memory of pay-03 is captured: 64 GB, checksum on the record of evidence.",
    ),
    (
        "yuki",
        "Errors at 6 of 100. The sessions that began on pay-03 run out as expected.",
    ),
    (
        "rania",
        "The unknown address is in no other log of the last fourteen days.",
    ),
    (
        "petra",
        "Cashiers report: no queue any more, eleven results handed out on paper.",
    ),
    (
        "tomas",
        "kworkerd was written to disk four days ago, an hour after a supplier's visit.",
    ),
    (
        "ada",
        "A fresh pay-04 is built beside it, so that pay-03 need not be touched at all.",
    ),
    (
        "oona",
        "Compared with the image: two files more on pay-03, none fewer.",
    ),
    (
        "jonas",
        "Call held. pay-04 takes over as soon as it has passed its checks.",
    ),
    (
        "beatrix",
        "If security becomes a yes, the names of some nine hundred patients count.",
    ),
    (
        "ada",
        "pay-04 has taken its first real payments. Errors at 2 of 100.",
    ),
    (
        "lukas",
        "The two files talk to a known family of miners. One more check before the verdict.",
    ),
    (
        "amara",
        "Restoration is nearly there. Security decides next; nobody wipes anything.",
    ),
];

const SIGNALS: &[(&str, &str, &str)] = &[
    ("alertmanager", "LatencyHigh: ehr-app-02", "ehr"),
    ("alertmanager", "DiskAlmostFull: files-02", "files"),
    ("siem", "ManyFailedSignIns: {dept}", "identity"),
    ("alertmanager", "QueueAgeHigh: lab-interface-01", "lab"),
    ("edr", "UnknownUsbDevice: {pc}", "files"),
    ("alertmanager", "AccessPointsDown: {site}", "network"),
    ("siem", "RareProcess: {pc}", "ehr"),
    ("alertmanager", "ProbeSlow: portal-gateway", "portal"),
];

const REPORTS: &[(Sort, &str, &str, &str)] = &[
    (
        Sort::Fault,
        "Label printer in {ward} prints pale labels",
        "The scanner reads every third one.",
        "print",
    ),
    (
        Sort::Suspicion,
        "Parcel letter with a strange link in {dept}",
        "Three of us got it. Nobody clicked.",
        "mail",
    ),
    (
        Sort::Fault,
        "Chart of {ward} opens only at the second try",
        "The first try ends in a grey page.",
        "ehr",
    ),
    (
        Sort::Weakness,
        "Screen in the corridor of {ward} shows names",
        "Visitors can read the whole list.",
        "ehr",
    ),
    (
        Sort::Unsure,
        "Telephone in {room} rings without a caller",
        "Since this morning, about every hour.",
        "telephony",
    ),
    (
        Sort::AiMisbehaviour,
        "Assistant sends a letter for {clinic} elsewhere",
        "A knee went to cardiology.",
        "assistant",
    ),
];

/// Goes on until it is told to stop.
pub(crate) async fn run(store: Store, seed: u64, mut stop: watch::Receiver<bool>) {
    let mut rng = Rng::new(seed).fork(0x6c69_7665);
    let mut turn = 0;
    loop {
        let (low, high) = if turn == 0 { FIRST_PAUSE } else { PAUSE };
        let seconds = u64::try_from(rng.between(low, high)).unwrap_or(30);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = one(&store, &mut rng, turn).await {
            tracing::debug!(%error, "the demonstration left something out");
        }
        turn += 1;
    }
}

/// Something plausible.
pub(crate) async fn one(store: &Store, rng: &mut Rng, turn: usize) -> bifold_store::Result<()> {
    match turn % 5 {
        0 | 3 => note(store, turn / 5 * 2 + usize::from(turn % 5 == 3)).await,
        1 if triage_is_full(store).await? => dismiss(store).await,
        1 => signal(store, rng).await,
        2 => report(store, rng).await,
        _ => assign(store, rng).await,
    }
}

async fn who(store: &Store, key: &str) -> bifold_store::Result<Option<Actor>> {
    match store.person_of(&organisation::email(key)).await? {
        Some(person) => store.actor(&person, Auth::Session).await,
        None => Ok(None),
    }
}

async fn act(store: &Store, key: &str, command: Command) -> bifold_store::Result<()> {
    if let Some(actor) = who(store, key).await? {
        store.execute(Operation::one(&actor, command)).await?;
    }
    Ok(())
}

async fn note(store: &Store, nth: usize) -> bifold_store::Result<()> {
    let (Some((key, words)), Some(viewer)) = (LATELY.get(nth), who(store, "amara").await?) else {
        return Ok(());
    };
    let filter = Filter {
        is_open: Some(true),
        major: Some("promoted".to_owned()),
        ..Filter::default()
    };
    let rows = store
        .incidents(&viewer.viewer(), &filter, Order::MostUrgent, None, 20)
        .await?;
    let Some(row) = rows.iter().find(|row| row.title == sev1::TITLE) else {
        return Ok(());
    };
    let Ok(id) = IncidentId::parse(&row.id) else {
        return Ok(());
    };
    let note = Note {
        text: text(words),
        lane: None,
        audience: Audience::Internal,
        next_by: None,
    };
    act(store, key, Command::Incident(id, C::Note(note))).await
}

async fn signal(store: &Store, rng: &mut Rng) -> bifold_store::Result<()> {
    let (source, alert, service) = rng.pick(SIGNALS);
    let number = rng.between(0x1000_0000, 0xffff_ffff);
    let alert = Fill::draw(rng).apply(alert);
    let directory = store.directory().await?;
    let mut sources = directory.sources.values();
    let found = sources.find(|s| s.settings.name.as_str().eq_ignore_ascii_case(source));
    let mut services = directory.services.values();
    let service = services.find(|s| s.entry.key.as_str() == service);
    let (Some(found), Some(service)) = (found, service) else {
        return Ok(());
    };
    let (name, key) = (service.entry.name.as_str(), format!("{number:08x}"));
    // As the sender would write it: it comes in by the door like any other.
    let body = match found.settings.format {
        Format::Alertmanager => json!({
            "version": "4", "groupKey": key, "status": "firing", "alerts": [{
                "status": "firing", "fingerprint": key,
                "labels": { "alertname": alert, "service": name, "severity": "warning" },
                "annotations": { "summary": alert },
                "startsAt": store.shell().clock.now(), "endsAt": "0001-01-01T00:00:00Z",
            }],
        }),
        _ => json!({
            "event_action": "trigger", "dedup_key": key,
            "payload": { "summary": alert, "severity": "warning", "component": name },
        }),
    };
    let delivery = Delivery {
        source: found.id.clone(),
        content_type: Some("application/json".to_owned()),
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
        replay_of: None,
    };
    store.take_in(delivery).await.map(drop)
}

async fn report(store: &Store, rng: &mut Rng) -> bifold_store::Result<()> {
    let (sort, headline, words, service) = rng.pick(REPORTS);
    let headline = Fill::draw(rng).apply(headline);
    let key = rng.pick(STAFF);
    receive(store, key, (sort, &headline, words), service).await
}

async fn receive(
    store: &Store,
    key: &str,
    (sort, headline, words): (Sort, &str, &str),
    service: &str,
) -> bifold_store::Result<()> {
    let directory = store.directory().await?;
    let of_key = |s: &&bifold_domain::service::Service| s.entry.key.as_str() == service;
    let report = Receive {
        is_sensitive: false,
        told: None,
        sort,
        title: title(headline),
        description: Some(text(words)),
        channel: Channel::Web,
        service: directory
            .services
            .values()
            .find(of_key)
            .map(|s| s.id.clone()),
        contact: None,
        occurred_at: None,
        signal: None,
    };
    let id = EventId::from_bits(store.shell().ids.next());
    act(
        store,
        key,
        Command::Event(id, event::Command::Receive(report)),
    )
    .await
}

async fn undecided(store: &Store) -> bifold_store::Result<Vec<bifold_store::query::event::Row>> {
    let Some(viewer) = who(store, DESK.first().copied().unwrap_or_default()).await? else {
        return Ok(Vec::new());
    };
    let filter = EventFilter {
        standing: Some("undecided".to_owned()),
        ..EventFilter::default()
    };
    store
        .events(&viewer.viewer(), &filter, None, TRIAGE_FULL + 1)
        .await
}

async fn triage_is_full(store: &Store) -> bifold_store::Result<bool> {
    Ok(undecided(store).await?.len() >= usize::try_from(TRIAGE_FULL).unwrap_or(usize::MAX))
}

/// The desk decides about the newest signal, so that triage does not grow without end.
async fn dismiss(store: &Store) -> bifold_store::Result<()> {
    let rows = undecided(store).await?;
    let newest = rows.iter().find(|row| row.channel == Channel::Alert.word());
    let Some(id) = newest.and_then(|row| EventId::parse(&row.id).ok()) else {
        return Ok(());
    };
    let outcome = Outcome::NotAnIncident {
        ground: Dismissal::FalsePositive,
        reason: text("Quiet again by itself; every measure after it is fine."),
    };
    act(
        store,
        "samir",
        Command::Event(id, event::Command::Decide(outcome)),
    )
    .await
}

/// The desk gives something that waits to the team that owns the service.
async fn assign(store: &Store, rng: &mut Rng) -> bifold_store::Result<()> {
    let key = rng.pick(DESK);
    let Some(actor) = who(store, key).await? else {
        return Ok(());
    };
    let filter = Filter {
        is_open: Some(true),
        ..Filter::default()
    };
    let rows = store
        .incidents(&actor.viewer(), &filter, Order::MostUrgent, None, 100)
        .await?;
    let directory = store.directory().await?;
    let waiting = rows.iter().find_map(|row| {
        let service = row.service.as_deref().filter(|_| row.team.is_none())?;
        let service = directory
            .services
            .values()
            .find(|s| s.id.as_str() == service)?;
        let team: TeamId = service.entry.owner.clone()?;
        Some((IncidentId::parse(&row.id).ok()?, team))
    });
    let Some((id, team)) = waiting else {
        return Ok(());
    };
    let assign = Assign {
        team: Some(team),
        person: None,
    };
    act(store, key, Command::Incident(id, C::Assign(assign))).await
}
