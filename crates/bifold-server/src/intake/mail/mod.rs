//! Mail: what becomes of a message that was stored.
//!
//! It is read once, before the transaction in which it counts as read. Everything it causes has an
//! operation key made of its delivery, so that a repetition after a crash finds it done.

pub(crate) mod lmtp;
mod send;
mod words;

pub(super) use send::start as start_sending;

use bifold_domain::event::{Add, Channel, Command as E, Receive, Sort, Standing};
use bifold_domain::incident::{Audience, Command as I, Note};
use bifold_domain::signal::source::{Mailbox, Source};
use bifold_domain::{Command, Directory, EventId, Short};
use bifold_intake::mail::silent::{Ours, Silent, reasons};
use bifold_intake::mail::thread::{Known, Thread, decide};
use bifold_intake::mail::{self, Mail, authentication, token};
use bifold_store::intake::{Inbound, ReadDelivery};
use bifold_store::mail::{Became, Filed};
use bifold_store::{Error, Operation, OperationKey, Result, Seen, Store};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How a header stands with a delivery that only the envelope had.
pub(crate) const SENDER: &str = "x-envelope-from";
/// The same of each recipient.
pub(crate) const RECIPIENT: &str = "x-envelope-to";
/// What we write into `X-Loop`.
pub(crate) const MARK: &str = "bifold";
/// Messages whose identities are looked up for one message.
const THREAD: usize = 30;

/// Files one message.
pub(super) async fn file(
    store: &Store,
    directory: &Directory,
    source: &Source,
    inbound: &Inbound,
) -> Result<ReadDelivery> {
    let unread = |error: String| ReadDelivery {
        id: inbound.id,
        source: inbound.source.clone(),
        received_at: inbound.received_at,
        outcome: Err(error),
        mail: None,
    };
    let Some(mailbox) = &source.settings.mailbox else {
        return Ok(unread("its source is no mailbox any more".to_owned()));
    };
    let mut mail = match mail::read(&inbound.body) {
        Ok(mail) => mail,
        Err(error) => return Ok(unread(error.to_string())),
    };
    let header = |name: &'static str| {
        let all = inbound.headers.iter().filter(move |(key, _)| key == name);
        all.map(|(_, value)| value.as_str())
    };
    if let Some(sender) = header(SENDER).next() {
        mail.return_path = Some(sender.to_lowercase());
    }
    let recipients: Vec<&str> = header(RECIPIENT).collect();
    let desk = Desk {
        store,
        directory,
        source,
        mailbox,
        inbound,
        mail: &mail,
    };
    let filed = desk.file(&recipients).await?;
    let (became, reasons) = (filed.became, filed.reasons.join("; "));
    let remarks = (became == Became::Parked || became == Became::Again)
        .then(|| format!("{}: {reasons}", became.word()));
    Ok(ReadDelivery {
        id: inbound.id,
        source: inbound.source.clone(),
        received_at: inbound.received_at,
        outcome: Ok((Vec::new(), remarks)),
        mail: Some(Box::new(filed)),
    })
}

/// The addresses of all mailboxes in use, in lower case.
fn addresses(directory: &Directory) -> Vec<String> {
    let used = directory.sources.values().filter(|s| !s.is_disconnected);
    let boxes = used.filter_map(|source| source.settings.mailbox.as_ref());
    boxes
        .map(|mailbox| mailbox.address.as_str().to_lowercase())
        .collect()
}

/// One message on the desk.
struct Desk<'a> {
    store: &'a Store,
    directory: &'a Directory,
    source: &'a Source,
    mailbox: &'a Mailbox,
    inbound: &'a Inbound,
    mail: &'a Mail,
}

