//! The rows of the authorisation matrix: every route, and the letters of the roles that may.

use crate::app::TestApp;
use crate::on_call;
use bifold_domain::Role;
use serde_json::{Value, json};

pub(crate) const ALL: &str = "RAVMSCUD";
pub(crate) const ANYONE: &str = "-RAVMSCUD";
pub(crate) const WORK: &str = "AVMSC";
pub(crate) const ASSESS: &str = "AVMS";
pub(crate) const TRIAGE: &str = "AMS";
pub(crate) const LEAD: &str = "MS";
/// Those who plan who is on call.
pub(crate) const PLANS: &str = "MD";
/// Those who plan maintenance.
pub(crate) const MAINTAINS: &str = "VMD";
/// Those who connect what sends signals.
pub(crate) const SOURCES: &str = "MSD";
pub(crate) const READ: &str = "AVMSCUD";
pub(crate) const AUDIT: &str = "UD";
pub(crate) const ADMIN: &str = "D";

/// What the body of a route is made of.
pub(crate) enum Body {
    None,
    Json(Value),
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) may: &'static str,
    pub(crate) body: Body,
    /// It changes who may or what may still be done: it gets a record of its own.
    pub(crate) is_last: bool,
}

/// A status page that is not there: what counts is who is let in.
const NO_PAGE: &str = "pag_00000000000000000000000000";

fn announce() -> Value {
    json!({ "page": NO_PAGE, "title": "t", "stage": "investigating", "text": "t" })
}

/// What a status page is made of, without a key.
pub(crate) fn status_page(key: &str) -> Value {
    json!({
        "key": key, "name": "n", "language": "en", "zone": "UTC", "audience": "public",
        "approval": "when_sensitive", "components": [],
    })
}

fn row(name: &'static str, may: &'static str) -> Row {
    Row {
        name,
        may,
        body: Body::None,
        is_last: false,
    }
}

fn with(name: &'static str, may: &'static str, body: Value) -> Row {
    Row {
        name,
        may,
        body: Body::Json(body),
        is_last: false,
    }
}

fn last(name: &'static str, may: &'static str, body: Value) -> Row {
    Row {
        name,
        may,
        body: Body::Json(body),
        is_last: true,
    }
}

