//! A time-stamp authority on loopback: `openssl ts` behind just enough HTTP, in the mood a test
//! needs.

use crate::authority::{Authority, USUAL};
use bifold_timestamp::Request;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the authority behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It stamps what it is asked to stamp.
    Honest,
    /// It stamps something else.
    Lying,
    /// It answers 503.
    Down,
    /// It takes the request and says nothing.
    Silent,
    /// It sends the client elsewhere, where it would be honest.
    Elsewhere,
    /// Its answers do not end.
    Endless,
}

struct Shared {
    authority: Mutex<Authority>,
    mood: Mutex<Mood>,
    asked: AtomicUsize,
    ends: AtomicBool,
}

/// A running authority; it stops when dropped.
pub(crate) struct Tsa {
    shared: Arc<Shared>,
    pub(crate) url: String,
}

impl Tsa {
    /// Starts one; `None`, with a notice, without openssl.
    pub(crate) fn start(mood: Mood) -> Option<Self> {
        let shared = Arc::new(Shared {
            authority: Mutex::new(Authority::new(USUAL)?),
            mood: Mutex::new(mood),
            asked: AtomicUsize::new(0),
            ends: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let serving = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.ends.load(Ordering::SeqCst) {
                    return;
                }
                let shared = serving.clone();
                std::thread::spawn(move || shared.answer(stream));
            }
        });
        Some(Self { shared, url })
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.shared.mood() = mood;
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// The certificate that vouches for it.
    pub(crate) fn roots(&self) -> Vec<u8> {
        self.shared.authority().bytes("root.pem")
    }
}

impl Drop for Tsa {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let host = self.url.trim_start_matches("http://");
        let _ = TcpStream::connect(host.trim_end_matches("/tsa"));
    }
}

impl Shared {
    fn mood(&self) -> std::sync::MutexGuard<'_, Mood> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn authority(&self) -> std::sync::MutexGuard<'_, Authority> {
        self.authority
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, mut stream: TcpStream) {
        let (path, query) = request(&mut stream);
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mood = *self.mood();
        let sent = match mood {
            Mood::Elsewhere if path == "/tsa" => stream
                .write_all(b"HTTP/1.1 307 See\r\nlocation: /honest\r\ncontent-length: 0\r\n\r\n"),
            Mood::Honest | Mood::Elsewhere => self.stamps(&mut stream, &query),
            Mood::Lying => {
                let asked = Request::parse(&query).unwrap();
                let other = Request::new([7; 32], asked.nonce);
                self.stamps(&mut stream, &other.to_der())
            }
            Mood::Down => stream
                .write_all(b"HTTP/1.1 503 Down\r\ncontent-length: 15\r\n\r\nclosed\x1b[31m tod"),
            Mood::Silent => {
                // Until the test is over, but never for ever.
                for _ in 0..600 {
                    if self.ends.load(Ordering::SeqCst) {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(50));
                }
                Ok(())
            }
            Mood::Endless => {
                let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
                let part = [0_u8; 8_192];
                stream
                    .write_all(head)
                    .and_then(|()| (0..512).try_for_each(|_| stream.write_all(&part)))
            }
        };
        // Who was given enough hangs up.
        drop(sent);
    }

    fn stamps(&self, stream: &mut TcpStream, query: &[u8]) -> std::io::Result<()> {
        let answer = self.authority().answer(query);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&answer)
    }
}

/// The path and the body of a request; nothing of one that broke off.
fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut part = [0_u8; 4_096];
    loop {
        if let Some(start) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..start]).to_lowercase();
            let length = head.lines().find_map(|l| l.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |l| l.trim().parse().unwrap());
            if bytes.len() >= start + 4 + length {
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                return (path, bytes[start + 4..start + 4 + length].to_vec());
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return (String::new(), Vec::new()),
            Ok(n) => bytes.extend_from_slice(&part[..n]),
        }
    }
}
