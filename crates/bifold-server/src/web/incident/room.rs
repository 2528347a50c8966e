//! The room of an incident: the situation, what is to be done, and what is said, beside each
//! other; and the same for the wall, to be read from afar.

use super::announce::Told;
use super::forms::Forms;
use super::gate::Restoring;
use super::sentences::{OfRoom, Sentence};
use super::{Choices, May, Pill, announce, clocks, pills};
use crate::api::incidents::room::{enters, room};
use crate::api::incidents::show::view;
use crate::error::Result;
use crate::params::{Params, Place};
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::clock::clocks_of;
use crate::view::incident::{IncidentView, RelativeRow};
use crate::view::parts::TaskView;
use crate::view::room::{DecisionView, MessageView, RoomView, SituationView};
use crate::view::{Named, Names};
use crate::web::evidence::Line;
use crate::web::frame::{Frame, Visit, page};
use crate::web::locale::Locale;
use crate::web::markdown;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Incident, IncidentRole, Report};
use bifold_domain::kind::KindKey;
use bifold_domain::{At, Directory, Permission, ServiceId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::AtomicU32;

/// Roles that a room shows even while nobody holds them.
const ALWAYS: [IncidentRole; 4] = [
    IncidentRole::IncidentManager,
    IncidentRole::RestorationLead,
    IncidentRole::CommunicationsLead,
    IncidentRole::Scribe,
];

pub(super) fn routes() -> Vec<Route> {
    let html = Answer::Bytes("text/html");
    vec![
        Route::get(
            "/incidents/{id}/room",
            "page_incident_room",
            Access::SignedIn,
            show,
        )
        .summary("Its room: the situation, what is to be done, what is said.")
        .page()
        .answers(200, html),
        Route::get(
            "/incidents/{id}/wall",
            "page_incident_wall",
            Access::SignedIn,
            wall,
        )
        .summary("Its situation for a screen on the wall.")
        .page()
        .answers(200, html),
    ]
}

#[derive(Debug, Deserialize)]
struct Query {
    /// Messages before this place.
    before: Option<i64>,
}

/// A service that does not work where the one of the incident does not.
struct Dependent {
    name: String,
    criticality: &'static str,
}

/// Who holds a role.
struct Seat {
    role: &'static str,
    holder: Option<Named>,
    is_mine: bool,
}

/// Tasks of one workstream.
struct Stream {
    name: String,
    style: &'static str,
    tasks: Vec<TaskView>,
}

/// What both pages show.
struct Situation {
    i: IncidentView,
    pills: Vec<Pill>,
    clocks: Vec<clocks::Strip>,
    told: Vec<Told>,
    stage: &'static str,
    room: RoomView,
    dependents: Vec<Dependent>,
    seats: Vec<Seat>,
    restoring: Restoring,
    now: At,
}

impl Situation {
    async fn of(
        server: &Server,
        visit: &Visit,
        incident: &Incident,
        mut i: IncidentView,
        before: Option<i64>,
    ) -> Result<Self> {
        let l = visit.locale();
        let directory = server.store.directory().await?;
        let now = server.store.shell().clock.now();
        let actions = std::mem::take(&mut i.actions);
        let learned = server.store.learned().await?;
        let viewer = visit.caller.viewer();
        let all = clocks_of(incident, &directory, &viewer, learned.as_deref(), now);
        Ok(Self {
            pills: pills(l, &i, incident),
            clocks: clocks::strip(l, &all, now),
            told: announce::told(l, incident, &directory, now),
            stage: incident.stage.word(),
            room: room(server, &visit.caller, incident, before).await?,
            dependents: dependents(incident.service.as_ref(), &directory),
            seats: seats(visit, incident, &directory),
            restoring: Restoring::of(server, visit, incident, actions, &directory).await?,
            now,
            i,
        })
    }

    /// What it is called on a screen that others may see.
    fn called(&self) -> &str {
        self.room.codename.as_deref().unwrap_or(&self.i.title)
    }

    fn children(&self) -> Vec<&RelativeRow> {
        let relatives = self.i.relatives.iter();
        relatives.filter(|r| r.kind == "child").collect()
    }

    fn report(&self, word: &str) -> Option<&SituationView> {
        self.room.reports.get(&Report::from_word(word)?)
    }

    fn open_decisions(&self) -> Vec<&DecisionView> {
        let decisions = self.room.decisions.iter();
        decisions.filter(|d| d.state == "open").collect()
    }

    fn is_major(&self) -> bool {
        self.i.major.get("is").and_then(|is| is.as_str()) == Some("promoted")
    }

    fn shape(&self) -> &'static str {
        super::shape::severity_shape(i64::from(self.i.handling.number()))
    }
}

/// Services that do not work without this one, the nearest first.
fn dependents(service: Option<&ServiceId>, directory: &Directory) -> Vec<Dependent> {
    let Some(service) = service else {
        return Vec::new();
    };
    let (mut seen, mut found) = (BTreeSet::from([service]), Vec::new());
    let mut next = VecDeque::from([service]);
    while let Some(of) = next.pop_front() {
        for (id, entry) in &directory.services {
            let needs = entry.entry.depends_on.contains(of) && !entry.is_retired;
            if needs && seen.insert(id) {
                next.push_back(id);
                found.push(Dependent {
                    name: entry.entry.name.to_string(),
                    criticality: entry.entry.criticality.word(),
                });
            }
        }
    }
    found
}

