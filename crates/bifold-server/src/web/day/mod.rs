//! My day: the first screen after signing in. What needs me stands first, most urgent on top;
//! every figure is the way to its list.

mod own;
mod start;

use super::frame::{Frame, Visit, page};
use super::incident::row::Row;
use super::rows::{counted, urgent};
use crate::error::Result;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bifold_domain::{At, Permission};
use bifold_store::query::event;
use bifold_store::query::incident::Filter;
use own::Report;
use start::Start;

/// Rows of one section.
const ROWS: u32 = 8;
/// Where counting stops.
const CAP: u32 = 1_000;
/// Teams of one person that get a section of their own.
const TEAMS: usize = 3;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/", "page_day", Access::SignedIn, show)
            .summary("My day: what needs me.")
            .page()
            .answers(200, Answer::Bytes("text/html")),
    ]
}

/// A number, and the list behind it.
struct Figure {
    label: String,
    value: String,
    href: String,
}

/// Some incidents under a heading, and the way to all of them.
struct Section {
    name: String,
    rows: Vec<Row>,
    href: String,
    /// Said where there are none; a section without words is left out then.
    lead: String,
}

/// An event that waits for a decision.
struct Waiting {
    number: String,
    title: String,
    received: At,
    age: String,
}

/// A restoring action that the gate holds up.
struct Gate {
    number: String,
    title: String,
    what: String,
    due: At,
}

/// A task of the person.
struct Task {
    number: String,
    title: String,
    lane: String,
    due: Option<At>,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "day.html")]
struct DayPage {
    f: Frame,
    name: String,
    majors: Vec<Row>,
    figures: Vec<Figure>,
    sections: Vec<Section>,
    waiting: Vec<Waiting>,
    gates: Vec<Gate>,
    tasks: Vec<Task>,
    start: Option<Start>,
    /// What the person reported, for those who read nothing else.
    reports: Option<Vec<Report>>,
    may_report: bool,
}

async fn show(State(server): State<Server>, visit: Visit, headers: HeaderMap) -> Result<Response> {
    let l = visit.locale();
    let frame = visit.frame(&server, l.t("nav-my-day"), "my-day").await?;
    let name = frame.me.as_ref().map(|me| me.name.clone());
    let reads = visit.may(Permission::ReadIncidents);
    let desk = Desk {
        server: &server,
        visit: &visit,
    };
    page(&DayPage {
        f: frame,
        name: name.unwrap_or_default(),
        majors: if reads {
            desk.majors().await?
        } else {
            Vec::new()
        },
        figures: if reads {
            desk.figures().await?
        } else {
            Vec::new()
        },
        sections: if reads {
            desk.sections().await?
        } else {
            Vec::new()
        },
        waiting: desk.waiting().await?,
        gates: desk.gates().await?,
        tasks: desk.tasks().await?,
        start: Start::of(&server, &visit, &headers).await?,
        reports: if reads {
            None
        } else {
            Some(own::reports(&server, &visit).await?)
        },
        may_report: visit.may(Permission::Report),
    })
}

/// What is looked up for one person.
struct Desk<'a> {
    server: &'a Server,
    visit: &'a Visit,
}

fn open() -> Filter {
    Filter {
        is_open: Some(true),
        ..Filter::default()
    }
}

