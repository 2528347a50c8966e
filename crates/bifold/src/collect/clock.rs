//! How far this machine's clock is off: one question to a time server (SNTP, RFC 5905 section 14).
//!
//! The answer is not authenticated: whoever is on the way can forge it. It says which reference
//! was asked and how long the question took, so that a reader can weigh it.

use bifold_domain::At;
use bifold_store::Clock;
use serde::{Deserialize, Serialize};
use std::net::{ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

/// The longest to wait for the answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Question and answer have this many bytes.
const PACKET_BYTES: usize = 48;
const PORT: u16 = 123;
/// Seconds from 1900, where the protocol begins, to 1970.
const EPOCH_SECONDS: i64 = 2_208_988_800;
const MICROS: i64 = 1_000_000;

/// What is known about the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "offset", rename_all = "snake_case")]
pub(crate) enum ClockCheck {
    /// It was compared.
    Known {
        /// The server that was asked.
        reference: String,
        /// How far this machine's clock is ahead of it, in milliseconds.
        offset_ms: i64,
        /// How long the question took; the offset can be wrong by half of it.
        round_trip_ms: i64,
        /// How many servers lie between it and a clock that shows the time by itself.
        stratum: u8,
        /// When it was asked, by this machine's clock.
        asked_at: At,
    },
    /// It was not.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// Asks a server. Whatever goes wrong is a reason not to know, and never one not to collect.
pub(crate) fn ask(reference: &str, clock: &Clock) -> ClockCheck {
    compare(reference, clock).unwrap_or_else(|why| ClockCheck::Unknown {
        why: format!("{reference}: {why}"),
    })
}

fn compare(reference: &str, clock: &Clock) -> Result<ClockCheck, String> {
    let said = |error: std::io::Error| error.to_string();
    let has_port = reference.rsplit_once(':').is_some_and(|(host, port)| {
        port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']'))
    });
    let mut addresses = if has_port {
        reference.to_socket_addrs()
    } else {
        (reference, PORT).to_socket_addrs()
    }
    .map_err(said)?;
    let address = addresses.next().ok_or("it has no address")?;
    let any = if address.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any).map_err(said)?;
    // Connected: answers of others are not received at all.
    socket.connect(address).map_err(said)?;
    let asked_at = clock.now();
    let started = Instant::now();
    let question = question(asked_at.micros());
    socket.send(&question).map_err(said)?;
    let mut answer = [0; PACKET_BYTES];
    loop {
        let left = PATIENCE
            .checked_sub(started.elapsed())
            .filter(|left| !left.is_zero());
        let left = left.ok_or("it did not answer in time")?;
        socket.set_read_timeout(Some(left)).map_err(said)?;
        match socket.recv(&mut answer) {
            Ok(PACKET_BYTES..) if field(&answer, 24) == field(&question, 40) => break,
            // Too short, or to another question: the right one may still come.
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(said(error)),
        }
    }
    let took = i64::try_from(started.elapsed().as_micros()).map_err(|e| e.to_string())?;
    let (offset_us, round_trip_us, stratum) = weigh(asked_at.micros(), took, &answer)?;
    Ok(ClockCheck::Known {
        reference: reference.to_owned(),
        offset_ms: rounded_ms(offset_us),
        round_trip_ms: rounded_ms(round_trip_us),
        stratum,
        asked_at,
    })
}

/// A client's question of version 4, with the time it leaves.
fn question(now_us: i64) -> [u8; PACKET_BYTES] {
    let mut packet = [0; PACKET_BYTES];
    let (version, client) = (4 << 3, 3);
    let stamp = stamp(now_us).to_be_bytes();
    for (n, byte) in packet.iter_mut().enumerate() {
        *byte = match n {
            0 => version | client,
            40.. => stamp.get(n - 40).copied().unwrap_or_default(),
            _ => 0,
        };
    }
    packet
}

/// How far the clock that asked is ahead, and how long the way took, both in microseconds; and
/// the server's stratum.
fn weigh(asked_us: i64, took_us: i64, answer: &[u8]) -> Result<(i64, i64, u8), String> {
    let first = answer.first().copied().unwrap_or_default();
    let (leap, mode) = (first >> 6, first & 7);
    let stratum = answer.get(1).copied().unwrap_or_default();
    if mode != 4 {
        return Err("its answer is not one of a server".to_owned());
    }
    if leap == 3 || !(1..=15).contains(&stratum) {
        return Err("it says that it does not know the time itself".to_owned());
    }
    let (received, sent) = (field(answer, 32), field(answer, 40));
    if received == 0 || sent == 0 {
        return Err("its answer names no time".to_owned());
    }
    let (received, sent) = (micros(received), micros(sent));
    // The local time of arrival: measured, so that a clock set meanwhile does not matter.
    let arrived_us = asked_us + took_us;
    let behind = i64::midpoint(received - asked_us, sent - arrived_us);
    let way = (took_us - (sent - received)).max(0);
    Ok((-behind, way, stratum))
}

