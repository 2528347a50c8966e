//! What users are told: who says it, who agrees, what the guard finds.

use super::matrix::{DESK, LEADS, Scenario, row_of};
use super::*;
use crate::status_page::{AnnouncedImpact, AnnouncedStage, ComponentState, Slug};

fn page() -> StatusPageId {
    status_page().id
}

fn announce(words: &str) -> Announce {
    Announce {
        page: page(),
        title: Some(title("Paying by card fails")),
        impact: Some(AnnouncedImpact::Major),
        stage: AnnouncedStage::Investigating,
        text: text(words),
        states: BTreeMap::from([(checkout(), ComponentState::MajorOutage)]),
        began_at: None,
        next_by: None,
        despite: None,
        alone: None,
    }
}

fn checkout() -> Slug {
    Slug::parse("checkout").unwrap()
}

fn say(words: &str) -> Command {
    Command::Announce(announce(words))
}

fn approve(despite: Option<&str>) -> Command {
    Command::ApproveAnnouncement(ApproveAnnouncement {
        page: page(),
        despite: despite.map(text),
    })
}

fn unsay() -> Unsay {
    Unsay {
        page: page(),
        reason: text("Not yet."),
    }
}

/// Judged to be no incident of information.
fn harmless() -> Case {
    declared().and("officer", verdict(security(), Finding::No))
}

