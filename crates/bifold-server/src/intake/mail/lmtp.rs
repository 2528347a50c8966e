//! The door for mail servers: LMTP on a socket of this machine. What it says yes to is stored.

use super::{RECIPIENT, SENDER};
use crate::server::Server;
use bifold_domain::signal::source::Source;
use bifold_domain::{Directory, SourceId};
use bifold_intake::lmtp::{Body, LINE_BYTES, Session, Step};
use bifold_intake::mail::BYTES;
use bifold_store::Error;
use bifold_store::intake::Delivery;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// Conversations at a time: each may hold a message in memory.
const CONNECTIONS: usize = 16;
/// How long the other side may be silent (RFC 5321 4.5.3.2.7).
const SILENCE: Duration = Duration::from_mins(5);

/// Where mail is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailDoor {
    /// An address of this machine.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl std::str::FromStr for MailDoor {
    type Err = String;

    /// Reads `tcp://127.0.0.1:2424` or `unix:/run/bifold/lmtp`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err("such as unix:/run/bifold/lmtp".to_owned()),
                path => Ok(Self::Unix(PathBuf::from(path))),
            };
        }
        let address = text
            .strip_prefix("tcp://")
            .ok_or("such as tcp://127.0.0.1:2424 or unix:/run/bifold/lmtp")?;
        let address: SocketAddr = address
            .parse()
            .map_err(|_| format!("{address:?} is no address and port"))?;
        // It asks nobody who they are: that is for a mail server on this machine.
        if !address.ip().is_loopback() {
            return Err(format!("{address} can be reached from elsewhere"));
        }
        Ok(Self::Tcp(address))
    }
}

/// Opens the doors.
pub(crate) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let doors = server.config.lmtp.iter().cloned();
    doors
        .map(|door| tokio::spawn(open(server.clone(), door, stopped.clone())))
        .collect()
}

async fn open(server: Server, door: MailDoor, mut stopped: watch::Receiver<bool>) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    let listening = match door {
        MailDoor::Tcp(address) => tokio::spawn(tcp(server, address, seats)),
        MailDoor::Unix(path) => tokio::spawn(unix(server, path, seats)),
    };
    let _ = stopped.wait_for(|stop| *stop).await;
    listening.abort();
}

async fn tcp(server: Server, address: SocketAddr, seats: Arc<Semaphore>) {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, %address, "mail is not taken");
            return;
        }
    };
    loop {
        // Whoever comes too many waits outside.
        let Ok(seat) = seats.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let server = server.clone();
                tokio::spawn(async move {
                    conversation(&server, stream).await;
                    drop(seat);
                });
            }
            Err(error) => tracing::warn!(%error, "a connection for mail was not accepted"),
        }
    }
}

async fn unix(server: Server, path: PathBuf, seats: Arc<Semaphore>) {
    // What an earlier run left there nobody listens to any more.
    let _ = tokio::fs::remove_file(&path).await;
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, path = %path.display(), "mail is not taken");
            return;
        }
    };
    loop {
        let Ok(seat) = seats.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let server = server.clone();
                tokio::spawn(async move {
                    conversation(&server, stream).await;
                    drop(seat);
                });
            }
            Err(error) => tracing::warn!(%error, "a connection for mail was not accepted"),
        }
    }
}

async fn conversation<S: AsyncRead + AsyncWrite + Unpin>(server: &Server, stream: S) {
    let (read, write) = tokio::io::split(stream);
    let mut talk = Talk {
        server,
        read: BufReader::new(read),
        write,
        line: Vec::new(),
    };
    if let Err(error) = talk.run().await {
        tracing::debug!(%error, "a conversation about mail ended");
    }
}

