//! Custody as an automaton: who may do what when, and that nothing takes one person only.

mod random;

use super::*;
use crate::access::{Auth, Permission};
use crate::fixture::{
    directory, morning, neighbours, open_one, person, server, short, text, title,
};
use crate::id::RequestId;
use crate::record::Neighbours;
use crate::time::MINUTE;

fn exhibit() -> EvidenceId {
    EvidenceId::from_bits(1)
}
fn request(number: u128) -> RequestId {
    RequestId::from_bits(number)
}
fn hash() -> Sha256 {
    Sha256::parse(&"ab".repeat(32)).unwrap()
}

/// An item with its history, at a time.
#[derive(Clone)]
struct Given {
    directory: crate::Directory,
    neighbours: Neighbours,
    now: At,
    state: Option<Evidence>,
    facts: Vec<(PersonId, Fact)>,
}

fn nothing() -> Given {
    Given {
        directory: directory(),
        neighbours: neighbours(),
        now: morning(),
        state: None,
        facts: Vec::new(),
    }
}

impl Given {
    fn decide(&self, who: &str, verb: Verb) -> Result<Vec<Fact>, Refusal> {
        let actor = self.directory.actor(&person(who), Auth::Session).unwrap();
        let context = Context {
            actor: &actor,
            now: self.now,
            directory: &self.directory,
            neighbours: &self.neighbours,
        };
        let incident = open_one();
        Evidence::decide(self.state.as_ref(), Command { incident, verb }, &context)
    }

    fn and(mut self, who: &str, verb: Verb) -> Self {
        let shown = format!("{verb:?}");
        let facts = self.decide(who, verb);
        for fact in facts.unwrap_or_else(|e| panic!("{shown} by {who}: {e}")) {
            let meta = Meta {
                subject: exhibit().to_string(),
                n: self.facts.len() as u64,
                at: self.now,
                actor: person(who),
            };
            self.state = Some(Evidence::evolve(self.state.take(), &fact, &meta).unwrap());
            self.facts.push((person(who), fact));
        }
        self
    }

    #[track_caller]
    fn refuses(&self, who: &str, verb: Verb, code: &str) {
        let shown = format!("{verb:?}");
        match self.decide(who, verb) {
            Err(refusal) => assert_eq!(refusal.code(), code, "{shown} by {who}: {refusal}"),
            Ok(facts) => panic!("{shown} by {who} gave {facts:?}"),
        }
    }

    fn later(mut self, minutes: i64) -> Self {
        self.now = self.now.plus(minutes * MINUTE);
        self
    }

    fn item(&self) -> &Evidence {
        self.state.as_ref().unwrap()
    }
}

fn register() -> Verb {
    Verb::Register(Register {
        sort: Sort::MemoryImage,
        title: title("Memory of pay-03"),
        asset: Some(server()),
        wanted_until: Some(morning().plus(30 * MINUTE)),
        assignee: Some(person("resolver")),
        derived_from: None,
    })
}
fn collect() -> Verb {
    Verb::Collect(Box::new(Collect {
        at: None,
        collector: None,
        competence: Some(text("First responder course.")),
        place: Some(short("Rack 7")),
        method: text("Dumped over the management network."),
        tool: Some(short("avml")),
        version: Some(short("0.14")),
        command: Some(text("avml --compress pay-03.lime")),
        authority: text("Standing order of the payments service."),
        witness: None,
        clock_offset_ms: Some(-40),
        clock_reference: Some(short("ntp.example.org")),
        is_live: true,
        tlp: None,
        physical: None,
    }))
}
fn seal() -> Verb {
    Verb::Seal(Fix::Bytes {
        sha256: hash(),
        size_bytes: 7,
        filename: Some(short("pay-03.lime")),
    })
}
fn why() -> Why {
    Why {
        reason: text("Because."),
    }
}
fn offer(to: &str) -> Verb {
    Verb::Offer(Offer {
        to: person(to),
        reason: text("To the safe."),
        place: None,
    })
}
fn accept() -> Verb {
    Verb::Accept(CheckIn { condition: None })
}
fn check_out() -> Verb {
    Verb::CheckOut(CheckOut {
        purpose: text("To look for the implant."),
        place: None,
        due: None,
    })
}
fn access() -> Verb {
    Verb::Access(Access {
        way: Way::Download,
        purpose: text("To look for the implant."),
    })
}
fn hold(key: &str) -> Verb {
    Verb::SetHold(SetHold {
        hold: short(key),
        reason: text("Proceedings."),
        authority: text("The court."),
    })
}
fn lift(key: &str) -> Verb {
    Verb::LiftHold(LiftHold {
        hold: short(key),
        reason: text("They are over."),
    })
}
fn ask_release(number: u128) -> Verb {
    Verb::RequestRelease(AskRelease {
        release: request(number),
        terms: ReleaseTerms {
            recipient: short("State police"),
            purpose: text("Investigation."),
            legal_basis: text("Their order of today."),
            expires_at: Some(morning().plus(600 * MINUTE)),
        },
    })
}
fn ask_disposal(number: u128) -> Verb {
    Verb::RequestDisposal(AskDisposal {
        disposal: request(number),
        terms: DisposalTerms {
            method: text("Deleted."),
            reason: text("End of retention."),
        },
    })
}
fn approve_release(number: u128) -> Verb {
    Verb::ApproveRelease(Named(request(number)))
}
fn approve_disposal(number: u128) -> Verb {
    Verb::ApproveDisposal(Named(request(number)))
}
fn release(number: u128) -> Verb {
    Verb::Release(Named(request(number)))
}
fn found_as_sealed() -> Verb {
    Verb::Verify(Integrity::Match)
}
fn dispose(number: u128) -> Verb {
    Verb::Dispose(Named(request(number)))
}

