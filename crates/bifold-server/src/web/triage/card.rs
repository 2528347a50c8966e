//! One event as a card: what was received, what it may belong to, what was decided.

use crate::error::Result;
use crate::server::Server;
use crate::view::Names;
use crate::web::frame::Visit;
use crate::web::incident::row::Row;
use crate::web::locale::Locale;
use crate::web::rows::urgent;
use bifold_domain::event::{Channel, Event, Proposal, Signal, Standing, Tally};
use bifold_domain::{At, Directory, Redactable, SourceId};
use bifold_store::query::incident::Filter;

/// Open incidents that a card proposes.
const SIMILAR: u32 = 3;
/// Hits of a search that are looked through for open incidents.
const HITS: u32 = 20;
/// Shorter words of a title say too little to search by.
const WORD_CHARS: usize = 4;

/// An event as a card.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) version: u64,
    pub(super) title: String,
    /// As it was written; shown as text and never as markup.
    pub(super) text: String,
    pub(super) icon: &'static str,
    /// From where it came, in words.
    pub(super) source: String,
    pub(super) channel: &'static str,
    pub(super) sort: &'static str,
    pub(super) is_weakness: bool,
    pub(super) service: Option<String>,
    pub(super) service_id: String,
    pub(super) contact: Option<String>,
    /// Who reported it, when that is a person who can be told how it goes on.
    pub(super) reporter: Option<String>,
    pub(super) reporter_name: String,
    pub(super) occurred: Option<At>,
    pub(super) received: At,
    /// When it was told, by how many people it is so, and who entered it.
    pub(super) told_at: Option<At>,
    pub(super) affected: Option<u32>,
    pub(super) entered_by: Option<String>,
    pub(super) age: String,
    pub(super) standing: &'static str,
    pub(super) ground: Option<&'static str>,
    /// The incident it belongs to, for those who can read that.
    pub(super) incident: Option<Row>,
    /// Who decided, and when.
    pub(super) decided: Option<(String, At)>,
    pub(super) similar: Vec<Row>,
    pub(super) key: String,
    /// For a machine's event: what its faults add up to.
    pub(super) tally: Option<Tally>,
    pub(super) is_cleared: bool,
    /// The rule that proposes an incident, and with which impact and urgency.
    pub(super) proposal: Option<Proposal>,
}

impl Card {
    /// The card of an event, if the visitor may see it.
    pub(super) async fn of(server: &Server, visit: &Visit, name: &str) -> Result<Option<Self>> {
        let viewer = visit.caller.viewer();
        let Some((event, version, incident)) = server.store.event(&viewer, name).await? else {
            return Ok(None);
        };
        let directory = server.store.directory().await?;
        let now = server.store.shell().clock.now();
        let key = server.store.shell().ids.next_uuid();
        let l = visit.locale();
        let mut card = Self::plain(l, &event, version, &directory, now);
        card.key = key;
        if let Some(id) = incident {
            let filter = named(vec![id]);
            card.incident = urgent(server, visit, &filter, 1).await?.pop();
        }
        if event.signal.is_some() {
            let tally = server.store.tally_of(&event.id).await?;
            card.tally = Some(tally).filter(|tally| tally.faults > 0);
        }
        if event.standing == Standing::Undecided {
            card.similar = similar(server, visit, &card.title).await?;
        }
        Ok(Some(card))
    }

    fn plain(l: Locale, event: &Event, version: u64, directory: &Directory, now: At) -> Self {
        let names = Names(directory);
        let service = event.service.as_ref();
        let ground = match event.standing {
            Standing::Dismissed { ground } => Some(ground.word()),
            _ => None,
        };
        let decided = event.decided.as_ref();
        let is_person = event.signal.is_none() && directory.is_active(&event.reporter);
        Self {
            id: event.id.to_string(),
            number: event.shown_number(),
            version,
            title: event.title.shown(),
            text: event
                .description
                .as_ref()
                .map(Redactable::shown)
                .unwrap_or_default(),
            icon: icon(event.channel),
            source: match &event.signal {
                Some(signal) => sender(directory, signal),
                None => l.word("channel", event.channel.word()),
            },
            channel: event.channel.word(),
            sort: event.sort.word(),
            is_weakness: event.sort == bifold_domain::event::Sort::Weakness,
            service: service.map(|id| names.service(id).shown().to_owned()),
            service_id: service.map(ToString::to_string).unwrap_or_default(),
            contact: event.contact.as_ref().map(Redactable::shown),
            reporter: is_person.then(|| event.reporter.to_string()),
            reporter_name: names.person(&event.reporter).shown().to_owned(),
            occurred: event.occurred_at,
            received: event.received_at,
            told_at: event.told.as_ref().and_then(|told| told.at),
            affected: event.told.as_ref().and_then(|told| told.affected),
            entered_by: event
                .entered_by
                .as_ref()
                .filter(|by| **by != event.reporter)
                .map(|by| names.person(by).shown().to_owned()),
            age: l.age(&now, &event.received_at),
            standing: event.standing.word(),
            ground,
            incident: None,
            decided: decided.map(|(who, at)| (names.person(who).shown().to_owned(), *at)),
            similar: Vec::new(),
            key: String::new(),
            tally: None,
            is_cleared: event.cleared_at.is_some(),
            proposal: event.proposal.clone(),
        }
    }

    /// Whether this is the service the report names.
    pub(super) fn is_about(&self, service: &str) -> bool {
        self.service_id == service
    }
}

/// Who signalled it, as people know it.
fn sender(directory: &Directory, signal: &Signal) -> String {
    let id = SourceId::parse(signal.source.as_str()).ok();
    match id.and_then(|id| directory.sources.get(&id)) {
        Some(source) => source.settings.name.to_string(),
        None => format!("{} · {}", signal.source, signal.external_id),
    }
}

fn icon(channel: Channel) -> &'static str {
    match channel {
        Channel::Web => "message",
        Channel::Email => "mail",
        Channel::Phone => "phone-call",
        Channel::Alert => "bell",
        Channel::Api | Channel::Import => "link",
        Channel::WalkIn => "user",
        Channel::Chat => "users",
    }
}

fn named(ids: Vec<String>) -> Filter {
    Filter {
        ids,
        ..Filter::default()
    }
}

/// Open incidents that the visitor can read and that share the most telling words of the title.
async fn similar(server: &Server, visit: &Visit, title: &str) -> Result<Vec<Row>> {
    let words = telling(title);
    for count in [2, 1] {
        let Some(words) = words.get(..count) else {
            continue;
        };
        let viewer = visit.caller.viewer();
        let hits = server
            .store
            .search(&viewer, &words.join(" "), None, HITS)
            .await?;
        // No ids would mean all incidents.
        if hits.is_empty() {
            continue;
        }
        let filter = Filter {
            is_open: Some(true),
            ..named(hits.into_iter().map(|hit| hit.id).collect())
        };
        let found = urgent(server, visit, &filter, SIMILAR).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// The longest words of a title: they are the ones that say what it is about.
fn telling(title: &str) -> Vec<String> {
    let words = title.split(|c: char| !c.is_alphanumeric());
    let mut words: Vec<String> = words
        .filter(|word| word.chars().count() >= WORD_CHARS)
        .map(str::to_lowercase)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_words_say_what_it_is_about() {
        assert_eq!(
            telling("Payments: the checkout times out"),
            ["payments", "checkout", "times"]
        );
        assert_eq!(telling("a b 12"), Vec::<String>::new());
    }
}
