//! The one write path.
//!
//! Commands come as operations: one or more commands of one actor that happen together or not at
//! all. A writer task drains waiting operations into one transaction (group commit): whatever
//! waits when the last commit ends goes into the next, so nobody waits for company. A refused
//! operation writes nothing and does not disturb its batch; a database error retries the batch
//! one operation at a time. The caller hears of success only after COMMIT.

mod batch;
pub(crate) mod clocked;
pub(crate) mod confided;
mod directory;
pub(crate) mod exhibit;
mod follow;
mod head;
pub(crate) mod project;
pub(crate) mod reported;
pub(crate) mod seal;
mod tell;
pub(crate) mod window;

pub(crate) use batch::{ALARM, Removal, remove, state_type};
pub(crate) use directory::load as load_directory;
pub(crate) use follow::{
    ANSWER, CONFIDED, DESTROY, DESTROY_AFTER, ELAPSE, ERASE_IDENTITY, LOOK, LOOK_EVERY, MAINTAIN,
    MISMATCH, RELEASE, RETAIN_IDENTITY, STAMP, STAMP_CLOSED, WAKE, WEIGH, alarm,
};
pub(crate) use head::Head;

use crate::error::{Error, Result};
use crate::store::Inner;
use bifold_domain::{Actor, At, Command};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Operations that may wait. More are answered with `Overloaded`.
const QUEUE_LIMIT: usize = 4_096;
/// Operations of one transaction, unless one request alone brings more.
const BATCH_LIMIT: usize = 64;
/// Operations one request may bring.
pub const REQUEST_LIMIT: usize = 2_000;

/// What the caller had seen of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It does not matter.
    Any,
    /// This version; another one is a conflict.
    Version(u64),
}

/// The client's own id for an operation. The same id twice has one effect and the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationKey {
    /// The id, already scoped to the client.
    pub key: String,
    /// Digest of what was asked; the same id with another digest is refused.
    pub digest: String,
}

/// Commands of one actor that happen together or not at all.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Who.
    pub actor: Actor,
    /// The client's id for it, if it gave one.
    pub key: Option<OperationKey>,
    /// What the caller had seen of the first command's record.
    pub seen: Seen,
    /// What.
    pub commands: Vec<Command>,
    /// Taken over from another system: marked so in the ledger.
    pub is_imported: bool,
}

impl Operation {
    /// One command, without id or version.
    pub fn one(actor: &Actor, command: Command) -> Self {
        Self {
            actor: actor.clone(),
            key: None,
            seen: Seen::Any,
            commands: vec![command],
            is_imported: false,
        }
    }
}

/// Proof that something was done: what it touched and where that stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The operation's id in the ledger.
    pub operation: String,
    /// When.
    pub at: At,
    /// The records it touched, in order of first touch.
    pub touched: Vec<Touched>,
    /// The ledger entries it wrote.
    pub entries: Vec<EntryReceipt>,
    /// Whether this is the answer to a repetition.
    #[serde(skip)]
    pub is_repeated: bool,
}

impl Receipt {
    /// The number for people of the record it was first about; empty where that has none.
    pub fn number(&self) -> &str {
        let first = self.touched.first();
        first.and_then(|t| t.number.as_deref()).unwrap_or_default()
    }
}

/// A record that an operation touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Its type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Its id.
    pub id: String,
    /// Its number for people, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its version from now on.
    pub version: u64,
}

/// One ledger entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryReceipt {
    /// The log.
    pub origin: String,
    /// Its place in the log.
    pub index: u64,
    /// Its RFC 6962 leaf hash, base64.
    pub leaf_hash: String,
    /// What sort of fact it holds.
    pub kind: String,
}

/// An operation, and its time when a history is told with a manual clock.
type Told<'a> = (&'a Operation, Option<At>);

struct Request {
    operations: Vec<Operation>,
    /// Their times, one each; none when they happen now.
    times: Vec<At>,
    reply: oneshot::Sender<Vec<Result<Receipt>>>,
}

/// The way into the writer task.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Request>,
}

impl Writer {
    /// Starts the writer task of one organisation.
    pub(crate) fn start(inner: Arc<Inner>) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE_LIMIT);
        tokio::spawn(drain(inner, requests));
        Self { queue }
    }

    /// Carries out operations, each by itself, in order. One answer each.
    pub(crate) async fn execute(&self, operations: Vec<Operation>) -> Vec<Result<Receipt>> {
        self.ask(operations, Vec::new()).await
    }

    /// The same, each at its time.
    pub(crate) async fn execute_told(&self, story: Vec<(At, Operation)>) -> Vec<Result<Receipt>> {
        let (times, operations) = story.into_iter().unzip();
        self.ask(operations, times).await
    }

    async fn ask(&self, operations: Vec<Operation>, times: Vec<At>) -> Vec<Result<Receipt>> {
        let count = operations.len();
        let all = |error: fn() -> Error| (0..count).map(|_| Err(error())).collect();
        if count > REQUEST_LIMIT {
            return all(|| Error::Overloaded);
        }
        let (reply, answer) = oneshot::channel();
        let request = Request {
            operations,
            times,
            reply,
        };
        match self.queue.try_send(request) {
            Ok(()) => answer.await.unwrap_or_else(|_| all(|| Error::Closed)),
            Err(mpsc::error::TrySendError::Full(_)) => all(|| Error::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => all(|| Error::Closed),
        }
    }
}

async fn drain(inner: Arc<Inner>, mut requests: mpsc::Receiver<Request>) {
    while let Some(first) = requests.recv().await {
        let mut waiting = vec![first];
        let mut count = waiting.iter().map(|r| r.operations.len()).sum::<usize>();
        while count < BATCH_LIMIT
            && let Ok(next) = requests.try_recv()
        {
            count += next.operations.len();
            waiting.push(next);
        }
        answer(&inner, waiting).await;
    }
}

async fn answer(inner: &Arc<Inner>, waiting: Vec<Request>) {
    let operations: Vec<Told<'_>> = waiting
        .iter()
        .flat_map(|r| {
            let all = r.operations.iter().enumerate();
            all.map(|(i, operation)| (operation, r.times.get(i).copied()))
        })
        .collect();
    let mut answers = match batch::run(inner, &operations).await {
        Ok(answers) => answers,
        // Nothing of the batch is durable. One operation may be the cause; alone, only it fails.
        Err(error) if operations.len() > 1 => {
            tracing::warn!(%error, operations = operations.len(), "retrying a batch one by one");
            let mut answers = Vec::with_capacity(operations.len());
            for operation in operations {
                answers.push(match batch::run(inner, &[operation]).await {
                    Ok(mut one) => one.pop().unwrap_or(Err(Error::Closed)),
                    Err(error) => Err(error),
                });
            }
            answers
        }
        Err(error) => vec![Err(error)],
    };
    for request in waiting.into_iter().rev() {
        let mine = answers.split_off(answers.len().saturating_sub(request.operations.len()));
        // A caller that went away does not undo what was done.
        let _ = request.reply.send(mine);
    }
}
