//! The preservation gate on the page of an incident: what would be lost, what waiting costs, who
//! says what, and the ways through, on one card that stands above both lanes.

use crate::server::Server;
use crate::view::action::ActionView;
use crate::web::choice::{Choice, by_name};
use crate::web::frame::Visit;
use crate::web::locale::Locale;
use bifold_domain::gate::{Effect, Side};
use bifold_domain::incident::{Incident, RestoringAction};
use bifold_domain::kind::KindKey;
use bifold_domain::{AssetId, Directory, Permission};
use std::collections::{BTreeMap, BTreeSet};

/// Restoring actions of the page.
pub(crate) struct Restoring {
    /// Held up, the most pressing first.
    pub(super) held: Vec<Card>,
    /// Let through, done or withdrawn, oldest first.
    pub(super) others: Vec<Line>,
    /// What may be wanted.
    pub(super) actions: Vec<Choice>,
    /// On what.
    pub(super) assets: Vec<Choice>,
    /// What both sides cost each other so far, in words; empty where they did not.
    pub(super) cost: String,
}

/// One thing on the list of what could be lost.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) minutes: u32,
    pub(super) who: String,
    pub(super) hint: String,
}

/// The gate in front of one action.
pub(super) struct Card {
    pub(super) a: ActionView,
    /// The action and on what, in words.
    pub(super) what: String,
    pub(super) stage: &'static str,
    pub(super) due: bifold_domain::At,
    pub(super) items: Vec<Item>,
    /// Minutes that saving all of it takes.
    pub(super) minutes: u32,
    pub(super) law: Option<String>,
    /// What holds when nobody decides, in words.
    pub(super) fallback: String,
    pub(super) advice: Vec<Said>,
    pub(super) capturing: Option<String>,
    /// What a minute costs, in words.
    pub(super) costs: Vec<String>,
    pub(super) may: Ways,
}

/// What somebody advised.
pub(super) struct Said {
    pub(super) side: &'static str,
    pub(super) course: &'static str,
    pub(super) reason: String,
    pub(super) by: String,
}

/// Which ways the card offers. The rules decide anew when one is taken.
#[allow(clippy::struct_excessive_bools)] // A list of permissions, each on its own.
pub(super) struct Ways {
    pub(super) captured: bool,
    pub(super) go: bool,
    /// Only by breaking the glass.
    pub(super) glass: bool,
    pub(super) ask: bool,
    /// To leave out a part of what could be saved.
    pub(super) weighs: bool,
    pub(super) withdraw: bool,
    pub(super) advise: Vec<&'static str>,
}

/// An action that waits no more.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) what: String,
    pub(super) standing: &'static str,
    /// How it was let through, in words; empty where it met no gate.
    pub(super) how: String,
    pub(super) said: Vec<String>,
    pub(super) can_perform: bool,
    pub(super) can_review: bool,
}

/// What is known of assets by id.
type Assets = BTreeMap<String, String>;

impl Restoring {
    pub(super) async fn of(
        server: &Server,
        visit: &Visit,
        incident: &Incident,
        views: Vec<ActionView>,
        directory: &Directory,
    ) -> crate::error::Result<Self> {
        let l = visit.locale();
        let assets = names(server, incident).await?;
        let page = Page {
            l,
            visit,
            incident,
            directory,
            assets: &assets,
        };
        let mut held = Vec::new();
        let mut others = Vec::new();
        for (action, view) in incident.actions.iter().zip(views) {
            if action.is_held() {
                held.extend(page.card(action, view));
            } else {
                others.push(page.line(action, &view));
            }
        }
        held.sort_by_key(|card| card.due);
        let offered = directory.policy.gate.value.actions.iter();
        let now = server.store.shell().clock.now();
        Ok(Self {
            held,
            others,
            actions: offered.map(|a| page.offer(a)).collect(),
            assets: by_name(
                assets
                    .iter()
                    .map(|(id, name)| Choice::new(id, name, assets.len() == 1)),
            ),
            cost: page.cost(now),
        })
    }
}

