//! The clocks of an incident: in its head in a line, and on a page of their own with every
//! interval and why it counted or not.

use super::forecast::{Said, said};
use crate::error::{Error, Result};
use crate::params::Place;
use crate::route::{Access, Answer, Route};
use crate::server::Server;
use crate::view::clock::{ClockView, RunView, clocks_of, why_word};
use crate::view::forecast::ModelView;
use crate::web::choice::Choice;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page, see_other};
use crate::web::locale::Locale;
use crate::web::say::Flash;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::incident::{Command as C, Escalate};
use bifold_domain::level::{Act, Interval, Threshold, Whom, Why};
use bifold_domain::{At, Command, Directory, Role, Short, time};
use serde_json::{Value, json};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/incidents/{id}/clocks",
            "page_incident_clocks",
            Access::SignedIn,
            show,
        )
        .summary("Its clocks, every interval counted or not, and why.")
        .page()
        .answers(200, Answer::Bytes("text/html")),
        Route::post("/incidents/{id}/call", "page_incident_call", call)
            .summary("Calls for help.")
            .page(),
    ]
}

/// Chains and schedules in use.
pub(crate) fn on_call_choices(l: Locale, directory: &Directory, now: &str) -> Vec<Choice> {
    let choice = |sort: &str, id: String, name: &Short| {
        let value = format!("{sort}:{id}");
        let label = l.with(&format!("whom-{sort}"), "name", name.to_string());
        Choice::new(&value, &label, value == now)
    };
    let chains = directory.chains.values().filter(|chain| !chain.is_retired);
    let chains = chains.map(|c| choice("chain", c.id.to_string(), &c.entry.name));
    let schedules = directory.schedules.values().filter(|s| !s.is_retired());
    let schedules = schedules.map(|s| choice("schedule", s.id.to_string(), &s.plan.name));
    chains.chain(schedules).collect()
}

/// Whom one may call for help: who is on call, those who lead, functions of the business, teams.
pub(super) fn help(l: Locale, directory: &Directory) -> Vec<Choice> {
    let on_call = on_call_choices(l, directory, "");
    let roles = [Role::IncidentManager, Role::SecurityOfficer];
    let roles = roles.iter().map(|role| {
        Choice::new(
            &format!("role:{}", role.word()),
            &l.word("role", role.word()),
            false,
        )
    });
    let functions = directory.policy.functions.keys();
    let functions = functions.map(|key| Choice::new(&format!("function:{key}"), key, false));
    let teams = directory.teams.iter();
    let teams = teams.map(|(id, team)| Choice::new(&format!("team:{id}"), &team.name, false));
    on_call
        .into_iter()
        .chain(roles)
        .chain(functions)
        .chain(teams)
        .collect()
}

/// One choice, such as `role:incident_manager`, as the API writes it.
pub(crate) fn whom_json(choice: &str) -> Value {
    match choice.split_once(':') {
        Some((sort, value)) => json!({ sort: value }),
        None => Value::from(choice),
    }
}

async fn call(
    State(server): State<Server>,
    Place(name): Place<String>,
    form: Form,
) -> Result<Response> {
    let id = crate::api::incidents::id_of(&server, &name).await?;
    let mut json = form.json()?;
    if let Some(field) = json.get_mut("whom") {
        *field = json!([whom_json(field.as_str().unwrap_or_default())]);
    }
    let bytes = serde_json::to_vec(&json).map_err(|_| Error::Internal)?;
    let write = form.write_of(bytes);
    let escalate: Escalate = write.body()?;
    let command = Command::Incident(id, C::Escalate(escalate));
    write.execute(&server, vec![command]).await?;
    let then = form.then(format!("/incidents/{name}"));
    Ok(Flash::new("done-escalate", name).on(see_other(&then)))
}

/// From how many percent on a probable miss is said in the head.
const RISKY: u8 = 50;

/// A clock in the head of the page.
pub(crate) struct Strip {
    pub(crate) name: String,
    pub(crate) agreement: String,
    pub(crate) style: &'static str,
    /// What it shows without a due time: paused, and why.
    pub(crate) words: String,
    pub(crate) due: Option<At>,
    pub(crate) is_over: bool,
    /// How probable a miss is, in percent, where it is worth a word.
    pub(crate) risk: Option<u8>,
}

