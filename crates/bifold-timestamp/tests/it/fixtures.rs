//! Tokens of the Sigstore project's time-stamp authority, among them one to which certificates
//! were added on the way.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use bifold_timestamp::{
    Certificate, Options, Response, Stamp, StampError, Stamped, TrustedCertificates, verify,
};

const DATA: &[u8] = b"hello";

/// The files, or `None` with a notice.
fn files() -> Option<BTreeMap<String, Vec<u8>>> {
    let shared = std::env::var_os("BIFOLD_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = shared.join("conformance/rfc3161_test_tsa.tar.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        let path = path.display();
        eprintln!("SKIPPED: {path} is not here; set BIFOLD_SHARED_DATA");
        return None;
    };
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(flate2::read::GzDecoder::new(file))
        .entries()
        .unwrap()
    {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    Some(files)
}

fn check(
    files: &BTreeMap<String, Vec<u8>>,
    response: &str,
    stamped: Stamped<'_>,
    nonce: u64,
) -> Result<Stamp, StampError> {
    let token = Response::parse(&files[response])?.into_token()?;
    let trusted = TrustedCertificates::read(&files["ts_chain.pem"])?;
    let options = Options {
        nonce: Some(nonce),
        ..Options::default()
    };
    verify(&token, stamped, &trusted, &options)
}

const NONCE: u64 = 0x36A4_4F9F_4A39_1FD3;

#[test]
fn the_answer_is_verified() {
    let Some(files) = files() else { return };
    let stamp = check(&files, "response.tsr", Stamped::Data(DATA), NONCE).unwrap();
    let info = stamp.info();
    assert_eq!(info.gen_time.to_string(), "2024-10-08T15:40:32Z");
    assert_eq!(
        info.serial.to_string(),
        "0x797035501F358571FED54952BEBBD000497461DC"
    );
    assert_eq!(info.policy.to_string(), "1.3.6.1.4.1.57264.2");
    assert_eq!(
        info.tsa.as_deref(),
        Some("O=local, CN=Test TSA Timestamping")
    );
    let path: Vec<_> = stamp.path().map(Certificate::subject).collect();
    let names = ["Timestamping", "Intermediate", "Root"];
    assert_eq!(
        path,
        names.map(|name| format!("O=local, CN=Test TSA {name}"))
    );
    assert_eq!(stamp.expires().to_string(), "2033-10-07T13:47:50Z");

    let refused = check(&files, "response.tsr", Stamped::Data(b"hallo"), NONCE);
    assert_eq!(refused.unwrap_err(), StampError::Imprint);
}

#[test]
fn certificates_added_on_the_way_gain_nothing() {
    let Some(mut files) = files() else { return };
    let genuine = check(&files, "response.tsr", Stamped::Data(DATA), NONCE).unwrap();
    let injected = check(
        &files,
        "response-injected-certs.tsr",
        Stamped::Data(DATA),
        NONCE,
    );
    // Two strangers are in there, one of them self-signed under the signer's name.
    assert!(files["response-injected-certs.tsr"].len() > files["response.tsr"].len() + 600);
    assert_eq!(injected.unwrap(), genuine);

    // Without the root, being in the message makes nobody a root.
    let chain = String::from_utf8(files["ts_chain.pem"].clone()).unwrap();
    let root = chain.rfind("-----BEGIN").unwrap();
    files.insert("ts_chain.pem".to_owned(), chain[..root].into());
    let refused = check(
        &files,
        "response-injected-certs.tsr",
        Stamped::Data(DATA),
        NONCE,
    );
    assert!(
        matches!(refused, Err(StampError::Untrusted { .. })),
        "{refused:?}"
    );
}

#[test]
fn the_answer_of_another_authority_is_refused() {
    let Some(files) = files() else { return };
    let other = |nonce| check(&files, "other_response.tsr", Stamped::Data(DATA), nonce);
    let refused = other(NONCE).unwrap_err();
    assert!(matches!(refused, StampError::Nonce { .. }), "{refused}");
    let refused = other(0xDE10_A2FD_76C2_2477).unwrap_err();
    assert!(matches!(refused, StampError::Untrusted { .. }), "{refused}");
}
