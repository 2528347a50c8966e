//! A small organisation to test with, and the given/when/then of the incident's tests.

use crate::access::{Actor, Auth, Role};
use crate::calendar::Zone;
use crate::directory::Directory;
use crate::event::Channel;
use crate::id::{
    ActionId, AssetId, EventId, IncidentId, PersonId, ServiceId, StatusPageId, TaskId, TeamId,
};
use crate::incident::{
    Because, Command, Declare, Fact, Import, ImportedStage, Incident, Labels, Observation,
    StatedTimes, Summary,
};
use crate::person::Person;
use crate::priority::{Impact, Priority, Urgency};
use crate::record::{Context, Meta, Neighbours, Record};
use crate::refusal::Refusal;
use crate::service::{Criticality, Entry, Service};
use crate::status_page::{
    Approval, Component, PageAudience, PageLanguage, Settings, Slug, StatusPage,
};
use crate::team::Team;
use crate::text::{Short, Text, Title};
use crate::time::{At, MINUTE};
use std::collections::{BTreeMap, BTreeSet};

/// Everybody, with their one role. `former` is disabled; `analyst` is in the team `csirt`.
pub(crate) const PEOPLE: &[(&str, Role)] = &[
    ("reporter", Role::Reporter),
    ("bystander", Role::Reporter),
    ("agent", Role::Agent),
    ("resolver", Role::Resolver),
    ("analyst", Role::Resolver),
    ("manager", Role::IncidentManager),
    ("officer", Role::SecurityOfficer),
    ("deputy", Role::SecurityOfficer),
    ("custodian", Role::EvidenceCustodian),
    ("auditor", Role::Auditor),
    ("administrator", Role::Administrator),
    ("former", Role::Agent),
    ("listener", Role::DisclosureHandler),
    ("colleague", Role::DisclosureHandler),
    ("trustee", Role::IdentityCustodian),
    ("guardian", Role::IdentityCustodian),
];

const TEAMS: &[(&str, &[&str])] = &[
    ("desk", &["agent"]),
    ("network", &["resolver"]),
    ("csirt", &["analyst"]),
    ("empty", &[]),
];

pub(crate) fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}
pub(crate) fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}
pub(crate) fn short(text: &str) -> Short {
    Short::parse(text).unwrap()
}
pub(crate) fn because(reason: &str) -> Because {
    Because {
        reason: text(reason),
    }
}
pub(crate) fn p(number: u8) -> Priority {
    Priority::new(number).unwrap()
}

fn place(names: impl IntoIterator<Item = &'static str>, name: &str) -> u128 {
    let found = names.into_iter().position(|n| n == name);
    u128::try_from(found.unwrap_or_else(|| panic!("nothing is called {name}"))).unwrap() + 1
}
pub(crate) fn person(name: &str) -> PersonId {
    PersonId::from_bits(place(PEOPLE.iter().map(|(n, _)| *n), name))
}
pub(crate) fn team(name: &str) -> TeamId {
    TeamId::from_bits(place(TEAMS.iter().map(|(n, _)| *n), name))
}
pub(crate) fn payments() -> ServiceId {
    ServiceId::from_bits(1)
}
pub(crate) fn server() -> AssetId {
    AssetId::from_bits(1)
}
pub(crate) fn event() -> EventId {
    EventId::from_bits(1)
}
pub(crate) fn action(number: u128) -> ActionId {
    ActionId::from_bits(number)
}
pub(crate) fn task(number: u128) -> TaskId {
    TaskId::from_bits(number)
}
/// The incident under test.
pub(crate) fn this() -> IncidentId {
    IncidentId::from_bits(100)
}
/// Neighbours: an open one, a child of it, a closed one, one merged into the open one.
pub(crate) fn open_one() -> IncidentId {
    IncidentId::from_bits(101)
}
pub(crate) fn a_child() -> IncidentId {
    IncidentId::from_bits(102)
}
pub(crate) fn closed_one() -> IncidentId {
    IncidentId::from_bits(103)
}
pub(crate) fn merged_one() -> IncidentId {
    IncidentId::from_bits(104)
}
/// Exists, but not for anybody here.
pub(crate) fn hidden_one() -> IncidentId {
    IncidentId::from_bits(105)
}

pub(crate) fn morning() -> At {
    At::parse("2026-03-01T09:00:00Z").unwrap()
}

