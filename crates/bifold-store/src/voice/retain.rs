//! What time brings: reminders before something is due, and names whose time is over.

use crate::error::{Error, Result};
use crate::job::Next;
use crate::notify::{About, Raise};
use crate::store::Store;
use crate::write::Operation;
use bifold_domain::disclosure::{Command as C, Disclosure, Stage};
use bifold_domain::time::DAY;
use bifold_domain::{At, Auth, Command, Directory, DisclosureId, Permission, PersonId};
use bifold_notify::Urgency;
use bifold_notify::notice::Occasion;
use std::collections::BTreeSet;

/// How long before an acknowledgement is due those who handle it are reminded.
const BEFORE_ACKNOWLEDGEMENT: i64 = 2 * DAY;
/// How long before feedback is due.
const BEFORE_FEEDBACK: i64 = 14 * DAY;

/// Who is told that something waits: its handler, or else everybody who may read it. The notice
/// holds no word of it, not even its number.
pub(crate) fn readers(found: &Disclosure, directory: &Directory) -> BTreeSet<PersonId> {
    let reads = |person: &PersonId| {
        let actor = directory.actor(person, Auth::System);
        actor.is_some_and(|actor| found.is_readable_by(&actor.viewer(), directory))
    };
    let handler = found.handler.as_ref().filter(|person| reads(person));
    if let Some(handler) = handler {
        return BTreeSet::from([handler.clone()]);
    }
    let with = |permission| directory.people_with(permission);
    let all = with(Permission::HandleDisclosures).chain(with(Permission::KeepIdentities));
    all.filter(|person| reads(person)).cloned().collect()
}

/// The custodians who may decide whether a name is shown.
pub(crate) fn custodians(found: &Disclosure, directory: &Directory) -> BTreeSet<PersonId> {
    let all = directory.people_with(Permission::KeepIdentities);
    let kept = all.filter(|person| {
        let actor = directory.actor(person, Auth::System);
        actor.is_some_and(|actor| found.is_kept_by(&actor.viewer()))
    });
    kept.cloned().collect()
}

/// That something waits in the channel, for these people.
pub(crate) fn waiting(to: BTreeSet<PersonId>) -> Raise {
    Raise {
        occasion: Occasion::DisclosureWaits,
        urgency: Urgency::Normal,
        to,
        about: About::Part("disclosures".to_owned()),
        by: None,
    }
}

/// When to look next whether somebody has to be reminded, and whether it is time now.
fn reminder(found: &Disclosure, now: At) -> (bool, Option<At>) {
    let acknowledge = found.acknowledge_by().plus(-BEFORE_ACKNOWLEDGEMENT);
    let feedback = found.feedback_by().plus(-BEFORE_FEEDBACK);
    if found.stage == Stage::Closed || found.feedback_at.is_some() {
        (false, None)
    } else if found.acknowledged_at.is_none() && now < feedback {
        (
            now >= acknowledge,
            Some(if now < acknowledge {
                acknowledge
            } else {
                feedback
            }),
        )
    } else {
        (now >= feedback, (now < feedback).then_some(feedback))
    }
}

impl Store {
    /// Reminds those who handle it before something is due.
    pub(crate) async fn remind_of_disclosure(&self, id: &str) -> Result<Next> {
        let id = DisclosureId::parse(id).map_err(Error::damaged)?;
        let Some((found, _)) = self.any_disclosure(&id).await? else {
            return Ok(Next::Done);
        };
        let (is_time, next) = reminder(&found, self.inner.shell.clock.now());
        if is_time {
            let directory = self.directory().await?;
            self.raise(waiting(readers(&found, &directory))).await?;
        }
        Ok(next.map_or(Next::Done, |at| Next::NotBefore(at.micros())))
    }

    /// Deletes the name of one that was closed long enough ago.
    pub(crate) async fn retain_identity(&self, id: &str) -> Result<Next> {
        let id = DisclosureId::parse(id).map_err(Error::damaged)?;
        let Some((found, _)) = self.any_disclosure(&id).await? else {
            return Ok(Next::Done);
        };
        // Taken up again: the next closing makes a job of its own.
        let Some((closed_at, _)) = found.closed.filter(|_| found.has_identity()) else {
            return Ok(Next::Done);
        };
        let directory = self.directory().await?;
        let days = i64::from(directory.policy.limits.keep_identity_days);
        let due = closed_at.plus(days * DAY);
        if self.inner.shell.clock.now() < due {
            // Policy may change meanwhile, so it is looked at once a month.
            let soon = self.inner.shell.clock.now().plus(30 * DAY);
            return Ok(Next::NotBefore(due.min(soon).micros()));
        }
        let command = Command::Disclosure(id, C::DeleteIdentity);
        match self.execute(Operation::one(&self.system(), command)).await {
            Ok(_) | Err(Error::Refused(_)) => Ok(Next::Done),
            Err(error) => Err(error),
        }
    }
}
