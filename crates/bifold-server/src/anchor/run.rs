//! The tasks that ask, one for each authority and witness.

use super::{Authority, Witness, authority, witness};
use crate::server::Server;
use bifold_notify::notice::Occasion;
use bifold_store::{Result, Store};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Between two looks at what is to be asked; the store says what is due.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Between two looks at stamps that are about to outlive their certificates.
const RENEW_EVERY: Duration = Duration::from_hours(1);

/// Failures in a row after which those who look after the system are told: some minutes.
const TELL_AFTER: i64 = 5;

/// Starts them; none where nobody is configured.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let anchors = &server.config.anchors;
    let authorities = anchors.authorities().iter().map(|authority| {
        let (store, authority) = (server.store.clone(), authority.clone());
        tokio::spawn(until(stopped.clone(), stamp(store, authority)))
    });
    let witnesses = anchors.witnesses().iter().map(|witness| {
        let (store, witness) = (server.store.clone(), witness.clone());
        tokio::spawn(until(stopped.clone(), cosign(store, witness)))
    });
    authorities.chain(witnesses).collect()
}

/// Goes on with it until told to stop. What is left in the middle is claimed anew later.
async fn until(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

async fn stamp(store: Store, authority: Authority) {
    let mut renew_at = Instant::now();
    loop {
        if Instant::now() >= renew_at {
            renew_at = Instant::now() + RENEW_EVERY;
            if let Err(error) = store.queue_renewals(&authority.name).await {
                tracing::error!(%error, authority = %authority.name, "no time-stamp was renewed");
            }
        }
        if let Err(error) = stamp_what_is_due(&store, &authority).await {
            tracing::error!(%error, authority = %authority.name, "no time-stamp was asked for");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn stamp_what_is_due(store: &Store, authority: &Authority) -> Result<()> {
    let name = std::slice::from_ref(&authority.name);
    store.queue_stamps(name).await?;
    for of in store.claim_stamps(name).await? {
        let now = || store.shell().clock.now();
        let nonce = nonce(store.shell().entropy.take());
        match authority::stamped(authority, &of.data, nonce, now).await {
            Ok(stamped) => {
                store.record_stamp(&of, &stamped).await?;
                tracing::info!(authority = %authority.name, size = of.size, "time-stamped");
            }
            Err(error) => {
                tracing::warn!(%error, authority = %authority.name, "not time-stamped");
                store.record_no_stamp(&of, &error.to_string()).await?;
                if of.failures() >= TELL_AFTER {
                    let what = Occasion::AnchorFailing;
                    store.raise_to_keepers(what, &authority.name).await?;
                }
            }
        }
    }
    Ok(())
}

/// Eight of the random bytes.
fn nonce(entropy: [u8; 32]) -> u64 {
    let bytes = entropy.first_chunk::<8>().copied();
    u64::from_be_bytes(bytes.unwrap_or_default())
}

async fn cosign(store: Store, witness: Witness) {
    loop {
        if let Err(error) = cosign_what_grew(&store, &witness).await {
            tracing::error!(%error, witness = witness.key.name(), "no witness was asked");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn cosign_what_grew(store: &Store, witness: &Witness) -> Result<()> {
    for of in store.claim_checkpoints(&witness.key).await? {
        match witness::cosigned(store, witness, &of).await {
            Ok(cosignature) => tracing::info!(size = of.size, %cosignature, "cosigned"),
            Err(error) => {
                tracing::warn!(%error, witness = witness.key.name(), "not cosigned");
                store
                    .record_no_cosignature(&of, &witness.key, &error.to_string())
                    .await?;
                if of.failures() >= TELL_AFTER {
                    let what = Occasion::AnchorFailing;
                    store.raise_to_keepers(what, witness.key.name()).await?;
                }
            }
        }
    }
    Ok(())
}