fn wanted() -> Given {
    nothing().and("officer", register())
}
fn collected() -> Given {
    wanted().and("resolver", collect())
}
fn sealed() -> Given {
    collected().and("resolver", seal())
}
/// Taken over by the custodian.
fn kept() -> Given {
    sealed()
        .and("resolver", offer("custodian"))
        .and("custodian", accept())
}

#[test]
fn who_was_told_collects_seals_and_hands_over() {
    let given = kept();
    assert_eq!(given.item().shown_number(), "EVD-2026-0042");
    assert_eq!(given.item().holder(), Some(&person("custodian")));
    assert_eq!(given.item().standing(), "kept");
    assert_eq!(given.item().sha256(), Some(&hash()));
    assert!(given.item().acquisition().unwrap().is_live);
}

#[test]
fn who_neither_guards_it_nor_had_a_hand_in_it_finds_nothing() {
    for verb in [access(), offer("agent"), check_out(), accept()] {
        sealed().refuses("agent", verb.clone(), "not-found");
        sealed().refuses("reporter", verb, "not-found");
    }
    // Who has it looks into it; who handed it on only knows that it is there.
    sealed().and("resolver", access());
    kept().refuses("resolver", access(), "not-permitted");
    let mut hidden = sealed();
    hidden.neighbours.incidents.clear();
    hidden.refuses("custodian", access(), "not-found");
}

#[test]
fn an_auditor_reads_and_changes_nothing() {
    for verb in [access(), offer("agent"), hold("k"), ask_release(1)] {
        sealed().refuses("auditor", verb, "not-permitted");
    }
}

#[test]
fn nothing_happens_to_it_before_it_is_sealed_and_it_is_sealed_once() {
    for verb in [
        access(),
        check_out(),
        offer("custodian"),
        ask_release(1),
        ask_disposal(1),
    ] {
        collected().refuses("resolver", access(), "wrong-stage");
        collected().refuses("officer", verb, "wrong-stage");
    }
    sealed().refuses("resolver", seal(), "wrong-stage");
    sealed().refuses("resolver", collect(), "wrong-stage");
    collected().refuses("officer", seal(), "not-the-keeper");
}

#[test]
fn what_nobody_could_get_is_given_up_with_a_reason() {
    let given = wanted().and("officer", Verb::Forgo(why()));
    assert_eq!(given.item().standing(), "forgone");
    wanted().refuses("resolver", Verb::Forgo(why()), "not-permitted");
    given.refuses("resolver", collect(), "wrong-stage");
}

#[test]
fn it_changes_hands_by_offer_and_acceptance_only() {
    let on_offer = sealed().and("resolver", offer("custodian"));
    on_offer.refuses("officer", accept(), "not-the-keeper");
    on_offer.refuses("resolver", accept(), "not-the-keeper");
    on_offer.refuses("officer", check_out(), "wrong-stage");
    assert_eq!(on_offer.item().holder(), Some(&person("resolver")));
    let back = on_offer.clone().and("custodian", Verb::Decline(why()));
    assert_eq!(back.item().holder(), Some(&person("resolver")));
    on_offer
        .and("resolver", Verb::Retract)
        .and("resolver", offer("officer"));
    sealed().refuses("custodian", offer("officer"), "not-the-keeper");
    sealed().refuses("resolver", offer("former"), "unknown");
}

#[test]
fn what_is_lent_out_comes_back_to_its_keeper() {
    let out = kept().and("officer", check_out());
    assert_eq!(out.item().holder(), Some(&person("officer")));
    out.refuses("custodian", offer("deputy"), "wrong-stage");
    out.refuses(
        "deputy",
        Verb::CheckIn(CheckIn { condition: None }),
        "not-the-keeper",
    );
    let back = out.and(
        "officer",
        Verb::CheckIn(CheckIn {
            condition: Some(text("As it was.")),
        }),
    );
    assert_eq!(back.item().holder(), Some(&person("custodian")));
}

#[test]
fn when_the_keeper_has_left_those_who_guard_evidence_act() {
    let mut given = kept();
    given
        .directory
        .people
        .get_mut(&person("custodian"))
        .unwrap()
        .is_active = false;
    given.refuses("resolver", offer("officer"), "not-the-keeper");
    given
        .and("officer", offer("deputy"))
        .and("deputy", accept());
}

