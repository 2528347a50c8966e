//! What every demonstration holds, on a small one of a few days.

use super::organisation::email;
use super::scenario::{self, Is};
use super::script::Step;
use super::{Setting, found, history, sev1, trickle, visitors};
use crate::demo::rng::Rng;
use bifold_domain::incident::{Incident, Major, Stage};
use bifold_domain::kind::{Finding, KindKey};
use bifold_domain::time::{DAY, HOUR};
use bifold_domain::{At, Auth, PersonId, Viewer};
use bifold_store::query::event::Filter as EventFilter;
use bifold_store::query::incident::{Filter, Order};
use bifold_store::{Options, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const DAYS: i64 = 5;

fn setting(seed: u64, end: &str) -> Setting {
    Setting {
        seed,
        end: At::parse(end).unwrap(),
        days: DAYS,
    }
}

async fn made(folder: &Path, setting: &Setting) -> Store {
    let refused = found(folder, setting).await.unwrap();
    assert!(refused.is_empty(), "{refused:#?}");
    Store::open(Options::in_folder(folder)).await.unwrap()
}

async fn viewer(store: &Store, key: &str) -> Viewer {
    let person = store.person_of(&email(key)).await.unwrap().unwrap();
    let actor = store.actor(&person, Auth::Session).await.unwrap();
    actor.unwrap().viewer()
}

/// Every incident that somebody can read, in the order of numbers.
async fn incidents(store: &Store, viewer: &Viewer) -> Vec<Incident> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let rows = store
            .incidents(viewer, &Filter::default(), Order::Newest, after, 200)
            .await
            .unwrap();
        let Some(last) = rows.last() else {
            all.reverse();
            return all;
        };
        after = Some(bifold_store::query::incident::After {
            handling: last.handling,
            due: last.clock_due,
            seq: last.seq,
        });
        for row in &rows {
            let found = store.incident(viewer, &row.id).await.unwrap();
            all.push(found.unwrap().0);
        }
    }
}

fn finding(incident: &Incident, kind: &str) -> Finding {
    incident.finding(&KindKey::parse(kind).unwrap())
}

async fn sound(store: Store) {
    store.sign_checkpoint().await.unwrap();
    let report = store.verify_ledger(|_| {}).await.unwrap();
    assert!(report.is_sound(), "{report:#?}");
    let replay = store.replay(|_| {}).await.unwrap();
    assert!(replay.is_equal(), "{replay:#?}");
    store.close().await;
}

#[tokio::test]
async fn the_hospital_holds_what_a_newcomer_is_to_see() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path(), &setting(1, "2026-05-20T14:20:00Z")).await;
    let pages = store.status_pages().await.unwrap();
    assert_eq!(pages.len(), 2);
    for page in &pages {
        let told = store.told_on(page).await.unwrap();
        assert!(told.announcements.len() > 1, "{}", page.settings.key);
    }
    let officer = viewer(&store, "lukas").await;
    let all = incidents(&store, &officer).await;
    outcomes(&all);
    present(&all);
    titles(&all);
    let filter = EventFilter {
        standing: Some("undecided".to_owned()),
        ..EventFilter::default()
    };
    let waiting = store.events(&officer, &filter, None, 100).await.unwrap();
    assert!((7..=10).contains(&waiting.len()), "{waiting:#?}");
    for sort in ["weakness", "ai_misbehaviour", "suspicion"] {
        assert!(waiting.iter().any(|e| e.sort == sort), "{sort}");
    }
    restricted(&store, &all).await;
    let alarms = store.alarms(10).await.unwrap();
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    sound(store).await;
}