/// Found to be one, with what the lane says of it.
fn leaky() -> Case {
    secured().with(|case| {
        case.neighbours.texts = LaneTexts {
            secret: vec!["Beacon from pay-db07 to evil.example.net".to_owned()],
            open: vec!["Cards are refused".to_owned()],
        };
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let proposed = || declared().and("agent", say("We look for the cause."));
    let said = harmless().and("agent", say("We look for the cause."));
    let decline = Command::DeclineAnnouncement(unsay());
    vec![
        row_of(declared(), say("We look for the cause."), DESK),
        row_of(proposed(), approve(None), LEADS),
        row_of(proposed(), decline, DESK),
        row_of(said, Command::RetractAnnouncement(unsay()), DESK),
    ]
}

fn kinds(case: &Case, who: &str, command: Command) -> Vec<&'static str> {
    let facts = case.decide(who, command).unwrap();
    let kind = |fact: &Fact| match fact {
        Fact::Announced { .. } => "said",
        Fact::AnnouncementProposed { .. } => "proposed",
        _ => "else",
    };
    facts.iter().map(kind).collect()
}

#[test]
fn one_person_speaks_once_it_is_said_that_no_information_is_hurt_and_two_before() {
    let words = || say("We look for the cause.");
    assert_eq!(kinds(&harmless(), "agent", words()), ["said"]);
    for case in [declared(), secured()] {
        for who in ["agent", "officer"] {
            assert_eq!(kinds(&case, who, words()), ["proposed"], "{who}");
        }
    }
    let hidden = harmless().and(
        "officer",
        Command::Restrict(only(&["officer", "manager"], &[])),
    );
    assert_eq!(kinds(&hidden, "manager", words()), ["proposed"]);
}

#[test]
fn nobody_agrees_with_themselves_and_whoever_agrees_can_see_what_must_not_be_said() {
    let proposed = declared().and("officer", say("We look for the cause."));
    let alone = Refusal::SecondPersonNeeded {
        act: "telling users of what may be secret",
    };
    proposed
        .clone()
        .when(approve(None))
        .by("officer")
        .refused(&alone);
    let refusal = not_permitted(crate::access::Permission::ReadSensitiveLanes);
    proposed
        .clone()
        .when(approve(None))
        .by("agent")
        .refused(&refusal);
    let said = proposed.and("manager", approve(None));
    let on_page = &said.incident().announcements[&page()];
    assert_eq!((on_page.said.len(), on_page.proposed.is_some()), (1, false));
    assert!(on_page.is_open());
}

#[test]
fn a_lead_may_speak_alone_with_a_reason_but_never_of_what_is_restricted() {
    let alone = |case: &Case, who: &str| {
        let mut what = announce("We look for the cause.");
        what.alone = Some(text("Nobody else is awake."));
        case.decide(who, Command::Announce(what))
    };
    assert!(matches!(
        alone(&secured(), "manager").unwrap().as_slice(),
        [Fact::Announced { alone: Some(_), .. }]
    ));
    let refusal = not_permitted(crate::access::Permission::ReadSensitiveLanes);
    assert_eq!(alone(&declared(), "agent"), Err(refusal));
    let hidden = declared().and("officer", Command::Restrict(only(&["manager"], &[])));
    let refusal = Refusal::SecondPersonNeeded {
        act: "telling users of a restricted incident",
    };
    assert_eq!(alone(&hidden, "manager"), Err(refusal));
}

#[test]
fn the_guard_names_words_of_the_lane_to_those_who_see_it_and_to_nobody_else() {
    let words = "We took PAY-DB07 from the net.";
    let tells = Refusal::WouldTell {
        words: vec!["db07".to_owned(), "pay-db07".to_owned()],
    };
    leaky().when(say(words)).by("officer").refused(&tells);
    // The desk proposes it and learns nothing; whoever agrees is told.
    let proposed = leaky().and("agent", say(words));
    let proposed = proposed.with(|case| case.neighbours.texts = leaky().neighbours.texts);
    proposed
        .clone()
        .when(approve(None))
        .by("officer")
        .refused(&tells);
    let said = proposed.and("officer", approve(Some("It was on the news.")));
    assert_eq!(said.incident().announcements[&page()].said.len(), 1);
    // What is never harmless is found for everybody.
    let tells = Refusal::WouldTell {
        words: vec!["10.0.0.7".to_owned(), "project tern".to_owned()],
    };
    let words = "Project Tern moved to 10.0.0.7.";
    harmless().when(say(words)).by("agent").refused(&tells);
}

#[test]
fn what_is_said_builds_on_what_was_said_and_ends() {
    let case = harmless()
        .and("agent", say("We look for the cause."))
        .minutes_later(30);
    let next = |stage, states: &[(Slug, ComponentState)]| Announce {
        title: None,
        impact: None,
        stage,
        states: states.iter().cloned().collect(),
        ..announce("It is the certificate.")
    };
    let half = [(checkout(), ComponentState::PartialOutage)];
    let case = case
        .and(
            "agent",
            Command::Announce(next(AnnouncedStage::Identified, &half)),
        )
        .minutes_later(30)
        .and(
            "agent",
            Command::Announce(next(AnnouncedStage::Resolved, &half)),
        );
    let on_page = &case.incident().announcements[&page()];
    assert_eq!(on_page.title.shown(), "Paying by card fails");
    assert!(!on_page.is_open());
    let began = on_page.began_at;
    let minutes = |n: i64| began.plus(n * crate::time::MINUTE);
    assert_eq!(
        on_page.spans()[&checkout()],
        [
            (ComponentState::MajorOutage, began, Some(minutes(30))),
            (
                ComponentState::PartialOutage,
                minutes(30),
                Some(minutes(60))
            ),
        ]
    );
}

#[test]
fn what_is_taken_back_is_gone_from_the_page_and_stays_in_the_record() {
    let case = harmless().and("agent", say("We look for the cause."));
    let case = case.and("agent", Command::RetractAnnouncement(unsay()));
    let on_page = &case.incident().announcements[&page()];
    assert!(on_page.said.is_empty() && on_page.retracted_at.is_some());
    case.clone()
        .when(Command::RetractAnnouncement(unsay()))
        .by("agent")
        .refused_as("nothing-to-change");
    // What is said next has a title of its own.
    let mut untitled = announce("It is back.");
    untitled.title = None;
    assert!(case.decide("agent", Command::Announce(untitled)).is_err());
    let declined = declared()
        .and("agent", say("We look for the cause."))
        .and("officer", Command::DeclineAnnouncement(unsay()));
    assert!(declined.incident().announcements.is_empty());
}

#[test]
fn times_pages_and_components_that_cannot_be_are_refused() {
    let with = |change: &dyn Fn(&mut Announce)| {
        let mut what = announce("We look for the cause.");
        change(&mut what);
        harmless()
            .decide("agent", Command::Announce(what))
            .unwrap_err()
    };
    let nowhere = StatusPageId::from_bits(9);
    assert_eq!(
        with(&|a| a.page = nowhere.clone()),
        unknown("status page", &nowhere)
    );
    let nothing = Slug::parse("nothing").unwrap();
    let on_nothing = |a: &mut Announce| {
        a.states
            .insert(nothing.clone(), ComponentState::PartialOutage);
    };
    assert_eq!(with(&on_nothing), unknown("component", &nothing));
    let ahead = morning().plus(crate::time::DAY);
    assert_eq!(with(&|a| a.began_at = Some(ahead)).code(), "time-order");
    assert_eq!(with(&|a| a.next_by = Some(morning())).code(), "time-order");
}

#[test]
fn prepared_words_are_not_said_before_everything_is_filled_in() {
    let with = |change: &dyn Fn(&mut Announce)| {
        let mut what = announce("We look for the cause.");
        change(&mut what);
        harmless().decide("agent", Command::Announce(what))
    };
    let left = |blank| Refusal::from(crate::refusal::Invalid::BlankLeft { blank });
    assert_eq!(
        with(&|a| a.text = text("We will tell you more by {next_by}.")).unwrap_err(),
        left("next_by")
    );
    assert_eq!(
        with(&|a| a.title = Some(title("Trouble with {components}"))).unwrap_err(),
        left("components")
    );
    // What only looks like one is what somebody wanted to say.
    with(&|a| a.text = text("Write {} or {name} in the field.")).unwrap();
}
