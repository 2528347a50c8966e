//! Letters to subscribers: who is told of what, in which words. Each is made once, with the fact
//! that it was, so that a restart neither forgets nor repeats one.

use super::build::key_of;
use super::{Shown, current};
use crate::server::Server;
use crate::web::Locale;
use bifold_domain::incident::Announcement;
use bifold_domain::maintenance::{Maintenance, Stage};
use bifold_domain::status_page::{PageAudience, Slug, StatusPage};
use bifold_domain::time::{DAY, MINUTE};
use bifold_domain::{At, IncidentId, StatusPageId};
use bifold_intake::mail::token;
use bifold_store::Result;
use bifold_store::mail::Letter;
use bifold_store::subscription::Subscription;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was said longer ago is not told any more: whoever was down that long reads the page.
const FRESH: i64 = DAY;
/// How long before its beginning subscribers are reminded of maintenance.
const REMINDED: i64 = DAY;
/// Between two looks although nothing changed: reminders come due.
const LOOK: i64 = MINUTE;
/// Signs of a name in the identity of a letter.
const ABOUT: usize = 60;

/// The pages as subscribers were last told of them.
#[derive(Debug, Default)]
pub(super) struct Heard(BTreeMap<StatusPageId, (Arc<Shown>, i64)>);

/// Something that subscribers are told.
struct News {
    /// What it is about, with the time under which it is told once.
    about: String,
    /// What further news of it share.
    thread: String,
    at: At,
    subject: String,
    text: String,
    components: BTreeSet<Slug>,
    /// The file of the page that says more.
    file: String,
}

/// Where people subscribe to a page; `None` where letters cannot be sent or lead nowhere.
pub(crate) fn address(server: &Server, page: &StatusPage) -> Option<String> {
    let base = server.config.public_url.as_deref()?.trim_end_matches('/');
    let is_public = page.settings.audience == PageAudience::Public;
    let has_mail = server.config.sender.as_ref().is_some_and(|s| s.has_mail());
    (is_public && has_mail).then(|| format!("{base}/status/{}/subscribe", page.settings.key))
}

/// The page of a subscription, from its letters.
fn own_page(server: &Server, id: &str) -> Result<Option<String>> {
    let Some(base) = server.config.public_url.as_deref() else {
        return Ok(None);
    };
    let Some(bits) = bits(id) else {
        return Ok(None);
    };
    let token = token::make(&server.store.reply_key()?, bits);
    let base = base.trim_end_matches('/');
    Ok(Some(format!("{base}/status-mail/{token}")))
}

/// The id that a token names, if it is ours.
pub(crate) fn id_of(server: &Server, token: &str) -> Result<Option<String>> {
    let key = server.store.reply_key()?;
    let id = token::check(&[&key], token);
    Ok(id.map(|id| bifold_ledger::hash::hex(&id)))
}

fn bits(id: &str) -> Option<[u8; 16]> {
    Some(u128::from_str_radix(id, 16).ok()?.to_be_bytes())
}

/// Asks an address whether it wants to be told.
pub(crate) async fn ask(server: &Server, page: &StatusPage, asked: &Subscription) -> Result<()> {
    let (Some(own), Some(from)) = (own_page(server, &asked.id)?, from(server)) else {
        return Ok(());
    };
    let l = Locale::spoken(page.settings.language.word());
    let name = page.settings.name.to_string();
    let made = server.store.shell().clock.now();
    let letter = Letter {
        id: format!("ask.{}.{}", asked.id, made.micros()),
        reply_to: from.clone(),
        from,
        to: asked.address.clone(),
        subject: l.with("told-ask-subject", "name", name.clone()),
        text: format!(
            "{}\n\n{own}\n\n{}\n",
            l.with("told-ask", "name", name),
            l.t("told-ask-not")
        ),
        in_reply_to: None,
        references: Vec::new(),
        is_automatic: false,
        unsubscribe: Some(own),
    };
    server.store.ask_subscriber(asked, letter).await
}

fn from(server: &Server) -> Option<String> {
    server.config.sender.as_ref()?.mails_from()
}

/// Tells subscribers what was said since they were told last.
pub(super) async fn tell_all(server: &Server, heard: &mut Heard) -> crate::error::Result<()> {
    for page in server.store.status_pages().await? {
        if address(server, &page).is_none() {
            continue;
        }
        let shown = current(server, &page).await?;
        let now = server.store.shell().clock.now();
        let last = heard.0.get(&page.id);
        let is_same = last
            .is_some_and(|(before, at)| Arc::ptr_eq(before, &shown) && now.micros() - at < LOOK);
        if !is_same {
            tell(server, &page, now).await?;
            heard.0.insert(page.id.clone(), (shown, now.micros()));
        }
    }
    Ok(())
}

