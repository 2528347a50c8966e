//! The catalogue a new organisation starts with. All of it may be replaced.

use super::{ActionType, Course, Effect, Rules, Volatile};
use crate::priority::Priority;
use crate::text::{Short, Text};

/// Types of assets whose running state is lost when they stop.
const MACHINES: &str = "server, vm, endpoint, container, switch, router, firewall, load balancer, \
                        appliance, storage, medical device, ot";
/// Types that hold accounts or data of somebody else's machine.
const HOSTED: &str = "mailbox, saas, identity";

impl Default for Rules {
    fn default() -> Self {
        Self {
            at_or_above: Priority::MOST_URGENT,
            wait_minutes: 15,
            ask_minutes: 5,
            capture_minutes: 45,
            fallback: Course::RestoreFirst,
            actions: ACTIONS.iter().filter_map(action).collect(),
            volatile: VOLATILE.iter().filter_map(volatile).collect(),
        }
    }
}

/// Key, name, effect where nothing else is said, and what it does on other types.
type ActionRow = (
    &'static str,
    &'static str,
    Effect,
    &'static [(&'static str, Effect)],
);

const ACTIONS: &[ActionRow] = &[
    ("scale", "Add capacity", Effect::Harmless, &[]),
    ("block", "Block traffic or accounts", Effect::Harmless, &[]),
    (
        "isolate",
        "Isolate from the network",
        Effect::Alters,
        &[(HOSTED, Effect::Harmless)],
    ),
    (
        "fail-over",
        "Fail over and keep the old one",
        Effect::Alters,
        &[],
    ),
    (
        "restart-service",
        "Restart a service or process",
        Effect::Alters,
        &[(HOSTED, Effect::Harmless)],
    ),
    (
        "reconfigure",
        "Change the configuration",
        Effect::Alters,
        &[],
    ),
    ("patch", "Install a patch", Effect::Alters, &[]),
    (
        "rotate-key",
        "Replace keys or passwords",
        Effect::Alters,
        &[],
    ),
    (
        "roll-back",
        "Roll back a release",
        Effect::Alters,
        &[("container", Effect::Destroys)],
    ),
    (
        "restore-backup",
        "Restore from backup",
        Effect::Destroys,
        &[],
    ),
    (
        "reboot",
        "Restart the machine",
        Effect::Destroys,
        &[(HOSTED, Effect::Harmless)],
    ),
    ("re-image", "Install anew", Effect::Destroys, &[]),
    ("delete", "Delete or terminate", Effect::Destroys, &[]),
    (
        "reset-mailbox",
        "Reset or clean a mailbox",
        Effect::Destroys,
        &[],
    ),
    ("clean", "Remove malware or traces", Effect::Destroys, &[]),
    (
        "retrain",
        "Retrain or replace a model",
        Effect::Destroys,
        &[],
    ),
    ("withdraw-model", "Withdraw a model", Effect::Alters, &[]),
    ("other", "Something else", Effect::Destroys, &[]),
];

/// Key, name, rank, minutes, who, how, lost when, on which types.
type VolatileRow = (
    &'static str,
    &'static str,
    u8,
    u32,
    &'static str,
    &'static str,
    Effect,
    &'static str,
);

const VOLATILE: &[VolatileRow] = &[
    (
        "clock",
        "System time and its error",
        1,
        1,
        "first responder",
        "date -u; chronyc tracking",
        Effect::Alters,
        MACHINES,
    ),
    (
        "connections",
        "Network connections and tables",
        2,
        1,
        "first responder",
        "ss -tupan; ip neigh; ip route",
        Effect::Alters,
        MACHINES,
    ),
    (
        "processes",
        "Processes and signed-in users",
        2,
        2,
        "first responder",
        "ps -eo pid,ppid,user,lstart,args; who -a",
        Effect::Alters,
        MACHINES,
    ),
    (
        "memory",
        "Memory",
        2,
        8,
        "evidence custodian",
        "avml memory.lime, or a snapshot of the machine with its memory",
        Effect::Destroys,
        "server, vm, endpoint",
    ),
    (
        "container-state",
        "File system and logs of the container",
        3,
        2,
        "service team",
        "podman export ID > fs.tar; podman logs -t ID > log.txt",
        Effect::Destroys,
        "container",
    ),
    (
        "temporary-files",
        "Temporary files",
        3,
        2,
        "first responder",
        "tar -C / -cpf temporary.tar tmp var/tmp dev/shm",
        Effect::Destroys,
        "server, vm, endpoint",
    ),
    (
        "device-state",
        "Running configuration, tables and log buffer",
        2,
        3,
        "network team",
        "show running-config; show arp; show logging",
        Effect::Alters,
        "switch, router, firewall, load balancer, appliance, medical device",
    ),
    (
        "sessions",
        "Sessions, tokens and sign-in log",
        3,
        3,
        "identity team",
        "export sign-ins and open sessions before they are revoked",
        Effect::Alters,
        HOSTED,
    ),
    (
        "mailbox",
        "Mailbox with its rules and deleted items",
        4,
        10,
        "mail team",
        "export the mailbox, its rules and its audit log",
        Effect::Destroys,
        "mailbox",
    ),
    (
        "logs",
        "Logs kept on the machine itself",
        4,
        3,
        "first responder",
        "journalctl -o export > journal.bin; tar -cpf logs.tar /var/log",
        Effect::Alters,
        MACHINES,
    ),
    (
        "configuration",
        "Configuration as it is now",
        4,
        2,
        "service team",
        "copy it, with its hash, before the first change",
        Effect::Alters,
        "",
    ),
    (
        "disk",
        "Disk",
        4,
        20,
        "evidence custodian",
        "snapshot the volume; without one, image it through a write blocker",
        Effect::Destroys,
        "server, vm, endpoint, appliance, storage, medical device, ot",
    ),
    (
        "data",
        "Records in the database as they are now",
        4,
        10,
        "database team",
        "a consistent dump or snapshot, and the transaction log",
        Effect::Destroys,
        "database",
    ),
    (
        "model",
        "Weights, prompts, inputs and outputs of the model",
        4,
        15,
        "model owner",
        "freeze version, configuration, data of the case and the log",
        Effect::Alters,
        "ai model, ai system",
    ),
    (
        "remote-logs",
        "Logs elsewhere that run over",
        5,
        5,
        "security team",
        "put a hold on them and export the time in question",
        Effect::Destroys,
        "",
    ),
];

fn short(word: &str) -> Option<Short> {
    Short::parse(word).ok()
}

fn words(list: &str) -> impl Iterator<Item = Short> {
    list.split(',').filter_map(short)
}

fn action((key, name, effect, on): &ActionRow) -> Option<ActionType> {
    let on = on
        .iter()
        .flat_map(|(types, effect)| words(types).map(|t| (t, *effect)));
    Some(ActionType {
        key: short(key)?,
        name: short(name)?,
        effect: *effect,
        on: on.collect(),
    })
}

fn volatile(row: &VolatileRow) -> Option<Volatile> {
    let (key, name, rank, minutes, who, hint, lost_when, on) = *row;
    Some(Volatile {
        key: short(key)?,
        name: short(name)?,
        rank,
        minutes,
        who: short(who)?,
        hint: Text::parse(hint).ok()?,
        lost_when,
        on: words(on).collect(),
    })
}
