//! The chain-of-custody form, to be printed and signed.
//!
//! Its fields are the minimum of ISO/IEC 27037 and those of NIST's sample form. What the record
//! does not hold is left as a dash, never made up; signatures are lines to sign on.

use askama::Template;

use super::{Bundle, CustodyEvent, Exhibit, show};

#[derive(Template)]
#[template(path = "custody_form.html")]
struct Page<'a> {
    bundle: &'a Bundle,
    made: String,
    items: Vec<Item<'a>>,
}

/// One exhibit as the form shows it.
struct Item<'a> {
    exhibit: &'a Exhibit,
    sort: &'static str,
    facts: Vec<(&'static str, String)>,
    hops: Vec<Hop<'a>>,
    steps: Vec<Step<'a>>,
    holds: Vec<[String; 4]>,
    /// The act that ended it, if one did.
    disposition: Option<String>,
}

/// One change of hands.
struct Hop<'a> {
    released_by: String,
    received_by: String,
    at: String,
    reason: &'a str,
    place: &'a str,
    condition: &'a str,
}

/// One recorded step.
struct Step<'a> {
    at: String,
    what: String,
    by: &'a str,
    said: String,
}

/// Shown where the record holds nothing.
const NOTHING: &str = "—";

pub(super) fn html(bundle: &Bundle) -> Result<String, askama::Error> {
    Page {
        bundle,
        made: show::time(bundle.export.at),
        items: bundle.exhibits.iter().map(item).collect(),
    }
    .render()
    .map(|page| show::visible(&page))
}

fn item(exhibit: &Exhibit) -> Item<'_> {
    let holds = exhibit.holds.iter().map(|hold| {
        [
            show::time(hold.set_at),
            hold.reason.clone(),
            hold.authority.clone(),
            hold.lifted_at
                .map_or_else(|| "in force".to_owned(), show::time),
        ]
    });
    let ending =
        |event: &&CustodyEvent| ["released", "disposed", "forgone"].contains(&event.kind.as_str());
    Item {
        exhibit,
        sort: show::sort(exhibit.sort),
        facts: facts(exhibit),
        hops: hops(&exhibit.custody),
        steps: exhibit.custody.iter().map(step).collect(),
        holds: holds.collect(),
        disposition: exhibit.custody.iter().rev().find(ending).map(|event| {
            let what = show::tag(&event.kind);
            format!("{what} by {} on {}", event.actor.name, show::time(event.at))
        }),
    }
}

/// Label and value of everything the form says before the first hand-over.
fn facts(exhibit: &Exhibit) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| NOTHING.to_owned());
    let mut facts = vec![
        ("Source asset", text(&exhibit.asset)),
        ("Derived from", text(&exhibit.derived_from)),
        ("File name", text(&exhibit.filename)),
        ("Media type", text(&exhibit.media_type)),
        (
            "Size in bytes",
            text(&exhibit.size_bytes.map(|n| n.to_string())),
        ),
        ("SHA-256", text(&exhibit.sha256)),
        ("Sensitivity", exhibit.tlp.clone()),
        ("Present holder", text(&exhibit.holder)),
        ("Standing", exhibit.standing.clone()),
    ];
    if let Some(thing) = &exhibit.physical {
        facts.extend([
            ("Quantity", text(&thing.quantity.map(|n| n.to_string()))),
            ("Make", text(&thing.make)),
            ("Model", text(&thing.model)),
            ("Serial number", text(&thing.serial)),
            ("Condition", text(&thing.condition)),
            ("Seal", text(&thing.seal)),
        ]);
    }
    if let Some(card) = &exhibit.acquisition {
        facts.extend([
            ("Collected by", card.collector.clone()),
            ("Competence", text(&card.competence)),
            ("Collected at", show::time(card.at)),
            ("Place", text(&card.place)),
            ("Method", card.method.clone()),
            ("Tool", text(&card.tool)),
            ("Tool version", text(&card.version)),
            ("Command", text(&card.command)),
            ("Authority", card.authority.clone()),
            ("Witness", text(&card.witness)),
            (
                "Clock offset",
                text(&card.clock_offset_ms.map(show::offset)),
            ),
            ("Clock compared with", text(&card.clock_reference)),
            ("Source was", live(card.is_live).to_owned()),
        ]);
    }
    facts
}

fn live(is_live: bool) -> &'static str {
    if is_live { "running" } else { "switched off" }
}

/// The changes of hands: an offer that was accepted, a check-out, a check-in, a release.
fn hops(events: &[CustodyEvent]) -> Vec<Hop<'_>> {
    let mut hops = Vec::new();
    let mut offer: Option<&CustodyEvent> = None;
    let mut requests: Vec<&CustodyEvent> = Vec::new();
    for event in events {
        match event.kind.as_str() {
            "offered" => offer = Some(event),
            "declined" | "retracted" => offer = None,
            "accepted" => hops.extend(offer.take().map(|offer| Hop {
                released_by: offer.actor.name.clone(),
                received_by: event.actor.name.clone(),
                ..Hop::of(event, offer, "reason", "place")
            })),
            "checked_out" => hops.push(Hop {
                received_by: event.actor.name.clone(),
                ..Hop::of(event, event, "purpose", "place")
            }),
            "checked_in" => hops.push(Hop {
                released_by: event.actor.name.clone(),
                ..Hop::of(event, event, "reason", "place")
            }),
            "release_requested" => requests.push(event),
            "released" => {
                let wanted =
                    |request: &&&CustodyEvent| request.field("release") == event.field("release");
                hops.extend(requests.iter().find(wanted).map(|request| Hop {
                    released_by: event.actor.name.clone(),
                    received_by: request.field("recipient").unwrap_or(NOTHING).to_owned(),
                    ..Hop::of(event, request, "purpose", "place")
                }));
            }
            _ => {}
        }
    }
    hops
}

impl<'a> Hop<'a> {
    /// A hop completed by `last` whose reason and place stand in `first`. The storage is one side
    /// of a check-out and a check-in.
    fn of(
        last: &'a CustodyEvent,
        first: &'a CustodyEvent,
        reason: &'static str,
        place: &'static str,
    ) -> Self {
        Self {
            released_by: "Evidence storage".to_owned(),
            received_by: "Evidence storage".to_owned(),
            at: show::time(last.at),
            reason: first.field(reason).unwrap_or(NOTHING),
            place: first.field(place).unwrap_or(NOTHING),
            condition: last.field("condition").unwrap_or(NOTHING),
        }
    }
}

fn step(event: &CustodyEvent) -> Step<'_> {
    let said = event.fields.iter().map(|field| {
        let name = show::tag(&field.name).to_lowercase();
        format!("{name}: {}", field.text)
    });
    Step {
        at: show::time(event.at),
        what: show::tag(&event.kind),
        by: &event.actor.name,
        said: said.collect::<Vec<_>>().join("; "),
    }
}