/// Eight bytes as a number; 0 where there are none.
fn field(packet: &[u8], at: usize) -> u64 {
    let bytes = packet.get(at..at + 8).unwrap_or_default();
    bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// Microseconds since 1970 as seconds since 1900 and their fraction. Wraps in 2036, as it must.
#[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)] // The era is dropped on purpose.
fn stamp(us: i64) -> u64 {
    let seconds = (us.div_euclid(MICROS) + EPOCH_SECONDS) as u64 & 0xffff_ffff;
    let fraction = ((us.rem_euclid(MICROS) as u64) << 32) / MICROS as u64;
    seconds << 32 | fraction
}

/// The reverse. Seconds in the lower half are of the era that begins in 2036.
fn micros(stamp: u64) -> i64 {
    let seconds = i64::try_from(stamp >> 32).unwrap_or_default();
    let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
    let fraction = (i64::try_from(stamp & 0xffff_ffff).unwrap_or_default() * MICROS) >> 32;
    (seconds + era - EPOCH_SECONDS) * MICROS + fraction
}

fn rounded_ms(us: i64) -> i64 {
    (us + 500).div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A server's answer whose clock shows these times.
    fn answer(asked_us: i64, received_us: i64, sent_us: i64) -> Vec<u8> {
        let mut packet = vec![4 << 3 | 4, 2];
        packet.resize(24, 0);
        for time in [asked_us, received_us, sent_us] {
            packet.extend(stamp(time).to_be_bytes());
        }
        packet
    }

    const NOW: i64 = 1_790_000_000_000_000;

    #[test]
    fn a_server_that_does_not_know_is_not_believed() {
        let good = answer(NOW, NOW, NOW);
        assert!(weigh(NOW, 1000, &good).is_ok());
        for (at, byte) in [(0, 3 << 6 | 4 << 3 | 4), (0, 4 << 3 | 3), (1, 0), (1, 16)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(weigh(NOW, 1000, &bad).is_err(), "{at} {byte}");
        }
        assert!(weigh(NOW, 1000, &good[..40]).is_err());
    }

    #[test]
    fn without_an_answer_the_offset_is_unknown_and_it_is_said_why() {
        // Taken and silent.
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let reference = silent.local_addr().unwrap().to_string();
        let started = Instant::now();
        let found = ask(&reference, &Clock::System);
        assert!(
            matches!(&found, ClockCheck::Unknown { why } if why.contains("in time")),
            "{found:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_server_on_this_machine_is_asked() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let reference = server.local_addr().unwrap().to_string();
        server
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let serving = std::thread::spawn(move || {
            let mut question = [0; PACKET_BYTES];
            let (_, from) = server.recv_from(&mut question).unwrap();
            assert_eq!(question[0], 0x23);
            let asked = micros(field(&question, 40));
            // Its clock is two seconds behind; an answer to another question comes first.
            let forged = answer(asked - 5, asked, asked);
            let right = answer(asked, asked - 2 * MICROS, asked - 2 * MICROS);
            server.send_to(&forged, from).unwrap();
            let mut right_stamp = right;
            right_stamp[24..32].copy_from_slice(&question[40..]);
            server.send_to(&right_stamp, from).unwrap();
        });
        let found = ask(&reference, &Clock::System);
        serving.join().unwrap();
        let ClockCheck::Known {
            offset_ms,
            round_trip_ms,
            ..
        } = found
        else {
            panic!("{found:?}");
        };
        assert!(
            (offset_ms - 2000).abs() <= round_trip_ms + 5,
            "{offset_ms} {round_trip_ms}"
        );
    }

    proptest! {
        #[test]
        fn a_time_comes_back_from_its_stamp(us in 0i64..4_000_000_000_000_000) {
            prop_assert!((micros(stamp(us)) - us).abs() <= 1);
        }

        /// The same way there and back: the offset is found whatever the clocks show.
        #[test]
        fn an_even_way_gives_the_offset(
            ahead in -10_000_000_000i64..10_000_000_000, way in 0i64..1_000_000,
            thinking in 0i64..100_000,
        ) {
            let received = NOW - ahead + way;
            let answer = answer(NOW, received, received + thinking);
            let (offset, round_trip, _) = weigh(NOW, 2 * way + thinking, &answer).unwrap();
            prop_assert!((offset - ahead).abs() <= 3, "{} {}", offset, ahead);
            prop_assert!((round_trip - 2 * way).abs() <= 3);
        }
    }
}
