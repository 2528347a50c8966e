//! Bytes of evidence on the command line: broken off and gone on with, and whole bundles.

use crate::collect::{Collected, change};
use crate::evidence::{HOW, Scene, words};
use crate::journey::bifold;
use crate::witness::agent;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Passes so many bytes on to the server, and then nothing more.
fn narrow(server: &str, limit_bytes: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = server.trim_start_matches("http://").to_owned();
    let passed = Arc::new(AtomicU64::new(0));
    std::thread::spawn(move || {
        // Each connection of the client in its turn; there are few.
        for from in listener.incoming().take(100).map_while(Result::ok) {
            let Ok(to) = TcpStream::connect(&server) else {
                return;
            };
            let (back, forth) = (to.try_clone().unwrap(), from.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut &back, &mut &forth));
            let passed = Arc::clone(&passed);
            std::thread::spawn(move || {
                let mut piece = vec![0; 64 * 1024];
                while let Ok(count @ 1..) = (&from).read(&mut piece) {
                    if passed.fetch_add(count as u64, Ordering::SeqCst) > limit_bytes {
                        // Stands still until the other side gives up.
                        std::thread::sleep(Duration::from_secs(100));
                        return;
                    }
                    if (&to).write_all(&piece[..count]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

const MIB: u64 = 1 << 20;

/// What stands there of an upload.
fn received(scene: &Scene, number: &str, upload: &str) -> u64 {
    let url = &scene.server.url;
    let request = agent()
        .get(format!("{url}/api/v1/evidence/{number}/uploads/{upload}"))
        .header("authorization", format!("Bearer {}", scene.token));
    let state: Value = request.call().unwrap().body_mut().read_json().unwrap();
    state["received_bytes"].as_u64().unwrap()
}

/// Adds a file over a connection that lets two parts through, and is killed while the third
/// stands still: what it said can be typed to go on, by its words.
fn broken_off(scene: &Scene, file: &Path) -> Vec<String> {
    let url = narrow(&scene.server.url, 34 * MIB);
    let line = format!(
        "evidence --url {url} --token {} add {} '{}' --title 'Memory of pay-03' {HOW}",
        scene.token,
        scene.incident,
        file.display()
    );
    let mut child = bifold(&words(&line))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let go_on = lines.find(|line| line.contains("--resume")).unwrap();
    let go_on: Vec<String> = words(&go_on).into_iter().map(str::to_owned).collect();
    let (number, upload) = (&go_on[3], &go_on[6]);
    let mut tries = 0;
    while received(scene, number, upload) < 32 * MIB {
        tries += 1;
        assert!(tries < 600, "two parts never arrived");
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        received(scene, number, upload),
        32 * MIB,
        "part of a part does not count"
    );
    go_on
}

#[test]
fn an_upload_that_was_killed_goes_on_where_it_stopped() {
    let scene = Scene::new();
    let numbers = 0..u32::try_from(36 * MIB / 4).unwrap();
    let bytes: Vec<u8> = numbers.flat_map(u32::to_be_bytes).collect();
    let file = scene.file("pay 03.lime", &bytes);
    let go_on = broken_off(&scene, &file);
    let (number, upload) = (&go_on[3], &go_on[6]);
    assert_eq!(go_on[..3], ["bifold", "evidence", "upload"]);
    assert_eq!(
        (Path::new(&go_on[4]), go_on[5].as_str()),
        (file.as_path(), "--resume")
    );

    let shorter = scene.file("shorter", b"x");
    let resume = |file: &Path| {
        let line = format!("upload {number} '{}' --resume {upload}", file.display());
        scene.evidence(&line)
    };
    let (code, text) = resume(&shorter);
    assert_eq!(code, Some(5), "{text}");
    let mut other = bytes.clone();
    other[7] ^= 1;
    let (code, text) = resume(&scene.file("other", &other));
    assert_eq!(code, Some(2), "another file of the same size: {text}");
    let (code, text) = resume(&file);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("the same SHA-256 here and there"), "{text}");
    // Once more changes nothing, and another file is refused.
    assert_eq!(resume(&file).0, Some(0));
    assert_eq!(resume(&shorter).0, Some(5));
    let to = scene.home.folder.path().join("copy");
    scene.ok(&format!(
        "download {number} --purpose x --to {}",
        to.display()
    ));
    assert!(std::fs::read(&to).unwrap() == bytes);
}

#[test]
fn a_bundle_is_imported_once_however_often_and_by_whomever() {
    let scene = Scene::new();
    let collected = Collected::new();
    let import = format!("import {} {}", scene.incident, collected.bundle().display());
    let hash = collected.hash();
    let answer = scene.json(&format!("{import} --expect {hash}"));
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), 4, "{answer:#}");
    assert!(items.iter().all(|item| item["is_new"] == true));
    let stdout = items
        .iter()
        .find(|item| item["file"] == "data/stdout")
        .unwrap();
    let shown = scene.json(&format!("show {}", stdout["number"].as_str().unwrap()));
    assert_eq!(shown["seal"]["sha256"], stdout["sha256"]);
    let how = &shown["acquisition"];
    assert_eq!(how["authority"], "Standing order of payments.");
    assert_eq!(how["witness"], "Tom");
    let method = how["method"].as_str().unwrap();
    assert!(
        method.contains(hash) && method.contains("Clock offset unknown"),
        "{method}"
    );
    let again = scene.json(&import);
    let again = again["items"].as_array().unwrap();
    assert!(again.iter().all(|item| item["is_new"] == false));
    let other = scene.somebody("olga", "security_officer");
    let (code, text) = scene.by(&other, &import);
    assert!(code == Some(0) && text.contains("0 of 4 added"), "{text}");
    let count = || scene.json("list")["items"].as_array().unwrap().len();
    assert_eq!(count(), 4);
    scene.json(&format!("{import} --as-one"));
    let (code, text) = scene.evidence(&format!("{import} --as-one"));
    assert!(code == Some(0) && text.contains("0 of 1 added"), "{text}");
    assert_eq!(count(), 5);
}

/// What one run began, the next one ends: the steps have the same keys.
#[test]
fn an_import_that_stopped_halfway_is_gone_on_with() {
    let scene = Scene::new();
    let collected = Collected::new();
    let bundle = collected.bundle();
    let hidden = scene.home.folder.path().join("blobs-away");
    let import = format!("import {} {}", scene.incident, bundle.display());
    // The server has nowhere to put bytes: items are entered and collected, and not sealed.
    let blobs = Path::new(&scene.home.data()).join("blobs");
    let had_folder = std::fs::rename(&blobs, &hidden).is_ok();
    std::fs::write(&blobs, "in the way").unwrap();
    let (code, text) = scene.evidence(&import);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("bifold evidence import"), "{text}");
    std::fs::remove_file(&blobs).unwrap();
    if had_folder {
        std::fs::rename(&hidden, &blobs).unwrap();
    }
    assert_eq!(
        scene.json("list --standing collected")["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let text = scene.ok(&import);
    assert!(text.contains("4 of 4 added"), "{text}");
    assert_eq!(scene.json("list")["items"].as_array().unwrap().len(), 4);
}

#[test]
fn a_changed_bundle_or_another_one_is_refused_before_anything_is_entered() {
    let scene = Scene::new();
    let collected = Collected::new();
    let bundle = collected.bundle();
    let import = format!("import {} {}", scene.incident, bundle.display());
    let (code, text) = scene.evidence(&format!("{import} --expect {}", "0".repeat(64)));
    assert_eq!(code, Some(6), "{text}");
    change(&bundle.join("data/files/00001-hosts"));
    let (code, text) = scene.evidence(&import);
    assert_eq!(code, Some(6), "{text}");
    assert!(
        text.contains("00001-hosts") && text.contains("Next: "),
        "{text}"
    );
    assert_eq!(scene.ok("list"), "No evidence.\n");
    let empty = scene.home.folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let (code, text) = scene.evidence(&format!("import {} {}", scene.incident, empty.display()));
    assert_eq!(code, Some(2), "{text}");
}