/// One conversation.
struct Talk<'a, R, W> {
    server: &'a Server,
    read: BufReader<R>,
    write: W,
    line: Vec<u8>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Talk<'_, R, W> {
    async fn run(&mut self) -> std::io::Result<()> {
        let host = self.server.store.host().to_owned();
        self.say(&format!("220 {host} LMTP Bifold")).await?;
        let mut session = Session::default();
        while self.next(LINE_BYTES).await? {
            if !self.line.ends_with(b"\n") {
                return self.say("500 5.5.2 The line is too long").await;
            }
            match session.line(&self.line, &host, BYTES) {
                Step::Say(text) => self.say(&text).await?,
                Step::Ask(address) => {
                    let is_there = self.is_there(&address).await;
                    let text = match is_there {
                        Ok(is_there) => session.admit(is_there),
                        Err(_) => "451 4.3.0 Try again".to_owned(),
                    };
                    self.say(&text).await?;
                }
                Step::Take(text) => {
                    self.say(text).await?;
                    let Some(message) = self.message().await? else {
                        return Ok(());
                    };
                    for text in self.take(&session, message).await {
                        self.say(&text).await?;
                    }
                    session.over();
                }
                Step::End(text) => return self.say(text).await,
            }
        }
        Ok(())
    }

    /// The next line, or its first bytes where it is longer; `false` when there is none.
    async fn next(&mut self, limit: usize) -> std::io::Result<bool> {
        self.line.clear();
        let mut within = (&mut self.read).take(limit as u64);
        let read = within.read_until(b'\n', &mut self.line);
        match tokio::time::timeout(SILENCE, read).await {
            Ok(count) => Ok(count? > 0),
            Err(_) => Ok(false),
        }
    }

    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.write.write_all(text.as_bytes()).await?;
        self.write.write_all(b"\r\n").await?;
        self.write.flush().await
    }

    /// The message until its dot: `Some(None)` when it is too long, `None` when the connection
    /// ended within it.
    async fn message(&mut self) -> std::io::Result<Option<Option<Vec<u8>>>> {
        let mut body = Body::default();
        // A line of a message may be longer than one of the conversation.
        while self.next(BYTES).await? {
            if body.line(&self.line, BYTES) {
                return Ok(Some(body.whole()));
            }
        }
        Ok(None)
    }

    async fn is_there(&self, address: &str) -> bifold_store::Result<bool> {
        let directory = self.server.store.directory().await?;
        Ok(mailbox_of(&directory, address).is_some())
    }

    /// Stores the message once for each mailbox, and answers for each recipient.
    async fn take(&self, session: &Session, message: Option<Vec<u8>>) -> Vec<String> {
        let (sender, recipients) = session.envelope();
        let Some(message) = message else {
            return vec!["552 5.3.4 It is too long".to_owned(); recipients.len()];
        };
        let directory = match self.server.store.directory().await {
            Ok(directory) => directory,
            Err(error) => return vec![refusal(&error); recipients.len()],
        };
        let mut stored: Vec<(SourceId, String)> = Vec::new();
        let mut answers = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let Some(source) = mailbox_of(&directory, recipient) else {
                answers.push("550 5.1.1 There is no such mailbox".to_owned());
                continue;
            };
            let known = stored.iter().find(|(id, _)| *id == source.id);
            let answer = if let Some((_, answer)) = known {
                answer.clone()
            } else {
                let mine = recipients.iter().filter(|address| {
                    mailbox_of(&directory, address).is_some_and(|found| found.id == source.id)
                });
                let mut headers = vec![(SENDER.to_owned(), sender.to_owned())];
                headers.extend(mine.map(|address| (RECIPIENT.to_owned(), address.clone())));
                let delivery = Delivery {
                    source: source.id.clone(),
                    content_type: Some("message/rfc822".to_owned()),
                    headers,
                    body: message.clone(),
                    replay_of: None,
                };
                let answer = match self.server.store.take_in(delivery).await {
                    Ok(id) => format!("250 2.0.0 Stored as {id}"),
                    Err(error) => refusal(&error),
                };
                stored.push((source.id.clone(), answer.clone()));
                answer
            };
            answers.push(answer);
        }
        answers
    }
}

fn refusal(error: &Error) -> String {
    match error {
        Error::Overloaded => "451 4.3.2 Too much waits here; send it again".to_owned(),
        _ => "451 4.3.0 It could not be stored; send it again".to_owned(),
    }
}

/// The mailbox in use that an address leads to: its own, with anything after a plus sign, or the
/// one of a reply token at its domain.
fn mailbox_of<'a>(directory: &'a Directory, address: &str) -> Option<&'a Source> {
    let address = address.to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let bare = local.split_once('+').map_or(local, |(bare, _)| bare);
    let used = directory
        .sources
        .values()
        .filter(|s| !s.is_disconnected && !s.settings.is_paused);
    let mut of_domain = used.filter_map(|source| {
        let parts = source.settings.mailbox.as_ref()?.parts()?;
        (parts.1 == domain).then_some((source, parts.0))
    });
    let is_reply = local.starts_with(bifold_intake::mail::token::PREFIX);
    let fits = |own: &str| own == local || own == bare;
    let mut any = None;
    for (source, own) in of_domain.by_ref() {
        if fits(&own) {
            return Some(source);
        }
        any = any.or(Some(source));
    }
    any.filter(|_| is_reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_of_this_machine_only() {
        let read = |text: &str| text.parse::<MailDoor>();
        assert!(matches!(read("tcp://127.0.0.1:24"), Ok(MailDoor::Tcp(_))));
        assert!(matches!(read("unix:/run/x"), Ok(MailDoor::Unix(_))));
        for text in ["tcp://0.0.0.0:24", "unix:", "127.0.0.1:24", "tcp://x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
