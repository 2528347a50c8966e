//! The rows of the authorisation matrix for pages: the letters of the roles that may.

use crate::rows::{
    ADMIN, ALL, ANYONE, ASSESS, AUDIT, LEAD, MAINTAINS, PLANS, READ, SOURCES, TRIAGE, WORK,
};

#[derive(Clone)]
pub(crate) struct PageRow {
    pub(crate) name: &'static str,
    pub(crate) may: &'static str,
    /// What its form sends, where it takes one.
    pub(crate) form: String,
    /// It changes what may still be done: it gets a record of its own.
    pub(crate) is_last: bool,
}

fn row(name: &'static str, may: &'static str) -> PageRow {
    with(name, may, "")
}

fn with(name: &'static str, may: &'static str, form: &str) -> PageRow {
    PageRow {
        name,
        may,
        form: form.to_owned(),
        is_last: false,
    }
}

/// Pages with a rule of their own, tested elsewhere.
pub(crate) const APART: &[&str] = &[
    // Nobody is signed in before, and a browser must say where it comes from: `pages`.
    "page_sign_in_send",
    "page_sign_in_demo",
    "page_sign_out",
    // The confidential channel: for anybody, and for those who are named for it: `voice`.
    "page_speak_up",
    "page_speak_up_send",
    "page_speak_up_back",
    "page_speak_up_answer",
    "page_disclosures",
    "page_disclosure",
    "page_disclosure_do",
    // It does not end: `live`.
    "page_live",
    // One exhibit and its forms: `evidence`.
    "page_evidence",
    "page_evidence_do",
    "page_evidence_label",
    "page_incident_bundle",
    // Who drafts and who signs: `gate`.
    "page_gate_order",
    "page_gate_sign",
    // One's own password is asked for besides: `settings_pages`.
    "page_settings_password",
    // Reports of anybody and their receipts: `report_pages`.
    "page_report",
    "page_report_send",
    "page_report_received",
    "page_report_add",
    "page_report_find",
    "page_reports_mine",
    "page_report_mine",
    "page_report_mine_add",
    "security_txt",
    // What users are told, for everybody or the staff: `window`.
    "page_report_same",
    "page_status_begin",
    "page_status_index",
    "page_status",
    // Who wants to be told by mail, and whoever has the letter: `subscribe`.
    "page_subscribe",
    "page_subscribe_send",
    "page_subscription",
    "page_subscription_do",
    // One's own channels, and webhooks, each to be made first: `telling`.
    "page_settings_channel_do",
    "page_settings_webhook",
    "page_settings_webhook_do",
    // Each verb with what it needs: `intake`.
    "page_settings_source_do",
];

/// Pages of one incident: not there for whoever cannot read it.
pub(crate) fn of_an_incident() -> Vec<PageRow> {
    let split = with("page_incident_split", ASSESS, "title=t");
    vec![
        row("page_incident", ALL),
        row("page_incident_preview", ALL),
        row("page_incident_assess", ALL),
        row("page_incident_readers", ALL),
        row("page_incident_clocks", ALL),
        row("page_incident_announce", ALL),
        row("page_incident_room", READ),
        row("page_incident_wall", READ),
        with(
            "page_incident_call",
            WORK,
            "way=functional&whom=role%3Aincident_manager&reason=r",
        ),
        row("page_incident_do", WORK),
        with("page_evidence_register", WORK, "sort=log&title=t"),
        split,
        PageRow {
            is_last: true,
            // Into an incident of the same standing, so that only the role decides.
            ..with("page_incident_join", WORK, "into={other}&reason=r")
        },
    ]
}

