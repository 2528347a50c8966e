//! XES (IEEE 1849): logs of process mining, a trace for an incident and an event for a row.
//!
//! The trace's `concept:name` is the incident's id, the event's `concept:name` its state,
//! `org:group` the team and `org:resource` the person. Further attributes are kept as
//! `name: value` lines in the description. Attributes inside attributes, `global` and
//! `extension` describe the log and are no rows.
//! The file is read as a stream. It refuses elements longer than [`LIMIT_ELEMENT_BYTES`] and
//! stops, saying where, at XML that is not well-formed: nothing behind it can be trusted to be
//! what it looks like.

use super::input::Leash;
use super::intake::{Draft, Intake};
use super::row::{self, Item, Oddities, Rejected, given};
use super::words;
use bifold_domain::incident::ImportedStage;
use bifold_domain::{Text, Title};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event as Xml};
use std::fmt::Write as _;
use std::io::BufRead;

/// The longest tag, comment or text.
const LIMIT_ELEMENT_BYTES: usize = 1024 * 1024;
/// The most attributes of one trace or event.
const LIMIT_ATTRIBUTES: usize = 1_000;
/// The deepest nesting.
const LIMIT_DEPTH: usize = 64;

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Log,
    Trace,
    Event,
    Other,
}

/// The attributes of a trace or event, in order.
#[derive(Debug, Default)]
struct Attributes {
    pairs: Vec<(String, String)>,
    are_too_many: bool,
}

impl Attributes {
    fn push(&mut self, key: String, value: String) {
        if self.pairs.len() < LIMIT_ATTRIBUTES {
            self.pairs.push((key, value));
        } else {
            self.are_too_many = true;
        }
    }

    fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(k, _)| k.eq_ignore_ascii_case(key))
    }

    fn get(&self, key: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(k, _)| k.eq_ignore_ascii_case(key));
        found.and_then(|(_, value)| given(value))
    }
}

/// Reads the rows of a XES log.
pub(super) struct Xes<R> {
    xml: quick_xml::Reader<Leash<R>>,
    buffer: Vec<u8>,
    inside: Vec<Inside>,
    trace: Attributes,
    /// Whether somebody has begun to work on the incident of this trace.
    is_begun: bool,
    event: Attributes,
    event_line: u64,
    has_log: bool,
    is_over: bool,
    intake: Intake,
}

impl<R: BufRead> Xes<R> {
    pub(super) fn new(input: R, intake: Intake) -> Self {
        Self {
            xml: quick_xml::Reader::from_reader(Leash::new(input, LIMIT_ELEMENT_BYTES)),
            buffer: Vec::new(),
            inside: Vec::new(),
            trace: Attributes::default(),
            is_begun: false,
            event: Attributes::default(),
            event_line: 0,
            has_log: false,
            is_over: false,
            intake,
        }
    }

    fn line(&self) -> u64 {
        self.xml.get_ref().line()
    }

    /// Reads up to the next item, `None` at the end of the log.
    fn advance(&mut self) -> Result<Option<Item>, String> {
        loop {
            let line = self.line();
            self.xml.get_mut().renew();
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            let event = self
                .xml
                .read_event_into(&mut buffer)
                .map_err(|e| e.to_string())?;
            let item = match event {
                Xml::Start(tag) => {
                    let inside = self.enter(&tag, line)?;
                    if self.inside.len() >= LIMIT_DEPTH {
                        return Err(format!("elements are nested deeper than {LIMIT_DEPTH}"));
                    }
                    self.inside.push(inside);
                    None
                }
                Xml::Empty(tag) => match self.enter(&tag, line)? {
                    Inside::Event => Some(self.row()),
                    _ => None,
                },
                Xml::End(_) => match self.inside.pop() {
                    Some(Inside::Event) => Some(self.row()),
                    _ => None,
                },
                Xml::Eof if !self.inside.is_empty() => {
                    return Err("the file breaks off inside an element".to_owned());
                }
                Xml::Eof if !self.has_log => {
                    return Err("there is no <log> in it: it is not XES".to_owned());
                }
                Xml::Eof => return Ok(None),
                _ => None,
            };
            self.buffer = buffer;
            if item.is_some() {
                return Ok(item);
            }
        }
    }

