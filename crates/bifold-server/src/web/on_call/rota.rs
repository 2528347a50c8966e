//! One schedule as a picture of the next two weeks, and the same in words.

use crate::view::Names;
use crate::web::locale::Locale;
use bifold_domain::oncall::schedule::Schedule;
use bifold_domain::oncall::{Shift, Span, Why};
use bifold_domain::{At, Directory, PersonId};
use bifold_store::query::on_call::OnCall;

/// Days of the picture.
const DAYS: usize = 14;
/// Its width, in units of its own.
const WIDTH: i64 = 1_400;
/// Colours by which people are told apart; with more people they begin anew.
const HUES: usize = 6;
/// Hand-overs in the list.
const HAND_OVERS: usize = 3;

/// A piece of a line of the picture.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) width: i64,
    /// The class: of a person, or of a gap.
    pub(super) class: String,
    /// Who and when, for whoever points at it.
    pub(super) title: String,
}

/// A line of the picture.
pub(super) struct Line {
    pub(super) label: String,
    /// Whether it is what holds in the end.
    pub(super) is_result: bool,
    pub(super) bars: Vec<Bar>,
}

/// A shift or a gap in words.
pub(super) struct Said {
    /// Who; empty in a gap.
    pub(super) who: String,
    pub(super) why: String,
    pub(super) from: At,
    pub(super) until: At,
}

/// An override that is not over.
pub(super) struct Over {
    pub(super) number: u32,
    pub(super) who: String,
    pub(super) reason: String,
    pub(super) from: At,
    pub(super) until: At,
}

/// A shift that was handed over.
pub(super) struct Handed {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) at: At,
    pub(super) is_accepted: bool,
}

/// A schedule.
pub(super) struct Rota {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) team: String,
    pub(super) zone: String,
    /// Who is on call now; empty when nobody is.
    pub(super) now: String,
    /// When that changes, and to whom.
    pub(super) next: Option<(At, String)>,
    /// Where each day begins, and what it is called.
    pub(super) days: Vec<(i64, String)>,
    pub(super) lines: Vec<Line>,
    /// Names, with the class of their colour.
    pub(super) legend: Vec<(String, String)>,
    pub(super) said: Vec<Said>,
    pub(super) gaps: usize,
    pub(super) overrides: Vec<Over>,
    pub(super) handed: Vec<Handed>,
}

/// What is needed to draw and say a schedule.
struct Pen<'a> {
    l: Locale,
    names: Names<'a>,
    span: Span,
    /// People in the order in which they were met.
    seen: Vec<PersonId>,
}

impl Rota {
    pub(super) fn of(l: Locale, one: &OnCall, directory: &Directory, now: At) -> Self {
        let schedule = &one.schedule;
        let names = Names(directory);
        let name = |id: &PersonId| names.person(id).shown().to_owned();
        let layer = schedule.plan.layers.first();
        let days = layer.map_or_else(Vec::new, |layer| layer.days(now, DAYS + 1));
        let begin = days.first().map_or(now, |day| day.1);
        let end = days.last().map_or(now, |day| day.1);
        let span = Span::new(begin, end);
        let mut pen = Pen {
            l,
            names,
            span,
            seen: Vec::new(),
        };
        let lines = pen.lines(schedule);
        let said = pen.said(schedule, now);
        let team = schedule.plan.team.as_ref();
        Self {
            id: schedule.id.to_string(),
            name: schedule.plan.name.to_string(),
            team: team.map_or_else(String::new, |t| names.team(t).shown().to_owned()),
            zone: layer.map_or_else(String::new, |layer| layer.zone.name().to_owned()),
            now: one
                .shift
                .as_ref()
                .map_or_else(String::new, |s| name(&s.person)),
            next: one.next.as_ref().map(|(at, person)| {
                let who = person.as_ref().map(name);
                (*at, who.unwrap_or_else(|| l.t("on-call-nobody")))
            }),
            days: days
                .iter()
                .take(DAYS)
                .map(|(date, at)| {
                    let weekday = l.word(
                        "weekday",
                        &date.weekday().to_monday_one_offset().to_string(),
                    );
                    (pen.x(*at), format!("{weekday} {}", date.day()))
                })
                .collect(),
            lines,
            legend: pen
                .seen
                .iter()
                .map(|person| (name(person), pen.class(person)))
                .collect(),
            gaps: said.iter().filter(|said| said.who.is_empty()).count(),
            said,
            overrides: overrides(schedule, now, &name),
            handed: schedule
                .hand_overs
                .iter()
                .rev()
                .take(HAND_OVERS)
                .map(|h| Handed {
                    from: name(&h.from),
                    to: name(&h.to),
                    at: h.at,
                    is_accepted: h.accepted_at.is_some(),
                })
                .collect(),
        }
    }
}

