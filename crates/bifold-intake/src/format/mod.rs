//! The formats, one module each.

pub(crate) mod alertmanager;
mod cef;
pub(crate) mod cloud_events;
pub(crate) mod icinga;
pub(crate) mod ocsf;
pub(crate) mod otlp;
mod otlp_wire;
pub(crate) mod pager_duty;
pub(crate) mod suricata;
pub(crate) mod syslog;
pub(crate) mod wazuh;
pub(crate) mod zabbix;