/// The incident's assets, those its actions name, and a few more of the inventory to choose from.
async fn names(server: &Server, incident: &Incident) -> crate::error::Result<Assets> {
    const NAMED: u32 = 30;
    let of_actions = incident.actions.iter().flat_map(|action| &action.assets);
    let ids: BTreeSet<&AssetId> = incident
        .assets
        .iter()
        .chain(of_actions)
        .take(NAMED as usize)
        .collect();
    let mut names = Assets::new();
    for asset in server.store.assets_by_id(ids).await? {
        names.insert(asset.id, asset.name);
    }
    if incident.assets.is_empty() {
        let Some(service) = &incident.service else {
            return Ok(names);
        };
        for asset in server.store.assets_of(service, NAMED).await? {
            names.insert(asset.id, asset.name);
        }
    }
    Ok(names)
}

struct Page<'a> {
    l: Locale,
    visit: &'a Visit,
    incident: &'a Incident,
    directory: &'a Directory,
    assets: &'a Assets,
}

impl Page<'_> {
    fn offer(&self, action: &bifold_domain::gate::ActionType) -> Choice {
        let worst = action.effect_on(&BTreeSet::new());
        let name = self
            .l
            .data("catalogue", action.key.as_str(), action.name.as_str());
        let label = match worst {
            Effect::Harmless => name,
            effect => format!("{name} ({})", self.l.word("effect", effect.word())),
        };
        Choice::new(&action.key, &label, false)
    }

    fn what(&self, action: &RestoringAction) -> String {
        let rules = &self.directory.policy.gate.value;
        let known = rules.actions.iter().find(|a| a.key == action.action);
        let name = known.map_or(action.action.as_str(), |a| a.name.as_str());
        let name = self.l.data("catalogue", action.action.as_str(), name);
        let on: Vec<&str> = action
            .assets
            .iter()
            .filter_map(|id| self.assets.get(id.as_str()).map(String::as_str))
            .collect();
        if on.is_empty() {
            name
        } else {
            format!("{name}: {}", on.join(", "))
        }
    }

    fn card(&self, action: &RestoringAction, a: ActionView) -> Option<Card> {
        let (l, gate) = (self.l, a.gate.as_ref()?);
        let items: Vec<Item> = gate.at_stake.iter().map(|key| self.item(key)).collect();
        let fallback = l.word("fallback", gate.fallback.word());
        let fallback = match gate.order {
            Some(version) => format!("{fallback} {}", l.with("by-order", "n", version)),
            None => fallback,
        };
        let advice = gate.advice.iter().map(|(side, advice)| Said {
            side: side.word(),
            course: advice.course.word(),
            reason: advice.reason.clone(),
            by: advice.by.shown().to_owned(),
        });
        Some(Card {
            what: self.what(action),
            stage: gate.stage,
            due: gate.due?,
            minutes: items.iter().map(|item| item.minutes).sum(),
            law: gate.law.clone(),
            fallback,
            advice: advice.collect(),
            capturing: gate.capturing.as_ref().map(|by| by.shown().to_owned()),
            costs: self.costs(),
            may: self.ways(action, gate.law.is_some(), gate.stage),
            items,
            a,
        })
    }

    fn item(&self, key: &str) -> Item {
        let rules = &self.directory.policy.gate.value;
        let known = rules.volatile.iter().find(|v| v.key.as_str() == key);
        let name = known.map_or(key, |v| v.name.as_str());
        Item {
            key: key.to_owned(),
            name: self.l.data("volatile", key, name),
            minutes: known.map_or(0, |v| v.minutes),
            who: known.map(|v| v.who.to_string()).unwrap_or_default(),
            hint: known.map(|v| v.hint.to_string()).unwrap_or_default(),
        }
    }

    /// Users and money of the service; clocks of contract and law stand on the page already.
    fn costs(&self) -> Vec<String> {
        let service = self.incident.service.as_ref();
        let Some(service) = service.and_then(|id| self.directory.services.get(id)) else {
            return Vec::new();
        };
        let users = service
            .entry
            .users
            .map(|n| self.l.with("gate-users", "n", n));
        let money = service.entry.minute_costs.as_ref();
        let money = money.map(|sum| self.l.with("gate-money", "sum", sum.to_string()));
        users.into_iter().chain(money).collect()
    }

    fn ways(&self, action: &RestoringAction, has_law: bool, stage: &str) -> Ways {
        let (visit, me) = (self.visit, &self.visit.caller.actor.person);
        let decides = visit.may(Permission::DecideGate);
        let security = KindKey::security();
        let teams = &visit.caller.actor.teams;
        let in_security = visit.may(Permission::WorkSensitiveLanes)
            || self.incident.is_seated(&security, me, teams);
        let was_told = matches!(
            action.gate.as_ref().map(|gate| &gate.stage),
            Some(bifold_domain::incident::GateStage::Capturing { by: Some(by), .. }) if by == me
        );
        let works = visit.may(Permission::Work);
        let go = if has_law {
            visit.may(Permission::WaiveLaw) && action.by != *me
        } else {
            decides
        };
        let sides = [(Side::Service, works), (Side::Security, in_security)];
        Ways {
            captured: decides || in_security || was_told,
            go,
            glass: !go && !has_law && works,
            ask: stage == "waiting" && works,
            weighs: decides || in_security,
            withdraw: decides || action.by == *me,
            advise: sides
                .iter()
                .filter(|(_, may)| *may)
                .map(|(s, _)| s.word())
                .collect(),
        }
    }

    fn line(&self, action: &RestoringAction, view: &ActionView) -> Line {
        let l = self.l;
        let decision = action.decision();
        let how = decision.map_or_else(String::new, |d| {
            let by = view.gate.as_ref().and_then(|gate| gate.decision.as_ref());
            let by = by.map_or("", |d| d.by.shown());
            format!(
                "{} · {by} · {}",
                l.word("ground", d.ground.word()),
                l.word("course", d.course.word())
            )
        });
        let listed = |key: &str, items: &std::collections::BTreeSet<bifold_domain::Short>| {
            let names: Vec<String> = items.iter().map(|i| self.item(i.as_str()).name).collect();
            (!names.is_empty()).then(|| format!("{} {}", l.t(key), names.join(", ")))
        };
        let said = decision.map_or_else(Vec::new, |d| {
            let words = [d.reason.as_ref(), d.loss.as_ref()].into_iter().flatten();
            let words = words.map(bifold_domain::Redactable::shown);
            listed("gate-saved", &d.saved)
                .into_iter()
                .chain(listed("gate-lost", &d.lost))
                .chain(words)
                .collect()
        });
        let is_open = !self.incident.stage.is_sealed();
        let by_me = decision.is_some_and(|d| d.by == self.visit.caller.actor.person);
        Line {
            id: action.id.to_string(),
            what: self.what(action),
            standing: view.standing,
            how,
            said,
            can_perform: is_open && view.standing == "cleared" && self.visit.may(Permission::Work),
            can_review: action.wants_review() && !by_me && self.visit.may(Permission::DecideGate),
        }
    }

    fn cost(&self, now: bifold_domain::At) -> String {
        let cost = self.incident.conflict_cost(now);
        let gated = self
            .incident
            .actions
            .iter()
            .any(|action| action.gate.is_some());
        if !gated {
            return String::new();
        }
        let mut args = fluent_bundle::FluentArgs::new();
        args.set("waited", cost.waited_minutes);
        args.set("saved", cost.saved_items as u64);
        args.set("lost", cost.lost_items as u64);
        self.l.say("gate-cost", Some(&args))
    }
}