async fn tell(server: &Server, page: &StatusPage, now: At) -> Result<()> {
    let store = &server.store;
    let subscribers = store.subscriptions(&page.id).await?;
    if subscribers.is_empty() {
        return Ok(());
    }
    let since = now.micros() - FRESH;
    let known = store.told_since(&page.id, since).await?;
    let told = store.told_on(page).await?;
    let said = told.announcements.iter().flat_map(|one| said(page, one));
    let planned = told
        .maintenances
        .iter()
        .flat_map(|one| planned(page, one, now));
    let mut news: Vec<News> = said.chain(planned).collect();
    news.retain(|news| {
        let at = news.at.micros();
        at >= since && news.at <= now && !known.contains(&(news.about.clone(), at))
    });
    news.sort_by_key(|news| news.at);
    for news in news {
        let mut letters = Vec::new();
        for to in &subscribers {
            let was_there = to.confirmed_at.is_some_and(|at| at <= news.at.micros());
            if was_there && to.wants(&news.components) {
                let letter = letter(server, page, &news, to)?;
                letters.extend(letter.map(|letter| (to.id.clone(), letter)));
            }
        }
        let (about, at) = (news.about.as_str(), news.at.micros());
        store
            .tell_subscribers(&page.id, (about, at), letters)
            .await?;
    }
    Ok(())
}

fn letter(
    server: &Server,
    page: &StatusPage,
    news: &News,
    to: &Subscription,
) -> Result<Option<Letter>> {
    let (Some(own), Some(from)) = (own_page(server, &to.id)?, from(server)) else {
        return Ok(None);
    };
    let l = Locale::spoken(page.settings.language.word());
    let settings = &page.settings;
    let base = settings.address.as_ref().map(ToString::to_string);
    let base = base.or_else(|| {
        let url = server.config.public_url.as_deref()?.trim_end_matches('/');
        Some(format!("{url}/status/{}", settings.key))
    });
    let more = base.map(|base| format!("{}/{}", base.trim_end_matches('/'), news.file));
    let text = format!(
        "{}\n\n{}\n\n-- \n{} {own}\n",
        news.text,
        more.unwrap_or_default(),
        l.t("told-leave"),
    );
    Ok(Some(Letter {
        id: format!(
            "told.{}.{}.{}",
            to.id,
            news.at.micros(),
            digest(&news.about)
        ),
        reply_to: from.clone(),
        from,
        to: to.address.clone(),
        subject: news.subject.clone(),
        text,
        in_reply_to: None,
        references: vec![format!("{}.{}", to.id, digest(&news.thread))],
        is_automatic: false,
        unsubscribe: Some(own),
    }))
}

/// A name as a part of an identity of mail.
fn digest(about: &str) -> String {
    let plain = about.chars().filter(char::is_ascii_alphanumeric);
    plain.take(ABOUT).collect()
}

/// What was said of an incident, each as news.
fn said(page: &StatusPage, (id, told): &(IncidentId, Announcement)) -> Vec<News> {
    let l = Locale::spoken(page.settings.language.word());
    let key = key_of(id, told);
    let title = told.title.shown();
    let mut before: BTreeSet<Slug> = BTreeSet::new();
    let each = told.said.iter().enumerate().map(|(n, said)| {
        let stage = l.word("announced-stage", said.stage.word());
        // Whoever was told that something does not work is told when it does.
        before.extend(said.states.keys().cloned());
        let mut text = format!("{stage}\n\n{}", said.text.shown());
        if let Some(next) = said.next_by {
            let time = super::build::time(page, next);
            text = format!("{text}\n\n{} {time}", l.t("announce-next-by"));
        }
        News {
            about: format!("{key} {n}"),
            thread: key.clone(),
            at: said.at,
            subject: format!("{}: {title} ({stage})", page.settings.name),
            text,
            components: before.clone(),
            file: format!("incident/{key}.html"),
        }
    });
    each.collect()
}

/// What is told of a maintenance: that it is planned, its new times, that it is called off, and
/// once more a day before.
fn planned(page: &StatusPage, found: &Maintenance, now: At) -> Vec<News> {
    let l = Locale::spoken(page.settings.language.word());
    let on_it = page.settings.components.iter();
    let on_it = on_it.filter(|c| !c.services.is_disjoint(&found.plan.services));
    let components: BTreeSet<Slug> = on_it.map(|c| c.key.clone()).collect();
    let news = |at: At, what: &str, (from, until): (At, At)| {
        let (from, until) = (
            super::build::time(page, from),
            super::build::time(page, until),
        );
        let words = found.plan.text.as_ref().map(ToString::to_string);
        let said = l.t(what);
        News {
            about: format!("{} {what}", found.shown_number()),
            thread: found.shown_number(),
            at,
            subject: format!("{}: {} ({said})", page.settings.name, found.plan.title),
            text: format!("{said}: {from} – {until}\n\n{}", words.unwrap_or_default()),
            components: components.clone(),
            file: format!("maintenance/{}.html", found.shown_number()),
        }
    };
    let times = (found.plan.from, found.plan.until);
    let mut all = vec![news(found.planned_at, "told-planned", times)];
    for moved in &found.moves {
        all.push(news(moved.at, "told-moved", (moved.from, moved.until)));
    }
    let reminder = found.plan.from.plus(-REMINDED);
    let was_known = found.planned_at < reminder;
    match found.stage {
        Stage::Planned if was_known && reminder <= now => {
            all.push(news(reminder, "told-tomorrow", times));
        }
        Stage::Cancelled => all.extend(found.ended_at.map(|at| news(at, "told-cancelled", times))),
        _ => {}
    }
    all
}
