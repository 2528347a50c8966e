//! Values that the tests of several modules share.

use crate::message::{Message, Phrases};
use crate::notice::{Clearance, Notice, Urgency};
use bifold_domain::At;

pub(crate) fn notice() -> Notice {
    Notice {
        id: "ntc_0001".to_owned(),
        kind: "assigned".to_owned(),
        urgency: Urgency::Normal,
        reference: "INC-2026-0001".to_owned(),
        words: "Assigned to you: Payments: Käse & <Zahlung> times out".to_owned(),
        why: "You are its assignee.".to_owned(),
        link: Some("https://bifold.example.org/incidents/INC-2026-0001".to_owned()),
        path: Some("/incidents/INC-2026-0001".to_owned()),
        clearance: Clearance::Amber,
        thread: "inc_00000000000000000000000001".to_owned(),
        at: At::parse("2026-03-01T09:30:00Z").unwrap(),
    }
}

pub(crate) fn phrases() -> Phrases {
    Phrases {
        several: "{n} notices".to_owned(),
        footer: "Bifold of Example sent this. Nobody reads answers to it.".to_owned(),
        open: "Open".to_owned(),
        withheld: "This way may not carry more.".to_owned(),
    }
}

pub(crate) fn message(urgency: Urgency, cleared: Clearance) -> Message {
    let notice = Notice {
        urgency,
        ..notice()
    };
    Message::of(&[notice], cleared, &phrases()).unwrap()
}
