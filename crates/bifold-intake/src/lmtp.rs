//! The conversation by which a mail server hands messages over (LMTP, RFC 2033): what each line
//! means and what is said to it. Pure; whoever holds the connection carries it out.
//!
//! Unlike SMTP it is answered recipient by recipient after the message, which is what a server
//! needs to know that a message is stored, and keeps the queue on the other side.

/// Bytes of one line of the conversation at most.
pub const LINE_BYTES: usize = 2_048;
/// Recipients of one message at most.
const RECIPIENTS: usize = 100;
/// What may be sent to us besides the plain protocol.
const EXTENSIONS: [&str; 4] = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];

/// What a line leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Say this.
    Say(String),
    /// Find out whether there is such a mailbox, and tell [`Session::admit`].
    Ask(String),
    /// Say this, take the message, and answer for each recipient.
    Take(&'static str),
    /// Say this and hang up.
    End(&'static str),
}

/// How far one conversation has come.
#[derive(Debug, Clone, Default)]
pub struct Session {
    is_greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
    asked: Option<String>,
}

fn say(text: &str) -> Step {
    Step::Say(text.to_owned())
}

impl Session {
    /// What one line means, without its end.
    pub fn line(&mut self, line: &[u8], host: &str, limit: usize) -> Step {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" => {
                *self = Self {
                    is_greeted: true,
                    ..Self::default()
                };
                let names: Vec<String> = EXTENSIONS.iter().map(|n| format!("250-{n}")).collect();
                let all = names.join("\r\n");
                Step::Say(format!("250-{host}\r\n{all}\r\n250 SIZE {limit}"))
            }
            "HELO" | "EHLO" => say("500 5.5.1 This is LMTP: say LHLO"),
            "QUIT" => Step::End("221 2.0.0 Bye"),
            "NOOP" => say("250 2.0.0 OK"),
            "VRFY" => say("252 2.1.5 Send, and see"),
            "RSET" => {
                self.over();
                say("250 2.0.0 OK")
            }
            _ if !self.is_greeted => say("503 5.5.1 Say LHLO first"),
            "MAIL" => self.mail(rest, limit),
            "RCPT" => self.recipient(rest),
            "DATA" if self.recipients.is_empty() => say("503 5.5.1 Nobody here gets it"),
            "DATA" => Step::Take("354 End with a line that is one dot"),
            _ => say("500 5.5.2 This is not understood"),
        }
    }

    fn mail(&mut self, rest: &str, limit: usize) -> Step {
        if self.sender.is_some() {
            return say("503 5.5.1 One message at a time");
        }
        let Some((path, parameters)) = path(rest, "FROM:") else {
            return say("501 5.5.4 MAIL FROM:<address> is meant");
        };
        let size = parameters.split_whitespace().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_size = name.eq_ignore_ascii_case("SIZE");
            is_size.then(|| value.parse::<usize>().unwrap_or(usize::MAX))
        });
        if size.is_some_and(|size| size > limit) {
            return say("552 5.3.4 It is too long");
        }
        self.sender = Some(path.to_owned());
        say("250 2.1.0 OK")
    }

    fn recipient(&mut self, rest: &str) -> Step {
        if self.sender.is_none() {
            return say("503 5.5.1 Say MAIL first");
        }
        if self.recipients.len() >= RECIPIENTS {
            return say("452 4.5.3 Too many recipients; send the rest again");
        }
        match path(rest, "TO:") {
            Some((address, _)) if !address.is_empty() => {
                self.asked = Some(address.to_owned());
                Step::Ask(address.to_owned())
            }
            _ => say("501 5.5.4 RCPT TO:<address> is meant"),
        }
    }

    /// Whether there is the mailbox that was asked for; what is said to it.
    pub fn admit(&mut self, is_there: bool) -> String {
        match self.asked.take() {
            Some(address) if is_there => {
                self.recipients.push(address);
                "250 2.1.5 OK".to_owned()
            }
            _ => "550 5.1.1 There is no such mailbox".to_owned(),
        }
    }

    /// From whom, empty for nobody, and to whom the message is that comes now.
    pub fn envelope(&self) -> (&str, &[String]) {
        (self.sender.as_deref().unwrap_or_default(), &self.recipients)
    }

    /// The message is over; the next may begin.
    pub fn over(&mut self) {
        *self = Self {
            is_greeted: self.is_greeted,
            ..Self::default()
        };
    }
}

