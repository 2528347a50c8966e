//! Evidence.

use super::*;
use bifold_domain::evidence::{Integrity, Physical, Sha256, Sort as Exhibit, Way};

#[allow(clippy::unnecessary_wraps)] // As the facts hold it.
fn note() -> Option<Redactable<Text>> {
    Some(text("As it was."))
}
fn line(words: &str) -> Redactable<Short> {
    short(words).into()
}
fn request() -> RequestId {
    RequestId::from_bits(1)
}

examples! { Evidence, evidence, Evidence:
    Registered => evidence::Fact::Registered {
        number: 42,
        incident: IncidentId::from_bits(1),
        sort: Exhibit::MemoryImage,
        title: title(),
        asset: Some(AssetId::from_bits(1)),
        wanted_until: Some(at(1)),
        assignee: Some(someone()),
        derived_from: Some(EvidenceId::from_bits(2)),
    },
    Assigned => evidence::Fact::Assigned { to: Some(someone()) },
    Described => evidence::Fact::Described { title: title() },
    Forgone => evidence::Fact::Forgone { reason: text("It was gone.") },
    Collected => evidence::Fact::Collected {
        at: at(2),
        collector: Some(line("Ada of Forensics Ltd")),
        competence: note(),
        place: Some(line("Rack 7")),
        method: text("Dumped over the management network."),
        tool: Some(line("avml")),
        version: Some(line("0.14")),
        command: note(),
        authority: text("Standing order."),
        witness: Some(line("Tom")),
        clock_offset_ms: Some(-40),
        clock_reference: Some(line("ntp.example.org")),
        is_live: true,
        tlp: Tlp::AmberStrict,
        physical: Some(
            Physical {
                quantity: 2,
                make: Some(short("Acme")),
                model: Some(short("D1")),
                serial: Some(short("S-1")),
                condition: Some(short("scratched")),
            }
            .into(),
        ),
    },
    Sealed => evidence::Fact::Sealed {
        sha256: Some(Sha256::parse(&"ab".repeat(32)).unwrap().into()),
        size_bytes: Some(7),
        filename: Some(line("pay-03.lime")),
        seal: Some(line("B-1")),
    },
    Verified => evidence::Fact::Verified { result: Integrity::NotVerifiable },
    Accessed => evidence::Fact::Accessed { way: Way::Download, purpose: text("To look.") },
    CheckedOut => evidence::Fact::CheckedOut {
        purpose: text("To look."),
        place: Some(line("Lab")),
        due: Some(at(3)),
    },
    CheckedIn => evidence::Fact::CheckedIn { condition: note() },
    Offered => evidence::Fact::Offered {
        to: someone(),
        reason: text("To the safe."),
        place: Some(line("Safe 1")),
    },
    Accepted => evidence::Fact::Accepted { condition: note() },
    Declined => evidence::Fact::Declined { reason: text("Not mine.") },
    Retracted => evidence::Fact::Retracted,
    Derived => evidence::Fact::Derived {
        copy: EvidenceId::from_bits(3),
        how: text("Carved out."),
    },
    Handled => evidence::Fact::Handled { text: text("The fan was replaced.") },
    Reclassified => evidence::Fact::Reclassified { tlp: Tlp::Red },
    HoldSet => evidence::Fact::HoldSet {
        hold: short("4 O 12/26"),
        reason: text("Proceedings."),
        authority: text("The court."),
    },
    HoldLifted => evidence::Fact::HoldLifted {
        hold: short("4 O 12/26"),
        reason: text("They are over."),
    },
    ReleaseRequested => evidence::Fact::ReleaseRequested {
        release: request(),
        recipient: line("State police"),
        purpose: text("Investigation."),
        legal_basis: text("Their order."),
        expires_at: Some(at(9)),
        small_team: true,
    },
    ReleaseApproved => evidence::Fact::ReleaseApproved { release: request() },
    ReleaseRefused => evidence::Fact::ReleaseRefused {
        release: request(),
        reason: text("No basis."),
    },
    Released => evidence::Fact::Released { release: request() },
    DisposalRequested => evidence::Fact::DisposalRequested {
        disposal: request(),
        method: text("Deleted."),
        reason: text("End of retention."),
        small_team: true,
    },
    DisposalApproved => evidence::Fact::DisposalApproved { disposal: request() },
    DisposalRefused => evidence::Fact::DisposalRefused {
        disposal: request(),
        reason: text("Too early."),
    },
    Disposed => evidence::Fact::Disposed { disposal: request() },
}
