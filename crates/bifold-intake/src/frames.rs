//! Taking a stream of syslog apart into its messages (RFC 6587), both ways.
//!
//! A message that begins with a digit says how many bytes it has, and that count may include a
//! line feed at its end; any other ends with a line feed. Each message says anew which it is.

/// Bytes of a message at most; what is longer is passed over and counted.
pub const FRAME_BYTES: usize = 64 << 10;
/// Digits that a count may have.
const DIGITS: usize = 5;

/// What has come of a stream and was not taken yet.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    /// Where the next message begins.
    start: usize,
    /// Up to where no line feed was found.
    looked: usize,
    /// Bytes of a message that is too long, still to be passed over.
    skip: usize,
    /// Whether one without a count is being passed over.
    skips_line: bool,
    skipped: u64,
}

impl Frames {
    /// More bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        // What was taken is let go when it is most of it: each byte is moved once or twice.
        if self.start > 0 && self.start * 2 >= self.buffer.len() {
            self.buffer.drain(..self.start);
            self.looked = self.looked.saturating_sub(self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Messages that were passed over because they were too long.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The next whole message, without the line feed at its end.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        loop {
            if self.skip > 0 {
                let here = self.skip.min(self.buffer.len() - self.start);
                self.start += here;
                self.skip -= here;
                if self.skip > 0 {
                    return None;
                }
            }
            if self.skips_line {
                let rest = self.buffer.get(self.start..).unwrap_or_default();
                let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                    self.start = self.buffer.len();
                    return None;
                };
                self.start += end + 1;
                self.skips_line = false;
            }
            self.looked = self.looked.max(self.start);
            let first = *self.buffer.get(self.start)?;
            let taken = if first.is_ascii_digit() {
                self.counted()
            } else {
                self.line()
            };
            match taken {
                Taken::Message(message) if message.is_empty() => {}
                Taken::Message(message) => return Some(message),
                Taken::More => return None,
                Taken::TooLong => self.skipped += 1,
            }
        }
    }

    /// What is left when the stream has ended: a last line without its line feed.
    pub fn end(&mut self) -> Option<Vec<u8>> {
        let rest = self.buffer.split_off(self.start.min(self.buffer.len()));
        let is_line = rest.first().is_some_and(|byte| !byte.is_ascii_digit());
        let is_whole = self.skip == 0 && !self.skips_line;
        *self = Self {
            skipped: self.skipped,
            ..Self::default()
        };
        (is_line && is_whole).then_some(rest)
    }

    fn counted(&mut self) -> Taken {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let digits = rest.iter().take(DIGITS + 1);
        let digits = digits.take_while(|byte| byte.is_ascii_digit()).count();
        match rest.get(digits) {
            None if digits <= DIGITS => return Taken::More,
            Some(b' ') if digits <= DIGITS => {}
            // It began with a digit and is no count: a line like any other.
            _ => return self.line(),
        }
        let count = rest.get(..digits).unwrap_or_default();
        let count = std::str::from_utf8(count).ok();
        let count: usize = count.and_then(|text| text.parse().ok()).unwrap_or(0);
        let begin = self.start + digits + 1;
        if count > FRAME_BYTES {
            self.start = begin;
            self.skip = count;
            return Taken::TooLong;
        }
        let Some(message) = self.buffer.get(begin..begin + count) else {
            return Taken::More;
        };
        let message = trimmed(message);
        self.start = begin + count;
        Taken::Message(message)
    }

    fn line(&mut self) -> Taken {
        let from = self.looked.max(self.start);
        let rest = self.buffer.get(from..).unwrap_or_default();
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                let end = from + end;
                // All of it may have come at once, and it is too long all the same.
                if end - self.start > FRAME_BYTES {
                    self.start = end + 1;
                    self.looked = self.start;
                    return Taken::TooLong;
                }
                let message = trimmed(self.buffer.get(self.start..end).unwrap_or_default());
                self.start = end + 1;
                self.looked = self.start;
                Taken::Message(message)
            }
            None if self.buffer.len() - self.start > FRAME_BYTES => {
                self.start = self.buffer.len();
                self.looked = self.start;
                self.skips_line = true;
                Taken::TooLong
            }
            None => {
                self.looked = self.buffer.len();
                Taken::More
            }
        }
    }
}

enum Taken {
    Message(Vec<u8>),
    More,
    TooLong,
}

fn trimmed(message: &[u8]) -> Vec<u8> {
    let end = message
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r' | 0));
    let end = end.map_or(0, |end| end + 1);
    message.get(..end).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(parts: &[&[u8]]) -> Vec<String> {
        let (mut frames, mut found) = (Frames::default(), Vec::new());
        for part in parts {
            frames.push(part);
            while let Some(message) = frames.take() {
                found.push(String::from_utf8(message).unwrap());
            }
        }
        found.extend(frames.end().map(|rest| String::from_utf8(rest).unwrap()));
        found
    }

    #[test]
    fn both_framings_may_alternate() {
        assert_eq!(
            all(&[b"6 <1>a b<2>c\n\n7 <3>d e\n<4>f"]),
            ["<1>a b", "<2>c", "<3>d e", "<4>f"]
        );
        // A digit that is no count begins a line.
        assert_eq!(
            all(&[b"2026-03-01 hello\n<1>x\n"]),
            ["2026-03-01 hello", "<1>x"]
        );
    }

    #[test]
    fn what_is_too_long_is_passed_over_and_counted() {
        let long = "x".repeat(FRAME_BYTES + 10);
        let text = format!("{} {long}<1>a\n<2>{long}\n<3>b\n", long.len());
        let (mut frames, mut found) = (Frames::default(), Vec::new());
        for part in text.as_bytes().chunks(1_000) {
            frames.push(part);
            while let Some(message) = frames.take() {
                found.push(message);
            }
        }
        assert!(found == [b"<1>a", b"<3>b"], "{} came", found.len());
        assert_eq!(frames.skipped(), 2);
        let mut at_once = Frames::default();
        at_once.push(text.as_bytes());
        assert_eq!(at_once.take().as_deref(), Some(b"<1>a".as_slice()));
        assert_eq!(at_once.take().as_deref(), Some(b"<3>b".as_slice()));
        assert_eq!(at_once.skipped(), 2);
        assert!(frames.buffer.len() <= FRAME_BYTES * 2 + 2_000);
    }

    proptest! {
        #[test]
        fn messages_come_out_as_they_went_in_however_they_are_cut(
            messages in prop::collection::vec("<[0-9]{1,3}>[a-z ]{0,20}[a-z]", 1..20),
            counted in prop::collection::vec(any::<bool>(), 20),
            cut in 1_usize..30,
        ) {
            let mut stream = Vec::new();
            for (message, counted) in messages.iter().zip(&counted) {
                if *counted {
                    stream.extend(format!("{} {message}", message.len()).into_bytes());
                } else {
                    stream.extend(format!("{message}\n").into_bytes());
                }
            }
            let parts: Vec<&[u8]> = stream.chunks(cut).collect();
            prop_assert_eq!(all(&parts), messages);
        }

        #[test]
        fn any_bytes_are_taken_apart(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let mut frames = Frames::default();
            for part in bytes.chunks(7) {
                frames.push(part);
                while frames.take().is_some() {}
            }
            frames.end();
        }
    }
}