/// Routes of one incident: hidden from everybody who cannot read it.
pub(crate) fn of_an_incident(app: &TestApp, other: &str) -> Vec<Row> {
    let person = app.id(Role::IncidentManager);
    let because = || json!({ "reason": "r" });
    let remedy = || json!({ "text": "t" });
    let declare = json!({ "title": "t", "impact": "minor", "urgency": "low" });
    let until = app.now_plus(60_000_000);
    vec![
        row("incident", ALL),
        row("incident_timeline", ALL),
        row("incident_relatives", ALL),
        row("incident_access", ALL),
        row("incident_assessment", ALL),
        row("incident_acknowledge", WORK),
        with(
            "incident_assess",
            ASSESS,
            json!({ "kind": "service", "finding": "yes", "reason": "r" }),
        ),
        with(
            "incident_rate",
            ASSESS,
            json!({ "ratings": { "safety": "minor" }, "basis": "b" }),
        ),
        with(
            "incident_prioritise",
            ASSESS,
            json!({ "impact": "minor", "urgency": "low", "reason": "r" }),
        ),
        with(
            "incident_override_priority",
            WORK,
            json!({ "to": 1, "reason": "r" }),
        ),
        with("incident_classify", WORK, json!({ "category": "software" })),
        with("incident_assign", TRIAGE, json!({ "person": person })),
        row("incident_take", WORK),
        row("incident_start", WORK),
        with(
            "incident_hold",
            WORK,
            json!({ "on": "user", "reason": "r" }),
        ),
        row("incident_resume", WORK),
        with(
            "incident_lane",
            TRIAGE,
            json!({ "kind": "service", "owner": person }),
        ),
        with("incident_note", WORK, json!({ "text": "t" })),
        with("incident_workaround", WORK, remedy()),
        with("incident_fix", WORK, remedy()),
        row("incident_clocks", ALL),
        with(
            "incident_escalate",
            WORK,
            json!({ "way": "functional", "whom": [{ "role": "incident_manager" }], "reason": "r" }),
        ),
        with("incident_mitigate", WORK, json!({})),
        with(
            "incident_amend",
            WORK,
            json!({ "title": "t2", "reason": "r" }),
        ),
        with(
            "incident_times",
            WORK,
            json!({ "times": {}, "reason": "r" }),
        ),
        with(
            "incident_role",
            TRIAGE,
            json!({ "role": "scribe", "to": person }),
        ),
        with(
            "incident_relate",
            WORK,
            json!({ "kind": "related", "other": other }),
        ),
        with(
            "incident_unrelate",
            WORK,
            json!({ "kind": "related", "other": other }),
        ),
        with("incident_parent", WORK, json!({ "parent": null })),
        with("incident_unmerge", WORK, because()),
        with(
            "incident_snooze",
            WORK,
            json!({ "until": until, "reason": "r" }),
        ),
        row("incident_wake", WORK),
        with(
            "incident_track",
            "MSC",
            json!({ "track": "containment", "to": "started" }),
        ),
        with("incident_label", WORK, json!({ "tlp": "red" })),
        row("incident_announcements", ALL),
        with("incident_announce", TRIAGE, announce()),
        with(
            "incident_announce_approve",
            TRIAGE,
            json!({ "page": NO_PAGE }),
        ),
        with(
            "incident_announce_decline",
            TRIAGE,
            json!({ "page": NO_PAGE, "reason": "r" }),
        ),
        with(
            "incident_announce_retract",
            TRIAGE,
            json!({ "page": NO_PAGE, "reason": "r" }),
        ),
        row("incident_room", READ),
        with("incident_say", WORK, json!({ "text": "t" })),
        with(
            "incident_say_amend",
            WORK,
            json!({ "message": 99, "text": "t" }),
        ),
        with(
            "incident_say_retract",
            WORK,
            json!({ "message": 99, "reason": "r" }),
        ),
        with("incident_say_keep", WORK, json!({ "message": 99 })),
        with("incident_decision_propose", WORK, json!({ "text": "t" })),
        with("incident_decision_take", WORK, json!({ "decision": 99 })),
        with(
            "incident_decision_drop",
            WORK,
            json!({ "decision": 99, "reason": "r" }),
        ),
        with(
            "incident_situation",
            WORK,
            json!({ "report": "tactical", "conditions": "t" }),
        ),
        with("incident_arrange", WORK, json!({ "bridge": "t" })),
        with("incident_split", ASSESS, declare),
        with(
            "evidence_register",
            WORK,
            json!({ "sort": "log", "title": "t" }),
        ),
        row("incident_evidence", ALL),
        with("action_restore", WORK, json!({ "action": "scale" })),
        with("task_add", WORK, json!({ "lane": "service", "title": "t" })),
        with(
            "incident_major_propose",
            WORK,
            json!({ "criteria": ["safety"], "reason": "r" }),
        ),
        with(
            "incident_major_promote",
            LEAD,
            json!({ "responsible": person, "reason": "r" }),
        ),
        with("incident_major_decline", LEAD, because()),
        with("incident_major_stand_down", LEAD, because()),
        with("incident_add", WORK, remedy()),
        with(
            "incident_resolve",
            WORK,
            json!({ "code": "fixed", "text": "t" }),
        ),
        last("incident_close", TRIAGE, json!({})),
        last(
            "incident_reject",
            TRIAGE,
            json!({ "ground": "benign", "reason": "r" }),
        ),
        last(
            "incident_convert",
            TRIAGE,
            json!({ "reference": "REQ-1", "reason": "r" }),
        ),
        last("incident_cancel", TRIAGE, because()),
        last(
            "incident_merge",
            WORK,
            json!({ "into": other, "reason": "r" }),
        ),
        last(
            "incident_restrict",
            LEAD,
            json!({ "people": [person], "reason": "r" }),
        ),
        last("incident_unrestrict", LEAD, because()),
    ]
}