    /// Takes in an opening tag, and says what it opens.
    fn enter(&mut self, tag: &BytesStart<'_>, line: u64) -> Result<Inside, String> {
        let parent = self.inside.last().copied();
        let name = tag.local_name();
        Ok(match (parent, name.as_ref()) {
            (None, b"log") => {
                self.has_log = true;
                Inside::Log
            }
            (Some(Inside::Log), b"trace") => {
                self.trace = Attributes::default();
                self.is_begun = false;
                Inside::Trace
            }
            (Some(Inside::Trace), b"event") => {
                self.event = Attributes::default();
                self.event_line = line;
                Inside::Event
            }
            (Some(at @ (Inside::Trace | Inside::Event)), _) => {
                if let Some((key, value)) = key_and_value(tag)? {
                    let attributes = match at {
                        Inside::Trace => &mut self.trace,
                        _ => &mut self.event,
                    };
                    attributes.push(key, value);
                }
                Inside::Other
            }
            _ => Inside::Other,
        })
    }

    /// The row of the event that just ended.
    fn row(&mut self) -> Item {
        let event = std::mem::take(&mut self.event);
        let trace = std::mem::take(&mut self.trace);
        let item = self.draft(&trace, &event);
        self.trace = trace;
        item
    }

    fn draft(&mut self, trace: &Attributes, event: &Attributes) -> Item {
        let mut identity = String::new();
        for (key, value) in &event.pairs {
            // Writing to a string cannot fail.
            let _ = writeln!(identity, "{key}={value}");
        }
        let reject = |reason: String| {
            Item::Rejected(Rejected::new(self.event_line, &reason, identity.as_bytes()))
        };
        let Some(id) = trace.get("concept:name") else {
            return reject("no incident id: the trace has no concept:name before it".to_owned());
        };
        let mut odd = Oddities::default();
        if trace.are_too_many || event.are_too_many {
            odd.note(&format!("more than {LIMIT_ATTRIBUTES} attributes"));
        }
        let of = |key: &str| event.get(key).or_else(|| trace.get(key));
        let written = event.get("time:timestamp");
        let Some(at) = self.intake.time("time:timestamp", written, &mut odd) else {
            return reject(self.intake.no_time(&[("time:timestamp", written)]));
        };
        let state = event
            .get("concept:name")
            .or(event.get("lifecycle:transition"));
        let standing = self.stage(state, &mut odd);
        let draft = Draft {
            stage: standing,
            state,
            impact: of("impact"),
            urgency: of("urgency"),
            priority: of("priority"),
            category: of("product").or_else(|| of("category")),
            team: of("org:group"),
            is_unassigned: event.has("org:group") && of("org:group").is_none(),
            assignee: of("org:resource"),
            title: title(trace, id, of("product")),
            description: description(trace, event),
            oddities: odd,
            ..Draft::new(self.event_line, identity.as_bytes(), id, at)
        };
        self.intake.row(draft)
    }

    /// The stage of a state. An incident that goes back to a queue after work on it began is not
    /// new again: it waits for the next team, and the clock goes on.
    fn stage(&mut self, word: Option<&str>, odd: &mut Oddities) -> ImportedStage {
        let Some(word) = word else {
            odd.note("state not given");
            return ImportedStage::Unknown;
        };
        let standing = words::standing(word, None, self.intake.scale);
        if let Some(oddity) = standing.oddity {
            odd.note(&oddity);
        }
        match standing.stage {
            ImportedStage::New if self.is_begun => ImportedStage::InProgress,
            stage => {
                self.is_begun |= !matches!(stage, ImportedStage::New | ImportedStage::Unknown);
                stage
            }
        }
    }
}

impl<R: BufRead> Iterator for Xes<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.is_over {
            return None;
        }
        let item = match self.intake.exhausted(self.line()) {
            Some(stop) => Some(stop),
            None => self.advance().unwrap_or_else(|why| {
                Some(Item::Stopped(Rejected::new(
                    self.line(),
                    &format!("the file cannot be read further: {why}"),
                    b"",
                )))
            }),
        };
        self.is_over = matches!(item, None | Some(Item::Stopped(_)));
        item
    }
}

