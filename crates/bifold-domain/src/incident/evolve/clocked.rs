//! The incident's course, as its clocks see it, and what fired on them.

use crate::id::PersonId;
use crate::incident::Incident;
use crate::incident::command::Audience;
use crate::incident::fact::Fact;
use crate::record::Meta;

impl Incident {
    /// Takes a fact into the course, after it changed the state.
    pub(super) fn follow(&mut self, fact: &Fact, meta: &Meta) {
        let at = match fact {
            Fact::Declared { times, .. } => {
                let reported = times.reported.unwrap_or(meta.at).min(meta.at);
                self.track_on(reported);
                meta.at
            }
            Fact::Imported { opened_at, row, .. } => {
                self.track_opened(*opened_at);
                self.track_row(row);
                row.at
            }
            Fact::Observed { row } => {
                self.track_row(row);
                row.at
            }
            Fact::NoteAdded {
                audience: Audience::Outward,
                next_by,
                ..
            } if self.tells_users(&meta.actor) || next_by.is_some() => {
                self.track_said(meta.at, *next_by);
                meta.at
            }
            Fact::Announced { wording, .. } => {
                self.track_said(meta.at, wording.next_by);
                meta.at
            }
            Fact::SituationReported(briefing) => {
                self.track_reported(meta.at, briefing.report, briefing.next_by);
                meta.at
            }
            _ => {
                self.track_on(meta.at);
                meta.at
            }
        };
        match fact {
            Fact::Resolved { restored_at, .. } => self.track_usable(*restored_at),
            Fact::Mitigated { at } => self.track_usable(*at),
            _ => {}
        }
        let is_by_a_rule = meta.actor == PersonId::from_bits(0);
        let is_first = self.trail.touched().is_none();
        if (self.stage.is_open() && !is_by_a_rule) || is_first {
            self.track_touched(at);
        }
    }

    /// Whether somebody's word outward is one to those who wait. Who reported it and does not work
    /// on it is one of these.
    fn tells_users(&self, actor: &PersonId) -> bool {
        *actor != self.original.reporter || self.assignee.as_ref() == Some(actor)
    }

    pub(super) fn escalated(&mut self, fact: &Fact) {
        let (Fact::Escalated { firing, .. } | Fact::TargetMissed { firing, .. }) = fact else {
            return;
        };
        // Runs that came before are over: nothing fires on them any more.
        self.fired
            .retain(|old| old.clock != firing.clock || old.started == firing.started);
        self.fired.insert(firing.clone());
    }
}