pub(crate) fn directory() -> Directory {
    let people = PEOPLE.iter().map(|(name, role)| {
        let made = Person {
            id: person(name),
            name: short(name).into(),
            email: short(&format!("{name}@example.org")).into(),
            roles: BTreeSet::from([*role]),
            is_active: *name != "former",
        };
        (made.id.clone(), made)
    });
    let teams = TEAMS.iter().map(|(name, members)| {
        let made = Team {
            id: team(name),
            name: short(name),
            members: members.iter().map(|m| person(m)).collect(),
        };
        (made.id.clone(), made)
    });
    let service = Service {
        id: payments(),
        entry: Entry {
            key: short("payments"),
            name: short("Payments"),
            description: None,
            owner: Some(team("network")),
            criticality: Criticality::Vital,
            depends_on: BTreeSet::new(),
            users: Some(312),
            minute_costs: Some(short("1,200 EUR")),
        },
        is_retired: false,
        orders: Vec::new(),
    };
    Directory {
        people: people.collect(),
        teams: teams.collect(),
        services: BTreeMap::from([(payments(), service)]),
        status_pages: BTreeMap::from([(status_page().id, status_page())]),
        ..Directory::default()
    }
}

/// A public page with one component, *checkout*.
pub(crate) fn status_page() -> StatusPage {
    let checkout = Slug::parse("checkout").unwrap();
    let component = Component {
        key: checkout.clone(),
        name: short("Checkout"),
        group: None,
        about: None,
        services: BTreeSet::from([payments()]),
    };
    StatusPage {
        id: StatusPageId::from_bits(1),
        settings: Settings {
            key: Slug::parse("main").unwrap(),
            name: short("Harbour services"),
            about: None,
            language: PageLanguage::En,
            zone: Zone::utc(),
            contact: Some(short("help@harbour.example")),
            address: None,
            audience: PageAudience::Public,
            approval: Approval::WhenSensitive,
            components: vec![component],
            never_say: BTreeSet::from([short("Project Tern")]),
        },
        since: BTreeMap::from([(checkout, morning())]),
        is_retired: false,
    }
}

pub(crate) fn neighbours() -> Neighbours {
    let summary = |is_open, parent, merged_into| Summary {
        is_open,
        parent,
        merged_into,
        guardians: (None, None),
    };
    Neighbours {
        incidents: BTreeMap::from([
            (open_one(), summary(true, None, None)),
            (a_child(), summary(true, Some(open_one()), None)),
            (closed_one(), summary(false, None, None)),
            (merged_one(), summary(false, None, Some(open_one()))),
        ]),
        assets: BTreeMap::from([(server(), short("vm"))]),
        events: BTreeSet::from([event()]),
        next_number: 42,
        ..Neighbours::default()
    }
}

pub(crate) fn declare() -> Declare {
    Declare {
        title: title("Payments fail"),
        description: Some(text("Cards are refused since nine.")),
        impact: Impact::Moderate,
        urgency: Urgency::High,
        service: Some(payments()),
        customer: None,
        assets: BTreeSet::new(),
        category: None,
        reporter: Some(person("reporter")),
        channel: Channel::Phone,
        times: StatedTimes::default(),
        team: None,
        split_from: None,
        event: None,
        compartment: None,
        tlp: None,
    }
}

pub(crate) fn row(stage: ImportedStage, priority: u8) -> Observation {
    Observation {
        at: morning(),
        labels: Labels::default(),
        stage,
        impact: Impact::Moderate,
        urgency: Urgency::High,
        priority: p(priority),
        is_security: None,
        category: None,
        team: None,
        is_unassigned: false,
        assignee: None,
        reopened: None,
        resolved_at: None,
        closed_at: None,
        oddities: BTreeSet::new(),
    }
}

pub(crate) fn import(first: Observation) -> Import {
    Import {
        source: short("servicenow"),
        external_id: short("INC0000045"),
        title: title("Imported"),
        description: None,
        opened_at: morning(),
        channel: Channel::Import,
        first,
    }
}

/// Decides a command to any record, in the morning, beside the neighbours of this file.
pub(crate) fn decide<R: Record>(
    directory: &Directory,
    who: &str,
    state: Option<&R>,
    command: R::Command,
) -> Result<Vec<R::Fact>, Refusal> {
    let actor = Actor {
        person: person(who),
        roles: PEOPLE
            .iter()
            .filter_map(|(name, role)| (*name == who).then_some(*role))
            .collect(),
        teams: directory.teams_of(&person(who)),
        auth: Auth::Session,
    };
    let context = Context {
        actor: &actor,
        now: morning(),
        directory,
        neighbours: &neighbours(),
    };
    R::decide(state, command, &context)
}