/// The clocks that run, or are paused, the most pressing first.
pub(crate) fn strip(l: Locale, clocks: &[ClockView], now: At) -> Vec<Strip> {
    let mut shown: Vec<Strip> = Vec::new();
    for clock in clocks {
        let Some(run) = clock.last().filter(|run| !run.is_over()) else {
            continue;
        };
        shown.push(Strip {
            name: l.word("metric", clock.metric.word()),
            agreement: clock.agreement.clone(),
            style: style(run, now),
            words: match run.paused_by {
                Some(by) => l.with("clock-paused-by", "by", l.word("level-test", by.word())),
                None => String::new(),
            },
            due: run.due,
            is_over: run.is_breached,
            risk: run
                .forecast
                .as_ref()
                .map(|found| found.percent)
                .filter(|p| *p >= RISKY),
        });
    }
    shown.sort_by_key(|s| (s.due.is_none(), s.due));
    shown
}

/// Red when the time is over, yellow when little is left.
fn style(run: &RunView, now: At) -> &'static str {
    let is_short = run.counted_s * 4 >= run.target_s * 3;
    let is_near = run
        .due
        .is_some_and(|due| due.micros() - now.micros() < 15 * time::MINUTE);
    match () {
        () if run.is_breached => "bad",
        () if run.paused_by.is_some() => "plain",
        () if is_short || is_near => "warn",
        () => "good",
    }
}

#[derive(Template)]
#[template(path = "clocks.html")]
struct ClocksPage {
    f: Frame,
    number: String,
    title: String,
    is_imported: bool,
    /// What forecasts come from.
    model: ModelView,
    cards: Vec<Card>,
}

impl ClocksPage {
    /// Why there is no forecast yet.
    fn cold(&self) -> String {
        let mut args = fluent_bundle::FluentArgs::new();
        args.set("n", self.model.closed);
        args.set("late", self.model.late);
        args.set("least", self.model.least_closed);
        args.set("each", self.model.least_of_each);
        self.f.l.say("forecast-cold", Some(&args))
    }
}

/// A clock with its runs.
struct Card {
    /// Its place on the page, for its heading's id.
    n: usize,
    name: String,
    /// With whom it was agreed, and under which version.
    about: String,
    runs: Vec<RunCard>,
}

struct RunCard {
    run: RunView,
    style: &'static str,
    standing: String,
    counted: String,
    target: String,
    /// How far it is, in percent, at most a hundred.
    percent: i64,
    intervals: Vec<Line>,
    ahead: Vec<(At, String)>,
    forecast: Option<Said>,
}

struct Line {
    from: At,
    until: At,
    words: String,
    length: String,
    counts: bool,
}

async fn show(
    State(server): State<Server>,
    visit: Visit,
    Place(name): Place<String>,
) -> Result<Response> {
    let l = visit.locale();
    let viewer = visit.caller.viewer();
    let found = server.store.incident(&viewer, &name).await?;
    let (incident, _) = found.ok_or_else(|| Error::no("incident"))?;
    let directory = server.store.directory().await?;
    let now = server.store.shell().clock.now();
    let learned = server.store.learned().await?;
    let model = ModelView::of(learned.as_deref());
    let clocks = clocks_of(&incident, &directory, &viewer, learned.as_deref(), now);
    let cards = clocks.into_iter().enumerate();
    page(&ClocksPage {
        f: visit
            .frame(&server, l.t("clocks-title"), "incidents")
            .await?,
        number: incident.shown_number(),
        title: incident.title.shown(),
        is_imported: incident.imported.is_some(),
        model,
        cards: cards
            .map(|(n, clock)| card(l, n, clock, &directory, now))
            .collect(),
    })
}

fn card(l: Locale, n: usize, clock: ClockView, directory: &Directory, now: At) -> Card {
    let mut args = fluent_bundle::FluentArgs::new();
    args.set("party", l.word("party", clock.party.word()));
    args.set("agreement", clock.agreement.clone());
    args.set("version", clock.version);
    let runs = clock.runs.into_iter().rev();
    Card {
        n,
        name: l.word("metric", clock.metric.word()),
        about: l.say("clock-about", Some(&args)),
        runs: runs.map(|run| run_card(l, run, directory, now)).collect(),
    }
}

