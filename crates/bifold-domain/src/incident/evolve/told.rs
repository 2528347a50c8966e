//! What was said on status pages, and what waits to be.

use crate::incident::fact::Fact;
use crate::incident::{Announcement, Incident, Proposed, Said};
use crate::record::Meta;

impl Incident {
    pub(super) fn told(&mut self, fact: &Fact, meta: &Meta) {
        match fact {
            Fact::AnnouncementProposed { page, wording } => {
                let begun = || Announcement::begun(wording);
                let of = self.announcements.entry(page.clone());
                of.or_insert_with(begun).proposed = Some(Proposed {
                    by: meta.actor.clone(),
                    at: meta.at,
                    wording: (**wording).clone(),
                });
            }
            Fact::Announced { page, wording, .. } => {
                let begun = || Announcement::begun(wording);
                let of = self.announcements.entry(page.clone()).or_insert_with(begun);
                of.title = wording.title.clone();
                of.impact = wording.impact;
                of.began_at = wording.began_at;
                of.proposed = None;
                of.retracted_at = None;
                of.said.push(Said {
                    at: meta.at,
                    stage: wording.stage,
                    text: wording.text.clone(),
                    states: wording.states.clone(),
                    next_by: wording.next_by,
                });
            }
            Fact::AnnouncementDeclined { page, .. } => {
                let found = self.announcements.get_mut(page);
                let is_empty = found.is_some_and(|of| {
                    of.proposed = None;
                    of.said.is_empty() && of.retracted_at.is_none()
                });
                if is_empty {
                    self.announcements.remove(page);
                }
            }
            Fact::AnnouncementRetracted { page, .. } => {
                if let Some(of) = self.announcements.get_mut(page) {
                    of.said.clear();
                    of.proposed = None;
                    of.retracted_at = Some(meta.at);
                }
            }
            _ => {}
        }
    }
}
