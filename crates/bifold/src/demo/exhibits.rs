//! The evidence of the open SEV-1: one item that is still wanted, one in the custodian's keeping,
//! one on its way to them.

use super::life::Life;
use super::words::{short, text, title};
use bifold_domain::evidence::{
    CheckIn, Collect, Command as C, Fix, Offer, Register, Sha256, Sort, Verb,
};
use bifold_domain::incident::Tlp;
use bifold_domain::time::MINUTE;
use bifold_domain::{At, Command, EvidenceId};
use sha2::{Digest, Sha256 as Hasher};
use std::fmt::Write as _;

/// What the proxy wrote about the host; made up.
fn proxy_log() -> String {
    let mut lines = String::from("time,source,destination,port,bytes_out,bytes_in\n");
    for minute in 0..47 {
        let (out, back) = (212 + minute * 3 % 17, 96 + minute * 7 % 13);
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{minute:02}:00,pay-03,203.0.113.77,443,{out},{back}");
    }
    lines
}

/// The first packets of one connection; made up.
fn capture() -> Vec<u8> {
    (0..4_096_u32)
        .flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_be_bytes())
        .collect()
}

/// The bytes that the history seals, to be kept before it is told.
pub(crate) fn bytes() -> [Vec<u8>; 2] {
    [proxy_log().into_bytes(), capture()]
}

fn hash(bytes: &[u8]) -> String {
    Hasher::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn sealed(bytes: &[u8], filename: &str) -> Option<Verb> {
    Some(Verb::Seal(Fix::Bytes {
        sha256: Sha256::parse(&hash(bytes)).ok()?,
        size_bytes: bytes.len() as u64,
        filename: Some(short(filename)),
    }))
}

fn collected(at: At, method: &str, tool: [&str; 2], command: &str) -> Verb {
    Verb::Collect(Box::new(Collect {
        at: Some(at),
        collector: None,
        competence: Some(text(
            "Trained in securing evidence; on the roster of the CSIRT.",
        )),
        place: Some(short("Operations, over the management network")),
        method: text(method),
        tool: Some(short(tool[0])),
        version: Some(short(tool[1])),
        command: Some(text(command)),
        authority: text("Lukas, security lead of this incident."),
        witness: Some(short("Oona")),
        clock_offset_ms: Some(-38),
        clock_reference: Some(short("ntp1 of the hospital")),
        is_live: true,
        tlp: Some(Tlp::AmberStrict),
        physical: None,
    }))
}

/// An item, entered by somebody.
fn entered(
    life: &mut Life<'_>,
    who: &str,
    sort: Sort,
    headline: &str,
    told: Option<&str>,
) -> EvidenceId {
    let id = EvidenceId::from_bits(life.rng.id_bits(life.at));
    let register = Register {
        sort,
        title: title(headline),
        asset: Some(life.world.asset("pay-03")),
        wanted_until: told.map(|_| life.at.plus(45 * MINUTE)),
        assignee: told.map(|who| life.world.person(who)),
        derived_from: None,
    };
    ask(life, who, &id, vec![Verb::Register(register)]);
    id
}

fn ask(life: &mut Life<'_>, who: &str, id: &EvidenceId, verbs: Vec<Verb>) {
    let incident = life.incident.clone();
    let command = |verb| {
        let incident = incident.clone();
        Command::Evidence(id.clone(), C { incident, verb })
    };
    life.together(who, verbs.into_iter().map(command).collect());
}

fn offer(life: &Life<'_>, to: &str, reason: &str) -> Verb {
    Verb::Offer(Offer {
        to: life.world.person(to),
        reason: text(reason),
        place: Some(short("Evidence safe, room 0.12")),
    })
}

/// What is planned and secured between the seventeenth and the fortieth minute.
pub(super) fn secured(life: &mut Life<'_>, t0: At) {
    life.minute(t0, 17);
    let memory = "Working memory of pay-03";
    entered(life, "lukas", Sort::MemoryImage, memory, Some("bo"));
    let [log, packets] = bytes();

    life.minute(t0, 26);
    let headline = "Proxy log of pay-03, last 47 minutes";
    let id = entered(life, "rania", Sort::Log, headline, None);
    let method = "Exported from the proxy's own archive; nothing was run on pay-03.";
    let command = "proxyctl export --host pay-03 --since 47m --format csv";
    let how = collected(life.at, method, ["proxyctl", "3.2"], command);
    ask(
        life,
        "rania",
        &id,
        [Some(how), sealed(&log, "pay-03-proxy.csv")]
            .into_iter()
            .flatten()
            .collect(),
    );
    let handed = offer(life, "bo", "For safe keeping.");
    ask(life, "rania", &id, vec![handed]);
    life.minute(t0, 29);
    let condition = Some(text("Hash compared on arrival: the same."));
    ask(life, "bo", &id, vec![Verb::Accept(CheckIn { condition })]);

    life.minute(t0, 38);
    let headline = "Packets between pay-03 and the unknown address";
    let id = entered(life, "tomas", Sort::NetworkCapture, headline, None);
    let method = "Captured on the mirror port of the switch, sixty seconds.";
    let command = "tcpdump -i mirror0 -w pay-03.pcap host pay-03";
    let how = collected(life.at, method, ["tcpdump", "4.99"], command);
    ask(
        life,
        "tomas",
        &id,
        [Some(how), sealed(&packets, "pay-03.pcap")]
            .into_iter()
            .flatten()
            .collect(),
    );
    let handed = offer(
        life,
        "bo",
        "Please take it over; I am needed at the switch.",
    );
    ask(life, "tomas", &id, vec![handed]);
}
