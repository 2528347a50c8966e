//! Evidence on the command line, with the real binary and a real server.

use crate::collect::change;
use crate::journey::{Home, Server, bifold, run, said};
use crate::witness::agent;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// An organisation with a server, an incident, and people.
pub(crate) struct Scene {
    pub(crate) home: Home,
    pub(crate) server: Server,
    pub(crate) token: String,
    pub(crate) incident: String,
}

/// What every acquisition must say.
pub(crate) const HOW: &str = "--method Copied. --authority 'Standing order of payments.'";

/// The words of a line; those between quotes are one.
pub(crate) fn words(line: &str) -> Vec<&str> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(n, part)| match n % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    words.collect()
}

impl Scene {
    pub(crate) fn new() -> Self {
        let home = Home::founded();
        let token = home.token();
        let server = Server::start(&home.data());
        let declare = [
            "incident",
            "--url",
            &server.url,
            "--token",
            &token,
            "declare",
            "Intrusion",
        ];
        let (_, text) = run(&declare);
        let incident = text.split_whitespace().nth(1).unwrap().to_owned();
        Self {
            home,
            server,
            token,
            incident,
        }
    }

    /// `bifold evidence` as somebody.
    pub(crate) fn by(&self, token: &str, line: &str) -> (Option<i32>, String) {
        let head = ["evidence", "--url", &self.server.url, "--token", token];
        run(&[&head[..], &words(line)].concat())
    }

    /// `bifold evidence` as the incident manager.
    pub(crate) fn evidence(&self, line: &str) -> (Option<i32>, String) {
        self.by(&self.token, line)
    }

    /// The same, and it goes well.
    pub(crate) fn ok(&self, line: &str) -> String {
        let (code, text) = self.evidence(line);
        assert_eq!(code, Some(0), "{line}: {text}");
        text
    }

