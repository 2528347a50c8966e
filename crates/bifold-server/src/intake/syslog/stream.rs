//! Connections over which lines of syslog come, plain or within TLS.
//!
//! Nothing is ever answered, so whoever sends cannot know what arrived. All the more has to be read:
//! a full queue makes the sender wait, and at the end of the server each is told first, by the end
//! of our side of the connection, and what is on its way then is still read.

use super::tls::fingerprint;
use super::{Lines, SyslogDoor};
use bifold_intake::frames::Frames;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Connections at a time.
const CONNECTIONS: usize = 256;
/// How long it may take to agree on TLS.
const AGREE: Duration = Duration::from_secs(10);
/// How long a sender that was told of the end may still be silent, and how long it may go on.
const LAST_SILENCE: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(5);
/// Between two attempts to accept, after one failed.
const AGAIN: Duration = Duration::from_millis(200);

/// Takes connections until the end.
pub(super) async fn listen(
    door: SyslogDoor,
    tls: Option<TlsAcceptor>,
    lines: Lines,
    mut stopped: watch::Receiver<bool>,
) {
    let listener = match TcpListener::bind(door.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, listen = %door.listen, "syslog is not listened for");
            return;
        }
    };
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let next = async {
            // Whoever comes too many waits outside.
            let seat = seats.clone().acquire_owned().await.ok()?;
            Some((seat, listener.accept().await))
        };
        let (seat, accepted) = tokio::select! {
            Some(next) = next => next,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection of syslog was not accepted");
                tokio::time::sleep(AGAIN).await;
                continue;
            }
        };
        let (tls, lines, stopped) = (tls.clone(), lines.clone(), stopped.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, |tcp| tcp, &lines, stopped).await,
                Some(tls) => within_tls(&tls, stream, &lines, stopped).await,
            }
            drop(seat);
        });
    }
}

async fn within_tls(
    tls: &TlsAcceptor,
    stream: TcpStream,
    lines: &Lines,
    mut stopped: watch::Receiver<bool>,
) {
    let peer = stream.peer_addr().ok();
    let agreed = tokio::select! {
        agreed = timeout(AGREE, tls.accept(stream)) => agreed,
        _ = stopped.wait_for(|stop| *stop) => return,
    };
    let stream = match agreed {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::warn!(%error, ?peer, "a sender of syslog was refused");
            return;
        }
        Err(_) => {
            tracing::warn!(?peer, "a sender of syslog did not agree on TLS in time");
            return;
        }
    };
    let certificate = fingerprint(stream.get_ref().1.peer_certificates());
    tracing::info!(?peer, certificate, "a sender of syslog has come");
    connection(stream, |tls| tls.get_mut().0, lines, stopped).await;
}

/// Reads until the sender ends, or we do.
async fn connection<S: AsyncRead + Unpin>(
    mut stream: S,
    tcp: impl FnOnce(&mut S) -> &mut TcpStream,
    lines: &Lines,
    mut stopped: watch::Receiver<bool>,
) {
    let mut frames = Frames::default();
    let is_over = tokio::select! {
        () = read(&mut stream, &mut frames, lines, None) => false,
        _ = stopped.wait_for(|stop| *stop) => true,
    };
    if is_over {
        // Before it sends more, a sender looks whether our side has ended. Within TLS that is said
        // without a last word of TLS too: rsyslog takes any byte for a sign of life.
        let _ = tcp(&mut stream).shutdown().await;
        let rest = read(&mut stream, &mut frames, lines, Some(LAST_SILENCE));
        let _ = timeout(LAST, rest).await;
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

/// Hands lines on as they become whole, until the end of the stream or so long a silence. It may
/// be given up between any two lines: what was read and not handed on stays in `frames`.
async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    frames: &mut Frames,
    lines: &Lines,
    silence: Option<Duration>,
) {
    let mut part = vec![0; 16 << 10];
    loop {
        // A full queue makes the sender wait: nothing is lost on the way.
        loop {
            let Ok(place) = lines.reserve().await else {
                return;
            };
            match frames.take() {
                Some(line) => place.send(line),
                None => break,
            }
        }
        let next = stream.read(&mut part);
        let count = match silence {
            None => next.await,
            Some(limit) => timeout(limit, next).await.unwrap_or(Ok(0)),
        };
        match count {
            Ok(0) | Err(_) => return,
            Ok(count) => frames.push(part.get(..count).unwrap_or_default()),
        }
    }
}
