//! No query may walk all incidents: the embedded database's own plans say so.

use super::incident::{After, Filter, Order};
use super::timeline::{Group, Part, Reading};
use crate::{Founding, Options, Store};
use bifold_domain::{Auth, IncidentId, Role, Short, Viewer};
use std::collections::BTreeSet;

async fn steps(store: &Store, mut sql: crate::db::Sql) -> Vec<String> {
    sql.explain();
    let mut lease = store.inner.db.reader().await.unwrap();
    let rows: Vec<(i64, i64, i64, String)> = sql.all(lease.conn()).await.unwrap();
    rows.into_iter().map(|row| row.3).collect()
}

async fn founded() -> (tempfile::TempDir, Store, Viewer) {
    let folder = tempfile::tempdir().unwrap();
    let short = |text| Short::parse(text).unwrap();
    let founding = Founding {
        organisation: short("Example"),
        host: "test.example".to_owned(),
        name: short("Ada"),
        email: short("ada@example.org"),
        roles: BTreeSet::from([Role::IncidentManager]),
    };
    let (store, person) = Store::found(Options::in_folder(folder.path()), founding)
        .await
        .unwrap();
    let actor = store.actor(&person, Auth::Local).await.unwrap().unwrap();
    (folder, store, actor.viewer())
}

fn open() -> Filter {
    Filter {
        is_open: Some(true),
        ..Filter::default()
    }
}

fn mine() -> Filter {
    Filter {
        assignee: Some("x".to_owned()),
        ..open()
    }
}

#[tokio::test]
async fn no_page_walks_all_incidents_or_sorts_them() {
    let (_folder, store, viewer) = founded().await;
    let directory = store.directory().await.unwrap();
    let id = IncidentId::from_bits(1);
    let unassigned = Filter {
        unassigned: true,
        ..open()
    };
    let named = Filter {
        ids: vec!["INC-2026-0001".to_owned(), id.to_string()],
        ..Filter::default()
    };
    let after = Some(After {
        handling: 2,
        seq: 9,
        due: 1,
    });
    let newest = Part {
        reading: Reading::NewestFirst,
        after: Some(9),
        groups: BTreeSet::from([Group::Changes]),
    };
    let queue = |filter: &Filter, order| store.queue_sql(&viewer, filter, order, after, 50);
    for (what, sql, may_sort) in [
        ("queue", queue(&open(), Order::MostUrgent), false),
        ("mine", queue(&mine(), Order::MostUrgent), false),
        ("unassigned", queue(&unassigned, Order::MostUrgent), false),
        ("due", queue(&open(), Order::Due), false),
        ("newest open", queue(&open(), Order::Newest), false),
        ("newest", queue(&Filter::default(), Order::Newest), false),
        ("all", queue(&Filter::default(), Order::MostUrgent), false),
        ("named", queue(&named, Order::MostUrgent), true),
        ("badge", store.count_sql(&viewer, &mine(), 99), false),
        ("incident", store.incident_sql(&viewer, id.as_str()), false),
        (
            "number",
            store.incident_sql(&viewer, "INC-2026-0001"),
            false,
        ),
        (
            "timeline",
            store.timeline_sql(&viewer, &directory, &id, &Part::default(), 50),
            false,
        ),
        (
            "newest of the timeline",
            store.timeline_sql(&viewer, &directory, &id, &newest, 50),
            false,
        ),
        ("relatives", store.relatives_sql(&viewer, &id), true),
        (
            "search",
            store.search_sql(&viewer, &directory, "\"x\"", None, 50),
            false,
        ),
    ] {
        let plan = steps(&store, sql).await;
        let walks = |step: &String| step.starts_with("SCAN i") || step.starts_with("SCAN e");
        assert!(!plan.iter().any(walks), "{what}: {plan:#?}");
        let org_only = |step: &String| step.starts_with("SEARCH i ") && step.ends_with("(org=?)");
        let walks_org = plan.iter().any(org_only) && what != "newest";
        assert!(!walks_org, "{what}: {plan:#?}");
        let seeks_open = plan.iter().any(|step| step.contains("incident_facet"));
        assert!(!seeks_open, "{what}: {plan:#?}");
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(may_sort || !sorts, "{what}: {plan:#?}");
    }
}

#[tokio::test]
async fn facets_and_counts_of_open_incidents_read_one_index_and_no_rows() {
    let (_folder, store, viewer) = founded().await;
    let team = Filter {
        team: Some("x".to_owned()),
        snoozed: Some(false),
        category: Some("x".to_owned()),
        ..mine()
    };
    let badges = Filter {
        undecided: true,
        unassigned: true,
        restricted: Some(true),
        major: Some("promoted".to_owned()),
        ..open()
    };
    let facets = [open(), mine(), team].map(|f| store.facets_sql(&viewer, &f));
    let counts = [open(), badges].map(|f| store.count_sql(&viewer, &f, 99));
    for sql in facets.into_iter().flatten().chain(counts) {
        let plan = steps(&store, sql).await;
        let looks_up = |step: &&String| step.contains(" i USING ");
        let found: Vec<&String> = plan.iter().filter(looks_up).collect();
        assert_eq!(found.len(), 1, "{plan:#?}");
        assert!(
            found[0].contains("COVERING INDEX incident_facet"),
            "{plan:#?}"
        );
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")));
    }
}

#[tokio::test]
async fn what_is_new_in_the_ledger_is_looked_up_by_its_place() {
    let (_folder, store, _) = founded().await;
    let sql = crate::changes::since_sql(&store.inner.org, (2026, 9));
    let plan = steps(&store, sql).await;
    let [step] = &plan[..] else {
        panic!("{plan:#?}")
    };
    assert!(step.starts_with("SEARCH ledger_entry"), "{step}");
    assert!(step.contains("(log,idx)>"), "{step}");
}
