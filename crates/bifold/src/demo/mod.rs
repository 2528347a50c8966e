//! Harbour Hospital: a made-up organisation with a believable past and an open present.
//!
//! A seed and an end give the whole history as a list of steps (`script.rs`), which a pure
//! function writes and the store carries out through its one write path, each step at its time.
//! The same seed and end give the same facts. It decides nothing that the rules would not: every
//! step is a command of somebody who may, and a test sees to it that none is refused.

mod calendar;
mod catalogue;
mod course;
mod exhibits;
mod history;
mod life;
pub(crate) mod organisation;
mod present;
mod rng;
mod room;
mod rota;
mod scenario;
mod script;
mod sev1;
mod sources;
mod special;
#[cfg(test)]
mod tests;
pub(crate) mod trickle;
mod upkeep;
mod window;
mod words;
mod world;

use bifold_domain::time::DAY;
use bifold_domain::{At, PersonId};
use bifold_server::DemoPerson;
use bifold_store::{Founding, Operation, Options, Seen, Shell, Store};
use rng::Rng;
use script::{Script, Step};
use std::collections::BTreeSet;
use std::path::Path;
use words::short;
use world::World;

/// How many days of history the demonstration has.
pub(crate) const DAYS: i64 = 90;
/// Steps carried out between two signed checkpoints.
const SIGN_EVERY: usize = 1_000;
/// The file that marks a folder as one of the demonstration's.
const MARK: &str = "demo-organisation";

/// What determines a demonstration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Chance.
    pub(crate) seed: u64,
    /// When the history ends, which is now.
    pub(crate) end: At,
    /// How many days it has.
    pub(crate) days: i64,
}

impl Setting {
    /// When the organisation is founded: a day before its first incident.
    fn start(&self) -> At {
        self.end.plus(-(self.days + 1) * DAY)
    }
}

/// The whole history in order, from the day after the founding until now.
fn history(setting: &Setting, founder: &PersonId) -> Vec<Step> {
    let rng = Rng::new(setting.seed);
    let (end, days) = (setting.end, setting.days);
    let mut script = Script::until(end);
    let world = World::new(founder, setting.start(), &mut rng.fork(0));
    world.enter(setting.start(), &mut script);
    let mut used = BTreeSet::from([sev1::TITLE.to_owned()]);
    history::incidents(&world, &mut script, days, &mut used, &rng);
    history::events(&world, &mut script, days, &rng);
    special::tell(&world, &mut script, days, &rng);
    present::incidents(&world, &mut script, days, &mut used, &rng);
    present::triage(&world, &mut script, &rng);
    sev1::tell(&world, &mut script, &rng);
    rota::tell(&world, &mut script, setting.start(), &rng);
    sources::tell(&world, &mut script, setting.start(), &rng);
    upkeep::tell(&world, &mut script, setting.start(), &rng);
    window::tell(&world, &mut script, setting.start(), &rng);
    script.in_order()
}

/// What was refused of a history; nothing, unless a rule and a story disagree.
type Refused = Vec<String>;

/// Founds the organisation in an empty folder and lets its history happen.
pub(crate) async fn found(data: &Path, setting: &Setting) -> anyhow::Result<Refused> {
    let options = Options {
        shell: Shell::manual(setting.start(), setting.seed),
        ..Options::in_folder(data)
    };
    let founding = Founding {
        organisation: short(organisation::NAME),
        host: organisation::HOST.to_owned(),
        name: short(organisation::name(organisation::FOUNDER)),
        email: short(&organisation::email(organisation::FOUNDER)),
        roles: BTreeSet::new(),
    };
    let (store, founder) = Store::found(options, founding).await?;
    store.sign_checkpoint().await?;
    for bytes in exhibits::bytes() {
        store.keep_blob(&bytes[..]).await?;
    }
    let mut refused = Refused::new();
    for steps in history(setting, &founder).chunks(SIGN_EVERY) {
        let told = steps.iter().map(|step| (step.at, operation(step)));
        let answers = store.execute_told(told.collect()).await;
        for (step, answer) in steps.iter().zip(answers) {
            match answer {
                Ok(_) => {}
                Err(bifold_store::Error::Refused(refusal)) => {
                    tracing::warn!(at = %step.at, %refusal, "a step of the history was refused");
                    refused.push(format!("{}: {refusal}: {:?}", step.at, step.commands));
                }
                Err(error) => return Err(error.into()),
            }
        }
        store.sign_checkpoint().await?;
    }
    // What was told to somebody months ago is not news; the last day is.
    store.mark_old_read(setting.end.plus(-DAY)).await?;
    store.close().await;
    std::fs::write(
        data.join(MARK),
        "Made by `bifold demo`; all of it is made up.\n",
    )?;
    Ok(refused)
}

fn operation(step: &Step) -> Operation {
    Operation {
        actor: step.actor.clone(),
        key: None,
        seen: Seen::Any,
        commands: step.commands.clone(),
        is_imported: false,
    }
}

/// Whether this folder holds a demonstration, told to its end. In any other organisation nobody
/// may sign in without a password.
pub(crate) fn is_founded(data: &Path) -> bool {
    data.join(MARK).is_file()
}

/// Those whom a visitor may be with one click.
pub(crate) fn visitors() -> Vec<DemoPerson> {
    let visitor = |(key, role_line): &(&str, &str)| DemoPerson {
        email: organisation::email(key),
        name: organisation::name(key).to_owned(),
        role_line: (*role_line).to_owned(),
    };
    organisation::VISITORS.iter().map(visitor).collect()
}
