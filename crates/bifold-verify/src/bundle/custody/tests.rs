use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A step as a test writes it: who, what, with which body.
type Told = (&'static str, &'static str, Value);

fn faults(steps: &[Told]) -> Vec<String> {
    let events: Vec<Event<'_>> = (0..)
        .zip(steps)
        .map(|(n, (actor, tag, body))| Event {
            n,
            at_micros: i64::try_from(n).unwrap() * 1_000_000,
            actor,
            tag,
            body: Some(body),
        })
        .collect();
    let mut out = Findings::default();
    follow("EVD-2026-0001", &events, &mut out);
    out.list.into_iter().map(|finding| finding.says).collect()
}

/// A sealed item, then these steps.
fn sealed_then(steps: &[Told]) -> Vec<String> {
    faults(&[&sealed(), steps].concat())
}

fn sealed() -> Vec<Told> {
    vec![
        ("ada", "registered", json!({"number": 1, "sort": "file"})),
        ("ada", "collected", json!({})),
        (
            "ada",
            "sealed",
            json!({"sha256": {"~redacted": 0}, "size_bytes": 5}),
        ),
    ]
}

fn release(tag: &'static str, actor: &'static str) -> Told {
    (actor, tag, json!({"release": "r"}))
}

#[track_caller]
fn breaks(found: &[String], says: &str) {
    assert!(
        found.iter().any(|f| f.contains(says)),
        "no `{says}` in {found:?}"
    );
}