/// Routes that are not about one incident.
pub(crate) fn elsewhere(app: &TestApp) -> Vec<Row> {
    let entry = |key: &str| json!({ "key": key, "name": "n", "criticality": "vital" });
    let asset = json!({ "name": "n", "type": "vm" });
    let person = json!({ "name": "n", "email": "new@example.org", "roles": ["reporter"] });
    let declare = json!({ "title": "t", "impact": "minor", "urgency": "low" });
    let decision = json!({ "outcome": "weakness", "reason": "r" });
    let password = json!({ "password": "a long enough password" });
    let until = app.now_plus(60_000_000);
    vec![
        row("livez", ANYONE),
        row("readyz", ANYONE),
        row("version", ANYONE),
        row("openapi", ANYONE),
        row("ledger_checkpoint", ANYONE),
        row("ledger_anchors", AUDIT),
        row("ledger_vkey", ANYONE),
        row("log_checkpoint", ANYONE),
        row("log_tile", ANYONE),
        row("log_entries", AUDIT),
        row("log_entry", AUDIT),
        row("log_proof", AUDIT),
        row("me", ALL),
        row("tokens", ALL),
        with("token_create", ALL, json!({ "name": "t" })),
        row("token_revoke", ALL),
        row("notifications", ALL),
        with("notifications_read", ALL, json!({})),
        row("channels", ALL),
        row("push_key", ALL),
        with(
            "channel_add",
            ALL,
            json!({
                "label": "Mine",
                "target": { "kind": "email", "address": "a@example.org" },
                "clearance": "green",
            }),
        ),
        row("notify_rules", ALL),
        with("notify_rules_set", ALL, json!({ "zone": "UTC" })),
        row("webhooks", ADMIN),
        with(
            "webhook_add",
            ADMIN,
            json!({
                "name": "SIEM",
                "url": "https://hooks.example.org/x",
                "events": "*",
                "clearance": "green",
            }),
        ),
        row("incidents", ALL),
        row("incidents_csv", ALL),
        with("incident_declare", ASSESS, declare),
        row("events", ALL),
        row("event", READ),
        with("event_receive", "RAVMSCD", json!({ "title": "t" })),
        with("event_decide", TRIAGE, decision),
        row("services", ALL),
        row("service", ALL),
        with("service_offer", ADMIN, entry("k2")),
        with("service_revise", ADMIN, entry("k1")),
        row("service_retire", ADMIN),
        row("assets", READ),
        row("asset", READ),
        with("asset_enrol", ADMIN, asset.clone()),
        with("asset_revise", ADMIN, asset),
        row("asset_retire", ADMIN),
        row("teams", ALL),
        with("team_form", ADMIN, json!({ "name": "t2" })),
        with(
            "team_set_members",
            ADMIN,
            json!({ "members": [app.id(Role::Agent)] }),
        ),
        row("people", ALL),
        with("person_register", ADMIN, person),
        with(
            "person_change_roles",
            ADMIN,
            json!({ "roles": ["reporter"] }),
        ),
        row("person_enable", ADMIN),
        row("person_disable", ADMIN),
        with("person_password", ADMIN, password),
        row("policy", ALL),
        with(
            "policy_set",
            ADMIN,
            json!({ "set": "cause_codes", "value": ["unknown"] }),
        ),
        row("search", ALL),
        row("on_call", ALL),
        row("on_call_mine", ALL),
        row("on_call_mine_ics", ALL),
        row("schedules", ALL),
        row("schedule", READ),
        row("schedule_shifts", READ),
        row("schedule_calendar", READ),
        with("schedule_swap", ALL, on_call::swap(app)),
        with("schedule_hand_over", ALL, on_call::hand_over(app)),
        with("schedule_override", PLANS, on_call::over(app)),
        row("schedule_override_withdraw", PLANS),
        with("schedule_calendar_read", PLANS, on_call::upload(app)),
        with("schedule_make", PLANS, on_call::plan(app, "new")),
        with("schedule_revise", PLANS, on_call::plan(app, "other")),
        row("schedule_retire", PLANS),
        row("chains", READ),
        row("chain", READ),
        row("chain_simulate", READ),
        with("chain_make", PLANS, on_call::chain(app, "new", 5)),
        with("chain_revise", PLANS, on_call::chain(app, "other", 6)),
        row("chain_retire", PLANS),
        row("sources", SOURCES),
        row("source", SOURCES),
        with(
            "source_connect",
            SOURCES,
            json!({ "name": "new", "format": "icinga" }),
        ),
        with(
            "source_revise",
            SOURCES,
            json!({ "name": "other", "format": "grafana" }),
        ),
        row("source_disconnect", SOURCES),
        row("source_secrets", SOURCES),
        with("source_secret_issue", SOURCES, json!({ "kind": "token" })),
        row("source_deliveries", SOURCES),
        row("source_test", SOURCES),
        with(
            "source_preview",
            SOURCES,
            json!({ "settings": { "name": "p", "format": "icinga" }, "body": "{}" }),
        ),
        row("status_pages", ALL),
        row("status_page", ALL),
        with("status_page_make", PLANS, status_page("once")),
        with("status_page_revise", PLANS, status_page("other")),
        last("status_page_retire", PLANS, json!({})),
        row("maintenances", ALL),
        row("maintenance", ALL),
        with(
            "maintenance_plan",
            MAINTAINS,
            json!({ "title": "t", "services": [], "from": until, "until": until }),
        ),
        with(
            "maintenance_revise",
            MAINTAINS,
            json!({ "reason": "r", "plan":
                { "title": "t", "services": [], "from": until, "until": until } }),
        ),
        row("maintenance_begin", MAINTAINS),
        with(
            "maintenance_extend",
            MAINTAINS,
            json!({ "reason": "r", "until": until }),
        ),
        with("maintenance_complete", MAINTAINS, json!({})),
        with("maintenance_cancel", MAINTAINS, json!({ "reason": "r" })),
        row("faults", READ),
        row("fault_reviews", READ),
        row("fault_review_preview", LEAD),
        with(
            "fault_review_sign",
            LEAD,
            json!({ "from": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00Z" }),
        ),
        row("report_matrix", ALL),
        row("report_flow", ALL),
        row("report_outcomes", ALL),
        row("report_conflict", ALL),
        row("service_levels", ALL),
        with(
            "service_levels_back_test",
            ADMIN,
            json!({ "levels": { "levels": [] } }),
        ),
        row("forecast_model", READ),
        row("calendar_preview", ALL),
        row("calendar_holidays", ADMIN),
        row("calendar_holidays_look", ADMIN),
        with(
            "calendar_holidays_decide",
            ADMIN,
            json!({ "dates": ["2026-05-01"], "take": true }),
        ),
        row("report_service_levels", ALL),
        row("report_service_levels_missed", ALL),
        row("gates", ALL),
        row("evidence_list", ALL),
        row("my_tasks", ALL),
        row("alarms", "MSU"),
        with(
            "redaction_request",
            "SD",
            json!({ "log": 2026, "index": 1, "names": ["/nothing"], "basis": "b" }),
        ),
    ]
}
