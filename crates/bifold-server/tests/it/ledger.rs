//! The ledger over HTTP, read with the ledger's own verifier.

use crate::app::TestApp;
use bifold_ledger::checkpoint::open_checkpoint;
use bifold_ledger::note::Verifier;
use bifold_ledger::tile::{parse_entries, parse_hashes};
use bifold_ledger::tree::leaf_hash;

crate::on_both! {
    a_receipt_is_found_in_the_signed_log = receipt;
    a_redaction_takes_two_people_and_is_gone_everywhere = redaction;
}

fn receipt(app: &TestApp) {
    let agent = app.agent();
    let body = serde_json::json!({ "title": "Proof", "impact": "minor", "urgency": "low" });
    let done = agent.post("incidents", body).is(201);
    let (index, hash) = (
        done.at("/ledger/index").as_u64().unwrap(),
        done.text_at("/ledger/leaf_hash"),
    );
    let origin = done.text_at("/ledger/origin");
    let log = origin.rsplit('/').next().unwrap();
    app.signed();
    let auditor = app.auditor();
    let leaf = auditor
        .get(&format!("ledger/{log}/entries/{index}"))
        .is(200);
    assert_eq!(leaf_hash(&leaf.bytes).to_string(), hash);
    assert!(!leaf.text.contains("Proof"), "a leaf holds no title");
    let anyone = app.anonymous();
    let vkey = anyone.get("ledger/vkey").is(200).text;
    let verifier: Verifier = vkey.trim().parse().unwrap();
    let note = anyone.get(&format!("ledger/{log}/checkpoint")).is(200).text;
    let checkpoint = open_checkpoint(note.as_bytes(), &[verifier]).unwrap();
    assert_eq!(checkpoint.origin, origin);
    assert!(checkpoint.size > index);
    let width = checkpoint.size % 256;
    let tile = anyone
        .get(&format!("ledger/{log}/tile/0/000.p/{width}"))
        .is(200);
    let hashes = parse_hashes(&tile.bytes).unwrap();
    assert_eq!(hashes[usize::try_from(index).unwrap()].to_string(), hash);
    let path = format!("ledger/{log}/tile/entries/000.p/{width}");
    anyone.get(&path).is(401);
    agent.get(&path).is(403);
    let bundle = auditor.get(&path).is(200);
    let leaves = parse_entries(&bundle.bytes).unwrap();
    assert_eq!(leaves[usize::try_from(index).unwrap()], leaf.bytes);
    let proof = auditor
        .get(&format!("ledger/{log}/entries/{index}/proof"))
        .is(200);
    assert!(proof.text.starts_with("c2sp.org/tlog-proof@v1\n"));
    for missing in [
        "tile/0/255",
        "tile/9/000",
        "tile/0/000.p/0",
        "tile/0/x001/000",
        "tile/entries/999",
    ] {
        auditor.get(&format!("ledger/{log}/{missing}")).is(404);
    }
    auditor.get("ledger/1999/checkpoint").is(404);
    auditor
        .get(&format!("ledger/{log}/entries/{}", u64::MAX))
        .is(404);
}

fn redaction(app: &TestApp) {
    let agent = app.agent();
    let body = serde_json::json!({ "title": "Erika M.", "impact": "minor", "urgency": "low" });
    let done = agent.post("incidents", body).is(201);
    let (id, index) = (done.text_at("/id"), done.at("/ledger/index"));
    let log: i64 = done
        .text_at("/ledger/origin")
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let (officer, administrator) = (app.officer(), app.administrator());
    let ask = serde_json::json!({
        "log": log, "index": index, "names": ["/title"], "basis": "GDPR Art. 17",
    });
    agent
        .post("redactions", ask.clone())
        .problem(403, "not-permitted");
    let request = officer.post("redactions", ask).is(201).text_at("/id");
    let path = format!("redactions/{request}/approve");
    agent.act(&path).problem(403, "not-permitted");
    app.anonymous().act(&path).is(401);
    officer.act(&path).problem(403, "second-person-needed");
    administrator.act("redactions/none/approve").is(404);
    let by = administrator.act(&path).is(200).at("/by");
    administrator.act(&path).problem(409, "nothing-to-change");
    let shown = agent.sees(&id).text_at("/title");
    assert_eq!(shown, format!("[redacted under entry {by}]"));
    for path in [
        "incidents".to_owned(),
        format!("incidents/{id}/timeline"),
        "search?q=erika".to_owned(),
    ] {
        assert!(!agent.get(&path).is(200).text.contains("Erika"), "{path}");
    }
}
