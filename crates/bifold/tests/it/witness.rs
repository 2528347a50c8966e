//! A ledger is published, witnessed by another process, and checked offline; forks are refused.

use crate::journey::{Home, Server, bifold, run, said};
use crate::tools::{folder, go_cosignatures};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bifold_ledger::checkpoint::{Checkpoint, open_checkpoint, sign_checkpoint};
use bifold_ledger::cosignature::WitnessKey;
use bifold_ledger::note::{Signer, Verifier};
use bifold_ledger::policy::Policy;
use bifold_ledger::publish;
use bifold_ledger::tile::{LogPath, encode_entries, encode_hashes, entries_path, parse_entries};
use bifold_ledger::tree::{Frontier, leaf_hash};
use bifold_verify::{Options, Verdict, verify_directory};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A witness that serves on a free port, killed when dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
}

impl Serving {
    pub(crate) fn start(data: &Path) -> Self {
        let data = data.to_str().unwrap();
        let args = [
            "witness",
            "serve",
            "--data",
            data,
            "--listen",
            "127.0.0.1:0",
        ];
        let mut child = bifold(&args).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut listening = lines.by_ref().map_while(Result::ok);
        let url = listening.find_map(|line| {
            line.split_once(" listens on ")
                .map(|(_, url)| url.to_owned())
        });
        // Its log must go somewhere, or it waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let url = url.unwrap();
        Self { child, url }
    }

    /// SIGKILL: no farewell.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a request got: status, content type, body.
pub(crate) fn http(
    request: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> (u16, String, String) {
    let mut answer = request.unwrap();
    let kind = answer.headers().get("content-type");
    let kind = kind.map_or(String::new(), |kind| kind.to_str().unwrap().to_owned());
    (
        answer.status().as_u16(),
        kind,
        answer.body_mut().read_to_string().unwrap(),
    )
}

pub(crate) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config
        .timeout_global(Some(std::time::Duration::from_secs(20)))
        .build()
        .into()
}

/// Everything the story needs.
pub(crate) struct Scene {
    pub(crate) home: Home,
    pub(crate) witness: PathBuf,
    pub(crate) vkey: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let home = Home::founded();
        let witness = home.folder.path().join("witness");
        let data = witness.to_str().unwrap();
        let init = [
            "witness",
            "init",
            "--data",
            data,
            "--name",
            "witness.example",
        ];
        let (code, text) = run(&init);
        assert_eq!(code, Some(0), "{text}");
        assert_eq!(run(&init).0, Some(5), "an existing key is not replaced");
        let (code, vkey) = run(&["witness", "key", "--data", data]);
        assert_eq!(code, Some(0), "{vkey}");
        assert!(text.contains(vkey.trim()), "{text}");
        let vkey = vkey.trim().to_owned();
        Self {
            home,
            witness,
            vkey,
        }
    }

    pub(crate) fn witness(&self, args: &[&str]) -> (Option<i32>, String) {
        let data = ["--data", self.witness.to_str().unwrap()];
        run(&[&["witness"], args, &data].concat())
    }

    /// Publishes the ledger to a folder of this name; the folder of its one log.
    pub(crate) fn publish(&self, name: &str) -> PathBuf {
        let to = self.home.folder.path().join(name);
        let (code, text) = run(&[
            "ledger",
            "publish",
            "--data",
            &self.home.data(),
            to.to_str().unwrap(),
        ]);
        assert_eq!(code, Some(0), "{text}");
        let mut logs = std::fs::read_dir(&to).unwrap();
        logs.next().unwrap().unwrap().path()
    }

    /// Something happens in the organisation.
    fn grow(&self) {
        let token = self.home.token();
        let server = Server::start(&self.home.data());
        let declare = [
            "incident",
            "--url",
            &server.url,
            "--token",
            &token,
            "declare",
            "Down",
        ];
        let (code, text) = run(&declare);
        assert_eq!(code, Some(0), "{text}");
    }

    pub(crate) fn ask(&self, url: &str, log: &Path) -> (Option<i32>, String) {
        run(&[
            "witness",
            "ask",
            url,
            "--dir",
            log.to_str().unwrap(),
            "--vkey",
            &self.vkey,
        ])
    }

    /// Another history, signed with the organisation's own key: the entries of `log` with one of
    /// them rewritten, and `more` behind them.
    fn fork(&self, log: &Path, more: u8) -> PathBuf {
        let (vkey, checkpoint) = opened(log);
        let seed =
            std::fs::read_to_string(Path::new(&self.home.data()).join("keys/ledger.key")).unwrap();
        let seed = STANDARD.decode(seed.trim()).unwrap().try_into().unwrap();
        let signer = Signer::new(&checkpoint.origin, seed).unwrap();
        assert_eq!(signer.vkey(), vkey.to_string());
        let width = u16::try_from(checkpoint.size).unwrap();
        let bundle = std::fs::read(log.join(entries_path(0, width))).unwrap();
        let mut entries: Vec<Vec<u8>> = parse_entries(&bundle)
            .unwrap()
            .iter()
            .map(|e| e.to_vec())
            .collect();
        entries[1] = b"{\"this\":\"never happened\"}".to_vec();
        entries.extend((0..more).map(|n| vec![b'a' + n]));
        let to = log.with_file_name(format!("fork-{more}"));
        write_log(&to, &entries, &signer);
        to
    }
}

