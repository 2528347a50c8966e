//! What machines send: the doors, and the workers behind them.
//!
//! A door stores and answers; it reads only what it needs to know who knocks. The worker reads what
//! was stored, has the rules of each source asked, and listens for sources that fell silent. All
//! of it is repeatable: the store remembers how far each step came.

pub(crate) mod http;
mod knock;
pub(crate) mod mail;
pub(crate) mod read;
pub(crate) mod syslog;

use crate::server::Server;
use bifold_store::Store;
use read::Found;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The longest sleep of the reader: another node may have taken something in and died.
const READ_EVERY: Duration = Duration::from_secs(1);
/// Between two goes of the reader while nothing is behind: each is a transaction that those who send
/// wait behind, so a hundred deliveries had better be one of them than ten.
const READ_APART: Duration = Duration::from_millis(60);
/// Faults and events of a go that leave no doubt that there are more.
const SETTLE_ON: usize = 64;
/// Between two looks at what nobody has woken for.
const SETTLE_EVERY: Duration = Duration::from_millis(250);
/// Between two looks for sources that should have spoken.
const LISTEN_EVERY: Duration = Duration::from_secs(10);

/// Starts the workers.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let store = || server.store.clone();
    let mut tasks = vec![
        tokio::spawn(reading(store(), stopped.clone())),
        tokio::spawn(settling(store(), stopped.clone())),
        tokio::spawn(listening(store(), stopped.clone())),
    ];
    tasks.extend(syslog::start(server, stopped));
    tasks.extend(mail::lmtp::start(server, stopped));
    tasks.extend(mail::start_sending(server, stopped));
    tasks
}

async fn reading(store: Store, mut stopped: watch::Receiver<bool>) {
    loop {
        let begun = Instant::now();
        let found = read::once(&store).await;
        match found {
            Ok(Found::More) if !*stopped.borrow() => continue,
            Ok(Found::More | Found::Some) => {}
            found => {
                if let Err(error) = found {
                    tracing::error!(%error, "what was taken in was not read");
                }
                tokio::select! {
                    () = store.arrival() => {}
                    () = tokio::time::sleep(READ_EVERY) => {}
                    _ = stopped.wait_for(|stop| *stop) => return,
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep_until(begun + READ_APART) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn settling(store: Store, mut stopped: watch::Receiver<bool>) {
    loop {
        match settle_once(&store).await {
            Ok(SETTLE_ON..) if !*stopped.borrow() => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "faults were not settled"),
        }
        tokio::select! {
            () = tokio::time::sleep(SETTLE_EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn settle_once(store: &Store) -> bifold_store::Result<usize> {
    Ok(store.settle_faults().await? + store.tally_events().await?)
}

async fn listening(store: Store, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(error) = store.notice_silence().await {
            tracing::error!(%error, "nobody listened for silence");
        }
        if let Err(error) = store.sweep_deliveries().await {
            tracing::error!(%error, "old deliveries were not thrown away");
        }
        tokio::select! {
            () = tokio::time::sleep(LISTEN_EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}
