//! What is around every page of a signed-in person: rail, bar, phone tabs, notices; and the
//! headers under which a page is sent.

use super::assets;
use super::guest::Guest;
use super::locale::Locale;
use super::say::Flash;
use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::server::Server;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bifold_domain::{Permission, Role};
use std::collections::BTreeSet;

/// What a page may load and do: nothing that is not ours, nothing inline, and markup only through
/// the one policy that parses our own answers.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types bifold",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
);

/// A signed-in person looking at a page.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) caller: Caller,
    pub(crate) guest: Guest,
    flash: Option<Flash>,
}

impl FromRequestParts<Server> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, server).await?;
        let guest = Guest::from_request_parts(parts, server).await?;
        let flash = Flash::from_headers(&parts.headers);
        Ok(Self {
            caller,
            guest,
            flash,
        })
    }
}

impl Visit {
    /// The same from the parts of a form.
    pub(crate) fn of(caller: Caller, guest: Guest) -> Self {
        Self {
            caller,
            guest,
            flash: None,
        }
    }

    pub(crate) fn locale(&self) -> Locale {
        self.guest.locale
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.caller.actor.may(permission)
    }

    /// The frame of a page under this place of the rail.
    pub(crate) async fn frame(&self, server: &Server, title: String, place: &str) -> Result<Frame> {
        let directory = server.store.directory().await?;
        let person = directory.people.get(&self.caller.actor.person);
        let name = person.map(|p| p.name.shown()).unwrap_or_default();
        let roles = &self.caller.actor.roles;
        let mut frame = Frame::new(&self.guest, server, title);
        frame.me = Some(Me {
            id: self.caller.actor.person.to_string(),
            initials: initials(&name),
            name,
            roles: roles
                .iter()
                .map(|r| self.locale().word("role", r.word()))
                .collect(),
        });
        frame.nav = self.nav(place);
        frame.flash.clone_from(&self.flash);
        frame.can_declare = self.may(Permission::Declare);
        frame.badges(server, self).await?;
        Ok(frame)
    }

    /// The places that are open to this person.
    pub(crate) fn nav(&self, place: &str) -> Vec<Nav> {
        let l = self.locale();
        let roles: BTreeSet<Role> = self.caller.actor.roles.iter().copied().collect();
        let rows = [
            ("/", "my-day", "sun-high", true),
            ("/triage", "triage", "inbox", self.may(Permission::Triage)),
            ("/call", "call", "headset", self.may(Permission::Triage)),
            ("/incidents", "incidents", "list", true),
            (
                "/incidents?open=true&major=promoted",
                "major",
                "flame",
                self.may(Permission::ReadIncidents),
            ),
            (
                "/gate",
                "gate",
                "shield-half",
                self.may(Permission::Work) || self.may(Permission::Audit),
            ),
            (
                "/evidence",
                "evidence",
                "lock",
                self.may(Permission::Work) || self.may(Permission::ReadSensitiveLanes),
            ),
            (
                "/oncall",
                "on-call",
                "phone-call",
                self.may(Permission::ReadIncidents),
            ),
            ("/maintenance", "maintenance", "tool", true),
            (
                "/disclosures",
                "disclosures",
                "shield-lock",
                self.may(Permission::HandleDisclosures) || self.may(Permission::KeepIdentities),
            ),
            (
                "/report",
                "report",
                "message",
                roles == BTreeSet::from([Role::Reporter]),
            ),
            (
                "/reports/service-levels",
                "reports",
                "chart-bar",
                self.may(Permission::ReadIncidents),
            ),
            ("/settings", "settings", "settings", true),
        ];
        let shown = rows.into_iter().filter(|(.., is_shown)| *is_shown);
        let nav = shown.map(|(href, key, icon, _)| Nav {
            href,
            key,
            label: l.t(&format!("nav-{key}")),
            icon,
            count: None,
            is_here: key == place,
        });
        nav.collect()
    }
}

/// One place of the rail.
#[derive(Debug)]
pub(crate) struct Nav {
    pub(crate) href: &'static str,
    key: &'static str,
    pub(crate) label: String,
    pub(crate) icon: &'static str,
    pub(crate) count: Option<String>,
    pub(crate) is_here: bool,
}

