use super::*;
use crate::fixture::{PEOPLE, after, decide, directory, short};
use crate::signal::State;
use crate::text::Title;

fn settings() -> Settings {
    serde_json::from_value(serde_json::json!({
        "name": "Cluster", "format": "alertmanager"
    }))
    .unwrap()
}

fn signal() -> Signal {
    Signal {
        external_id: short("a1"),
        began_at: None,
        state: State::Firing,
        severity: Severity::Major,
        severity_word: Some(short("error")),
        title: Title::parse("Disk is full on db1").unwrap(),
        body: None,
        service: None,
        group: None,
        labels: BTreeMap::from([("job".to_owned(), "Node".to_owned())]),
        links: Vec::new(),
        sent_at: None,
    }
}

#[test]
fn a_test_compares_without_regard_to_case_and_an_absent_label_is_nothing() {
    for (field, how, value, expected) in [
        ("title", How::Contains, Some("DISK"), true),
        ("title", How::StartsWith, Some("full"), false),
        ("job", How::Is, Some("node"), true),
        ("job", How::IsNot, Some("node"), false),
        ("zone", How::IsNot, Some("eu"), true),
        ("zone", How::IsThere, None, false),
        ("job", How::IsThere, None, true),
        ("severity", How::AtLeast, Some("minor"), true),
        ("severity", How::AtLeast, Some("major"), true),
        ("severity", How::AtLeast, Some("critical"), false),
        ("identity", How::Is, Some("a1"), true),
    ] {
        let test = Test {
            field: short(field),
            how,
            value: value.map(short),
        };
        assert_eq!(test.check(), Ok(()));
        assert_eq!(test.holds(&signal()), expected, "{test:?}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refused = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        settings.check().unwrap_err().code().to_owned()
    };
    let declare = || Rule {
        name: short("all"),
        when: Vec::new(),
        then: Then::Declare(Plan {
            impact: Impact::Significant,
            urgency: Urgency::High,
            findings: BTreeMap::new(),
            join_minutes: 30,
        }),
    };
    assert_eq!(refused(&|s| s.quota = 0), "bad-value");
    assert_eq!(refused(&|s| s.silence_minutes = Some(0)), "bad-value");
    assert_eq!(refused(&|s| s.format = Format::Generic), "bad-value");
    assert_eq!(
        refused(&|s| {
            s.is_sensitive = true;
            s.rules = vec![declare()];
        }),
        "bad-value"
    );
    assert_eq!(
        refused(&|s| s.rules = vec![declare(); RULES + 1]),
        "bad-value"
    );
}

#[test]
fn only_those_who_may_connect_and_disconnect() {
    for (who, role) in PEOPLE {
        let answer = decide::<Source>(
            &directory(),
            who,
            None,
            Command::Connect(Box::new(settings())),
        );
        let may = *who != "former" && role.permits(Permission::ManageSources);
        assert_eq!(answer.is_ok(), may, "{who}");
    }
}

#[test]
fn a_source_has_a_new_and_an_old_secret_and_ends_with_none() {
    let id = SourceId::from_bits(1);
    let connected = Fact::Connected {
        settings: Box::new(settings()),
    };
    let mut source: Source = after(None, &id, "manager", &connected);
    let ask =
        |source: &Source, command| decide::<Source>(&directory(), "manager", Some(source), command);
    for name in ["a", "b", "c"] {
        let facts = ask(&source, Command::IssueSecret(short(name))).unwrap();
        source = after(Some(source), &id, "manager", &facts[0]);
    }
    let more = ask(&source, Command::IssueSecret(short("d")));
    assert_eq!(more.unwrap_err().code(), "bad-value");
    let facts = ask(&source, Command::WithdrawSecret(short("a"))).unwrap();
    source = after(Some(source), &id, "manager", &facts[0]);
    assert_eq!(source.secrets, [short("b"), short("c")]);
    let gone = ask(&source, Command::WithdrawSecret(short("a")));
    assert_eq!(gone.unwrap_err().code(), "not-found");
    source = after(Some(source), &id, "manager", &Fact::Disconnected);
    assert!(source.secrets.is_empty());
    let late = ask(&source, Command::Revise(Box::new(settings())));
    assert_eq!(late.unwrap_err().code(), "settled");
}
