//! Services, assets, teams, people and policy.

use super::*;
use bifold_domain::calendar::Calendar;
use bifold_domain::level::{
    Conditions, Level, Levels, NamedCalendar, OnChange, OnReopen, Party, Step, Target, Test,
    Threshold, When,
};
use bifold_domain::major;
use bifold_domain::status_page::{
    AnnouncedImpact, AnnouncedStage, PageAudience, PageLanguage, Slug,
};
use bifold_domain::template::{Template, Templates, Words};

fn some_level() -> Level {
    let step = |at, act| Step { at, act };
    let whom = || BTreeSet::from([Whom::Holders, Whom::Team(some_team())]);
    Level {
        key: short("gold-p1"),
        agreement: short("gold"),
        party: Party::Sla,
        when: When {
            kinds: BTreeSet::from([KindKey::service()]),
            priorities: BTreeSet::from([p(1)]),
            services: BTreeSet::from([some_service()]),
            customers: BTreeSet::new(),
            teams: BTreeSet::from([some_team()]),
        },
        targets: vec![Target {
            metric: Metric::Restore,
            minutes: 240,
            calendar: short("always"),
            conditions: Some(Conditions {
                pause: BTreeSet::from([Test::PendingUser]),
                resume: BTreeSet::from([Test::InProgress]),
                reset: BTreeSet::from([Test::Major]),
                ..Conditions::usual(Metric::Restore).clone()
            }),
            on_change: OnChange::Retroactive,
            on_reopen: OnReopen::Anew,
            ladder: vec![
                step(Threshold::Percent(80), Act::Notify { whom: whom() }),
                step(Threshold::Minutes(-15), Act::Page { whom: whom() }),
                step(Threshold::Percent(100), Act::Raise { to: p(1) }),
                step(Threshold::Minutes(5), Act::Reassign { team: some_team() }),
                step(
                    Threshold::Minutes(10),
                    Act::Major {
                        responsible: Some(someone()),
                    },
                ),
            ],
        }],
    }
}

fn service_entry() -> service::Entry {
    service::Entry {
        key: short("payments"),
        name: short("Payments"),
        description: Some(plain("Card payments in shops.")),
        owner: Some(some_team()),
        criticality: Criticality::Vital,
        depends_on: BTreeSet::from([ServiceId::from_bits(2)]),
        // Later additions, absent in what was written before them.
        users: None,
        minute_costs: None,
    }
}

examples! { Service, service, Service:
    Offered => service::Fact::Offered { entry: service_entry() },
    Revised => service::Fact::Revised { entry: service_entry() },
    Retired => service::Fact::Retired,
    OrderDrafted => service::Fact::OrderDrafted {
        version: 2,
        draft: Draft {
            course: Course::EvidenceFirst,
            text: plain("Snapshot first, whatever the hour."),
        },
    },
    OrderSigned => service::Fact::OrderSigned { version: 2, side: Side::Security },
}

fn asset_entry() -> asset::Entry {
    asset::Entry {
        name: short("till-17"),
        asset_type: short("endpoint"),
        services: BTreeSet::from([some_service()]),
        classification: Some(short("confidential")),
    }
}

examples! { Asset, asset, Asset:
    Enrolled => asset::Fact::Enrolled { entry: asset_entry() },
    Revised => asset::Fact::Revised { entry: asset_entry() },
    Retired => asset::Fact::Retired,
}

examples! { Team, team, Team:
    Formed => team::Fact::Formed {
        name: short("Network"),
        members: BTreeSet::from([someone()]),
    },
    MembersSet => team::Fact::MembersSet { members: BTreeSet::from([other_person()]) },
}

examples! { Person, person, Person:
    Registered => person::Fact::Registered {
        name: hidden("Ada"),
        email: hidden("ada@example.org"),
        roles: BTreeSet::from([Role::Agent, Role::Administrator]),
    },
    RolesChanged => person::Fact::RolesChanged { roles: BTreeSet::from([Role::Auditor]) },
    Disabled => person::Fact::Disabled,
    Enabled => person::Fact::Enabled,
    PasswordSetByOther => person::Fact::PasswordSetByOther,
}