impl Nav {
    /// The keys that lead there.
    pub(crate) fn keys(&self) -> Option<&'static str> {
        match self.key {
            "my-day" => Some("g d"),
            "triage" => Some("g t"),
            "call" => Some("g c"),
            "incidents" => Some("g i"),
            "major" => Some("g m"),
            "gate" => Some("g p"),
            "on-call" => Some("g o"),
            "settings" => Some("g s"),
            _ => None,
        }
    }
}

/// Who is signed in.
#[derive(Debug)]
pub(crate) struct Me {
    /// Pseudonym, under which the browser keeps this person's drafts.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) initials: String,
    pub(crate) roles: Vec<String>,
}

/// What the layout needs.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) l: Locale,
    pub(crate) title: String,
    pub(crate) theme: &'static str,
    pub(crate) has_keys: bool,
    pub(crate) here: String,
    pub(crate) organisation: String,
    pub(crate) me: Option<Me>,
    pub(crate) nav: Vec<Nav>,
    pub(crate) flash: Option<Flash>,
    pub(crate) can_declare: bool,
    pub(crate) is_demo: bool,
    /// Triage items waiting, for the badge of the phone's tab.
    pub(crate) waiting: Option<String>,
    /// Notices that were not read.
    pub(crate) unread: Option<String>,
}

impl Frame {
    /// A frame without a person.
    pub(crate) fn new(guest: &Guest, server: &Server, title: String) -> Self {
        Self {
            l: guest.locale,
            title,
            theme: guest.theme,
            has_keys: guest.has_keys,
            here: guest.here.clone(),
            organisation: server.store.organisation().to_owned(),
            me: None,
            nav: Vec::new(),
            flash: None,
            can_declare: false,
            is_demo: !server.config.demo.is_empty(),
            waiting: None,
            unread: None,
        }
    }

    async fn badges(&mut self, server: &Server, visit: &Visit) -> Result<()> {
        let unread = server.store.unread(&visit.caller.viewer()).await?;
        self.unread = Some(super::rows::counted(unread)).filter(|text| text != "0");
        if visit.may(Permission::Triage) {
            let waiting = triage_count(server, visit).await?;
            let waiting = Some(waiting).filter(|text| text != "0");
            for nav in self.nav.iter_mut().filter(|nav| nav.key == "triage") {
                nav.count.clone_from(&waiting);
            }
            self.waiting = waiting;
        }
        Ok(())
    }

    /// Whether this place is open to the person.
    pub(crate) fn leads_to(&self, href: &str) -> bool {
        self.nav.iter().any(|nav| nav.href == href)
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// The modules, to be fetched at once instead of one after the other.
    pub(crate) fn modules(&self) -> Vec<String> {
        assets::ending(".js")
            .filter(|n| !assets::WORKERS.contains(n))
            .map(assets::url)
            .collect()
    }

    /// The mark of the product.
    pub(crate) fn icon_mark(&self) -> String {
        format!(
            "<img src=\"{}\" alt=\"\" width=\"22\" height=\"22\">",
            assets::url("mark.svg")
        )
    }

    /// An icon of the sprite. It always stands beside its word.
    pub(crate) fn icon(&self, name: &str) -> String {
        format!(
            "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{}#{name}\"></use></svg>",
            assets::url("icons.svg")
        )
    }
}

/// How many events wait for a decision, as the badge says it.
async fn triage_count(server: &Server, visit: &Visit) -> Result<String> {
    const CAP: u32 = 100;
    let filter = bifold_store::query::event::Filter {
        standing: Some("undecided".to_owned()),
        ..Default::default()
    };
    let found = server
        .store
        .count_events(&visit.caller.viewer(), &filter, CAP)
        .await?;
    Ok(super::rows::counted(found))
}

/// Two letters for a face.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().next());
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

/// A page, found.
pub(crate) fn page(template: &impl Template) -> Result<Response> {
    page_with(StatusCode::OK, template)
}

/// A page with another status.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Result<Response> {
    let html = template.render().map_err(|error| {
        tracing::error!(%error, "a template did not render");
        Error::Internal
    })?;
    let mut response = (status, axum::response::Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    Ok(response)
}

/// Elsewhere, after something was done (the browser asks with GET).
pub(crate) fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_has_first_and_last_initial() {
        for (name, face) in [
            ("Ada Lovelace", "AL"),
            ("Bo", "B"),
            ("Ann Mary Lee", "AL"),
            ("", ""),
        ] {
            assert_eq!(initials(name), face);
        }
    }
}