/// The state of any record after one fact.
pub(crate) fn after<R: Record>(state: Option<R>, id: &R::Id, who: &str, fact: &R::Fact) -> R {
    let meta = Meta {
        subject: id.to_string(),
        n: 0,
        at: morning(),
        actor: person(who),
    };
    R::evolve(state, fact, &meta).unwrap()
}

/// What is given: an organisation, neighbours, the time, and an incident with its history.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) directory: Directory,
    pub(crate) neighbours: Neighbours,
    pub(crate) now: At,
    pub(crate) state: Option<Incident>,
    n: u64,
}

/// Nothing has happened.
pub(crate) fn nothing() -> Case {
    Case {
        directory: directory(),
        neighbours: neighbours(),
        now: morning(),
        state: None,
        n: 0,
    }
}

/// An incident, declared by the agent for the reporter: P3, of the service *payments*.
pub(crate) fn declared() -> Case {
    nothing().and("agent", Command::Declare(Box::new(declare())))
}

/// An incident imported with this first row.
pub(crate) fn imported(first: Observation) -> Case {
    nothing().and("administrator", Command::Import(Box::new(import(first))))
}

impl Case {
    pub(crate) fn actor(&self, who: &str) -> Actor {
        self.directory
            .actor(&person(who), Auth::Session)
            .unwrap_or_else(|| panic!("{who} may not sign in"))
    }

    pub(crate) fn decide(&self, who: &str, command: Command) -> Result<Vec<Fact>, Refusal> {
        let actor = self.actor(who);
        let context = Context {
            actor: &actor,
            now: self.now,
            directory: &self.directory,
            neighbours: &self.neighbours,
        };
        Incident::decide(self.state.as_ref(), command, &context)
    }

    /// A fact that happened, whether or not a rule would allow it.
    pub(crate) fn fact(mut self, who: &str, fact: &Fact) -> Self {
        let meta = Meta {
            subject: this().to_string(),
            n: self.n,
            at: self.now,
            actor: person(who),
        };
        self.n += 1;
        self.state = Some(Incident::evolve(self.state.take(), fact, &meta).unwrap());
        self
    }

    /// A command that was accepted.
    pub(crate) fn and(mut self, who: &str, command: Command) -> Self {
        let shown = format!("{command:?}");
        let facts = self
            .decide(who, command)
            .unwrap_or_else(|refusal| panic!("given {shown} by {who}: {refusal}"));
        for fact in &facts {
            self = self.fact(who, fact);
        }
        self
    }

    pub(crate) fn later(mut self, micros: i64) -> Self {
        self.now = self.now.plus(micros);
        self
    }

    pub(crate) fn minutes_later(self, minutes: i64) -> Self {
        self.later(minutes * MINUTE)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn incident(&self) -> &Incident {
        self.state.as_ref().unwrap()
    }

    pub(crate) fn when(self, command: Command) -> When {
        When {
            case: self,
            command,
        }
    }
}

/// A command about to be decided.
pub(crate) struct When {
    case: Case,
    command: Command,
}

impl When {
    pub(crate) fn by(self, who: &str) -> Then {
        let answer = self.case.decide(who, self.command.clone());
        Then {
            who: who.to_owned(),
            command: self.command,
            case: self.case,
            answer,
        }
    }
}

/// What came of it.
pub(crate) struct Then {
    who: String,
    command: Command,
    case: Case,
    answer: Result<Vec<Fact>, Refusal>,
}

impl Then {
    #[track_caller]
    pub(crate) fn then(self, facts: &[Fact]) -> Case {
        assert_eq!(self.answer.as_deref(), Ok(facts), "by {}", self.who);
        self.happens()
    }

    #[track_caller]
    pub(crate) fn refused(self, refusal: &Refusal) -> Case {
        assert_eq!(self.answer.as_ref(), Err(refusal), "by {}", self.who);
        self.case
    }

    #[track_caller]
    pub(crate) fn refused_as(self, code: &str) -> Case {
        match &self.answer {
            Err(refusal) => assert_eq!(refusal.code(), code, "{refusal} (by {})", self.who),
            Ok(facts) => panic!("{:?} by {} gave {facts:?}", self.command, self.who),
        }
        self.case
    }

    #[track_caller]
    pub(crate) fn happens(self) -> Case {
        match self.answer {
            Ok(facts) => facts
                .iter()
                .fold(self.case, |case, fact| case.fact(&self.who, fact)),
            Err(refusal) => panic!("{:?} by {}: {refusal}", self.command, self.who),
        }
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.answer.is_ok()
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.answer.as_ref().err()
    }
}