impl Desk<'_> {
    fn mine(&self) -> Filter {
        Filter {
            assignee: Some(self.visit.caller.actor.person.to_string()),
            ..open()
        }
    }

    async fn majors(&self) -> Result<Vec<Row>> {
        let filter = Filter {
            major: Some("promoted".to_owned()),
            ..open()
        };
        urgent(self.server, self.visit, &filter, 5).await
    }

    /// My teams: id, name, and what nobody of the team has taken yet.
    async fn teams(&self) -> Result<Vec<(String, String, Filter)>> {
        let directory = self.server.store.directory().await?;
        let mine = self.visit.caller.actor.teams.iter().take(TEAMS);
        let team = |id: &bifold_domain::TeamId| {
            let name = directory.teams.get(id)?.name.to_string();
            let filter = Filter {
                team: Some(id.to_string()),
                unassigned: true,
                ..open()
            };
            Some((id.to_string(), name, filter))
        };
        Ok(mine.filter_map(team).collect())
    }

    async fn figures(&self) -> Result<Vec<Figure>> {
        let (l, store) = (self.visit.locale(), &self.server.store);
        let viewer = self.visit.caller.viewer();
        let mut wanted = vec![(l.t("figure-open"), "open=true".to_owned(), open())];
        let urgent = Filter {
            handling_at_least: Some(2),
            ..open()
        };
        wanted.push((
            l.t("figure-urgent"),
            "open=true&handling=2".to_owned(),
            urgent,
        ));
        if self.visit.may(Permission::Work) {
            let query = "open=true&assignee=me".to_owned();
            wanted.push((l.t("figure-mine"), query, self.mine()));
            for (id, name, filter) in self.teams().await? {
                let query = format!("open=true&team={id}&unassigned=true");
                let label = l.with("figure-team", "team", name);
                wanted.push((label, query, filter));
            }
        }
        let undecided = Filter {
            undecided: true,
            ..open()
        };
        let query = "open=true&undecided=true".to_owned();
        wanted.push((l.t("figure-undecided"), query, undecided));
        let mut figures = Vec::new();
        for (label, query, filter) in wanted {
            figures.push(Figure {
                label,
                value: counted(store.count(&viewer, &filter, CAP).await?),
                href: format!("/incidents?{query}"),
            });
        }
        if self.visit.may(Permission::Triage) {
            figures.push(self.triage().await?);
        }
        if self.visit.may(Permission::ManageDirectory) {
            figures.extend(self.directory().await?);
        }
        Ok(figures)
    }

    async fn triage(&self) -> Result<Figure> {
        let filter = event::Filter {
            standing: Some("undecided".to_owned()),
            ..event::Filter::default()
        };
        let viewer = self.visit.caller.viewer();
        let count = self.server.store.count_events(&viewer, &filter, CAP);
        Ok(Figure {
            label: self.visit.locale().t("figure-triage"),
            value: counted(count.await?),
            href: "/triage".to_owned(),
        })
    }

    async fn directory(&self) -> Result<Vec<Figure>> {
        let directory = self.server.store.directory().await?;
        let l = self.visit.locale();
        let services = directory.services.values().filter(|s| !s.is_retired);
        let people = directory.people.values().filter(|p| p.is_active);
        let figure = |key: &str, count: usize, href: &str| Figure {
            label: l.t(key),
            value: count.to_string(),
            href: href.to_owned(),
        };
        Ok(vec![
            figure("figure-people", people.count(), "/settings/people"),
            figure("figure-services", services.count(), "/settings/services"),
        ])
    }

    async fn sections(&self) -> Result<Vec<Section>> {
        let l = self.visit.locale();
        let mut sections = Vec::new();
        if !self.visit.may(Permission::Work) {
            let (all, lead) = (open(), l.t("day-open-none"));
            let section = self.section(l.t("day-open"), "open=true", &all, lead);
            return Ok(vec![section.await?]);
        }
        let awake = Filter {
            snoozed: Some(false),
            ..self.mine()
        };
        let query = "open=true&assignee=me";
        let lead = l.t("day-mine-none");
        sections.push(self.section(l.t("day-mine"), query, &awake, lead).await?);
        for (id, team, filter) in self.teams().await? {
            let query = format!("open=true&team={id}&unassigned=true");
            let name = l.with("day-team", "team", team);
            sections.push(self.section(name, &query, &filter, String::new()).await?);
        }
        if self.visit.may(Permission::DecideMajor) {
            let proposed = Filter {
                major: Some("proposed".to_owned()),
                ..open()
            };
            let query = "open=true&major=proposed";
            let name = l.t("day-proposed");
            sections.push(self.section(name, query, &proposed, String::new()).await?);
        }
        if self.visit.may(Permission::Assess) {
            let undecided = Filter {
                undecided: true,
                ..open()
            };
            let query = "open=true&undecided=true";
            let name = l.t("day-undecided");
            sections.push(self.section(name, query, &undecided, String::new()).await?);
        }
        Ok(sections)
    }

    async fn section(
        &self,
        name: String,
        query: &str,
        filter: &Filter,
        lead: String,
    ) -> Result<Section> {
        Ok(Section {
            name,
            rows: urgent(self.server, self.visit, filter, ROWS).await?,
            href: format!("/incidents?{query}"),
            lead,
        })
    }

    async fn tasks(&self) -> Result<Vec<Task>> {
        let viewer = self.visit.caller.viewer();
        let rows = self.server.store.tasks_of(&viewer, 8).await?;
        let (l, now) = (self.visit.locale(), self.server.store.shell().clock.now());
        let tasks = rows.into_iter().map(|row| Task {
            lane: l.word("kind", &row.lane),
            due: row.due.map(At::from_micros),
            is_late: row.due.is_some_and(|due| due < now.micros()),
            number: row.number,
            title: row.title,
        });
        Ok(tasks.collect())
    }

    async fn gates(&self) -> Result<Vec<Gate>> {
        if !self.visit.may(Permission::Work) {
            return Ok(Vec::new());
        }
        let viewer = self.visit.caller.viewer();
        let held = self.server.store.held_actions(&viewer, 4).await?;
        let l = self.visit.locale();
        let gates = held.into_iter().map(|held| Gate {
            what: l.data("catalogue", &held.action, &held.action),
            due: At::from_micros(held.due),
            number: held.number,
            title: held.title,
        });
        Ok(gates.collect())
    }

    async fn waiting(&self) -> Result<Vec<Waiting>> {
        if !self.visit.may(Permission::Triage) {
            return Ok(Vec::new());
        }
        let viewer = self.visit.caller.viewer();
        let rows = self.server.store.waiting_events(&viewer, None, 4).await?;
        let (l, now) = (self.visit.locale(), self.server.store.shell().clock.now());
        let waiting = rows.into_iter().map(|row| Waiting {
            age: l.age(&now, &At::from_micros(row.received_at)),
            received: At::from_micros(row.received_at),
            number: row.number,
            title: row.title,
        });
        Ok(waiting.collect())
    }
}

impl DayPage {
    /// Sections with something in them or something to say.
    fn shown(&self) -> impl Iterator<Item = &Section> {
        let is_shown = |s: &&Section| !s.rows.is_empty() || !s.lead.is_empty();
        self.sections.iter().filter(is_shown)
    }
}
