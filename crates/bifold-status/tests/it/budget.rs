//! How much there is to load.

use crate::{at, rendered, shop, text};
use bifold_domain::At;
use bifold_domain::time::{DAY, HOUR, MINUTE};
use bifold_status::{Affected, Component, Impact, Incident, Page, Span, Stage, State, Update};

fn component(n: usize) -> Component {
    Component {
        key: format!("component-{n}"),
        name: format!("Service number {n}"),
        group: (n >= 3).then(|| format!("Region {}", n / 6)),
        about: n
            .is_multiple_of(2)
            .then(|| "What people do with it, said in a sentence.".to_owned()),
        since: at("2025-01-01T00:00:00Z"),
    }
}

fn incident(n: i64, now: At) -> Incident {
    let is_open = n < 3;
    let began = now.plus(-n * 30 * HOUR - 3 * HOUR);
    let stages = [Stage::Investigating, Stage::Identified, Stage::Monitoring];
    let mut updates: Vec<Update> = stages
        .into_iter()
        .zip(1..)
        .map(|(stage, k)| Update {
            at: began.plus(k * 20 * MINUTE),
            stage,
            text: "What we know by now of what happened, whom it meets and what we do next. "
                .repeat(4),
            next_update_by: Some(began.plus((k + 1) * 20 * MINUTE)),
        })
        .collect();
    if !is_open {
        updates[2].stage = Stage::Resolved;
    }
    let affected = (0..3).map(|k| Affected {
        component: format!("component-{}", (n * 7 + k * 5) % 30),
        spans: vec![Span {
            state: State::ALL[usize::try_from(2 + (n + k) % 3).unwrap()],
            from: began,
            until: None,
        }],
    });
    Incident {
        key: format!("INC-{n}"),
        title: format!("Something that does not work as it should, number {n}"),
        impact: Impact::Major,
        began_at: began,
        updates,
        affected: affected.collect(),
        note_after: None,
    }
}

#[test]
fn a_front_page_of_thirty_components_and_ten_incidents_is_below_60_kb() {
    let now = shop().generated_at;
    let mut incidents: Vec<Incident> = (0..10).map(|n| incident(n, now)).collect();
    // Older ones that speckle the bars: a bad day for each component every nine days.
    for n in 0..10_i64 {
        let began = now.plus(-(16 + n * 7) * DAY);
        let mut old = incident(20 + n, now);
        old.began_at = began;
        old.updates = vec![Update {
            at: began.plus(HOUR),
            stage: Stage::Resolved,
            text: String::new(),
            next_update_by: None,
        }];
        old.affected = (0..30)
            .map(|c| Affected {
                component: format!("component-{c}"),
                spans: vec![Span {
                    state: State::ALL[1 + usize::try_from((n + c) % 4).unwrap()],
                    from: began.plus(c % 5 * DAY),
                    until: Some(began.plus(c % 5 * DAY + HOUR)),
                }],
            })
            .collect();
        incidents.push(old);
    }
    let page = Page {
        components: (0..30).map(component).collect(),
        incidents,
        ..shop()
    };
    let files = rendered(&page);
    let index = text(&files, "index.html");
    eprintln!("index.html has {} bytes", index.len());
    assert!(index.len() < 60_000, "{}", index.len());
    assert!(text(&files, "style.css").len() < 12_000);
}
