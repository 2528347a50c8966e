//! Signatures over deliveries, as senders make them: HMAC-SHA-256 with a shared key.

use ring::hmac;

/// Grafana's, in hexadecimal over the body, or over `time:body` where it also sends a time.
const GRAFANA: &str = "x-grafana-alerting-signature";
/// The time that Grafana was told to send, when it was told so by this name.
const GRAFANA_TIME: &str = "x-grafana-alerting-signature-timestamp";
/// GitHub's form, which many took over: `sha256=` and hexadecimal over the body.
const HUB: &str = "x-hub-signature-256";
/// Our own: hexadecimal over the body.
const OWN: &str = "x-bifold-signature";

/// Whether one of the headers holds a signature of the body with this key. Compared in constant
/// time.
pub fn holds<'h>(key: &[u8], header: impl Fn(&str) -> Option<&'h str>, body: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let plain = |text: &str| {
        let tag = unhex(text.trim().trim_start_matches("sha256="));
        tag.is_some_and(|tag| hmac::verify(&key, body, &tag).is_ok())
    };
    if header(HUB).is_some_and(plain) || header(OWN).is_some_and(plain) {
        return true;
    }
    let Some(text) = header(GRAFANA) else {
        return false;
    };
    match header(GRAFANA_TIME) {
        None => plain(text),
        Some(time) => {
            let signed = [time.as_bytes(), b":", body].concat();
            let tag = unhex(text.trim());
            tag.is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) || text.len() > 128 {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(key: &[u8], message: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let tag = hmac::sign(&key, message);
        crate::fit::hex(tag.as_ref())
    }

    #[test]
    fn each_form_holds_for_its_own_bytes_only() {
        let body = b"{\"status\":\"firing\"}";
        let tag = sign(b"key", body);
        let timed = sign(b"key", &[b"1772366400:".as_slice(), body].concat());
        let check = |headers: &[(&str, &str)], body: &[u8]| {
            let find = |name: &str| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
            holds(b"key", find, body)
        };
        assert!(check(&[(GRAFANA, &tag)], body));
        assert!(check(&[(OWN, &tag)], body));
        let hub = format!("sha256={tag}");
        assert!(check(&[(HUB, &hub)], body));
        assert!(check(
            &[(GRAFANA, &timed), (GRAFANA_TIME, "1772366400")],
            body
        ));
        // Another time, other bytes, no signature, a torn one.
        assert!(!check(
            &[(GRAFANA, &timed), (GRAFANA_TIME, "1772366401")],
            body
        ));
        assert!(!check(&[(GRAFANA, &tag)], b"{}"));
        assert!(!check(&[], body));
        assert!(!check(&[(OWN, "zz")], body));
        assert!(!check(&[(OWN, "")], body));
    }

    #[test]
    fn it_is_the_hmac_of_the_published_test_case() {
        // RFC 4231, test case 2.
        let tag = sign(b"Jefe", b"what do ya want for nothing?");
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(tag, known);
    }
}