    /// The same with its answer as JSON.
    pub(crate) fn json(&self, line: &str) -> Value {
        let head = [
            "evidence",
            "--json",
            "--url",
            &self.server.url,
            "--token",
            &self.token,
        ];
        let output = bifold(&[&head[..], &words(line)].concat())
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A file in the organisation's folder.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.home.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Somebody with this role; their token.
    pub(crate) fn somebody(&self, name: &str, role: &str) -> String {
        let email = format!("{name}@harbour.example");
        let body = json!({ "name": name, "email": email, "roles": [role] });
        let answer = agent()
            .post(format!("{}/api/v1/people", self.server.url))
            .header("authorization", format!("Bearer {}", self.token))
            .send_json(&body)
            .unwrap();
        assert_eq!(answer.status().as_u16(), 201);
        let data = self.home.data();
        let args = ["token", "create", "--data", &data, "--user", &email];
        let output = bifold(&args).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A log with these bytes: its exhibit number.
    fn added(&self, bytes: &[u8]) -> String {
        let file = self.file("gateway.log", bytes);
        let (incident, file) = (&self.incident, file.display());
        let line = format!("add {incident} {file} --title 'Log of the gateway' --sort log {HOW}");
        self.json(&line)["number"].as_str().unwrap().to_owned()
    }
}

/// A text without what differs from run to run: days, times of day, years and ids.
fn steady(text: &str) -> String {
    let shape = |word: &str| -> String {
        let digit = |c: char| if c.is_ascii_digit() { '9' } else { c };
        word.chars().map(digit).collect()
    };
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n']) {
        let bare = word.trim_end();
        let steady = match shape(bare).as_str() {
            "9999-99-99" => "DAY".to_owned(),
            "99:99:99" => "TIME".to_owned(),
            "EVD-9999-9999" | "INC-9999-9999" => format!("{}-YEAR{}", &bare[..3], &bare[8..]),
            _ => bare.to_owned(),
        };
        out.push_str(&steady);
        out.push_str(word.strip_prefix(bare).unwrap_or_default());
    }
    out
}

#[test]
fn evidence_is_planned_collected_kept_and_shown() {
    let scene = Scene::new();
    let incident = &scene.incident;
    let plan = "--title 'Memory of pay-03' --sort memory_image --assignee me";
    let text = scene.ok(&format!("plan {incident} {plan}"));
    assert!(text.starts_with("Planned: EVD-"), "{text}");
    let log = scene.added(b"lines\n");
    let text = scene.ok(&format!("plan {incident} --title Laptop --sort physical"));
    let laptop = text.split_whitespace().nth(1).unwrap();
    let looks = "--serial S-1 --make Acme --clock-offset-ms -40";
    let order = "--key '4 O 12/26' --reason Proceedings. --authority 'The court.'";
    for line in [
        format!("collect {laptop} {looks} {HOW}"),
        format!("seal {laptop} --number B-0042"),
        format!("hold {log} {order}"),
        format!("note {log} 'Opened to copy it.'"),
        format!("label {log} --tlp red"),
        format!("check-out {laptop} --purpose 'To image its disk.'"),
        format!("check-in {laptop} --condition 'Seal whole.'"),
        format!("view {laptop} --purpose 'To read its label.'"),
        format!("verify {log}"),
    ] {
        scene.ok(&line);
    }
    for (name, line) in [
        ("evidence_list", "list".to_owned()),
        ("evidence_show", format!("show {log}")),
        ("evidence_show_thing", format!("show {laptop}")),
        ("evidence_custody", format!("custody {log}")),
    ] {
        insta::assert_snapshot!(name, steady(&scene.ok(&line)));
    }
    for scope in ["", &format!("--incident {incident}")] {
        let count = |choice: &str| {
            let rows = scene.json(&format!("list {scope} {choice}"));
            rows["items"].as_array().unwrap().len()
        };
        let choices = ["", "--standing wanted", "--mine", "--held", "--asked"];
        assert_eq!(choices.map(count), [3, 1, 2, 1, 0], "{scope}");
    }
    let (code, text) = scene.evidence("show EVD-2020-0001");
    assert_eq!(code, Some(3), "{text}");
    assert_eq!(scene.evidence("show ../people").0, Some(2));
}

#[test]
fn what_was_derived_or_given_up_says_so() {
    let scene = Scene::new();
    let log = scene.added(b"lines\n");
    let made = scene.json(&format!(
        "derive {log} --how 'One hour of it.' --title 'One hour'"
    ));
    let copy = scene.json(&format!("show {}", made["number"].as_str().unwrap()));
    let original = scene.json(&format!("show {log}"));
    assert_eq!(copy["derived_from"], original["id"]);
    let copy = copy["number"].as_str().unwrap();
    scene.ok(&format!("assign {copy} --to ines@harbour.example"));
    scene.ok(&format!(
        "describe {copy} --title 'The hour of the intrusion'"
    ));
    scene.ok(&format!("forgo {copy} --reason 'The whole is enough.'"));
    let text = scene.ok("list --standing forgone");
    assert!(text.contains("The hour of the intrusion"), "{text}");
    let (code, text) = scene.evidence(&format!("forgo {log} --reason x"));
    assert_eq!(code, Some(5), "{text}");
}

#[test]
fn a_download_is_the_same_and_overwrites_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let number = scene.added(&bytes);
    let to = scene.home.folder.path().join("copy");
    let line = format!(
        "download {number} --purpose 'To look & see' --to {}",
        to.display()
    );
    scene.ok(&line);
    assert_eq!(std::fs::read(&to).unwrap(), bytes);
    let mode = std::fs::metadata(&to).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let looks = || {
        let custody = scene.ok(&format!("custody {number}"));
        custody.matches("To look & see").count()
    };
    assert_eq!(looks(), 1);
    let (code, text) = scene.evidence(&line);
    assert_eq!(code, Some(5), "{text}");
    assert_eq!(looks(), 1, "what cannot be written is not fetched");
    // The server's disk changes the bytes: nothing is left here.
    let blobs = walk(&PathBuf::from(scene.home.data()));
    let is_it = |path: &&PathBuf| std::fs::metadata(path).unwrap().len() == bytes.len() as u64;
    change(blobs.iter().find(is_it).unwrap());
    let other = scene.home.folder.path().join("other");
    let line = format!("download {number} --purpose Again --to {}", other.display());
    let (code, text) = scene.evidence(&line);
    assert_eq!(code, Some(6), "{text}");
    assert!(!other.exists());
    let (code, text) = scene.evidence(&format!("verify {number}"));
    assert_eq!(code, Some(6), "{text}");
    assert!(text.contains("NOT the sealed ones"), "{text}");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn evidence_goes_from_hand_to_hand() {
    let scene = Scene::new();
    let custodian = scene.somebody("carl", "evidence_custodian");
    let number = scene.added(b"lines\n");
    let manager = &scene.token;
    for (token, line, expected) in [
        (manager, "offer EVD --to Carl --reason 'To the safe.'", 0),
        (manager, "accept EVD", 4),
        (&custodian, "decline EVD --reason 'Not today.'", 0),
        (
            manager,
            "offer EVD --to carl@harbour.example --reason Safe.",
            0,
        ),
        (manager, "retract EVD", 0),
        (
            manager,
            "offer EVD --to carl --reason 'To the safe.' --place Safe",
            0,
        ),
        (&custodian, "accept EVD --condition 'Seal whole.'", 0),
        (manager, "offer EVD --to Nobody --reason x", 3),
        (manager, "offer EVD --to carl --reason x", 4),
        (&custodian, "lift EVD --key none --reason x", 3),
    ] {
        let (code, text) = scene.by(token, &line.replace("EVD", &number));
        assert_eq!(code, Some(expected), "{line}: {text}");
    }
    let text = scene.ok(&format!("show {number}"));
    assert!(text.contains("Keeper       carl"), "{text}");
}

#[test]
fn evidence_leaves_only_when_two_others_approve() {
    let scene = Scene::new();
    let officer = scene.somebody("olga", "security_officer");
    let custodian = scene.somebody("carl", "evidence_custodian");
    let number = scene.added(b"lines\n");
    let incident = &scene.incident;
    let ends = |token: &str, line: &str, expected: i32| {
        let (code, text) = scene.by(token, line);
        assert_eq!(code, Some(expected), "{line}: {text}");
        text
    };
    let manager = scene.token.as_str();
    ends(manager, &format!("release approve {incident}"), 3);
    let terms = "--to 'State police' --purpose Investigation. --legal-basis 'Their order.'";
    let item = number.to_lowercase();
    let ask = format!("release ask {incident} {terms} --item {item}");
    let text = ends(&officer, &ask, 0);
    assert!(text.contains("bifold evidence release approve"), "{text}");
    assert!(scene.ok("list --asked").contains("release asked for"));
    ends(&officer, &format!("release approve {incident}"), 4);
    for token in [manager, &custodian] {
        ends(token, &format!("release carry-out {incident}"), 4);
        ends(token, &format!("release approve {incident}"), 0);
    }
    let text = ends(&officer, &format!("release carry-out {incident}"), 0);
    assert!(text.starts_with("Released: release "), "{text}");

    // What leaves is one file, checked without the server; nothing is overwritten.
    let release = text.trim_end().rsplit(' ').next().unwrap();
    let to = scene.home.folder.path().join("for-the-police.tar");
    let export = format!(
        "export {incident} --release {release} --to {}",
        to.display()
    );
    let text = ends(&officer, &export, 0);
    assert!(text.contains("bifold-verify"), "{text}");
    let report = bifold_verify::verify_bundle(&to, &[], None);
    assert_eq!(
        report.verdict(),
        bifold_verify::Verdict::Verified,
        "{report}"
    );
    assert!(
        report.to_string().contains("1 with their bytes"),
        "{report}"
    );
    ends(&officer, &export, 5);
    let refused = scene.home.folder.path().join("refused.tar");
    let terms = format!("--recipient r --purpose p --to {}", refused.display());
    let reader = scene.somebody("paul", "auditor");
    ends(&reader, &format!("export {incident} {terms}"), 4);
    assert!(!refused.exists());
    ends(
        &officer,
        &format!("export {incident} --to {}", refused.display()),
        2,
    );

    let terms = "--method Unlinked. --reason 'End of retention.'";
    let ask = format!("dispose ask {incident} --item {number} {terms}");
    ends(&officer, &ask, 0);
    let refuse = format!("dispose refuse {incident} --reason 'Too early.'");
    ends(manager, &refuse, 0);
    ends(&officer, &format!("dispose carry-out {incident}"), 3);
    assert!(scene.ok(&format!("show {number}")).contains("kept"));
}

#[test]
fn every_command_explains_itself() {
    let mut asked = 0;
    let mut waiting = vec![vec!["evidence".to_owned()], vec!["collect".to_owned()]];
    while let Some(path) = waiting.pop() {
        let mut args: Vec<&str> = path.iter().map(String::as_str).collect();
        args.push("--help");
        let (code, text) = run(&args);
        assert_eq!(code, Some(0), "{args:?}: {text}");
        assert!(text.contains("Usage: bifold "), "{text}");
        asked += 1;
        let commands = text.split("Commands:\n").nth(1).unwrap_or_default();
        let commands = commands.lines().take_while(|line| !line.trim().is_empty());
        for line in commands.filter(|line| line.starts_with("  ") && !line.starts_with("    ")) {
            let verb = line.split_whitespace().next().unwrap();
            assert!(
                line.split_whitespace().count() > 2,
                "{path:?} {line} says nothing"
            );
            if verb != "help" {
                waiting.push([&path[..], &[verb.to_owned()]].concat());
            }
        }
        assert!(asked < 100, "no end");
    }
    assert!(asked >= 30, "only {asked}");
}
