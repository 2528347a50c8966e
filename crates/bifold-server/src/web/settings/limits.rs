//! The numbers the policy sets.

use super::matrix::{change, number, version};
use super::{Around, POLICY, Section, done, sent, shown};
use crate::error::Result;
use crate::route::Route;
use crate::server::Server;
use crate::web::form::Form;
use crate::web::frame::{Frame, Visit, page};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::policy::Limits;
use serde_json::json;

const HERE: &str = "/settings/limits";

pub(super) fn routes() -> Vec<Route> {
    vec![
        shown(HERE, "page_settings_limits", POLICY, show).summary("Limits."),
        sent(HERE, "page_settings_limits_set", POLICY, set).summary("Replaces the limits."),
    ]
}

#[derive(Template)]
#[template(path = "settings-limits.html")]
struct LimitsPage {
    f: Frame,
    sections: Vec<Section>,
    key: String,
    version: u64,
    limits: Limits,
}

impl LimitsPage {
    /// Name, value, least, most.
    fn numbers(&self) -> [(&'static str, u32, u32, u32); 4] {
        [
            ("reopen_days", self.limits.reopen_days, 0, 3_650),
            ("confirm_days", self.limits.confirm_days, 0, 365),
            (
                "break_glass_minutes",
                self.limits.break_glass_minutes,
                1,
                1_440,
            ),
            (
                "keep_identity_days",
                self.limits.keep_identity_days,
                0,
                3_650,
            ),
        ]
    }

    fn severities(&self) -> [(u8, bool); 5] {
        let now = self.limits.review_at_or_above.number();
        [1, 2, 3, 4, 5].map(|n| (n, n == now))
    }
}

async fn show(State(server): State<Server>, visit: Visit) -> Result<Response> {
    let directory = server.store.directory().await?;
    let around = Around::of(&server, &visit, "limits").await?;
    page(&LimitsPage {
        f: around.f,
        sections: around.sections,
        key: around.key,
        version: version(&server).await?,
        limits: directory.policy.limits.clone(),
    })
}

async fn set(State(server): State<Server>, form: Form) -> Result<Response> {
    let body = json!({ "set": "limits", "value": {
        "reopen_days": number(&form, "reopen_days")?,
        "confirm_days": number(&form, "confirm_days")?,
        "break_glass_minutes": number(&form, "break_glass_minutes")?,
        "keep_identity_days": number(&form, "keep_identity_days")?,
        "review_at_or_above": number(&form, "review_at_or_above")?,
    }});
    change(&server, &form, &body).await?;
    Ok(done("done-limits", "", HERE))
}
