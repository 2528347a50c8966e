//! What Harbour Hospital runs: services with what they need, and the assets that deliver them.

use bifold_domain::service::Criticality::{self, Important, Standard, Vital};

/// A service: key, name, what it is for, the team that restores it, how critical, what it needs.
pub(crate) struct Service {
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) criticality: Criticality,
    pub(crate) needs: &'static [&'static str],
}

const fn service(
    key: &'static str,
    name: &'static str,
    about: &'static str,
    owner: &'static str,
    criticality: Criticality,
    needs: &'static [&'static str],
) -> Service {
    Service {
        key,
        name,
        about,
        owner,
        criticality,
        needs,
    }
}

/// The services; each stands after those it needs.
#[rustfmt::skip]
pub(crate) const SERVICES: &[Service] = &[
    service("network", "Hospital network", "Wired network and Wi-Fi on all sites.", "network", Vital, &[]),
    service("identity", "Sign-in", "One account for every application.", "platform", Vital, &["network"]),
    service("ehr", "Patient record", "The electronic record of every patient.", "clinical", Vital, &["identity", "network"]),
    service("lab", "Laboratory results", "Orders to the laboratory and their results.", "clinical", Vital, &["ehr"]),
    service("pacs", "Imaging", "X-ray, CT and MRI pictures with their reports.", "clinical", Important, &["ehr", "network"]),
    service("pharmacy", "Medication", "Prescriptions, interactions, and the automated store.", "clinical", Vital, &["ehr"]),
    service("payments", "Payments", "Co-payments and the paid release of results.", "platform", Important, &["identity"]),
    service("portal", "Patient portal", "Appointments, results and bills for patients.", "platform", Vital, &["identity", "lab", "payments"]),
    service("mail", "E-mail and calendar", "Mailboxes, shared calendars, meeting rooms.", "platform", Important, &["identity"]),
    service("files", "File shares", "Department folders and home drives.", "platform", Important, &["identity"]),
    service("telephony", "Telephony and paging", "Telephones, alarm calls, and the doctors' pagers.", "network", Vital, &["network"]),
    service("remote", "Remote access", "VPN for staff on call and for suppliers.", "network", Important, &["identity", "network"]),
    service("print", "Printing and labels", "Office printers, wristbands and sample labels.", "desk", Standard, &["network"]),
    service("assistant", "Triage assistant", "AI that suggests urgency from referral letters.", "ai", Standard, &["ehr"]),
];

/// The assets: name, type, service, classification of the information on it.
#[rustfmt::skip]
pub(crate) const ASSETS: &[(&str, &str, &str, &str)] = &[
    ("pay-01", "vm", "payments", "confidential"),
    ("pay-02", "vm", "payments", "confidential"),
    ("pay-03", "vm", "payments", "confidential"),
    ("portal-web-01", "vm", "portal", "confidential"),
    ("portal-web-02", "vm", "portal", "confidential"),
    ("portal-gateway", "load balancer", "portal", "internal"),
    ("ehr-app-01", "vm", "ehr", "health data"),
    ("ehr-app-02", "vm", "ehr", "health data"),
    ("ehr-db-01", "database", "ehr", "health data"),
    ("ehr-db-02", "database", "ehr", "health data"),
    ("lab-interface-01", "vm", "lab", "health data"),
    ("lab-analyser-4", "medical device", "lab", "health data"),
    ("lab-db-01", "database", "lab", "health data"),
    ("pacs-archive-01", "storage", "pacs", "health data"),
    ("pacs-viewer-02", "vm", "pacs", "health data"),
    ("ct-scanner-2", "medical device", "pacs", "health data"),
    ("pharmacy-robot-1", "medical device", "pharmacy", "internal"),
    ("pharmacy-app-01", "vm", "pharmacy", "health data"),
    ("dc-01", "vm", "identity", "confidential"),
    ("dc-02", "vm", "identity", "confidential"),
    ("sso-01", "vm", "identity", "confidential"),
    ("mail-01", "vm", "mail", "confidential"),
    ("mail-gateway", "appliance", "mail", "internal"),
    ("mailbox-billing", "mailbox", "mail", "confidential"),
    ("files-01", "storage", "files", "confidential"),
    ("files-02", "storage", "files", "confidential"),
    ("share-research", "file share", "files", "health data"),
    ("core-switch-1", "switch", "network", "internal"),
    ("core-switch-2", "switch", "network", "internal"),
    ("wifi-controller", "appliance", "network", "internal"),
    ("switch-east-3", "switch", "network", "internal"),
    ("firewall-north", "firewall", "network", "internal"),
    ("pbx-01", "vm", "telephony", "internal"),
    ("pager-base-2", "appliance", "telephony", "internal"),
    ("vpn-01", "appliance", "remote", "internal"),
    ("print-server-01", "vm", "print", "internal"),
    ("label-printer-7", "printer", "print", "internal"),
    ("triage-model-v3", "ai model", "assistant", "health data"),
    ("triage-api-01", "vm", "assistant", "health data"),
    ("laptop-ward-112", "endpoint", "ehr", "health data"),
    ("laptop-finance-08", "endpoint", "files", "confidential"),
    ("badge-reader-e2", "appliance", "network", "internal"),
];

/// How many people use a service, where somebody has counted.
pub(crate) fn users(key: &str) -> Option<u32> {
    match key {
        "network" | "identity" => Some(4_100),
        "ehr" => Some(2_600),
        "lab" => Some(900),
        "payments" => Some(312),
        "portal" => Some(1_150),
        "mail" => Some(3_800),
        _ => None,
    }
}

/// What a minute without a service costs, where somebody has reckoned.
pub(crate) fn minute_costs(key: &str) -> Option<&'static str> {
    match key {
        "ehr" => Some("2,900 EUR"),
        "payments" => Some("640 EUR"),
        "portal" => Some("410 EUR"),
        _ => None,
    }
}
