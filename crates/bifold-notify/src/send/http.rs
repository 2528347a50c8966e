//! Sending over HTTP: to checked addresses, without redirects, within limits.

use super::{Outcome, Patience, says};
use crate::guard::{Guard, Refused, parse_url};
use crate::request::{Method, Request};
use bifold_domain::time::SECOND;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{StatusCode, Url, header, redirect};
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::lookup_host;

/// How long a request may take, from looking up the name to the last byte of the answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
/// How long it may take to be connected.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long a fetch may take, redirections and all.
const FETCH_LIMIT: Duration = Duration::from_secs(30);
/// Redirections that a fetch follows.
const REDIRECTS_LIMIT: usize = 3;
/// Bytes of an answer that are read.
const ANSWER_BYTES: usize = 16 * 1024;
/// Who asks.
const AGENT: &str = concat!("bifold/", env!("CARGO_PKG_VERSION"));

/// A client that reaches only what its guard lets it.
#[derive(Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    guard: Guard,
}

/// Looks names up for the connection itself: what is checked is what is connected to, so a name
/// that changes its mind in between gains nothing.
struct Guarded(Guard);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err(Refused::Nameless.into());
            }
            for address in &found {
                guard.check(address.ip())?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl Http {
    pub(super) fn new(guard: Guard) -> Result<Self, String> {
        // The first to say so decides for the process; everybody here says the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(AGENT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(REQUEST_LIMIT)
            .connect_timeout(CONNECT_LIMIT)
            // A connection is used once: each request has its own checked address.
            .pool_max_idle_per_host(0)
            .dns_resolver(Guarded(guard.clone()))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, guard })
    }

    pub(super) async fn send(&self, request: &Request, patience: Patience) -> Outcome {
        match tokio::time::timeout(REQUEST_LIMIT, self.try_send(request, patience)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Failure::Refused(refused))) => Outcome::dead(refused.to_string()),
            Ok(Err(Failure::Unreached(why))) => Outcome::later(why),
            Err(_) => Outcome::later("no answer within ten seconds"),
        }
    }

    pub(super) async fn fetch(&self, url: &str, limit: usize) -> Result<String, String> {
        match tokio::time::timeout(FETCH_LIMIT, self.try_fetch(url, limit)).await {
            Ok(fetched) => fetched.map_err(|failure| match failure {
                Failure::Refused(refused) => refused.to_string(),
                Failure::Unreached(why) => why,
            }),
            Err(_) => Err("no answer within thirty seconds".to_owned()),
        }
    }

    async fn try_fetch(&self, url: &str, limit: usize) -> Result<String, Failure> {
        let mut url = parse_url(url)?;
        for _ in 0..=REDIRECTS_LIMIT {
            self.guard.cleared(&url, &addresses(&url).await?)?;
            let mut answer = self.client.get(url.clone()).send().await?;
            if answer.status().is_redirection() {
                let next = answer.headers().get(header::LOCATION);
                let next = next.and_then(|next| url.join(next.to_str().ok()?).ok());
                let next = next.ok_or_else(|| unreached("it leads nowhere"))?;
                url = parse_url(next.as_str())?;
                continue;
            }
            if !answer.status().is_success() {
                return Err(unreached(&format!("it answered {}", answer.status())));
            }
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await? {
                if body.len() + chunk.len() > limit {
                    return Err(unreached(&format!("it is longer than {limit} bytes")));
                }
                body.extend_from_slice(&chunk);
            }
            return String::from_utf8(body).map_err(|_| unreached("it is no text in UTF-8"));
        }
        Err(unreached("it leads on and on"))
    }

    async fn try_send(&self, request: &Request, patience: Patience) -> Result<Outcome, Failure> {
        let url = parse_url(&request.url)?;
        self.guard.cleared(&url, &addresses(&url).await?)?;
        let method = match request.method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut sending = self.client.request(method, url).body(request.body.clone());
        for (name, value) in &request.headers {
            sending = sending.header(*name, value);
        }
        let mut answer = sending.send().await?;
        let status = answer.status();
        let put_off = put_off(answer.headers());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            let room = ANSWER_BYTES.saturating_sub(body.len());
            body.extend_from_slice(chunk.get(..chunk.len().min(room)).unwrap_or_default());
            if body.len() >= ANSWER_BYTES {
                break;
            }
        }
        Ok(judged(
            status,
            put_off,
            &says(&String::from_utf8_lossy(&body)),
            patience,
        ))
    }
}

