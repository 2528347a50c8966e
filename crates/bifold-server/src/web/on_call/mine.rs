//! What is the reader's own: shifts to come, swaps to answer, a shift to hand over or to take.

use crate::error::Result;
use crate::server::Server;
use crate::view::Names;
use crate::web::choice::{self, Choice};
use crate::web::frame::Visit;
use crate::web::locale::Locale;
use bifold_domain::oncall::schedule::{Schedule, Swap};
use bifold_domain::oncall::{Shift, Span};
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{At, Directory, PersonId};
use bifold_store::query::incident::{Filter, Order};
use bifold_store::query::on_call::OnCall;
use std::collections::{BTreeMap, BTreeSet};

/// Days ahead in which own shifts are listed.
const AHEAD: i64 = 60;
/// Own shifts that are listed.
const SHIFTS: usize = 8;
/// Shifts of others that are offered in return.
const RETURNS: usize = 30;
/// How long after its end a shift is offered to be handed over.
const HAND_OVER_WINDOW: i64 = 12 * HOUR;
/// Open incidents that are offered to be handed over.
const INCIDENTS: u32 = 30;

/// One of the reader's shifts, and how it can be swapped.
pub(super) struct Own {
    pub(super) schedule: String,
    pub(super) name: String,
    pub(super) from: At,
    pub(super) until: At,
    /// Whether it is still to come, and there is somebody else.
    pub(super) can_swap: bool,
    pub(super) with: Vec<Choice>,
    pub(super) returns: Vec<Choice>,
}

/// A swap that waits for an answer.
pub(super) struct Asked {
    pub(super) schedule: String,
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) is_mine: bool,
    pub(super) other: String,
    pub(super) gives: Span,
    pub(super) takes: Option<Span>,
    pub(super) reason: String,
}

/// A shift that was handed over to the reader.
pub(super) struct Offered {
    pub(super) schedule: String,
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) from: String,
    pub(super) at: At,
    pub(super) notes: String,
    /// Number and title of each.
    pub(super) incidents: Vec<(String, String)>,
}

/// A shift that the reader can hand over, and to whom.
pub(super) struct Ending {
    pub(super) schedule: String,
    pub(super) name: String,
    pub(super) to: Vec<Choice>,
}

/// All of it.
pub(super) struct Mine {
    pub(super) shifts: Vec<Own>,
    pub(super) asked: Vec<Asked>,
    pub(super) offered: Vec<Offered>,
    pub(super) ending: Vec<Ending>,
    /// Open incidents of the reader's, to be handed over.
    pub(super) incidents: Vec<Choice>,
}

impl Mine {
    pub(super) async fn of(
        server: &Server,
        visit: &Visit,
        all: &[OnCall],
        now: At,
    ) -> Result<Self> {
        let directory = server.store.directory().await?;
        let me = &visit.caller.actor.person;
        let eye = Eye {
            l: visit.locale(),
            directory: &directory,
            me,
            now,
        };
        let schedules = || all.iter().map(|one| &one.schedule);
        let mut shifts: Vec<Own> = schedules().flat_map(|s| eye.shifts(s)).collect();
        shifts.sort_by_key(|own| own.from);
        shifts.truncate(SHIFTS);
        let titles = titles(server, visit, schedules(), me).await?;
        let ending: Vec<Ending> = all.iter().filter_map(|one| eye.ending(one)).collect();
        let incidents = if ending.is_empty() {
            Vec::new()
        } else {
            own_incidents(server, visit).await?
        };
        Ok(Self {
            shifts,
            asked: schedules().flat_map(|s| eye.asked(s)).collect(),
            offered: schedules().flat_map(|s| eye.offered(s, &titles)).collect(),
            ending,
            incidents,
        })
    }
}

/// Number and title of the incidents in hand-overs to the reader, as far as they can read them.
async fn titles(
    server: &Server,
    visit: &Visit,
    schedules: impl Iterator<Item = &Schedule>,
    me: &PersonId,
) -> Result<BTreeMap<String, (String, String)>> {
    let to_me = schedules.flat_map(|s| &s.hand_overs);
    let open = to_me.filter(|h| h.to == *me && h.accepted_at.is_none());
    let ids: BTreeSet<String> = open
        .flat_map(|h| &h.incidents)
        .map(ToString::to_string)
        .collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let filter = Filter {
        ids: ids.into_iter().collect(),
        ..Filter::default()
    };
    let viewer = visit.caller.viewer();
    let rows = server
        .store
        .incidents(&viewer, &filter, Order::MostUrgent, None, 200)
        .await?;
    let known = rows
        .into_iter()
        .map(|row| (row.id, (row.number, row.title)));
    Ok(known.collect())
}