fn outcomes(all: &[Incident]) {
    let mut seen = BTreeMap::new();
    for incident in all {
        let both = (finding(incident, "service"), finding(incident, "security"));
        *seen.entry(both).or_insert(0) += 1;
    }
    for service in [Finding::Yes, Finding::No] {
        for security in [Finding::Yes, Finding::No] {
            assert!(seen.contains_key(&(service, security)), "{seen:?}");
        }
    }
    assert!(all.iter().any(|i| finding(i, "ai") == Finding::Yes));
    assert!(all.iter().any(|i| finding(i, "privacy") == Finding::Yes));
    let stages: BTreeSet<_> = all.iter().map(|i| i.stage.word()).collect();
    // The two that are rare take more days than these.
    let rare = ["converted_to_request", "confirmed"];
    for word in Stage::WORDS.iter().filter(|word| !rare.contains(word)) {
        assert!(stages.contains(word), "{word} is not in {stages:?}");
    }
    assert!(all.iter().any(|i| i.reopened > 0));
    assert!(all.iter().any(|i| i.reassigned > 0));
    assert!(all.iter().any(|i| i.parent.is_some()));
    assert!(all.iter().any(|i| !i.relations.is_empty()));
    assert!(all.iter().any(|i| i.snoozed.is_some()));
    let majors: BTreeSet<_> = all.iter().map(|i| i.major.word()).collect();
    assert_eq!(majors.len(), 5, "{majors:?}");
}

fn present(all: &[Incident]) {
    let open: Vec<_> = all.iter().filter(|i| i.stage.is_open()).collect();
    assert!((35..=46).contains(&open.len()), "{}", open.len());
    let promoted = |i: &&&Incident| matches!(i.major, Major::Promoted { .. });
    let promoted: Vec<_> = open.iter().filter(promoted).collect();
    assert_eq!(promoted.len(), 1);
    let sev1 = promoted[0];
    assert_eq!(sev1.title.shown(), sev1::TITLE);
    assert_eq!(sev1.handling.number(), 1);
    assert_eq!(finding(sev1, "service"), Finding::Yes);
    assert_eq!(finding(sev1, "security"), Finding::Undetermined);
    assert!(sev1.workaround.is_some());
    let open_tasks = sev1
        .tasks
        .iter()
        .filter(|t| t.end == bifold_domain::incident::TaskEnd::Open);
    assert!(open_tasks.count() >= 3);
}

fn titles(all: &[Incident]) {
    let titles: Vec<_> = all.iter().map(|i| i.original.title.shown()).collect();
    for pair in titles.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    let mut count = BTreeMap::new();
    for title in &titles {
        *count.entry(title).or_insert(0) += 1;
        assert!(!title.contains(['{', '}']), "{title}");
    }
    let most = count.values().max().unwrap();
    assert!(*most <= 2, "{count:#?}");
}

/// Whoever is not named in them does not find the restricted ones.
async fn restricted(store: &Store, all: &[Incident]) {
    let named: Vec<_> = all.iter().filter(|i| i.compartment.is_some()).collect();
    assert!(named.len() >= 3, "{}", named.len());
    assert!(named.iter().any(|i| i.stage.is_open()));
    for incident in named {
        assert_eq!(finding(incident, "service"), Finding::No);
        assert_eq!(finding(incident, "security"), Finding::Yes);
        for key in ["noah", "helga", "ines"] {
            let viewer = viewer(store, key).await;
            let found = store.incident(&viewer, incident.id.as_str()).await.unwrap();
            assert!(found.is_none(), "{key}");
        }
    }
}

#[tokio::test]
async fn the_same_seed_and_end_give_the_same_facts() {
    let setting = setting(7, "2026-03-01T03:05:00Z");
    let mut told = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let store = made(folder.path(), &setting).await;
        let officer = viewer(&store, "lukas").await;
        told.push(incidents(&store, &officer).await);
        store.close().await;
    }
    assert_eq!(told[0], told[1]);
}

/// Also on a Sunday night, and over the turn of the year, whose ledger has two logs.
#[tokio::test]
async fn a_history_over_the_turn_of_the_year_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path(), &setting(3, "2026-01-04T01:30:00Z")).await;
    sound(store).await;
}

