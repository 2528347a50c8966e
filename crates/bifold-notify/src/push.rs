//! Web Push: messages to a browser that only the browser can read (RFC 8291), from a server that
//! the push service knows again by its key (VAPID, RFC 8292).
//!
//! The push service is somebody else's machine, which is why the text is encrypted for the
//! browser, and why it is short all the same.

use crate::message::Message;
use crate::notice::Urgency;
use crate::request::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_domain::{At, time};
use reqwest::Url;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use std::fmt;

/// Bytes of an uncompressed point of P-256.
const POINT_BYTES: usize = 65;
/// Bytes of the browser's authentication secret.
const AUTH_BYTES: usize = 16;
/// Bytes of the salt of a message.
const SALT_BYTES: usize = 16;
/// The size of a record, in bytes; a message is one record (RFC 8188 2.1).
const RECORD_BYTES: u32 = 4_096;
/// A thousandth of a second, in microseconds: browsers count in it.
const MILLI: i64 = 1_000;
/// Bytes of text at most; push services take bodies of 4096.
const TEXT_BYTES: usize = 3_000;
/// Characters of the title at most, so that any fits.
const TITLE_CHARS: usize = 200;
/// Characters of a line below it at most.
const LINE_CHARS: usize = 100;
/// Lines of several notices that are shown; what is more is counted.
const LINES: usize = 4;
/// How long a push service may believe a token, in seconds; at most a day (RFC 8292 2).
const TOKEN_SECONDS: i64 = 12 * 3_600;
/// How long a push service keeps a message for a browser that is away, in seconds.
const KEPT_SECONDS: u32 = 24 * 3_600;

/// What does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The server's key cannot be read.
    #[error("the key for Web Push cannot be read")]
    Key,
    /// The browser's keys cannot be used.
    #[error("the keys of the browser's subscription cannot be used")]
    Subscription,
    /// The message does not fit.
    #[error("the message is too long for Web Push")]
    TooLong,
}

/// A browser's keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    point: [u8; POINT_BYTES],
    auth: [u8; AUTH_BYTES],
}

impl Keys {
    /// Reads both from base64url.
    pub fn parse(p256dh: &str, auth: &str) -> Option<Self> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let point: [u8; POINT_BYTES] = bytes(p256dh)?.try_into().ok()?;
        let is_uncompressed = point.first() == Some(&4);
        let auth = bytes(auth)?.try_into().ok()?;
        is_uncompressed.then_some(Self { point, auth })
    }
}

/// The server's key, by which push services know it again.
pub struct VapidKey(EcdsaKeyPair);

impl VapidKey {
    /// A new key, in PKCS #8, to be kept.
    pub fn make() -> Result<Vec<u8>, PushError> {
        let made =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        made.map(|key| key.as_ref().to_vec())
            .map_err(|_| PushError::Key)
    }

    /// Reads what [`VapidKey::make`] made.
    pub fn read(pkcs8: &[u8]) -> Result<Self, PushError> {
        EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            pkcs8,
            &SystemRandom::new(),
        )
        .map(Self)
        .map_err(|_| PushError::Key)
    }

    /// What a browser is told when it subscribes: the public key in base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// The value of `authorization`: who sends, to whom, until when.
    pub fn authorization(&self, endpoint: &Url, contact: &str, now: At) -> Option<String> {
        let audience = endpoint.origin().ascii_serialization();
        let expires = now.micros() / time::SECOND + TOKEN_SECONDS;
        let encode = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = encode(json!({"typ": "JWT", "alg": "ES256"}));
        let claims = encode(json!({"aud": audience, "exp": expires, "sub": contact}));
        let signed = format!("{head}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        Some(format!("vapid t={signed}.{signature},k={}", self.public()))
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VapidKey({})", self.public())
    }
}

/// A length in bytes, as HKDF wants it said.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expanded<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Option<[u8; N]> {
    let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
    let mut out = [0; N];
    prk.expand(info, Length(N)).ok()?.fill(&mut out).ok()?;
    Some(out)
}