/// Who holds which role, as far as the viewer may know it.
fn seats(visit: &Visit, incident: &Incident, directory: &Directory) -> Vec<Seat> {
    let viewer = visit.caller.viewer();
    let shows_security = incident.shows_lane(&KindKey::security(), &viewer, &directory.policy);
    let seat = |role: &IncidentRole| {
        let holder = incident.roles.get(role);
        Seat {
            role: role.word(),
            is_mine: holder == Some(&viewer.person),
            holder: holder.map(|person| Names(directory).person(person)),
        }
    };
    let is_shown = |role: &&IncidentRole| {
        (shows_security || !role.is_of_security())
            && (ALWAYS.contains(role) || incident.roles.contains_key(role))
    };
    let roles = IncidentRole::ALL.iter().filter(is_shown);
    roles.map(seat).collect()
}

/// Open tasks first by workstream, then by lane.
fn streams(l: Locale, i: &mut IncidentView) -> Vec<Stream> {
    let mut found: BTreeMap<(bool, String), Stream> = BTreeMap::new();
    for lane in &mut i.lanes {
        for task in lane.tasks.drain(..) {
            let of = task.stream.clone();
            let key = (of.is_none(), of.clone().unwrap_or(lane.kind.clone()));
            let stream = found.entry(key).or_insert_with(|| Stream {
                name: of.unwrap_or_else(|| l.word("kind", &lane.kind)),
                style: super::lane_style(&lane.kind),
                tasks: Vec::new(),
            });
            stream.tasks.push(task);
        }
    }
    found.into_values().collect()
}

#[derive(Template)]
#[template(path = "room.html")]
struct RoomPage {
    f: Frame,
    s: Situation,
    /// The version that forms were made for, and the number: parts of other pages ask for it.
    i: Head,
    streams: Vec<Stream>,
    may: May,
    /// Whether this person decides what is proposed, outside sensitive lanes.
    may_decide: bool,
    has_window: bool,
    choices: Choices,
    exhibits: Vec<Line>,
    is_newest: bool,
    key: String,
    forms: AtomicU32,
    now: At,
    me: String,
}

/// What parts of the incident's page ask of it.
struct Head {
    number: String,
    version: u64,
}

impl Forms for RoomPage {
    fn number(&self) -> &str {
        &self.i.number
    }

    fn forms(&self) -> &AtomicU32 {
        &self.forms
    }

    fn exhibits(&self) -> &[Line] {
        &self.exhibits
    }
}

impl RoomPage {
    /// Whether this person said it.
    fn is_mine(&self, message: &MessageView) -> bool {
        message.by.id == self.me
    }

    /// The words of the message that another answers, if they are on the page.
    fn answered(&self, message: &MessageView) -> Option<&MessageView> {
        let n = message.answers?;
        self.s.room.messages.iter().find(|other| other.n == n)
    }

    fn lane_style(&self, lane: Option<&String>) -> &'static str {
        lane.map_or("", |lane| super::lane_style(lane))
    }

    fn here(&self) -> String {
        format!("/incidents/{}/room", self.i.number)
    }
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
    Params(query): Params<Query>,
) -> Result<Response> {
    let l = visit.locale();
    let (incident, mut i) = view(&server, &visit.caller, &name).await?;
    enters(&visit.caller)?;
    let directory = server.store.directory().await?;
    let streams = streams(l, &mut i);
    let s = Situation::of(&server, &visit, &incident, i, query.before).await?;
    let viewer = visit.caller.viewer();
    let exhibits = server.store.evidence_of(&viewer, &incident.id).await?;
    let exhibits = exhibits.into_iter();
    let now = s.now;
    let leads = incident.roles.get(&IncidentRole::IncidentManager) == Some(&viewer.person);
    let title = format!("{} {}", l.t("room-title"), s.i.number);
    page(&RoomPage {
        f: visit.frame(&server, title, "incidents").await?,
        i: Head {
            number: s.i.number.clone(),
            version: s.i.version,
        },
        s,
        streams,
        may: May::of(&visit, &incident),
        may_decide: leads || visit.may(Permission::DecideMajor),
        has_window: directory.status_pages.values().any(|p| !p.is_retired),
        choices: Choices::of(l, &directory, &incident, now),
        exhibits: exhibits.map(|row| Line::of(l, row, &directory)).collect(),
        is_newest: query.before.is_none(),
        key: server.store.shell().ids.next_uuid(),
        forms: AtomicU32::new(0),
        now,
        me: viewer.person.to_string(),
    })
}

#[derive(Template)]
#[template(path = "wall.html")]
struct WallPage {
    f: Frame,
    s: Situation,
    now: At,
}

async fn wall(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let (incident, i) = view(&server, &visit.caller, &name).await?;
    enters(&visit.caller)?;
    let s = Situation::of(&server, &visit, &incident, i, None).await?;
    page(&WallPage {
        f: Frame::new(&visit.guest, &server, s.called().to_owned()),
        now: s.now,
        s,
    })
}

/// Puts the words of what was said and proposed beside the facts that say what became of it.
pub(super) async fn quote(
    server: &Server,
    visit: &Visit,
    incident: &Incident,
    entries: &mut [Sentence],
) -> Result<()> {
    let is_of_message = |entry: &Sentence| matches!(entry.of_room, Some(OfRoom::Message(_)));
    let messages = if entries.iter().any(is_of_message) {
        room(server, &visit.caller, incident, None).await?.messages
    } else {
        Vec::new()
    };
    for entry in entries {
        let words = match entry.of_room {
            Some(OfRoom::Message(n)) => {
                let found = messages.iter().find(|message| message.n == n);
                found.map(|message| format!("{}: {}", message.by.shown(), message.text))
            }
            Some(OfRoom::Decision(n)) => {
                let found = incident.room.decision(n);
                found.map(|decision| decision.text.shown())
            }
            None => None,
        };
        if let Some(words) = words {
            entry.said.insert_str(0, &markdown::html(&words));
        }
    }
    Ok(())
}