/// Pages of the settings.
fn settings() -> Vec<PageRow> {
    let mut rows = vec![
        row("page_settings", ALL),
        row("page_settings_me", ALL),
        row("page_settings_look", ALL),
        with("page_settings_token", ALL, "name=t"),
        row("page_settings_token_revoke", ALL),
        row("page_inbox", ALL),
        row("page_inbox_read", ALL),
        row("page_settings_notify", ALL),
        with(
            "page_settings_channel_add",
            ALL,
            "label=Mine&target.kind=email&target.address=a%40example.org&clearance=green",
        ),
        with("page_settings_steps", ALL, "page_after=&page_way="),
        with("page_settings_rules", ALL, "zone=UTC&bundle_minutes%23=2"),
        row("page_settings_status_pages", PLANS),
        with("page_settings_status_page_make", PLANS, "none=x"),
        row("page_settings_status_page", PLANS),
        with("page_settings_status_page_revise", PLANS, "none=x"),
        PageRow {
            is_last: true,
            ..row("page_settings_status_page_retire", PLANS)
        },
        row("page_settings_alarms", "MSU"),
        row("page_settings_ledger", AUDIT),
        row("page_settings_ledger_print", AUDIT),
    ];
    let administered = [
        "page_settings_services",
        "page_settings_service",
        "page_settings_service_offer",
        "page_settings_service_revise",
        "page_settings_service_retire",
        "page_settings_teams",
        "page_settings_team",
        "page_settings_team_form",
        "page_settings_team_members",
        "page_settings_people",
        "page_settings_person",
        "page_settings_person_register",
        "page_settings_person_password",
        "page_settings_person_change",
        "page_settings_matrix",
        "page_settings_matrix_set",
        "page_settings_codes",
        "page_settings_codes_set",
        "page_settings_kinds",
        "page_settings_kind_set",
        "page_settings_gate",
        "page_settings_gate_set",
        "page_settings_templates",
        "page_settings_templates_set",
        "page_settings_majors",
        "page_settings_majors_set",
        "page_settings_levels",
        "page_settings_level",
        "page_settings_level_set",
        "page_settings_level_try",
        "page_settings_level_remove",
        "page_settings_calendars",
        "page_settings_calendar",
        "page_settings_calendar_set",
        "page_settings_holidays",
        "page_settings_holidays_look",
        "page_settings_functions",
        "page_settings_function_set",
        "page_settings_limits",
        "page_settings_limits_set",
        "page_settings_webhooks",
        "page_settings_webhook_add",
    ];
    // The form is not one of theirs: let in, it is refused for what it holds.
    rows.extend(administered.map(|name| with(name, ADMIN, "none=x")));
    rows
}

/// Pages that are not about one incident.
pub(crate) fn elsewhere() -> Vec<PageRow> {
    let pages = vec![
        row("page_asset", ANYONE),
        row("page_sign_in", ANYONE),
        row("page_offline", ANYONE),
        row("page_worker", ANYONE),
        row("page_push_worker", ANYONE),
        row("page_day", ALL),
        row("page_more", ALL),
        row("page_gate", ALL),
        row("page_on_call", ALL),
        with("page_schedule_do", ALL, "none=x"),
        row("page_schedule_new", PLANS),
        with("page_schedule_make", PLANS, "none=x"),
        row("page_schedule_plan", PLANS),
        with("page_schedule_revise", PLANS, "none=x"),
        row("page_chains", READ),
        row("page_report_levels", READ),
        row("page_maintenances", ALL),
        row("page_maintenance", ALL),
        with("page_maintenance_plan", MAINTAINS, "none=x"),
        with("page_maintenance_do", MAINTAINS, "none=x"),
        row("page_faults", READ),
        with("page_fault_review", LEAD, "none=x"),
        row("page_settings_sources", SOURCES),
        with("page_settings_source_connect", SOURCES, "none=x"),
        row("page_settings_source", SOURCES),
        with("page_settings_source_revise", SOURCES, "none=x"),
        row("page_chain_new", PLANS),
        with("page_chain_make", PLANS, "none=x"),
        row("page_chain", PLANS),
        with("page_chain_revise", PLANS, "none=x"),
        with("page_chain_retire", PLANS, "none=x"),
        row("page_evidence_list", ALL),
        row("page_search", ALL),
        row("page_palette", ALL),
        row("page_incidents", ALL),
        row("page_triage", TRIAGE),
        row("page_event", READ),
        with("page_triage_decide", TRIAGE, "outcome=weakness&reason=r"),
        row("page_call", TRIAGE),
        with(
            "page_call_send",
            TRIAGE,
            "what=w&safety=no&channel=phone&then=next",
        ),
        row("page_declare", ASSESS),
        with(
            "page_declare_send",
            ASSESS,
            "title=t&impact=minor&urgency=low&channel=web",
        ),
        // Everybody may ask what would happen; what may be is decided about each.
        with("page_bulk", ALL, "verb=take&number%5B%5D=INC-1970-0001"),
        with("page_view_save", ALL, "name=n&query=open%3Dtrue"),
        with("page_view_delete", ALL, "id=none"),
    ];
    [pages, settings()].concat()
}