fn run_card(l: Locale, mut run: RunView, directory: &Directory, now: At) -> RunCard {
    let intervals = std::mem::take(&mut run.intervals);
    let ahead = std::mem::take(&mut run.ahead).into_iter();
    let standing = match run.paused_by {
        Some(by) => l.with("clock-paused-by", "by", l.word("level-test", by.word())),
        None => l.word("clock-standing", run.standing),
    };
    RunCard {
        style: if run.is_over() && !run.is_breached {
            "good"
        } else {
            style(&run, now)
        },
        standing,
        counted: l.span(run.counted_s),
        target: l.span(run.target_s),
        percent: (run.counted_s * 100 / run.target_s.max(1)).clamp(0, 100),
        intervals: intervals.into_iter().rev().map(|i| line(l, i)).collect(),
        ahead: ahead
            .map(|step| (step.at, act(l, &step.act, directory)))
            .collect(),
        forecast: run.forecast.as_ref().map(|found| said(l, found)),
        run,
    }
}

fn line(l: Locale, interval: Interval) -> Line {
    Line {
        from: interval.from,
        until: interval.until,
        words: match interval.why {
            Why::Paused { by } => l.with("clock-paused-by", "by", l.word("level-test", by.word())),
            why => l.word("clock-why", why_word(why)),
        },
        length: l.span(interval.micros() / time::SECOND),
        counts: interval.why == Why::Counted,
    }
}

/// What a step of a ladder does, in words.
pub(crate) fn act(l: Locale, act: &Act, directory: &Directory) -> String {
    let names = |whom: &std::collections::BTreeSet<Whom>| {
        let names = whom.iter().map(|whom| whom_words(l, whom, directory));
        names.collect::<Vec<_>>().join(", ")
    };
    match act {
        Act::Notify { whom } => l.with("act-notify", "whom", names(whom)),
        Act::Page { whom } => l.with("act-page", "whom", names(whom)),
        Act::Raise { to } => l.with("act-raise", "to", to.number()),
        Act::Reassign { team } => {
            let name = directory.teams.get(team).map(|team| team.name.to_string());
            l.with("act-reassign", "team", name.unwrap_or_default())
        }
        Act::Major { responsible: None } => l.t("act-major-propose"),
        Act::Major {
            responsible: Some(who),
        } => {
            let person = directory.people.get(who);
            let name = person.map(|person| person.name.shown()).unwrap_or_default();
            l.with("act-major", "who", name)
        }
    }
}

/// Whom a step is for, in words.
pub(crate) fn whom_words(l: Locale, whom: &Whom, directory: &Directory) -> String {
    match whom {
        Whom::Assignee => l.t("whom-assignee"),
        Whom::Holders => l.t("whom-holders"),
        Whom::Seat(role) => l.word("incident-role", role.word()),
        Whom::Role(role) => l.word("role", role.word()),
        Whom::Team(team) => {
            let found = directory.teams.get(team);
            found.map(|team| team.name.to_string()).unwrap_or_default()
        }
        Whom::Person(person) => {
            let found = directory.people.get(person);
            found.map(|person| person.name.shown()).unwrap_or_default()
        }
        Whom::Function(key) => key.to_string(),
        Whom::Schedule(id) => {
            let found = directory.schedules.get(id);
            let name = found.map(|schedule| schedule.plan.name.to_string());
            l.with("whom-schedule", "name", name.unwrap_or_default())
        }
        Whom::Chain(id) => {
            let found = directory.chains.get(id);
            let name = found.map(|chain| chain.entry.name.to_string());
            l.with("whom-chain", "name", name.unwrap_or_default())
        }
    }
}

/// When a step is due, in words.
pub(crate) fn threshold(l: Locale, at: Threshold) -> String {
    match at {
        Threshold::Percent(percent) => l.with("at-percent", "n", percent),
        Threshold::Minutes(minutes) if minutes < 0 => {
            l.with("at-before", "span", l.span(i64::from(-minutes) * 60))
        }
        Threshold::Minutes(minutes) => l.with("at-after", "span", l.span(i64::from(minutes) * 60)),
        Threshold::Likely { percent, left } => {
            let mut args = fluent_bundle::FluentArgs::new();
            args.set("percent", percent);
            args.set("left", l.span(i64::from(left) * 60));
            l.say("at-likely", Some(&args))
        }
    }
}
