//! The RFC 8785 samples, against the canonicaliser that the leaf writer is compared with.

use crate::shared;

#[test]
fn the_canonicaliser_gives_the_samples_of_rfc_8785() {
    let Some(files) = shared::archive("jcs") else {
        return;
    };
    let mut triples = 0;
    for (path, input) in &files {
        let Some(name) = path
            .strip_prefix("input/")
            .and_then(|n| n.strip_suffix(".json"))
        else {
            continue;
        };
        let value: serde_json::Value = serde_json::from_slice(input).unwrap();
        let written = serde_json_canonicalizer::to_vec(&value).unwrap();
        assert_eq!(written, files[&format!("output/{name}.json")], "{name}");
        let hex: Vec<u8> = String::from_utf8_lossy(&files[&format!("outhex/{name}.txt")])
            .split_whitespace()
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect();
        assert_eq!(written, hex, "{name}");
        triples += 1;
    }
    assert_eq!(triples, 6);
}
