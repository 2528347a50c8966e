//! Who signed a message, as a host says that we trust (RFC 8601). What any other host says, anybody
//! could have written.

use super::Mail;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// It was not checked, or there was nothing to check.
    #[default]
    None,
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be told.
    Unsure,
}

/// What the trusted host says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Authentication {
    /// Whether a signature holds; one that holds is enough.
    pub dkim: Verdict,
    /// Whether the sending host may send for the envelope's sender.
    pub spf: Verdict,
    /// Whether either of them is about the address that people see.
    pub dmarc: Verdict,
}

/// What `host` says about a message; `None` when it says nothing. Only the topmost field counts:
/// the host adds its own above all that came with the message.
pub fn stated_by(mail: &Mail, host: &str) -> Option<Authentication> {
    if host.is_empty() {
        return None;
    }
    let field = mail.all("authentication-results").next()?;
    let plain = without_comments(field);
    let mut parts = plain.split(';');
    let server = parts.next()?.split_whitespace().next()?;
    if !server.eq_ignore_ascii_case(host) {
        return None;
    }
    let mut told = Authentication::default();
    for part in parts {
        let Some((method, rest)) = part.trim().split_once('=') else {
            continue;
        };
        let result = rest.split_whitespace().next().unwrap_or_default();
        let verdict = match result.to_lowercase().as_str() {
            "pass" => Verdict::Pass,
            "fail" | "hardfail" | "softfail" | "policy" => Verdict::Fail,
            "none" => Verdict::None,
            _ => Verdict::Unsure,
        };
        let method = method.split('/').next().unwrap_or_default().trim();
        match method.to_lowercase().as_str() {
            "dkim" if told.dkim != Verdict::Pass => told.dkim = verdict,
            "spf" => told.spf = verdict,
            "dmarc" => told.dmarc = verdict,
            _ => {}
        }
    }
    Some(told)
}

/// Comments may hold anything, also what looks like a result; so may quoted text.
fn without_comments(field: &str) -> String {
    let (mut plain, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    for c in field.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if quoted || depth > 0 => {}
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &str) -> Option<Authentication> {
        let text = format!("{fields}Subject: a\n\nb\n");
        stated_by(&super::super::read(text.as_bytes()).unwrap(), "mx.example")
    }

    #[test]
    fn only_the_trusted_host_is_heard_and_only_on_top() {
        let said = of(
            "Authentication-Results: MX.example 1; spf=softfail smtp.mailfrom=a;\n\
             \tdkim=fail (dkim=pass) header.d=a; dkim=pass header.d=b; dmarc=pass\n",
        );
        assert_eq!(
            said,
            Some(Authentication {
                dkim: Verdict::Pass,
                spf: Verdict::Fail,
                dmarc: Verdict::Pass,
            })
        );
        assert_eq!(
            of("Authentication-Results: evil.example; dmarc=pass\n"),
            None
        );
        assert_eq!(of(""), None);
        // Below that of another host, it came with the message.
        assert_eq!(
            of("Authentication-Results: other.example; dmarc=none\n\
                Authentication-Results: mx.example; dmarc=pass\n"),
            None
        );
        let comment = of("Authentication-Results: mx.example; (x; dmarc=pass) spf=none\n");
        assert_eq!(comment, Some(Authentication::default()));
        let quoted = of("Authentication-Results: mx.example; spf=fail a=\"; dmarc=pass\"\n");
        assert_eq!(quoted.unwrap().dmarc, Verdict::None);
    }
}