/// `<string key="…" value="…"/>` and its kin.
fn key_and_value(tag: &BytesStart<'_>) -> Result<Option<(String, String)>, String> {
    let (mut key, mut value) = (None, None);
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let slot = match attribute.key.local_name().as_ref() {
            b"key" => &mut key,
            b"value" => &mut value,
            _ => continue,
        };
        // An entity that nobody declared is kept as it is written.
        let text = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_or_else(
                |_| String::from_utf8_lossy(&attribute.value).into_owned(),
                std::borrow::Cow::into_owned,
            );
        *slot = Some(text);
    }
    Ok(key.zip(value))
}

fn title(trace: &Attributes, id: &str, product: Option<&str>) -> Option<Title> {
    let text = trace.get("title").or_else(|| trace.get("description"));
    match (text, product) {
        (Some(text), _) => row::title(text),
        (None, Some(product)) => row::title(&format!("{product} ({id})")),
        (None, None) => None,
    }
}

/// The keys that have a place of their own.
const PLACED: &[&str] = &[
    "concept:name",
    "lifecycle:transition",
    "time:timestamp",
    "org:group",
    "org:resource",
    "impact",
    "urgency",
    "priority",
    "product",
    // The names by which two common tools repeat the above.
    "Activity",
    "Resource",
    "Unnamed: 0",
];

fn description(trace: &Attributes, event: &Attributes) -> Option<Text> {
    let mut text = String::new();
    for (key, value) in trace.pairs.iter().chain(&event.pairs) {
        if !PLACED.contains(&key.as_str())
            && let Some(value) = given(value)
        {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key}: {value}");
        }
    }
    row::prose(&text)
}

#[cfg(test)]
mod tests {
    use super::super::row::Row;
    use super::super::when::When;
    use super::super::words::Scale;
    use super::*;
    use bifold_domain::priority::{Impact, Urgency};
    use bifold_domain::{At, Short};

    fn read(text: &str) -> Vec<Item> {
        let source = Short::parse("xes").unwrap();
        let intake = Intake::new(source, When::default(), Scale::Four);
        Xes::new(text.as_bytes(), intake).collect()
    }

    fn rows(text: &str) -> Vec<Row> {
        let row = |item| match item {
            Item::Row(row) => *row,
            other => panic!("{other:?}"),
        };
        read(text).into_iter().map(row).collect()
    }

    fn event(state: &str, time: &str, more: &str) -> String {
        format!(
            "<event><string key=\"concept:name\" value=\"{state}\"/>\
             <date key=\"time:timestamp\" value=\"{time}\"/>{more}</event>\n"
        )
    }

    fn log(traces: &[(&str, String)]) -> String {
        let trace = |(id, events): &(&str, String)| {
            format!("<trace><string key=\"concept:name\" value=\"{id}\"/>\n{events}</trace>\n")
        };
        let traces: String = traces.iter().map(trace).collect();
        format!(
            "<?xml version='1.0'?>\n<log><global scope=\"event\">\
             <string key=\"concept:name\" value=\"name\"/></global>\n{traces}</log>"
        )
    }

    const MARCH: &str = "2010-03-31T14:59:42.000+00:00";
    const APRIL: &str = "2010-04-01T14:59:42.000+02:00";

