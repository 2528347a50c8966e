//! The server is killed in the middle of a bucket's upload; a started one goes on from there.

use crate::evidence::words;
use crate::journey::{Home, Server, run};
use crate::service::{Service, Wire};
use crate::witness::agent;
use bifold_store::blob::EvidenceStore;
use serde_json::{Value, json};
use std::time::Duration;

const PART_BYTES: usize = 7 << 20;

/// The options that name this place.
fn options(place: &EvidenceStore) -> Vec<String> {
    let EvidenceStore::Bucket(bucket) = place else {
        panic!("it is not in a bucket");
    };
    let (url, endpoint) = (
        format!("s3://{}/{}", bucket.bucket, bucket.prefix),
        bucket.endpoint.clone().unwrap(),
    );
    let words = ["--evidence-store", &url, "--evidence-endpoint", &endpoint];
    let key = [
        "--s3-access-key-id",
        "key",
        "--s3-secret-access-key",
        "secret",
    ];
    words
        .iter()
        .chain(&key)
        .map(|&word| word.to_owned())
        .collect()
}

struct Api {
    base: String,
    token: String,
}

impl Api {
    fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), ureq::Error> {
        let request = agent()
            .post(format!("{}/api/v1/{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .config()
            .http_status_as_error(false)
            .build();
        let mut answer = request.send_json(body)?;
        Ok((answer.status().as_u16(), answer.body_mut().read_json()?))
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let request = agent()
            .put(format!("{}/api/v1/{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        assert_eq!(request.send(bytes).unwrap().status().as_u16(), 200);
    }
}

/// An item that waits for its bytes: its path.
fn collected(api: &Api, base: &str) -> String {
    let declare = format!(
        "incident --url {base} --token {} declare Intrusion",
        api.token
    );
    let (_, text) = run(&words(&declare));
    let incident = text.split_whitespace().nth(1).unwrap();
    let item = json!({ "sort": "log", "title": "Log of the gateway" });
    let (status, item) = api
        .post(&format!("incidents/{incident}/evidence"), &item)
        .unwrap();
    assert_eq!(status, 201, "{item}");
    let path = format!("evidence/{}", item["id"].as_str().unwrap());
    let how = json!({ "method": "Copied.", "authority": "Standing order of payments." });
    assert_eq!(api.post(&format!("{path}/collect"), &how).unwrap().0, 200);
    path
}

fn waits_for(wire: &Wire) {
    for _ in 0..1_000 {
        if wire.is_stalled() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the upload to the bucket did not begin");
}

#[test]
fn a_server_killed_in_the_middle_of_a_bucket_upload_loses_nothing() {
    let Some(service) = Service::get() else {
        return;
    };
    let wire = service.wire();
    let place = service.place(Some(&wire));
    let (home, more) = (Home::founded(), options(&place));
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let (code, said) = run(&[&["doctor", "--data", &home.data()][..], &more].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("can be written, read and cleared"), "{said}");
    let server = Server::with(&home.data(), &more);
    let api = Api {
        base: server.url.clone(),
        token: home.token(),
    };
    let path = collected(&api, &server.url);
    let bytes: Vec<u8> = (0..20_usize << 20)
        .map(|i| u8::try_from(i / 5 % 251).unwrap())
        .collect();
    let size = json!({ "size_bytes": bytes.len() });
    let (_, begun) = api.post(&format!("{path}/uploads"), &size).unwrap();
    let upload = format!("{path}/uploads/{}", begun["upload"].as_str().unwrap());
    for (n, part) in bytes.chunks(PART_BYTES).enumerate() {
        api.put(&format!("{upload}?offset={}", n * PART_BYTES), part);
    }
    wire.stall_after(10 << 20);
    let finish = format!("{upload}/finish");
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| api.post(&finish, &json!({})));
        waits_for(&wire);
        drop(server);
        assert!(answer.join().unwrap().is_err(), "nothing was acknowledged");
    });
    wire.mend();
    let server = Server::with(&home.data(), &more);
    let api = Api {
        base: server.url.clone(),
        ..api
    };
    let (status, answer) = api.post(&finish, &json!({})).unwrap();
    assert_eq!(status, 200, "{answer}");
    let content = format!("{}/api/v1/{path}/content?purpose=To+look", server.url);
    let request = agent()
        .get(content)
        .header("authorization", format!("Bearer {}", api.token));
    let mut body = request.call().unwrap().into_body();
    let got = body.with_config().limit(64 << 20).read_to_vec().unwrap();
    assert!(got == bytes);
}