/// The body for a browser, from the secret that both sides agreed on (RFC 8291 3.4, RFC 8188).
fn sealed(
    agreed: &[u8],
    ours: &[u8],
    keys: &Keys,
    salt: &[u8; SALT_BYTES],
    text: &[u8],
) -> Option<Vec<u8>> {
    let info: [&[u8]; 3] = [b"WebPush: info\0", &keys.point, ours];
    let secret: [u8; 32] = expanded(&keys.auth, agreed, &info)?;
    let key: [u8; 16] = expanded(salt, &secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expanded(salt, &secret, &[b"Content-Encoding: nonce\0"])?;
    let mut body = text.to_vec();
    // This octet ends the last record.
    body.push(2);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut body)
        .ok()?;
    let ours_bytes = [u8::try_from(ours.len()).ok()?];
    Some(
        [
            salt.as_slice(),
            &RECORD_BYTES.to_be_bytes(),
            &ours_bytes,
            ours,
            &body,
        ]
        .concat(),
    )
}

/// Encrypts a text for a browser, under a key made for this message alone.
fn encrypted(keys: &Keys, text: &[u8]) -> Result<Vec<u8>, PushError> {
    let random = SystemRandom::new();
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| PushError::Key)?;
    let public = ours.compute_public_key().map_err(|_| PushError::Key)?;
    let mut salt = [0; SALT_BYTES];
    random.fill(&mut salt).map_err(|_| PushError::Key)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, keys.point);
    agree_ephemeral(ours, &theirs, |agreed| {
        sealed(agreed, public.as_ref(), keys, &salt, text)
    })
    .ok()
    .flatten()
    .ok_or(PushError::Subscription)
}

fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// What stands below the title: why of one notice, or that no more may be said; of several, a
/// line each.
fn below(message: &Message) -> String {
    if let [one] = message.items.as_slice() {
        let said = one.why.as_ref();
        return cut(said.unwrap_or(&message.phrases.withheld), LINE_CHARS);
    }
    let lines = message.items.iter().take(LINES);
    let mut lines: Vec<String> = lines.map(|item| cut(&item.line(), LINE_CHARS)).collect();
    let more = message.items.len().saturating_sub(LINES) + message.left_out;
    if more > 0 {
        lines.push(format!("+ {more}"));
    }
    lines.join("\n")
}

/// What the worker in the browser (`ui/static/push-worker.js`) is told, ready to be shown. It
/// leads to a path, never to another site; several notices have none, and lead to the inbox.
fn payload(message: &Message) -> String {
    json!({
        "title": cut(&message.title, TITLE_CHARS),
        "body": below(message),
        "path": message.path(),
        "tag": message.thread.as_ref().unwrap_or(&message.id),
        "page": message.urgency == Urgency::Page,
        "at": message.at.micros() / MILLI,
    })
    .to_string()
}

