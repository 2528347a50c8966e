//! Given a published log with time-stamps, when they are asked for, then words and exit code.

use std::fs;
use std::path::PathBuf;

use bifold_timestamp::{Request, TrustedCertificates};
use bifold_verify::{Verdict, verify_bundle};
use sha2::{Digest as _, Sha256};

use crate::authority::{Authority, USUAL};
use crate::case::{Case, signer};
use crate::packed::{Files, Packed, repack};
use crate::published::{Answer, Published, signed, write};
use crate::sample::SampleLog;

/// A log of 601 entries and an authority that stamped the checkpoint of its first 300.
struct Scene {
    authority: Authority,
    published: Published,
}

impl Scene {
    fn new() -> Option<Self> {
        let log = SampleLog::with_facts(600);
        let scene = Self {
            authority: Authority::new(USUAL)?,
            published: Published::new(&log),
        };
        scene.keep("300.checkpoint", signed(&log, 300));
        scene.stamp("300.checkpoint", "300.tsa.example.tsr");
        Some(scene)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.published.path(&format!("anchors/{name}"))
    }

    fn keep(&self, name: &str, bytes: impl AsRef<[u8]>) {
        write(&self.path(name), bytes);
    }

    /// Stamps a file.
    fn stamp(&self, of: &str, answer: &str) {
        fs::copy(self.path(of), self.authority.path("data")).unwrap();
        let args = ["dgst", "-sha256", "-binary", "-out", "digest", "data"];
        self.authority.openssl(&args);
        let digest = self.authority.bytes("digest").try_into().unwrap();
        let query = Request::new(digest, 7).to_der();
        self.keep(answer, self.authority.answer(&query));
    }

    fn verify(&self, more: &[&str]) -> Answer {
        let roots = self.authority.path("root.pem");
        let roots = ["--tsa-roots", roots.to_str().unwrap()];
        self.published.verify(&[&roots, more].concat())
    }
}

#[track_caller]
fn ends(answer: &Answer, code: i32, says: &str) {
    assert_eq!(answer.code, Some(code), "{}", answer.text);
    assert!(
        answer.text.contains(says),
        "expected `{says}` in:\n{}",
        answer.text
    );
}