#[test]
fn a_history_by_the_rules_has_no_finding() {
    let found = sealed_then(&[
        ("ada", "offered", json!({"to": "carl"})),
        ("carl", "accepted", json!({})),
        ("ada", "checked_out", json!({})),
        ("ada", "checked_in", json!({})),
        ("olga", "hold_set", json!({"hold": "h"})),
        ("olga", "hold_lifted", json!({"hold": "h"})),
        release("release_requested", "ada"),
        release("release_approved", "olga"),
        release("release_approved", "dora"),
        release("released", "carl"),
        ("ada", "disposal_requested", json!({"disposal": "d"})),
        ("olga", "disposal_approved", json!({"disposal": "d"})),
        ("dora", "disposal_approved", json!({"disposal": "d"})),
        ("carl", "disposed", json!({"disposal": "d"})),
        ("carl", "verified", json!({"result": "not_verifiable"})),
        ("carl", "handled", json!({})),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_life_of_an_item_has_one_order() {
    breaks(
        &faults(&[("ada", "collected", json!({}))]),
        "begins with being registered",
    );
    breaks(
        &sealed_then(&[("ada", "registered", json!({}))]),
        "begins with being registered",
    );
    breaks(&sealed_then(&[("ada", "sealed", json!({}))]), "wrong point");
    let planned = ("ada", "registered", json!({"sort": "physical"}));
    let early = [planned.clone(), ("ada", "accessed", json!({}))];
    breaks(&faults(&early), "nothing is sealed yet");
    let given_up = [
        planned.clone(),
        ("ada", "forgone", json!({})),
        ("ada", "collected", json!({})),
    ];
    breaks(&faults(&given_up), "given up before");
    let collected = ("ada", "collected", json!({}));
    let unsealed = ("ada", "sealed", json!({"sha256": "x"}));
    breaks(
        &faults(&[planned, collected, unsealed]),
        "a seal has a number",
    );
}

#[test]
fn an_item_is_in_one_pair_of_hands() {
    let out = ("ada", "checked_out", json!({}));
    let other = |tag| ("carl", tag, json!({"to": "olga"}));
    breaks(
        &sealed_then(&[out.clone(), other("checked_out")]),
        "somebody else has it",
    );
    breaks(
        &sealed_then(&[out, other("offered")]),
        "somebody else has it",
    );
    breaks(&sealed_then(&[other("checked_in")]), "was not checked out");
    let offer = ("ada", "offered", json!({"to": "carl"}));
    breaks(
        &sealed_then(&[offer.clone(), offer.clone()]),
        "another offer waits",
    );
    let by = |who| (who, "accepted", json!({}));
    breaks(
        &sealed_then(&[offer.clone(), by("olga")]),
        "offered to somebody else",
    );
    let gone = [offer, ("carl", "declined", json!({})), by("carl")];
    breaks(&sealed_then(&gone), "nothing was offered");
    let own = [("ada", "offered", json!({"to": "ada"})), by("ada")];
    breaks(&sealed_then(&own), "takes over from oneself");
}

#[test]
fn holds_are_lifted_once_and_stop_a_disposal() {
    let hold = |tag| ("olga", tag, json!({"hold": "h"}));
    breaks(&sealed_then(&[hold("hold_lifted")]), "never set");
    let twice = [hold("hold_set"), hold("hold_lifted"), hold("hold_lifted")];
    breaks(&sealed_then(&twice), "lifted before");
    let disposal = |who, tag| (who, tag, json!({"disposal": "d"}));
    let after = sealed_then(&[
        hold("hold_set"),
        disposal("ada", "disposal_requested"),
        disposal("olga", "disposal_approved"),
        disposal("dora", "disposal_approved"),
        disposal("carl", "disposed"),
        ("carl", "accessed", json!({})),
        ("carl", "verified", json!({"result": "match"})),
    ]);
    breaks(&after, "a hold is in force");
    breaks(&after, "disposed of before");
    breaks(&after, "cannot have been verified");
}

#[test]
fn a_release_that_expired_was_refused_or_never_asked_for_is_none() {
    let expired = sealed_then(&[
        (
            "ada",
            "release_requested",
            json!({"release": "r", "expires_at": "1970-01-01T00:00:04Z"}),
        ),
        release("release_approved", "olga"),
        release("release_approved", "dora"),
        release("released", "carl"),
    ]);
    breaks(&expired, "had expired");
    let refused = sealed_then(&[
        release("release_requested", "ada"),
        release("release_approved", "olga"),
        release("release_approved", "dora"),
        release("release_refused", "rita"),
        release("released", "carl"),
    ]);
    breaks(&refused, "refused or carried out before");
    breaks(
        &sealed_then(&[release("released", "carl")]),
        "never requested",
    );
}

#[test]
fn what_cannot_be_judged_is_a_gap() {
    let mut out = Findings::default();
    let body = json!({});
    let event = |n, tag, body| Event {
        n,
        at_micros: 0,
        actor: "ada",
        tag,
        body,
    };
    let events = [
        event(0, "registered", None),
        event(1, "teleported", Some(&body)),
    ];
    follow("EVD-2026-0001", &events, &mut out);
    assert_eq!(out.totals, [0, 2, 0]);
}

const PEOPLE: [&str; 4] = ["ada", "olga", "dora", "carl"];

proptest! {
    /// Whatever the order and number of approvals: done is right exactly when two others agreed.
    #[test]
    fn dual_control_is_broken_exactly_when_two_others_did_not_agree(
        requester in 0..4_usize,
        approvers in proptest::collection::vec(0..4_usize, 0..6),
        is_disposal: bool,
    ) {
        let (what, done) = if is_disposal { ("disposal", "disposed") } else { ("release", "released") };
        let (asked, approved) = if is_disposal {
            ("disposal_requested", "disposal_approved")
        } else {
            ("release_requested", "release_approved")
        };
        let body = json!({what: "x"});
        let mut steps = sealed();
        steps.push((PEOPLE[requester], asked, body.clone()));
        for approver in &approvers {
            steps.push((PEOPLE[*approver], approved, body.clone()));
        }
        steps.push(("rita", done, body));
        let others: std::collections::BTreeSet<&usize> =
            approvers.iter().filter(|a| **a != requester).collect();
        prop_assert_eq!(faults(&steps).is_empty(), others.len() >= 2);
    }

    /// Leaving any approval, request, seal or registration out of a good history is noticed.
    #[test]
    fn no_needed_step_can_be_left_out(left_out in 0..7_usize) {
        let mut steps = sealed();
        steps.push(release("release_requested", "ada"));
        steps.push(release("release_approved", "olga"));
        steps.push(release("release_approved", "dora"));
        steps.push(release("released", "carl"));
        prop_assert!(faults(&steps).is_empty());
        // The release itself may be left out.
        if left_out < 6 {
            steps.remove(left_out);
            prop_assert!(!faults(&steps).is_empty());
        }
    }

    #[test]
    fn any_sequence_of_steps_is_judged_without_panic(
        tags in proptest::collection::vec(0..28_usize, 0..30),
    ) {
        let all = [
            "registered", "assigned", "forgone", "described", "collected", "sealed", "verified",
            "accessed", "checked_out", "checked_in", "offered", "accepted", "declined", "retracted",
            "derived", "handled", "reclassified", "hold_set", "hold_lifted", "release_requested",
            "release_approved", "release_refused", "released", "disposal_requested",
            "disposal_approved", "disposal_refused", "disposed", "unknown",
        ];
        let steps: Vec<Told> = tags.iter().map(|t| ("ada", all[*t], json!({}))).collect();
        faults(&steps);
    }
}