examples! { Policy, policy, Policy:
    MatrixSet => policy::Fact::MatrixSet { matrix: Matrix::default() },
    KindSet => policy::Fact::KindSet {
        kind: Kind {
            key: KindKey::parse("safety").unwrap(),
            name: short("Safety"),
            lane: short("Keep people safe"),
            sensitive: false,
            always_asked: true,
            definition: plain("Injury or danger to people."),
            criteria: vec![Criterion {
                key: short("injury"),
                question: plain("Was somebody hurt?"),
                decisive: true,
            }],
            forbids_altering: None,
        },
    },
    CategoriesSet => policy::Fact::CategoriesSet {
        categories: vec![short("network"), short("network/wan")],
    },
    ResolutionCodesSet => policy::Fact::ResolutionCodesSet { codes: vec![short("fixed")] },
    CauseCodesSet => policy::Fact::CauseCodesSet { codes: vec![short("defect")] },
    CustomersSet => policy::Fact::CustomersSet {
        customers: vec![short("Harbour clinic")],
    },
    LimitsSet => policy::Fact::LimitsSet {
        limits: Limits {
            reopen_days: 14,
            confirm_days: 5,
            review_at_or_above: p(2),
            break_glass_minutes: 60,
            keep_identity_days: 730,
        },
    },
    CalendarSet => policy::Fact::CalendarSet {
        key: short("always"),
        from: at(1),
        calendar: NamedCalendar {
            name: short("Around the clock"),
            calendar: Calendar::always(),
            holidays: None,
        },
    },
    LevelsSet => policy::Fact::LevelsSet {
        from: at(1),
        levels: Levels {
            levels: vec![some_level()],
        },
    },
    FunctionSet => policy::Fact::FunctionSet {
        key: short("head-of-operations"),
        people: BTreeSet::from([someone()]),
    },
    MajorSet => policy::Fact::MajorSet {
        rules: major::Rules {
            rules: vec![major::Rule {
                key: short("rush"),
                name: short("Many reports"),
                is_on: true,
                when: major::When {
                    priority: Some(p(2)),
                    security: Some(p(1)),
                    criticality: BTreeSet::from([Criticality::Vital]),
                    kinds: BTreeSet::from([KindKey::service()]),
                    children: Some(3),
                    reports: Some(major::Rush {
                        count: 10,
                        minutes: 15,
                    }),
                },
                criteria: BTreeSet::from([MajorCriterion::ManyUsers]),
            }],
        },
    },
    TemplatesSet => policy::Fact::TemplatesSet {
        templates: Templates {
            templates: vec![Template {
                key: Slug::parse("first").unwrap(),
                name: short("First word"),
                audience: Some(PageAudience::Staff),
                stage: AnnouncedStage::Investigating,
                impact: Some(AnnouncedImpact::Minor),
                next_minutes: Some(30),
                words: BTreeMap::from([(
                    PageLanguage::En,
                    Words {
                        title: Title::parse("Trouble with {components}").unwrap(),
                        text: Text::parse("We look for the cause.").unwrap(),
                    },
                )]),
            }],
        },
    },
    GateSet => policy::Fact::GateSet {
        rules: Rules {
            at_or_above: p(1),
            wait_minutes: 15,
            ask_minutes: 5,
            capture_minutes: 45,
            fallback: Course::RestoreFirst,
            actions: vec![ActionType {
                key: short("reboot"),
                name: short("Restart the machine"),
                effect: Effect::Destroys,
                on: BTreeMap::from([(short("mailbox"), Effect::Harmless)]),
            }],
            volatile: vec![Volatile {
                key: short("memory"),
                name: short("Memory"),
                rank: 2,
                minutes: 8,
                who: short("evidence custodian"),
                hint: plain("avml memory.lime"),
                lost_when: Effect::Destroys,
                on: BTreeSet::from([short("vm")]),
            }],
        },
    },
}
