use super::*;

fn related(kind: RelationKind, other: IncidentId) -> Relation {
    Relation { kind, other }
}

fn parent(id: Option<IncidentId>) -> Command {
    Command::SetParent(SetParent { parent: id })
}

fn merge(into: IncidentId) -> Command {
    Command::Merge(Merge {
        into,
        reason: text("The same outage."),
    })
}

fn no_longer_open() -> Refusal {
    wrong_stage("name a parent", "that is no longer open")
}

#[test]
fn relations_are_drawn_once_and_to_what_is_there() {
    let causes = related(RelationKind::Causes, closed_one());
    let case = declared().and("resolver", Command::Relate(causes.clone()));
    case.clone()
        .when(Command::Relate(causes.clone()))
        .by("resolver")
        .refused(&Refusal::NothingToChange);
    let case = case.and("resolver", Command::Unrelate(causes.clone()));
    assert!(case.incident().relations.is_empty());
    case.when(Command::Unrelate(causes))
        .by("resolver")
        .refused(&Refusal::NothingToChange);
}

#[test]
fn what_the_actor_may_not_see_cannot_be_named_in_any_relation() {
    let hidden = related(RelationKind::Related, hidden_one());
    let drawn = declared()
        .fact(
            "officer",
            &Fact::Related {
                relation: hidden.clone(),
            },
        )
        .fact(
            "officer",
            &Fact::ParentSet {
                parent: Some(hidden_one()),
            },
        );
    for command in [
        Command::Relate(hidden.clone()),
        Command::Unrelate(hidden),
        parent(Some(hidden_one())),
        merge(hidden_one()),
    ] {
        // The same answer whether or not there is such a link already.
        for case in [declared(), drawn.clone()] {
            case.when(command.clone())
                .by("agent")
                .refused(&Refusal::no("incident"));
        }
    }
}

#[test]
fn nothing_relates_to_itself() {
    for command in [
        Command::Relate(related(RelationKind::Related, this())),
        parent(Some(this())),
        merge(this()),
    ] {
        declared()
            .when(command)
            .by("agent")
            .refused(&Refusal::WouldLoop);
    }
}

#[test]
fn an_incident_holds_five_hundred_relations() {
    let mut case = declared();
    for n in 0..500_u32 {
        let other = IncidentId::from_bits(u128::from(n) + 1_000);
        case = case.fact(
            "agent",
            &Fact::Related {
                relation: related(RelationKind::Related, other),
            },
        );
    }
    case.when(Command::Relate(related(RelationKind::Related, open_one())))
        .by("agent")
        .refused(&Refusal::TooMany {
            what: "relations",
            limit: 500,
        });
}

#[test]
fn an_incident_names_five_hundred_assets_and_members() {
    let too_many = |what| Refusal::TooMany { what, limit: 500 };
    let assets: BTreeSet<_> = (0..501).map(crate::id::AssetId::from_bits).collect();
    let mut new = declare();
    new.assets.clone_from(&assets);
    nothing()
        .when(Command::Declare(Box::new(new)))
        .by("agent")
        .refused(&too_many("assets"));
    declared()
        .when(Command::Classify(Classify {
            category: None,
            service: None,
            customer: None,
            assets: Some(assets),
        }))
        .by("agent")
        .refused(&too_many("assets"));
    let mut crowd = only(&[], &[]);
    crowd.people = (0..501).map(PersonId::from_bits).collect();
    declared()
        .when(Command::Restrict(crowd))
        .by("officer")
        .refused(&too_many("members"));
}

#[test]
fn families_are_one_level_deep() {
    let child = declared().and("agent", parent(Some(open_one())));
    assert_eq!(child.incident().summary().parent, Some(open_one()));
    child
        .clone()
        .when(parent(Some(open_one())))
        .by("agent")
        .refused(&Refusal::NothingToChange);
    let orphan = child.and("agent", parent(None));
    assert_eq!(orphan.incident().parent, None);
    // A child is nobody's parent.
    declared()
        .when(parent(Some(a_child())))
        .by("agent")
        .refused(&Refusal::WouldLoop);
    // And a parent is nobody's child.
    declared()
        .with(|case| case.neighbours.open_children = 2)
        .when(parent(Some(open_one())))
        .by("agent")
        .refused(&Refusal::WouldLoop);
}

#[test]
fn a_parent_is_open_so_that_it_cannot_be_closed_over_its_children() {
    for id in [closed_one(), merged_one()] {
        declared()
            .when(parent(Some(id)))
            .by("agent")
            .refused(&no_longer_open());
    }
}

#[test]
fn merging_and_its_undoing_destroy_nothing() {
    let before = declared()
        .and(
            "agent",
            Command::AddTask(task(1), new_task(service(), true)),
        )
        .and("agent", note(None, Audience::Internal))
        .and("agent", Command::Start)
        .and(
            "agent",
            Command::Snooze(Sleep {
                until: morning().plus(crate::time::DAY),
                reason: text("Tomorrow."),
            }),
        );
    let kept = before.incident().clone();
    let merged = before.and("agent", merge(open_one()));
    assert_eq!(merged.incident().summary().merged_into, Some(open_one()));
    assert!(!merged.incident().summary().is_open);
    let back = merged.and("agent", Command::Unmerge(because("Not the same.")));
    assert_eq!(*back.incident(), kept);
    back.when(Command::Unmerge(because("Again.")))
        .by("agent")
        .refused(&wrong_stage("undo a merge", "in_progress"));
}

#[test]
fn merging_leads_to_an_open_incident() {
    declared()
        .when(merge(merged_one()))
        .by("agent")
        .refused(&Refusal::WouldLoop);
    declared()
        .when(merge(closed_one()))
        .by("agent")
        .refused(&wrong_stage("merge", "merged into a closed incident"));
}

#[test]
fn merging_leaves_neither_children_nor_a_pending_notification_behind() {
    let gaps = |case: &Case, who| match case.decide(who, merge(open_one())) {
        Err(Refusal::NotClosable { gaps }) => gaps,
        other => panic!("{other:?}"),
    };
    let case = secured()
        .and(
            "officer",
            Command::Track(Track::Notification {
                to: NotificationState::Pending,
            }),
        )
        .with(|case| case.neighbours.open_children = 1);
    assert_eq!(
        gaps(&case, "officer"),
        [
            ClosureGap::OpenChildren { count: 1 },
            ClosureGap::NotificationPending
        ]
    );
    assert_eq!(
        gaps(&case, "agent")[1],
        ClosureGap::OpenTask {
            title: "(in another lane)".to_owned()
        }
    );
}

#[test]
fn a_merged_incident_is_brought_back_by_unmerging_not_by_reopening() {
    merged()
        .when(Command::Reopen(because("No.")))
        .by("manager")
        .refused(&wrong_stage("reopen", "merged"));
    merged()
        .when(merge(open_one()))
        .by("agent")
        .refused(&Refusal::Sealed);
}