async fn own_incidents(server: &Server, visit: &Visit) -> Result<Vec<Choice>> {
    let filter = Filter {
        is_open: Some(true),
        assignee: Some(visit.caller.actor.person.to_string()),
        ..Filter::default()
    };
    let viewer = visit.caller.viewer();
    let rows = server
        .store
        .incidents(&viewer, &filter, Order::MostUrgent, None, INCIDENTS)
        .await?;
    let choice = |row: bifold_store::query::incident::Row| {
        let label = format!("{} · {}", row.number, row.title);
        Choice::new(&row.id, &label, true)
    };
    Ok(rows.into_iter().map(choice).collect())
}

/// The reader, at a moment.
struct Eye<'a> {
    l: Locale,
    directory: &'a Directory,
    me: &'a PersonId,
    now: At,
}

impl Eye<'_> {
    fn name(&self, person: &PersonId) -> String {
        Names(self.directory).person(person).shown().to_owned()
    }

    /// The others of a schedule.
    fn others(&self, schedule: &Schedule) -> Vec<Choice> {
        let planned = schedule.plan.layers.iter().flat_map(|layer| &layer.people);
        let planned: BTreeSet<&PersonId> = planned.collect();
        let others = planned
            .into_iter()
            .filter(|p| *p != self.me && self.directory.is_active(p));
        choice::by_name(others.map(|p| Choice::new(p, &self.name(p), false)))
    }

    fn shifts(&self, schedule: &Schedule) -> Vec<Own> {
        let span = Span::new(self.now, self.now.plus(AHEAD * DAY));
        let all = schedule.shifts(span);
        let mine = all.iter().filter(|shift| shift.person == *self.me);
        let own = |shift: &Shift| {
            let with = self.others(schedule);
            let is_ahead = shift.span.from > self.now;
            Own {
                schedule: schedule.id.to_string(),
                name: schedule.plan.name.to_string(),
                from: shift.span.from,
                until: shift.span.until,
                can_swap: is_ahead && !with.is_empty(),
                with,
                returns: self.returns(&all),
            }
        };
        mine.take(SHIFTS).map(own).collect()
    }

    /// Shifts of others that can be taken in return.
    fn returns(&self, all: &[Shift]) -> Vec<Choice> {
        let theirs = all
            .iter()
            .filter(|s| s.person != *self.me && s.span.from > self.now);
        let choice = |shift: &Shift| {
            let (from, until) = (shift.span.from, shift.span.until);
            let value = format!("{} {from} {until}", shift.person);
            let who = self.name(&shift.person);
            let label = format!(
                "{who}: {} – {}",
                self.l.moment(&from),
                self.l.moment(&until)
            );
            Choice::new(&value, &label, false)
        };
        theirs.take(RETURNS).map(choice).collect()
    }

    fn asked(&self, schedule: &Schedule) -> Vec<Asked> {
        let swaps = schedule.swaps.iter();
        let open =
            swaps.filter(|s| s.is_open(self.now) && (s.with == *self.me || s.from == *self.me));
        open.map(|swap: &Swap| {
            let is_mine = swap.from == *self.me;
            Asked {
                schedule: schedule.id.to_string(),
                name: schedule.plan.name.to_string(),
                number: swap.number,
                is_mine,
                other: self.name(if is_mine { &swap.with } else { &swap.from }),
                gives: swap.gives,
                takes: swap.takes,
                reason: swap
                    .reason
                    .as_ref()
                    .map(bifold_domain::Redactable::shown)
                    .unwrap_or_default(),
            }
        })
        .collect()
    }

    fn offered(
        &self,
        schedule: &Schedule,
        titles: &BTreeMap<String, (String, String)>,
    ) -> Vec<Offered> {
        let to_me = schedule.hand_overs.iter().filter(|h| h.to == *self.me);
        let open = to_me.filter(|h| h.accepted_at.is_none());
        open.map(|h| Offered {
            schedule: schedule.id.to_string(),
            name: schedule.plan.name.to_string(),
            number: h.number,
            from: self.name(&h.from),
            at: h.at,
            notes: h.notes.shown(),
            incidents: h
                .incidents
                .iter()
                .filter_map(|id| titles.get(id.as_str()).cloned())
                .collect(),
        })
        .collect()
    }

    fn ending(&self, one: &OnCall) -> Option<Ending> {
        let schedule = &one.schedule;
        let recent = Span::new(self.now.plus(-HAND_OVER_WINDOW), self.now.plus(1));
        if schedule.shifts_of(self.me, recent).is_empty() {
            return None;
        }
        // Whoever comes next, or has come already, stands first.
        let next = one.next.as_ref().and_then(|(_, person)| person.clone());
        let now = one.shift.as_ref().map(|shift| shift.person.clone());
        let likely = now.filter(|person| person != self.me).or(next);
        let mut to = self.others(schedule);
        for choice in &mut to {
            choice.is_on = likely.as_ref().is_some_and(|p| choice.value == p.as_str());
        }
        Some(Ending {
            schedule: schedule.id.to_string(),
            name: schedule.plan.name.to_string(),
            to,
        })
    }
}
