//! The doors for syslog: a listener on UDP, TCP or TLS for a source, by its name.
//!
//! Bifold is no store of logs. A line is taken in when a rule of its source wants more than to log
//! it, or when it is severe enough where no rule fits; the others are counted and let go. What is
//! taken in is stored line by line as it came, a moment's lines in one delivery.

mod door;
mod stream;
mod tls;

pub use door::{Carrier, SyslogDoor};
pub use tls::{SyslogTls, SyslogTlsError};

use super::read;
use crate::server::Server;
use bifold_domain::signal::source::{Settings, Source};
use bifold_domain::signal::triage::{Around, Decision, triage};
use bifold_domain::signal::{Format, Signal};
use bifold_domain::{Directory, SourceId};
use bifold_intake::Incoming;
use bifold_intake::frames::FRAME_BYTES;
use bifold_store::intake::Delivery;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// Lines of a moment are collected for so long.
const GATHER: Duration = Duration::from_millis(200);
/// Lines of one delivery at most.
const LINES: usize = 500;
/// Lines that may wait to be looked at. More wait with their sender, or on UDP are lost there.
const WAITING: usize = 10_000;

/// Where lines wait.
type Lines = mpsc::Sender<Vec<u8>>;

/// Opens the doors.
pub(super) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let doors = server.config.syslog.iter().cloned();
    doors
        .map(|door| tokio::spawn(open(server.clone(), door, stopped.clone())))
        .collect()
}

/// Ends when nobody listens any more and what was heard is stored.
async fn open(server: Server, door: SyslogDoor, stopped: watch::Receiver<bool>) {
    let (lines, waiting) = mpsc::channel(WAITING);
    let listened = door.clone();
    let tls = server.config.syslog_tls.as_ref().map(SyslogTls::acceptor);
    if door.carrier == Carrier::Tls && tls.is_none() {
        tracing::error!(listen = %door.listen, "syslog has no certificate");
        return;
    }
    match door.carrier {
        Carrier::Udp => tokio::spawn(udp(listened, lines, stopped)),
        Carrier::Tcp => tokio::spawn(stream::listen(listened, None, lines, stopped)),
        Carrier::Tls => tokio::spawn(stream::listen(listened, tls, lines, stopped)),
    };
    gather(&server, &door, waiting).await;
}

async fn udp(door: SyslogDoor, lines: Lines, mut stopped: watch::Receiver<bool>) {
    let socket = match UdpSocket::bind(door.listen).await {
        Ok(socket) => socket,
        Err(error) => {
            tracing::error!(%error, listen = %door.listen, "syslog is not listened for");
            return;
        }
    };
    let mut datagram = vec![0; FRAME_BYTES];
    loop {
        let received = tokio::select! {
            received = socket.recv(&mut datagram) => received,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        match received {
            Ok(count) => {
                let line = datagram.get(..count).unwrap_or_default().to_vec();
                if lines.send(line).await.is_err() {
                    return;
                }
            }
            Err(error) => tracing::warn!(%error, "a message of syslog did not arrive"),
        }
    }
}

/// Looks at lines as they come, and takes in what is wanted a moment at a time.
async fn gather(server: &Server, door: &SyslogDoor, mut waiting: mpsc::Receiver<Vec<u8>>) {
    let mut lines = Vec::new();
    while waiting.recv_many(&mut lines, LINES).await > 0 {
        tokio::time::sleep(if lines.len() < LINES {
            GATHER
        } else {
            Duration::ZERO
        })
        .await;
        while lines.len() < LINES
            && let Ok(line) = waiting.try_recv()
        {
            lines.push(line);
        }
        if let Err(error) = take_in(server, door, &mut lines).await {
            tracing::error!(%error, source = door.source, "lines of syslog were not taken in");
        }
        lines.clear();
    }
}

async fn take_in(
    server: &Server,
    door: &SyslogDoor,
    lines: &mut Vec<Vec<u8>>,
) -> bifold_store::Result<()> {
    let directory = server.store.directory().await?;
    let Some(source) = named(&directory, &door.source) else {
        tracing::warn!(source = door.source, "no source of syslog has this name");
        return Ok(());
    };
    let (id, count) = (source.id.clone(), lines.len());
    lines.retain(|line| is_wanted(server, &source.settings, line));
    let dropped = count - lines.len();
    if dropped > 0 {
        server.store.let_go(&id, dropped).await?;
    }
    if lines.is_empty() {
        return Ok(());
    }
    let body = lines.join(&b'\n');
    keep(server, id, body).await
}

/// Waits for room: the lines are not stored anywhere else.
async fn keep(server: &Server, source: SourceId, body: Vec<u8>) -> bifold_store::Result<()> {
    loop {
        let delivery = Delivery {
            source: source.clone(),
            content_type: Some("text/plain".to_owned()),
            headers: Vec::new(),
            body: body.clone(),
            replay_of: None,
        };
        match server.store.take_in(delivery).await {
            Err(bifold_store::Error::Overloaded) => tokio::time::sleep(GATHER).await,
            answer => return answer.map(drop),
        }
    }
}

fn named<'a>(directory: &'a Directory, name: &str) -> Option<&'a Source> {
    directory.sources.values().find(|source| {
        let settings = &source.settings;
        let is_it = settings.name.as_str() == name && settings.format == Format::Syslog;
        is_it && !source.is_disconnected && !settings.is_paused
    })
}

fn is_wanted(server: &Server, settings: &Settings, line: &[u8]) -> bool {
    let now = server.store.shell().clock.now();
    let incoming = Incoming {
        content_type: None,
        headers: &[],
        body: line,
        received_at: now,
    };
    let wanted = |signal: &Signal| {
        let decision = triage(signal, settings, &Around::default(), now);
        !matches!(decision, Decision::Keep(..))
    };
    match read::read_as(settings, &incoming) {
        Ok((signals, _)) => signals.iter().any(wanted),
        // What cannot be read is for people to see.
        Err(_) => true,
    }
}
