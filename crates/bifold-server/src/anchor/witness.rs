//! Asking a witness to cosign a checkpoint (c2sp.org/tlog-witness, `add-checkpoint`).

use super::Witness;
use super::ask::{Answer, AskError, post, refused};
use bifold_ledger::cosignature::Cosignature;
use bifold_ledger::witness::{Request, after_conflict, parse_known_size};
use bifold_store::Store;
use bifold_store::anchor::ToCosign;

const TEXT: &str = "text/plain; charset=utf-8";

/// Asks once, and once more when the witness has seen another size than is known here. Keeps the
/// cosignature if it is good.
pub(super) async fn cosigned(
    store: &Store,
    witness: &Witness,
    of: &ToCosign,
) -> Result<Cosignature, AskError> {
    let mut answer = ask(store, witness, of, of.known).await?;
    let text = String::from_utf8_lossy(&answer.body);
    if let (409, Some(known)) = (answer.status, parse_known_size(&text)) {
        let old = after_conflict(of.known, known, of.size)?;
        answer = ask(store, witness, of, old).await?;
    }
    if answer.status != 200 {
        return Err(refused(&witness.url, &answer));
    }
    let lines = String::from_utf8_lossy(&answer.body);
    let kept = store.record_cosignature(of, &lines, &witness.key).await?;
    Ok(kept?)
}

async fn ask(
    store: &Store,
    witness: &Witness,
    of: &ToCosign,
    old: u64,
) -> Result<Answer, AskError> {
    let proof = store.consistency(of.log, old, of.size).await?;
    let request = Request::new(old, proof, of.note.clone())?.to_string();
    let url = format!("{}/add-checkpoint", witness.url);
    post(url, TEXT, request.into_bytes()).await
}