pub(crate) fn opened(log: &Path) -> (Verifier, Checkpoint) {
    let vkey: Verifier = std::fs::read_to_string(log.join("vkey"))
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    let note = std::fs::read(log.join("checkpoint")).unwrap();
    let checkpoint = open_checkpoint(&note, std::slice::from_ref(&vkey)).unwrap();
    (vkey, checkpoint)
}

/// Publishes fewer than 256 entries.
fn write_log(to: &Path, entries: &[Vec<u8>], signer: &Signer) {
    let mut tree = Frontier::new();
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    for leaf in &leaves {
        tree.push(*leaf);
    }
    let (origin, size, root) = (signer.name().to_owned(), tree.size(), tree.root());
    let note = sign_checkpoint(&Checkpoint { origin, size, root }, &[signer]).unwrap();
    for file in publish::files(size) {
        let bytes = match file {
            LogPath::Entries(_) => {
                let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
                encode_entries(&entries).unwrap()
            }
            LogPath::Tile(_) => encode_hashes(&leaves),
            LogPath::Checkpoint => note.clone().into_bytes(),
        };
        let path = to.join(file.path());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::write(to.join("vkey"), signer.vkey()).unwrap();
}

/// Our offline verifier and Go's packages accept the folder, and find the cosignature.
fn proved(log: &Path, witness: &str) {
    let (vkey, _) = opened(log);
    let key: WitnessKey = witness.parse().unwrap();
    let witnesses = Some(Policy::quorum(1, vec![key]).unwrap());
    let options = Options {
        witnesses,
        ..Options::default()
    };
    let report = verify_directory(log, std::slice::from_ref(&vkey), &options);
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
    assert!(
        report
            .to_string()
            .contains("witnessed by  witness.example at 20"),
        "{report}"
    );
    if let Some(go) = go_cosignatures() {
        let mut command = Command::new(go);
        command
            .arg(log.join("checkpoint"))
            .arg(vkey.to_string())
            .arg(witness);
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            folder().display(),
            said(&output)
        );
    }
}

#[test]
fn a_published_ledger_is_witnessed_and_a_forked_one_is_refused() {
    let scene = Scene::new();
    let serving = Serving::start(&scene.witness);
    let first = scene.publish("first");
    let (vkey, checkpoint) = opened(&first);

    let (code, text) = scene.ask(&serving.url, &first);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains(&format!("bifold witness trust '{vkey}'")),
        "{text}"
    );
    let (code, text) = scene.witness(&["trust", &vkey.to_string()]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = scene.ask(&serving.url, &first);
    assert_eq!(code, Some(0), "{text}");
    proved(&first, &scene.vkey);
    // Asked again, the newer cosignature takes the place of the older one.
    assert_eq!(scene.ask(&serving.url, &first).0, Some(0));
    let note = std::fs::read_to_string(first.join("checkpoint")).unwrap();
    assert_eq!(note.matches("— witness.example ").count(), 1, "{note}");

    scene.grow();
    let second = scene.publish("second");
    let grown = opened(&second).1.size;
    assert!(grown > checkpoint.size);
    let (code, text) = scene.ask(&serving.url, &second);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(&format!("{grown} entries")), "{text}");
    proved(&second, &scene.vkey);

    let (code, text) = scene.ask(&serving.url, &first);
    assert_eq!(code, Some(5), "{text}");
    assert!(
        text.contains("restored from a backup that is too old"),
        "{text}"
    );
    let (code, text) = scene.ask(&serving.url, &scene.fork(&second, 3));
    assert_eq!(code, Some(6), "{text}");
    assert!(
        text.contains("refused (422)") && text.contains("not the log"),
        "{text}"
    );
    let (_, text) = scene.witness(&["list"]);
    assert!(
        text.contains(&format!(": {grown} entries, cosigned at 20")),
        "{text}"
    );
    assert!(!text.contains("TWO HISTORIES"), "{text}");
    let (code, text) = scene.ask(&serving.url, &scene.fork(&second, 0));
    assert_eq!(code, Some(6), "{text}");
    assert!(text.contains("ANOTHER tree"), "{text}");
    assert!(scene.witness(&["list"]).1.contains("TWO HISTORIES"));
    let forked =
        std::fs::read_to_string(second.with_file_name("fork-0").join("checkpoint")).unwrap();
    assert!(!forked.contains("witness.example"), "{forked}");
}