/// The request that has a push service wake the browser. `contact` is how its operator reaches
/// ours: a `mailto:` or an `https:` address.
pub fn request(
    endpoint: &str,
    keys: &Keys,
    vapid: &VapidKey,
    contact: &str,
    message: &Message,
    now: At,
) -> Result<Request, PushError> {
    let url = Url::parse(endpoint).map_err(|_| PushError::Subscription)?;
    let text = payload(message);
    if text.len() > TEXT_BYTES {
        return Err(PushError::TooLong);
    }
    let urgency = match message.urgency {
        Urgency::Page => "high",
        Urgency::Normal => "normal",
        Urgency::Low => "low",
    };
    let authorization = vapid
        .authorization(&url, contact, now)
        .ok_or(PushError::Key)?;
    let request = Request {
        method: Method::Post,
        url: endpoint.to_owned(),
        headers: vec![("content-type", "application/octet-stream".to_owned())],
        body: encrypted(keys, text.as_bytes())?,
    };
    Ok(request
        .with("content-encoding", "aes128gcm")
        .with("ttl", KEPT_SECONDS.to_string())
        .with("urgency", urgency)
        .with("authorization", authorization))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{message, notice, phrases};
    use crate::notice::{Clearance, Notice};
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifying};

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    const BROWSER: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    fn browser() -> Keys {
        Keys::parse(BROWSER, "BTBZMqHH6r4Tts7J_aSIgg").unwrap()
    }

    /// RFC 8291, section 5 and appendix A, from the secret that both sides agreed on.
    #[test]
    fn the_example_of_the_rfc_is_encrypted_as_there() {
        let ours = bytes(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let body = sealed(
            &bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"),
            &ours,
            &browser(),
            &bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
            b"When I grow up, I want to be a watermelon",
        );
        let expected = concat!(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vC",
            "YLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLW",
            "youBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
        assert_eq!(URL_SAFE_NO_PAD.encode(body.unwrap()), expected);
    }

    #[test]
    fn a_token_says_to_whom_and_until_when_and_is_signed() {
        let key = VapidKey::read(&VapidKey::make().unwrap()).unwrap();
        let endpoint = Url::parse("https://push.example.org/send/abc").unwrap();
        let now = At::parse("2026-03-01T09:30:00Z").unwrap();
        let value = key
            .authorization(&endpoint, "mailto:ops@example.org", now)
            .unwrap();
        let (token, public) = value
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(",k="))
            .unwrap();
        assert_eq!(public, key.public());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        Verifying::new(&ECDSA_P256_SHA256_FIXED, bytes(public))
            .verify(signed.as_bytes(), &bytes(signature))
            .unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], "https://push.example.org");
        assert_eq!(claims["exp"], 1_772_357_400 + TOKEN_SECONDS);
    }

    #[test]
    fn two_messages_share_neither_salt_nor_key_nor_text() {
        let key = VapidKey::read(&VapidKey::make().unwrap()).unwrap();
        let message = message(Urgency::Page, Clearance::Red);
        let of = || {
            let now = At::from_micros(0);
            request(
                "https://p.example/x",
                &browser(),
                &key,
                "mailto:a@b.c",
                &message,
                now,
            )
            .unwrap()
        };
        let (one, two) = (of(), of());
        assert_ne!(one.body[..86], two.body[..86]);
        assert_eq!(one.header("urgency"), Some("high"));
        let said = String::from_utf8_lossy(&one.body).into_owned();
        assert!(!said.contains("INC-2026-0001"));
    }

    fn told(notices: &[Notice], cleared: Clearance) -> serde_json::Value {
        let message = Message::of(notices, cleared, &phrases()).unwrap();
        serde_json::from_str(&payload(&message)).unwrap()
    }

    #[test]
    fn the_browser_is_told_all_it_shows_and_no_address_of_another_site() {
        let one = told(&[notice()], Clearance::Red);
        assert_eq!(one["body"], "You are its assignee.");
        assert_eq!(one["path"], "/incidents/INC-2026-0001");
        assert_eq!(one["tag"], notice().thread);
        assert_eq!(one["at"], 1_772_357_400_000_i64);
        assert!(!one.to_string().contains("https:"), "{one}");
        // A way that may not say more says that.
        let cut = told(&[notice()], Clearance::Clear);
        assert_eq!(cut["title"], "INC-2026-0001");
        assert_eq!(cut["body"], phrases().withheld);
        let other = Notice {
            id: "ntc_0002".to_owned(),
            thread: "inc_2".to_owned(),
            reference: "INC-2026-0002".to_owned(),
            ..notice()
        };
        let both = told(&[notice(), other], Clearance::Clear);
        assert_eq!(both["body"], "INC-2026-0001\nINC-2026-0002");
        assert_eq!(both["path"], serde_json::Value::Null);
    }

    #[test]
    fn whatever_a_record_is_called_fits() {
        let long = Notice {
            words: "\"😀".repeat(400),
            why: "\"😀".repeat(400),
            ..notice()
        };
        for count in [1, 40] {
            let notices = vec![long.clone(); count];
            let message = Message::of(&notices, Clearance::Red, &phrases()).unwrap();
            let text = payload(&message);
            assert!(text.len() <= TEXT_BYTES, "{count}: {} bytes", text.len());
            assert_eq!(text.contains("+ 36"), count == 40);
        }
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let point = |first: u8| {
            let mut point = [1; POINT_BYTES];
            point[0] = first;
            URL_SAFE_NO_PAD.encode(point)
        };
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        assert!(Keys::parse(&point(2), auth).is_none());
        assert!(Keys::parse(BROWSER, "AAAA").is_none());
        // A point in form that lies on no curve.
        let off_curve = Keys::parse(&point(4), auth).unwrap();
        assert_eq!(encrypted(&off_curve, b"x"), Err(PushError::Subscription));
        assert!(VapidKey::read(b"no key").is_err());
    }
}