fn unreached(why: &str) -> Failure {
    Failure::Unreached(why.to_owned())
}

/// Why a request got no answer.
enum Failure {
    /// It is not sent there.
    Refused(Refused),
    /// Nobody answered.
    Unreached(String),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<reqwest::Error> for Failure {
    /// Without the address, which is often a secret.
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut why = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(refused) = inner.downcast_ref::<Refused>() {
                return Self::Refused(refused.clone());
            }
            why = inner.to_string();
            cause = inner.source();
        }
        Self::Unreached(says(&why))
    }
}

/// What a host is now: itself, or the addresses of its name.
async fn addresses(url: &Url) -> Result<Vec<IpAddr>, Failure> {
    let host = url.host_str().ok_or(Refused::Url)?;
    let bare = host.trim_matches(['[', ']']);
    if let Ok(address) = bare.parse() {
        return Ok(vec![address]);
    }
    let unreached = |error: std::io::Error| Failure::Unreached(says(&error.to_string()));
    let found = lookup_host((host, 0)).await.map_err(unreached)?;
    Ok(found.map(|address| address.ip()).collect())
}

/// `Retry-After` in seconds, as microseconds. A date is not read: ours may go wrong.
fn put_off(headers: &header::HeaderMap) -> Option<i64> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds: i64 = value.trim().parse().ok()?;
    seconds.checked_mul(SECOND)
}

fn judged(status: StatusCode, put_off: Option<i64>, says: &str, patience: Patience) -> Outcome {
    // Anybody may enter a channel, and test it: what a machine answers is not shown to them, or
    // they could read in networks that only the server reaches.
    let said = match patience {
        Patience::Hook if !says.is_empty() => format!("{status}: {says}"),
        Patience::Hook | Patience::Channel => status.to_string(),
    };
    let code = status.as_u16();
    let is_passing = matches!(code, 408 | 423 | 425 | 429 | 500..=599);
    match patience {
        _ if status.is_success() => Outcome::Sent { receipt: said },
        // Whoever answers "elsewhere" could lead anywhere; the address is to be entered anew.
        _ if status.is_redirection() => {
            Outcome::dead(format!("{status}: redirects are not followed"))
        }
        _ if code == 410 => Outcome::dead(said),
        Patience::Channel if !is_passing => Outcome::dead(said),
        _ => Outcome::Later { why: said, put_off },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_a_channel_is_not_read_out() {
        for (patience, is_shown) in [(Patience::Hook, true), (Patience::Channel, false)] {
            for code in [200, 404, 500] {
                let status = StatusCode::from_u16(code).unwrap();
                let outcome = format!("{:?}", judged(status, None, "s3cret", patience));
                assert_eq!(outcome.contains("s3cret"), is_shown, "{outcome}");
            }
        }
    }

    fn of(code: u16, patience: Patience) -> &'static str {
        match judged(StatusCode::from_u16(code).unwrap(), None, "", patience) {
            Outcome::Sent { .. } => "sent",
            Outcome::Later { .. } => "later",
            Outcome::Dead { .. } => "dead",
        }
    }

    #[test]
    fn an_answer_is_taken_as_what_it_means() {
        for (code, channel, hook) in [
            (200, "sent", "sent"),
            (204, "sent", "sent"),
            (301, "dead", "dead"),
            (307, "dead", "dead"),
            (400, "dead", "later"),
            (401, "dead", "later"),
            (404, "dead", "later"),
            (408, "later", "later"),
            (410, "dead", "dead"),
            (429, "later", "later"),
            (500, "later", "later"),
            (503, "later", "later"),
        ] {
            assert_eq!(of(code, Patience::Channel), channel, "{code}");
            assert_eq!(of(code, Patience::Hook), hook, "{code}");
        }
    }
}