#[test]
fn a_good_time_stamp_is_named_with_its_time_and_authority() {
    let Some(scene) = Scene::new() else { return };
    ends(&scene.verify(&[]), 0, "  time-stamped  300 entries at 20");
    ends(&scene.verify(&[]), 0, "CN=signer");
    let answer = scene.verify(&["--json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(json["stamps"]["good"][0]["size"], 300);
    assert_eq!(
        json["stamps"]["good"][0]["file"],
        "anchors/300.tsa.example.tsr"
    );
    assert_eq!(json["stamps"]["wrong"], serde_json::json!([]));
    // Without a word about whom to trust, nothing is said about time.
    let answer = scene.published.verify(&[]);
    assert!(answer.code == Some(0) && !answer.text.contains("time-stamped"));
}

#[test]
fn a_wrong_time_stamp_ends_with_1() {
    let Some(scene) = Scene::new() else { return };
    let good = fs::read(scene.path("300.tsa.example.tsr")).unwrap();

    let mut wrong = good.clone();
    *wrong.last_mut().unwrap() ^= 1;
    scene.keep("300.tsa.example.tsr", &wrong);
    let answer = scene.verify(&[]);
    ends(&answer, 1, "! anchors/300.tsa.example.tsr: ");
    ends(&answer, 1, "UNSTAMPED");

    // One that is of another checkpoint than its name says, beside a good one.
    scene.keep("300.tsa.example.tsr", &good);
    scene.keep("400.tsa.example.tsr", &good);
    ends(&scene.verify(&[]), 1, "anchors/400.checkpoint is missing");
    fs::copy(scene.path("300.checkpoint"), scene.path("400.checkpoint")).unwrap();
    ends(&scene.verify(&[]), 1, "it is of 300 entries");
    let log = SampleLog::with_facts(600);
    scene.keep("400.checkpoint", signed(&log, 400));
    ends(&scene.verify(&[]), 1, "not of this data");
    fs::remove_file(scene.path("400.tsa.example.tsr")).unwrap();
    ends(&scene.verify(&[]), 0, "VERIFIED");

    // None at all, though they were asked for.
    fs::remove_dir_all(scene.published.path("anchors")).unwrap();
    ends(&scene.verify(&[]), 1, "there is no time-stamp");
}

#[test]
fn an_authority_that_the_reader_does_not_trust_ends_with_1() {
    let (Some(scene), Some(other)) = (Scene::new(), Authority::new(USUAL)) else {
        return;
    };
    let roots = other.path("root.pem");
    let args = ["--tsa-roots", roots.to_str().unwrap()];
    ends(&scene.published.verify(&args), 1, "no trusted root vouches");
    // Given both, it holds.
    ends(&scene.verify(&args), 0, "VERIFIED");
    let nowhere = scene.path("nowhere");
    let args = ["--tsa-roots", nowhere.to_str().unwrap()];
    ends(&scene.published.verify(&args), 2, "cannot be read");
    scene.keep("nowhere", "no certificates");
    ends(&scene.published.verify(&args), 2, "no certificate is in it");
}

#[test]
fn a_renewal_counts_if_it_came_in_time() {
    let Some(scene) = Scene::new() else { return };
    scene.stamp("300.tsa.example.tsr", "300.tsa.example.renewed-1.tsr");
    scene.stamp(
        "300.tsa.example.renewed-1.tsr",
        "300.tsa.example.renewed-2.tsr",
    );
    let answer = scene.verify(&[]);
    ends(&answer, 0, "(renewed)");
    assert_eq!(answer.text.matches("time-stamped  300").count(), 3);

    // Without what it renews it says nothing about the log.
    fs::remove_file(scene.path("300.tsa.example.renewed-1.tsr")).unwrap();
    ends(&scene.verify(&[]), 1, "renewed-1.tsr is missing");
}

#[test]
fn a_stamped_checkpoint_of_another_history_fails_the_log() {
    let Some(scene) = Scene::new() else { return };
    let other = SampleLog::with_facts(700);
    let mut checkpoint = other.checkpoint_at(300);
    checkpoint.root = other.checkpoint_at(299).root;
    let signer = crate::published::signer();
    let note = bifold_ledger::checkpoint::sign_checkpoint(&checkpoint, &[&signer]).unwrap();
    scene.keep("300.checkpoint", note);
    scene.stamp("300.checkpoint", "300.tsa.example.tsr");
    ends(&scene.verify(&[]), 6, "FAILED");
    // And one of more entries than there are: the log became shorter.
    let longer = SampleLog::with_facts(700);
    scene.keep("300.checkpoint", signed(&SampleLog::with_facts(600), 300));
    scene.stamp("300.checkpoint", "300.tsa.example.tsr");
    ends(&scene.verify(&[]), 0, "VERIFIED");
    scene.keep("650.checkpoint", signed(&longer, 650));
    scene.stamp("650.checkpoint", "650.tsa.example.tsr");
    ends(&scene.verify(&[]), 6, "FAILED");
}

/// The bundle of the sample with a real stamp of its checkpoint.
fn stamped_bundle(authority: &Authority) -> (Packed, Files) {
    let mut packed = Packed::new(&Case::new());
    let mut files = packed.files();
    files.remove("data/ledger/anchors/1.tsa.tsq");
    let digest = Sha256::digest(&files["data/ledger/checkpoint"]);
    let query = Request::new(digest.into(), 7).to_der();
    files.insert(STAMP_OF_BUNDLE.to_owned(), authority.answer(&query));
    repack(&mut files);
    assert_eq!(packed.verify(&files).verdict(), Verdict::Verified);
    (packed, files)
}

const STAMP_OF_BUNDLE: &str = "data/ledger/anchors/1.tsa.tsr";

#[test]
fn the_stamp_of_a_bundle_is_checked_with_the_roots_one_trusts_and_by_openssl() {
    let Some(authority) = Authority::new(USUAL) else {
        return;
    };
    let (mut packed, files) = stamped_bundle(&authority);
    let trusted = authority.trust(&["root.pem"]);
    let verdict = |packed: &Packed, trusted: &TrustedCertificates| {
        let report = verify_bundle(&packed.path(), &[signer().verifier()], Some(trusted));
        (report.verdict(), report.to_string())
    };
    let (found, said) = verdict(&packed, &trusted);
    assert_eq!(found, Verdict::Verified, "{said}");
    assert!(said.contains("1 of 1 time-stamps hold"), "{said}");
    assert!(said.contains("CN=signer"), "{said}");
    let at = |name: &str| packed.path().join(name).display().to_string();
    let (data, token) = (at("data/ledger/checkpoint"), at(STAMP_OF_BUNDLE));
    let args = [
        "ts", "-verify", "-data", &data, "-in", &token, "-CAfile", "root.pem",
    ];
    assert!(authority.try_openssl(&args));

    // Another authority vouches for nothing here; neither does a stamp of something else.
    let other = Authority::new(USUAL).unwrap();
    let (found, said) = verdict(&packed, &other.trust(&["root.pem"]));
    assert_eq!(found, Verdict::Failed, "{said}");
    assert!(said.contains(STAMP_OF_BUNDLE), "{said}");
    let mut changed = files.clone();
    let query = Request::new([7; 32], 7).to_der();
    changed.insert(STAMP_OF_BUNDLE.to_owned(), authority.answer(&query));
    repack(&mut changed);
    packed.verify(&changed);
    assert_eq!(verdict(&packed, &trusted).0, Verdict::Failed);

    // Who asks for a stamp and finds none is told that this is open, not that all is well.
    let mut without = files;
    without.remove(STAMP_OF_BUNDLE);
    repack(&mut without);
    packed.verify(&without);
    let (found, said) = verdict(&packed, &trusted);
    assert_eq!(found, Verdict::Incomplete, "{said}");
    assert!(said.contains("there is no time-stamp here"), "{said}");
}