/// The address between angle brackets after a keyword, and what stands behind it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = rest.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let inside = rest.get(keyword.len()..)?.trim_start().strip_prefix('<')?;
    let (address, behind) = inside.split_once('>')?;
    // A route that nobody uses any more (RFC 5321 4.1.1.3): what stands before the colon.
    let address = match address.strip_prefix('@') {
        Some(routed) => routed.split_once(':')?.1,
        None => address,
    };
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    address.chars().all(plain).then_some((address, behind))
}

/// A message as it stands between DATA and the dot, taken line by line.
#[derive(Debug, Default)]
pub struct Body {
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl Body {
    /// One line with its end. `true` when it was the last.
    pub fn line(&mut self, line: &[u8], limit: usize) -> bool {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        if bare == b"." {
            return true;
        }
        // A dot was put before every line that begins with one.
        let line = line.strip_prefix(b".").unwrap_or(line);
        if self.bytes.len() + line.len() > limit {
            self.is_too_long = true;
        } else if !self.is_too_long {
            self.bytes.extend_from_slice(line);
        }
        false
    }

    /// The message; `None` when it was longer than is taken.
    pub fn whole(self) -> Option<Vec<u8>> {
        (!self.is_too_long).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn talk(lines: &[&str]) -> (Session, Vec<Step>) {
        let mut session = Session::default();
        let steps = lines
            .iter()
            .map(|line| {
                let step = session.line(line.as_bytes(), "bifold.example", 1_000);
                if let Step::Ask(address) = &step {
                    let is_there = address.starts_with("desk");
                    return Step::Say(session.admit(is_there));
                }
                step
            })
            .collect();
        (session, steps)
    }

    fn code(step: &Step) -> &str {
        match step {
            Step::Say(text) => &text[..3],
            Step::Take(text) | Step::End(text) => &text[..3],
            Step::Ask(_) => "ask",
        }
    }

    #[test]
    fn a_message_is_handed_over_for_those_who_are_here() {
        let (session, steps) = talk(&[
            "LHLO mx.example.org",
            "MAIL FROM:<anna@example.org> SIZE=900 BODY=8BITMIME",
            "RCPT TO:<desk@bifold.example>",
            "rcpt to:<@relay.example:desk+x@bifold.example>",
            "RCPT TO:<nobody@bifold.example>",
            "DATA",
        ]);
        let codes: Vec<&str> = steps.iter().map(code).collect();
        assert_eq!(codes, ["250", "250", "250", "250", "550", "354"]);
        let (sender, recipients) = session.envelope();
        assert_eq!(sender, "anna@example.org");
        assert_eq!(recipients, ["desk@bifold.example", "desk+x@bifold.example"]);
    }

    #[test]
    fn nothing_out_of_turn_and_nothing_too_long_is_taken() {
        let (_, steps) = talk(&[
            "MAIL FROM:<a@example.org>",
            "EHLO x",
            "LHLO x",
            "RCPT TO:<desk@bifold.example>",
            "DATA",
            "MAIL FROM:<a@example.org> SIZE=1001",
            "MAIL FROM:a@example.org",
            "MAIL FROM:<>",
            "MAIL FROM:<>",
            "RCPT TO:<>",
            "DATA",
            "RSET",
            "DATA",
            "XYZZY",
            "QUIT",
        ]);
        let codes: Vec<&str> = steps.iter().map(code).collect();
        assert_eq!(
            codes,
            [
                "503", "500", "250", "503", "503", "552", "501", "250", "503", "501", "503", "250",
                "503", "500", "221"
            ]
        );
    }

    #[test]
    fn dots_are_taken_away_and_the_last_ends_it() {
        let mut body = Body::default();
        for line in ["Subject: a\r\n", "\r\n", "..\r\n", "..x\n", "b\r\n"] {
            assert!(!body.line(line.as_bytes(), 100));
        }
        assert!(body.line(b".\r\n", 100));
        assert_eq!(body.whole().unwrap(), b"Subject: a\r\n\r\n.\r\n.x\nb\r\n");
        let mut body = Body::default();
        assert!(!body.line(&[b'x'; 101], 100));
        assert!(!body.line(b"y\n", 100));
        assert!(body.line(b".\n", 100), "the rest is read to its end");
        assert_eq!(body.whole(), None);
    }

    proptest! {
        #[test]
        fn any_lines_are_answered_in_one_line_each(
            lines in prop::collection::vec("\\PC{0,80}", 0..20),
        ) {
            let mut session = Session::default();
            for line in lines {
                match session.line(line.as_bytes(), "h", 10) {
                    Step::Say(text) => prop_assert!(text.len() > 4),
                    Step::Ask(_) => prop_assert!(session.admit(true).starts_with("250")),
                    Step::Take(_) => session.over(),
                    Step::End(_) => break,
                }
            }
        }
    }
}