#[tokio::test]
async fn life_goes_on_after_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let end = bifold_store::Clock::System.now();
    let small = Setting {
        seed: 2,
        end,
        days: 2,
    };
    let store = made(folder.path(), &small).await;
    let before = store.log_state().await.unwrap().size;
    let mut rng = Rng::new(5);
    for turn in 0..30 {
        trickle::one(&store, &mut rng, turn).await.unwrap();
    }
    let after = store.log_state().await.unwrap().size;
    assert!(after >= before + 20, "{before} {after}");
    for person in visitors() {
        let known = store.person_of(&person.email).await.unwrap();
        assert!(known.is_some(), "{}", person.email);
    }
    sound(store).await;
}

fn steps(seed: u64, end: &str, days: i64) -> Vec<Step> {
    let setting = Setting {
        days,
        ..setting(seed, end)
    };
    history(&setting, &PersonId::from_bits(1))
}

fn title_of(step: &Step) -> Option<String> {
    step.commands.iter().find_map(|command| match command {
        bifold_domain::Command::Incident(_, bifold_domain::incident::Command::Declare(new)) => {
            Some(new.title.to_string())
        }
        _ => None,
    })
}

#[test]
fn the_full_history_has_its_size_and_its_rhythm() {
    let end = At::parse("2026-06-10T10:00:00Z").unwrap();
    let steps = steps(1, "2026-06-10T10:00:00Z", super::DAYS);
    let has_title = |step: &&Step| title_of(step).is_some();
    let declared: Vec<_> = steps.iter().filter(has_title).collect();
    assert!((350..=500).contains(&declared.len()), "{}", declared.len());
    assert!(
        steps
            .iter()
            .all(|s| s.at <= end && s.at > end.plus(-92 * DAY))
    );
    let titles: Vec<_> = declared.iter().filter_map(|s| title_of(s)).collect();
    assert!(titles.windows(2).all(|pair| pair[0] != pair[1]));
    let mut count = BTreeMap::new();
    for title in &titles {
        *count.entry(title).or_insert(0) += 1;
    }
    count.retain(|_, times| *times > 2);
    assert!(count.is_empty(), "{count:#?}");
    let told = format!("{steps:?}");
    for rare in [
        "ConvertToRequest",
        "Confirm",
        "Waived",
        "Merge",
        "Unrestrict",
    ] {
        assert!(told.contains(rare), "{rare}");
    }
    let by_day = |s: &&&Step| (7..19).contains(&(s.at.micros() % DAY / HOUR));
    assert!(declared.iter().filter(by_day).count() * 3 > declared.len() * 2);
}

#[test]
fn another_seed_gives_another_history() {
    let end = "2026-06-10T10:00:00Z";
    let shown = |seed| format!("{:?}", steps(seed, end, 3));
    assert_eq!(shown(1), shown(1));
    assert_ne!(shown(1), shown(2));
}

#[test]
fn every_story_is_told_in_words_of_its_own() {
    let all = scenario::all();
    assert!(all.len() >= 60, "{}", all.len());
    let mut stories = BTreeSet::new();
    for story in all {
        assert!(stories.insert(story.story), "{}", story.story);
        assert!(!story.titles.is_empty() && !story.end.is_empty());
        let dismissed = bifold_domain::event::Dismissal::from_word(story.code).is_some();
        assert_eq!(dismissed, story.is == Is::Neither, "{:?}", story.titles);
        let policy = bifold_domain::policy::Policy::default();
        let knows =
            |codes: &[bifold_domain::Short], code: &str| codes.iter().any(|c| c.as_str() == code);
        assert!(
            dismissed || knows(&policy.resolution_codes.value, story.code),
            "{}",
            story.code
        );
        assert!(
            knows(&policy.cause_codes.value, story.cause),
            "{}",
            story.cause
        );
        assert!(
            knows(&policy.categories.value, story.category),
            "{}",
            story.category
        );
    }
}