    #[test]
    fn an_event_is_a_row_of_its_trace() {
        let more = "<string key=\"org:group\" value=\"V30 &amp; Co\"/>\
            <string key=\"org:resource\" value=\"Frederic\"/>\
            <string key=\"impact\" value=\"High\"/><string key=\"product\" value=\"PROD582\"/>\
            <string key=\"resource country\" value=\"France\">\
            <string key=\"org:group\" value=\"inner\"/></string>";
        let found = rows(&log(&[(
            "1-36",
            event("Accepted+Wait - User", MARCH, more),
        )]));
        let [row] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((row.external_id.as_str(), row.line), ("1-36", 4));
        assert_eq!(row.team.as_ref().unwrap().as_str(), "V30 & Co");
        assert_eq!(row.first.title.as_str(), "PROD582 (1-36)");
        let description = row.first.description.as_ref().unwrap().as_str();
        assert_eq!(description, "resource country: France");
        let seen = &row.observation;
        assert_eq!(seen.at, At::parse("2010-03-31T14:59:42Z").unwrap());
        assert_eq!(seen.stage, ImportedStage::PendingUser);
        assert_eq!(
            (seen.impact, seen.urgency),
            (Impact::Significant, Urgency::Medium)
        );
        assert_eq!(seen.category.as_ref().unwrap().as_str(), "PROD582");
        assert_eq!(seen.assignee.as_ref().unwrap().as_str(), "Frederic");
        assert_eq!(
            seen.labels.state.as_ref().unwrap().as_str(),
            "Accepted+Wait - User"
        );
        assert!(seen.oddities.is_empty() && seen.labels.urgency.is_none());
    }

    #[test]
    fn a_queue_is_new_only_until_work_begins_and_in_every_trace_afresh() {
        let queued = event("Queued+Awaiting Assignment", MARCH, "");
        let begun = format!(
            "{queued}{}{queued}",
            event("Accepted+In Progress", MARCH, "")
        );
        let found = rows(&log(&[("1", begun), ("2", queued)]));
        let stages: Vec<_> = found.iter().map(|row| row.observation.stage).collect();
        let (new, work) = (ImportedStage::New, ImportedStage::InProgress);
        assert_eq!(stages, [new, work, work, new]);
    }

    #[test]
    fn odd_events_come_in_and_equal_ones_are_two() {
        let events = [
            event("Wait", APRIL, ""),
            event("Wait", APRIL, ""),
            event("Unmatched+Unmatched", MARCH, ""),
        ];
        let found = rows(&log(&[("1", events.concat())]));
        let odd = |row: &Row| {
            let odd = row.observation.oddities.iter().map(Short::as_str);
            odd.collect::<Vec<_>>().join(", ")
        };
        let odd: Vec<String> = found.iter().map(odd).collect();
        let waits = "waits without saying for whom";
        assert_eq!(
            odd,
            [waits, waits, "back in time, state Unmatched+Unmatched"]
        );
        let [first, second, _] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(second.operation, format!("{}-2", first.operation));
    }

    #[test]
    fn events_without_an_id_or_a_time_are_rejected() {
        let text = format!(
            "<log><trace>{}</trace><trace><string key=\"concept:name\" value=\"1\"/>{}<event/>\
             {}</trace></log>",
            event("New", MARCH, ""),
            event("New", "2010-03-31 14:59", ""),
            event("New", "soon", ""),
        );
        let reasons: Vec<String> = read(&text)
            .into_iter()
            .map(|item| match item {
                Item::Rejected(rejected) => rejected.reason,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(reasons[0].starts_with("no incident id"));
        assert!(reasons[1].contains("names no time zone"));
        assert_eq!(reasons[2], "no time");
        assert!(reasons[3].ends_with("\"soon\" is not a time"));
    }

    #[test]
    fn damage_stops_the_reading_and_says_where() {
        let good = log(&[("1", event("New", MARCH, ""))]);
        let torn = good.replace("</trace>", "</trake>");
        let cut = &good[..good.len() - "</log>".len()];
        let endless = format!("<log><!--{}", "x".repeat(2 * LIMIT_ELEMENT_BYTES));
        let deep = format!("<log>{}", "<a>".repeat(100));
        for (text, rows, why) in [
            (torn.as_str(), 1, "expected `</trace>`"),
            (cut, 1, "breaks off"),
            (&endless, 0, "longer than"),
            (&deep, 0, "deeper"),
            ("number,state\n1,2", 0, "not XES"),
            ("", 0, "not XES"),
        ] {
            let found = read(text);
            let Some(Item::Stopped(stop)) = found.last() else {
                panic!("{why}: {found:?}")
            };
            assert!(
                stop.reason.contains(why) && stop.line > 0,
                "{why}: {stop:?}"
            );
            assert_eq!(found.len(), rows + 1, "{why}");
        }
    }
}