#[test]
fn only_what_was_just_found_as_it_was_sealed_is_handed_out() {
    let ready = kept()
        .and("officer", ask_release(1))
        .and("deputy", approve_release(1))
        .and("manager", approve_release(1));
    for found in [Integrity::Mismatch, Integrity::NotVerifiable] {
        let looked = ready.clone().and("officer", Verb::Verify(found));
        looked.refuses("officer", release(1), "not-as-sealed");
    }
    let long_ago = ready.clone().and("officer", found_as_sealed()).later(61);
    long_ago.refuses("officer", release(1), "not-as-sealed");
    let mended = ready
        .and("officer", Verb::Verify(Integrity::NotVerifiable))
        .and("officer", found_as_sealed());
    mended.and("officer", release(1));
}

#[test]
fn it_is_released_by_two_people_other_than_who_asked() {
    let asked = kept().and("officer", ask_release(1));
    asked.refuses("officer", approve_release(1), "second-person-needed");
    asked.refuses("resolver", approve_release(1), "not-permitted");
    let once = asked.and("deputy", approve_release(1));
    once.refuses("deputy", approve_release(1), "nothing-to-change");
    once.refuses("officer", release(1), "second-person-needed");
    let twice = once.and("manager", approve_release(1));
    twice
        .clone()
        .later(601)
        .refuses("officer", release(1), "wrong-stage");
    twice.refuses("custodian", release(1), "not-as-sealed");
    let done = twice
        .and("custodian", found_as_sealed())
        .and("custodian", release(1));
    done.refuses("officer", release(1), "nothing-to-change");
    done.and("officer", ask_release(2));
}

#[test]
fn a_refused_request_is_over() {
    let refuse = Verb::RefuseRelease(Refuse {
        request: request(1),
        reason: text("No basis."),
    });
    let given = kept()
        .and("officer", ask_release(1))
        .and("deputy", approve_release(1));
    given.refuses("resolver", refuse.clone(), "not-permitted");
    let given = given.and("manager", refuse);
    given.refuses("custodian", approve_release(1), "nothing-to-change");
}

#[test]
fn a_small_team_still_takes_two() {
    let mut given = kept();
    for who in ["deputy", "custodian"] {
        given
            .directory
            .people
            .get_mut(&person(who))
            .unwrap()
            .is_active = false;
    }
    let asked = given
        .and("officer", ask_release(1))
        .and("officer", approve_release(1));
    asked.refuses("officer", release(1), "second-person-needed");
    asked
        .and("manager", approve_release(1))
        .and("officer", found_as_sealed())
        .and("officer", release(1));
}

#[test]
fn nothing_on_hold_is_destroyed() {
    let approved = kept()
        .and("officer", ask_disposal(1))
        .and("deputy", approve_disposal(1))
        .and("manager", approve_disposal(1));
    let held = approved.clone().and("custodian", hold("4 O 12/26"));
    held.refuses("officer", dispose(1), "on-hold");
    held.refuses("officer", ask_disposal(2), "on-hold");
    held.refuses("resolver", lift("4 O 12/26"), "not-permitted");
    let done = held
        .and("officer", lift("4 O 12/26"))
        .and("officer", dispose(1));
    assert_eq!(
        (done.item().standing(), done.item().holder()),
        ("disposed", None)
    );
    assert_eq!(done.item().sha256(), Some(&hash()), "the hash stays");
    for verb in [access(), offer("deputy"), ask_release(3), hold("k"), seal()] {
        done.refuses("officer", verb, "wrong-stage");
    }
}

#[test]
fn a_derived_item_is_a_new_one_that_both_name() {
    let copy = EvidenceId::from_bits(2);
    let derive = |copy: EvidenceId| {
        Verb::Derive(Derive {
            copy,
            how: text("Carved out."),
        })
    };
    let given = kept().and("custodian", derive(copy.clone()));
    assert_eq!(given.item().copies, std::slice::from_ref(&copy));
    given.refuses("custodian", derive(copy), "would-loop");
    given.refuses("custodian", derive(exhibit()), "would-loop");
}

#[test]
fn the_system_looks_at_the_bytes_whoever_may_read() {
    let mut given = sealed();
    given.neighbours.incidents.clear();
    let mut actor = given
        .directory
        .actor(&person("manager"), Auth::Session)
        .unwrap();
    actor.auth = Auth::System;
    let context = Context {
        actor: &actor,
        now: given.now,
        directory: &given.directory,
        neighbours: &given.neighbours,
    };
    let command = |verb| Command {
        incident: open_one(),
        verb,
    };
    let look = command(Verb::Verify(Integrity::Mismatch));
    assert!(Evidence::decide(given.state.as_ref(), look, &context).is_ok());
    let other = command(access());
    assert!(Evidence::decide(given.state.as_ref(), other, &context).is_err());
}

#[test]
fn rights_of_evidence_are_those_of_three_roles() {
    for permission in [Permission::HoldEvidence, Permission::ApproveEvidence] {
        let roles: Vec<&str> = crate::Role::ALL
            .iter()
            .filter(|role| role.permits(permission))
            .map(|role| role.word())
            .collect();
        assert_eq!(
            roles,
            ["incident_manager", "security_officer", "evidence_custodian"]
        );
    }
}
