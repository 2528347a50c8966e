//! Sending letters, at our own pace, through the operator's mail server.

use crate::server::Server;
use bifold_notify::{Letter as Mail, Outcome, Sender};
use bifold_store::Store;
use bifold_store::mail::DueLetter;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Between two looks for letters.
const EVERY: Duration = Duration::from_millis(500);

/// Starts the worker, where there is a mail server. Letters wait where there is none.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Option<JoinHandle<()>> {
    let sender = server.config.sender.clone().filter(|s| s.has_mail())?;
    let (store, stopped) = (server.store.clone(), stopped.clone());
    Some(tokio::spawn(run(store, sender, stopped)))
}

async fn run(store: Store, sender: Arc<Sender>, mut stopped: watch::Receiver<bool>) {
    loop {
        match store.due_letters().await {
            Ok(due) => {
                for letter in &due {
                    if let Err(error) = one(&store, &sender, letter).await {
                        tracing::error!(%error, "what became of a letter was not written down");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "letters were not looked for"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn one(store: &Store, sender: &Sender, due: &DueLetter) -> bifold_store::Result<()> {
    let letter = &due.letter;
    let mail = Mail {
        id: &letter.id,
        from: &letter.from,
        reply_to: &letter.reply_to,
        to: &letter.to,
        subject: &letter.subject,
        text: &letter.text,
        in_reply_to: letter.in_reply_to.as_deref(),
        references: &letter.references,
        is_automatic: letter.is_automatic,
        unsubscribe: letter.unsubscribe.as_deref(),
        mark: super::MARK,
    };
    let now = store.shell().clock.now();
    match sender.post(&mail, now).await {
        Outcome::Sent { receipt } => store.letter_sent(due, &receipt).await,
        Outcome::Later { why, .. } => store.letter_failed(due, &why, false).await,
        Outcome::Dead { why } => store.letter_failed(due, &why, true).await,
    }
}