impl Desk<'_> {
    async fn file(&self, recipients: &[&str]) -> Result<Filed> {
        let from = self.mail.from.as_ref();
        let mut filed = Filed {
            message_id: self.mail.message_id.clone(),
            sender: from.map(|from| from.address.clone()),
            subject: self.mail.subject.as_ref().map(ToString::to_string),
            record: None,
            became: Became::Parked,
            reasons: self.checked(),
            letter: None,
        };
        if let Some(id) = &self.mail.message_id
            && let Some(record) = self.store.mail_before(&self.source.id, id).await?
        {
            filed.record = Some(record);
            filed.became = Became::Again;
            filed.reasons.push("it came before".to_owned());
            return Ok(filed);
        }
        let ours = addresses(self.directory);
        let mailboxes: Vec<&str> = ours.iter().map(String::as_str).collect();
        let (_, domain) = self.mailbox.parts().unwrap_or_default();
        let silent = reasons(
            self.mail,
            &Ours {
                domain: &domain,
                mailboxes: &mailboxes,
                mark: MARK,
            },
        );
        filed
            .reasons
            .extend(silent.iter().map(|reason| words::why(*reason).to_owned()));
        if let Some(event) = self.thread(recipients, &domain).await? {
            let is_report = self.mail.report.is_some();
            self.add(&event).await?;
            filed.record = Some(event);
            filed.became = if is_report {
                Became::Bounce
            } else {
                Became::Added
            };
            return Ok(filed);
        }
        self.fresh(filed, &silent).await
    }

    /// A message that belongs to nothing: a new event, unless it is parked.
    async fn fresh(&self, mut filed: Filed, silent: &[Silent]) -> Result<Filed> {
        // Somebody who looked at it says that it is to come in all the same.
        let is_wanted = self.inbound.replay_of.is_some();
        let is_ours = |reason: &Silent| {
            matches!(
                reason,
                Silent::Loop | Silent::OurIdentity | Silent::OurMailbox | Silent::Report
            )
        };
        if !is_wanted && silent.iter().any(is_ours) {
            return Ok(filed);
        }
        let recent = self.store.recent_mails(&self.source.id).await?;
        if !is_wanted && recent >= u64::from(self.source.settings.quota) {
            let more = "more new messages came within a minute than are taken as events";
            filed.reasons.push(more.to_owned());
            return Ok(filed);
        }
        let (event, number) = self.begin().await?;
        if self.mailbox.answers
            && silent.is_empty()
            && let Some(from) = &self.mail.from
            && self.store.may_acknowledge(&from.address).await?
        {
            let key = self.store.reply_key()?;
            let thing = event.bits().to_be_bytes();
            let reply = token::make(&key, thing);
            filed.letter = words::receipt(self.mailbox, self.mail, &event, &number, &reply);
        }
        filed.record = Some(event.to_string());
        filed.became = Became::Event;
        Ok(filed)
    }

    /// What our own host says of the sender.
    fn checked(&self) -> Vec<String> {
        let host = self.mailbox.checked_by.as_ref().map(Short::as_str);
        let told = host.and_then(|host| authentication::stated_by(self.mail, host));
        vec![match told {
            Some(told) => words::checked(told),
            None => "nobody checked who sent it".to_owned(),
        }]
    }

    /// The event that the message belongs to.
    async fn thread(&self, recipients: &[&str], domain: &str) -> Result<Option<String>> {
        let mut sent: BTreeMap<String, String> = BTreeMap::new();
        let reported = self.mail.report.as_ref().and_then(|r| r.message_id.clone());
        let named = self.mail.in_reply_to.iter();
        let named = named.chain(self.mail.references.iter().rev());
        for id in named.take(THREAD).chain(&reported) {
            let bare = id.trim_start_matches('<').trim_end_matches('>');
            let Some((local, at)) = bare.rsplit_once('@') else {
                continue;
            };
            if at.eq_ignore_ascii_case(domain)
                && let Some(record) = self.store.letter_about(local).await?
            {
                sent.insert(id.clone(), record);
            }
        }
        if let Some(record) = reported.and_then(|id| sent.get(&id).cloned()) {
            return Ok(Some(record));
        }
        let key = self.store.reply_key()?;
        let (thread, asked) = belongs(self.mail, recipients, &key, &sent);
        match thread {
            Thread::Token(bits) => {
                let id = EventId::from_bits(u128::from_be_bytes(bits));
                let found = self.event(id.as_str()).await?;
                Ok(found.map(|_| id.to_string()))
            }
            Thread::Answer(id) => Ok(sent.get(&id).cloned()),
            Thread::Reference(_) | Thread::New => {
                let Some((number, address)) = asked else {
                    return Ok(None);
                };
                let Some((id, _)) = self.event(&number).await? else {
                    return Ok(None);
                };
                let takes_part = self.store.mails_with(id.as_str(), &address).await?;
                Ok(takes_part.then(|| id.to_string()))
            }
        }
    }

    /// An event by id or number, and where it stands. Bifold asks for itself: what it files into
    /// is not shown to anybody.
    async fn event(&self, name: &str) -> Result<Option<(EventId, Standing)>> {
        let viewer = bifold_domain::Viewer {
            reads_sensitive_lanes: true,
            ..self.store.system().viewer()
        };
        let found = self.store.event(&viewer, name).await?;
        Ok(found.map(|(event, ..)| (event.id, event.standing)))
    }

    /// Adds the message to an event, or as a note to the open incident that it became.
    async fn add(&self, event: &str) -> Result<()> {
        let standing = self.event(event).await?.map(|(_, standing)| standing);
        let said = words::said(self.mail);
        if let Some(Standing::Incident { incident }) = standing {
            let note = Note {
                text: words::signed(self.mail, &said),
                lane: None,
                audience: Audience::default(),
                next_by: None,
            };
            let command = Command::Incident(incident, I::Note(note));
            match self.execute("note", command).await {
                // Closed, or restricted so that Bifold itself does not read it: then it stays
                // with the event.
                Err(Error::Refused(_)) => {}
                other => return other.map(|_| ()),
            }
        }
        let id = EventId::parse(event).map_err(broken)?;
        let add = Add {
            text: said,
            channel: Channel::Email,
            contact: words::contact(self.mail),
        };
        match self.execute("add", Command::Event(id, E::Add(add))).await {
            // As much as it holds was added; the message itself is kept.
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A new event, and its number.
    async fn begin(&self) -> Result<(EventId, String)> {
        let settings = &self.source.settings;
        let said = words::said(self.mail);
        let first = said.as_str().lines().next().unwrap_or_default();
        let title = self.mail.subject.clone();
        let title = title.or_else(|| words::title(first));
        let receive = Receive {
            sort: Sort::Unsure,
            title: title.unwrap_or_else(words::untitled),
            description: Some(said),
            channel: Channel::Email,
            service: settings.service.clone(),
            contact: words::contact(self.mail),
            occurred_at: None,
            signal: None,
            is_sensitive: settings.is_sensitive,
            told: None,
        };
        let id = EventId::from_bits(self.store.shell().ids.next());
        let command = Command::Event(id, E::Receive(receive));
        let receipt = self.execute("new", command).await?;
        let made = receipt.touched.first();
        let made = made.ok_or_else(|| broken("an event that was not made"))?;
        let id = EventId::parse(&made.id).map_err(broken)?;
        Ok((id, made.number.clone().unwrap_or_default()))
    }

    async fn execute(&self, step: &str, command: Command) -> Result<bifold_store::Receipt> {
        let operation = Operation {
            actor: self.store.system(),
            key: Some(OperationKey {
                key: format!("mail/{}/{step}", self.inbound.id),
                digest: String::new(),
            }),
            seen: Seen::Any,
            commands: vec![command],
            is_imported: false,
        };
        self.store.execute(operation).await
    }
}

/// What a message belongs to; where that hangs on a reference in its subject, which, and who asks.
fn belongs(
    mail: &Mail,
    recipients: &[&str],
    key: &[u8],
    sent: &BTreeMap<String, String>,
) -> (Thread, Option<(String, String)>) {
    let asked = RefCell::new(None);
    let known = Known {
        keys: &[key],
        was_sent: &|id| sent.contains_key(id),
        takes_part: &|number, address| {
            *asked.borrow_mut() = Some((number.to_owned(), address.to_owned()));
            false
        },
    };
    let thread = decide(mail, recipients, &known);
    (thread, asked.into_inner())
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::Damaged(what.to_string())
}
