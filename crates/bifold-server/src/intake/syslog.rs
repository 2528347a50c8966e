//! The doors for syslog: a listener on TCP or UDP for a source, by its name.
//!
//! Bifold is no store of logs. A line is taken in when a rule of its source wants more than to log
//! it, or when it is severe enough where no rule fits; the others are counted and let go. What is
//! taken in is stored line by line as it came, a moment's lines in one delivery.

use super::read;
use crate::server::Server;
use bifold_domain::signal::source::{Settings, Source};
use bifold_domain::signal::triage::{Around, Decision, triage};
use bifold_domain::signal::{Format, Signal};
use bifold_domain::{Directory, SourceId};
use bifold_intake::Incoming;
use bifold_intake::frames::{FRAME_BYTES, Frames};
use bifold_store::intake::Delivery;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

/// Lines of a moment are collected for so long.
const GATHER: Duration = Duration::from_millis(200);
/// Lines of one delivery at most.
const LINES: usize = 500;
/// Lines that may wait to be looked at. More wait with their sender, or on UDP are lost there.
const WAITING: usize = 10_000;
/// Connections at a time.
const CONNECTIONS: usize = 256;

/// Where syslog is listened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyslogDoor {
    /// On TCP, else on UDP.
    pub is_tcp: bool,
    /// On which address.
    pub listen: SocketAddr,
    /// The name of the source that it is.
    pub source: String,
}

impl std::str::FromStr for SyslogDoor {
    type Err = String;

    /// Reads `tcp://127.0.0.1:5514/Gateways`.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "such as tcp://127.0.0.1:5514/SOURCE or udp://…".to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let (address, source) = rest.split_once('/').ok_or_else(form)?;
        let is_tcp = match scheme {
            "tcp" => true,
            "udp" => false,
            _ => return Err(form()),
        };
        if source.is_empty() {
            return Err(form());
        }
        Ok(Self {
            is_tcp,
            listen: address
                .parse()
                .map_err(|_| format!("{address:?} is no address and port"))?,
            source: source.to_owned(),
        })
    }
}

/// Opens the doors.
pub(super) fn start(server: &Server, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let doors = server.config.syslog.iter().cloned();
    doors
        .map(|door| tokio::spawn(open(server.clone(), door, stopped.clone())))
        .collect()
}

async fn open(server: Server, door: SyslogDoor, mut stopped: watch::Receiver<bool>) {
    let (lines, waiting) = mpsc::channel(WAITING);
    let listening = if door.is_tcp {
        tokio::spawn(tcp(door.clone(), lines))
    } else {
        tokio::spawn(udp(door.clone(), lines))
    };
    tokio::select! {
        () = gather(&server, &door, waiting) => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    listening.abort();
}

async fn tcp(door: SyslogDoor, lines: mpsc::Sender<Vec<u8>>) {
    let listener = match TcpListener::bind(door.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, listen = %door.listen, "syslog is not listened for");
            return;
        }
    };
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Whoever comes too many waits outside.
        let Ok(seat) = seats.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let lines = lines.clone();
                tokio::spawn(async move {
                    connection(stream, lines).await;
                    drop(seat);
                });
            }
            Err(error) => tracing::warn!(%error, "a connection of syslog was not accepted"),
        }
    }
}

async fn connection(mut stream: TcpStream, lines: mpsc::Sender<Vec<u8>>) {
    let (mut frames, mut part) = (Frames::default(), vec![0; 16 << 10]);
    loop {
        let count = match stream.read(&mut part).await {
            Ok(0) | Err(_) => break,
            Ok(count) => count,
        };
        frames.push(part.get(..count).unwrap_or_default());
        while let Some(line) = frames.take() {
            // A full queue makes the sender wait: nothing is lost on the way.
            if lines.send(line).await.is_err() {
                return;
            }
        }
    }
    if let Some(line) = frames.end() {
        let _ = lines.send(line).await;
    }
    if frames.skipped() > 0 {
        tracing::warn!(
            messages = frames.skipped(),
            "messages of syslog were too long"
        );
    }
}

async fn udp(door: SyslogDoor, lines: mpsc::Sender<Vec<u8>>) {
    let socket = match UdpSocket::bind(door.listen).await {
        Ok(socket) => socket,
        Err(error) => {
            tracing::error!(%error, listen = %door.listen, "syslog is not listened for");
            return;
        }
    };
    let mut datagram = vec![0; FRAME_BYTES];
    loop {
        match socket.recv(&mut datagram).await {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_named_by_protocol_address_and_source() {
        let door: SyslogDoor = "tcp://127.0.0.1:5514/Gate ways".parse().unwrap();
        assert!(door.is_tcp);
        assert_eq!(door.listen.port(), 5514);
        assert_eq!(door.source, "Gate ways");
        for wrong in [
            "127.0.0.1:1/x",
            "tcp://127.0.0.1:1",
            "tcp://x/y",
            "tls://127.0.0.1:1/x",
        ] {
            assert!(wrong.parse::<SyslogDoor>().is_err(), "{wrong}");
        }
    }
}