#[test]
fn two_witnesses_asked_at_once_are_both_kept() {
    let scene = Scene::new();
    let log = scene.publish("log");
    let (vkey, _) = opened(&log);
    let other = scene.home.folder.path().join("other");
    let place = ["--data", other.to_str().unwrap()];
    run(&[&["witness", "init", "--name", "other.example"], &place[..]].concat());
    run(&[&["witness", "trust", &vkey.to_string()], &place[..]].concat());
    scene.witness(&["trust", &vkey.to_string()]);
    let key = run(&[&["witness", "key"], &place[..]].concat()).1;
    let (here, there) = (Serving::start(&scene.witness), Serving::start(&other));
    let keys = [(&here.url, scene.vkey.as_str()), (&there.url, key.trim())];
    std::thread::scope(|scope| {
        for (url, vkey) in keys {
            let dir = log.to_str().unwrap();
            scope.spawn(move || {
                for _ in 0..3 {
                    let (code, text) = run(&["witness", "ask", url, "--dir", dir, "--vkey", vkey]);
                    assert_eq!(code, Some(0), "{text}");
                }
            });
        }
    });
    let witnesses = keys.map(|(_, vkey)| vkey.parse().unwrap()).to_vec();
    let witnesses = Some(Policy::quorum(2, witnesses).unwrap());
    let options = Options {
        witnesses,
        ..Options::default()
    };
    let report = verify_directory(&log, &[vkey], &options);
    assert_eq!(report.verdict(), Verdict::Verified, "{report}");
}

#[test]
fn every_way_to_ask_in_vain_has_its_exit_code() {
    let scene = Scene::new();
    let log = scene.publish("log");
    assert_eq!(scene.ask("http://127.0.0.1:9", &log).0, Some(7));
    let serving = Serving::start(&scene.witness);
    let (code, text) = scene.witness(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(5), "one key decides in one place: {text}");
    scene.witness(&["trust", &opened(&log).0.to_string()]);

    let (code, text) = scene.ask(&serving.url, log.parent().unwrap());
    assert!(
        code == Some(3) && text.contains("folder of one log"),
        "{text}"
    );
    let other = bifold_ledger::cosignature::Cosigner::new("other.example", [9; 32]).unwrap();
    let dir = log.to_str().unwrap();
    let ask = ["witness", "ask", &serving.url, "--dir", dir, "--vkey"];
    let (code, text) = run(&[&ask[..], &[&other.vkey()]].concat());
    assert!(code == Some(6) && text.contains("right key"), "{text}");
    let log_key = opened(&log).0.to_string();
    let (code, text) = run(&[&ask[..], &[&log_key]].concat());
    assert!(
        code == Some(2) && text.contains("a witness's is wanted"),
        "{text}"
    );

    let tile = std::fs::read_dir(log.join("tile/0/000.p"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[3] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let (code, text) = scene.ask(&serving.url, &log);
    assert!(
        code == Some(6) && text.contains("publish it again"),
        "{text}"
    );
    let nowhere = scene.home.folder.path().join("nowhere");
    let (code, text) = run(&["witness", "key", "--data", nowhere.to_str().unwrap()]);
    assert!(
        code == Some(3) && text.contains("bifold witness init"),
        "{text}"
    );
}

#[test]
fn the_witness_answers_as_the_specification_says() {
    let scene = Scene::new();
    let log = scene.publish("log");
    let serving = Serving::start(&scene.witness);
    let (vkey, checkpoint) = opened(&log);
    scene.witness(&["trust", &vkey.to_string()]);
    let note = std::fs::read_to_string(log.join("checkpoint")).unwrap();
    let agent = agent();
    let url = format!("{}/add-checkpoint", serving.url);
    let post = |body: String| http(agent.post(&url).send(body));

    let (status, _, body) = http(agent.get(&serving.url).call());
    assert_eq!((status, body.trim()), (200, scene.vkey.as_str()));
    let (status, kind, body) = post(format!("old 1\n\n{note}"));
    assert_eq!(
        (status, kind.as_str(), body.as_str()),
        (409, "text/x.tlog.size", "0\n")
    );
    let (status, _, body) = post(format!("old 0\n\n{note}"));
    assert!(
        status == 200 && body.starts_with("— witness.example ") && body.ends_with('\n'),
        "{body}"
    );
    let (_, kind, body) = post(format!("old 0\n\n{note}"));
    assert_eq!(
        (kind.as_str(), body),
        ("text/x.tlog.size", format!("{}\n", checkpoint.size))
    );
    let foreign = note.replace(&checkpoint.origin, "elsewhere.example/log");
    assert_eq!(post(format!("old 0\n\n{foreign}")).0, 404);
    let altered = note.replace(&format!("\n{}\n", checkpoint.size), "\n900\n");
    assert_eq!(post(format!("old 0\n\n{altered}")).0, 403);
    assert_eq!(post(format!("old 900\n\n{note}")).0, 400);
    assert_eq!(post(note.clone()).0, 400);
    assert_eq!(post(format!("old 0\n\n{}", "x".repeat(70_000))).0, 413);
    assert_eq!(http(agent.get(&url).call()).0, 405);
}