fn overrides(schedule: &Schedule, now: At, name: &impl Fn(&PersonId) -> String) -> Vec<Over> {
    let covers = schedule.covers.iter().filter(|c| c.is_override());
    let ahead = covers.filter(|cover| cover.span.until > now);
    ahead
        .map(|cover| Over {
            number: cover.number(),
            who: name(&cover.person),
            reason: cover
                .reason
                .as_ref()
                .map(bifold_domain::Redactable::shown)
                .unwrap_or_default(),
            from: cover.span.from,
            until: cover.span.until,
        })
        .collect()
}

impl Pen<'_> {
    /// A layer a line where there are several, changes, and what comes of all.
    fn lines(&mut self, schedule: &Schedule) -> Vec<Line> {
        let (plan, span) = (&schedule.plan, self.span);
        let shifts = schedule.shifts(span);
        let is_change = |shift: &&Shift| !matches!(shift.why, Why::Layer { .. });
        let changes: Vec<Shift> = shifts.iter().filter(is_change).cloned().collect();
        let mut lines = Vec::new();
        if plan.layers.len() > 1 || !changes.is_empty() {
            for layer in &plan.layers {
                let bars = self.bars(&plan.layer_shifts(layer, span));
                lines.push(self.line(layer.name.to_string(), bars));
            }
        }
        if !changes.is_empty() {
            let bars = self.bars(&changes);
            lines.push(self.line(self.l.t("on-call-changes"), bars));
        }
        let mut bars = self.bars(&shifts);
        bars.extend(schedule.gaps(span).into_iter().map(|gap| Bar {
            x: self.x(gap.from),
            width: self.width(gap),
            class: "gap".to_owned(),
            title: self.l.t("on-call-nobody"),
        }));
        lines.push(Line {
            is_result: true,
            ..self.line(self.l.t("on-call-result"), bars)
        });
        lines
    }

    fn line(&self, label: String, bars: Vec<Bar>) -> Line {
        Line {
            label,
            is_result: false,
            bars,
        }
    }

    fn bars(&mut self, shifts: &[Shift]) -> Vec<Bar> {
        let mut bars = Vec::with_capacity(shifts.len());
        for shift in shifts {
            if !self.seen.contains(&shift.person) {
                self.seen.push(shift.person.clone());
            }
            let (l, span) = (self.l, shift.span);
            let who = self.names.person(&shift.person);
            let (from, until) = (l.moment(&span.from), l.moment(&span.until));
            bars.push(Bar {
                x: self.x(span.from),
                width: self.width(span),
                class: self.class(&shift.person),
                title: format!("{}: {from} – {until}", who.shown()),
            });
        }
        bars
    }

    fn class(&self, person: &PersonId) -> String {
        let place = self.seen.iter().position(|seen| seen == person);
        format!("hue-{}", place.unwrap_or(0) % HUES)
    }

    /// Where an instant lies.
    fn x(&self, at: At) -> i64 {
        let whole = (self.span.until.micros() - self.span.from.micros()).max(1);
        let passed = i128::from(at.micros() - self.span.from.micros()) * i128::from(WIDTH);
        i64::try_from(passed / i128::from(whole)).unwrap_or(0)
    }

    fn width(&self, span: Span) -> i64 {
        (self.x(span.until) - self.x(span.from)).max(1)
    }

    /// Shifts and gaps from now on.
    fn said(&self, schedule: &Schedule, now: At) -> Vec<Said> {
        let span = Span {
            from: now,
            ..self.span
        };
        let why = |why: &Why| match why {
            Why::Layer { name } => name.to_string(),
            Why::Override { .. } => self.l.t("on-call-override"),
            Why::Swap { .. } => self.l.t("on-call-swapped"),
        };
        let shifts = schedule.shifts(span).into_iter().map(|shift| Said {
            who: self.names.person(&shift.person).shown().to_owned(),
            why: why(&shift.why),
            from: shift.span.from,
            until: shift.span.until,
        });
        let gaps = schedule.gaps(span).into_iter().map(|gap| Said {
            who: String::new(),
            why: String::new(),
            from: gap.from,
            until: gap.until,
        });
        let mut said: Vec<Said> = shifts.chain(gaps).collect();
        said.sort_by_key(|said| said.from);
        said
    }
}
