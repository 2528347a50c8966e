//! Messages as chats and ntfy want them: JSON over HTTP.
//!
//! Slack's hooks and those that take the same (Mattermost, Zulip, Rocket.Chat), workflows of
//! Microsoft Teams, rooms of Matrix, and ntfy. Titles are what people wrote, so each is escaped as
//! its receiver needs it: nobody can mention a whole channel through the title of an incident.

use crate::message::{Item, Message};
use crate::notice::Urgency;
use crate::request::{Method, Request};
use crate::target::Target;
use reqwest::Url;
use serde_json::{Value, json};

/// Bytes of a text at most; ntfy takes 4096 for the whole.
const TEXT_BYTES: usize = 3_000;

/// The request that says it there; `None` for a way that is not told by plain JSON.
pub fn request(target: &Target, message: &Message) -> Option<Request> {
    match target {
        Target::Ntfy {
            server,
            topic,
            token,
        } => Some(Request::json(server.as_str(), &ntfy(topic, message)).bearer(token.as_deref())),
        Target::Chat { url } => Some(Request::json(url.as_str(), &slack(message))),
        Target::Teams { url } => Some(Request::json(url.as_str(), &teams(message))),
        Target::Matrix {
            server,
            room,
            token,
        } => {
            let url = matrix_url(server, room, &message.id)?;
            let mut request = Request::json(url, &matrix(message)).bearer(Some(token));
            request.method = Method::Put;
            Some(request)
        }
        Target::Email { .. } | Target::Push { .. } => None,
    }
}

/// <https://docs.ntfy.sh/publish/#publish-as-json>
fn ntfy(topic: &str, message: &Message) -> Value {
    let (priority, tag) = match message.urgency {
        Urgency::Page => (5, "rotating_light"),
        Urgency::Normal => (3, "bell"),
        Urgency::Low => (2, "bell"),
    };
    let mut body = json!({
        "topic": topic,
        "title": message.title,
        "message": text(message),
        "priority": priority,
        "tags": [tag],
    });
    if let (Some(link), Some(body)) = (message.link(), body.as_object_mut()) {
        body.insert("click".to_owned(), Value::from(link));
    }
    body
}

/// Slack's `mrkdwn`: three characters are escaped, and nothing else can be a mention or a link.
/// Mattermost understands the same.
fn slack(message: &Message) -> Value {
    let mut said = match message.link() {
        Some(link) => format!("<{}|{}>", escaped(link), escaped(&message.title)),
        None => escaped(&message.title),
    };
    for item in &message.items {
        let line = match (message.link(), &item.link) {
            (None, Some(link)) => format!("<{}|{}>", escaped(link), escaped(&item.line())),
            (None, None) => escaped(&item.line()),
            (Some(_), _) => escaped(item.why.as_deref().unwrap_or_default()),
        };
        if !line.is_empty() {
            said.push('\n');
            said.push_str(&line);
        }
    }
    json!({ "text": cut(&said) })
}

/// `&`, `<` and `>` as entities; `@` and backticks broken, for receivers that read Markdown.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    let text = text.replace('<', "&lt;").replace('>', "&gt;");
    text.replace('|', "¦").replace('@', "@\u{200b}")
}

/// An adaptive card, as the workflow "post to a channel when a webhook request is received" takes
/// it.
fn teams(message: &Message) -> Value {
    let mut body = vec![json!({
        "type": "TextBlock", "text": plain(&message.title), "weight": "bolder", "wrap": true,
    })];
    let lines = if message.items.len() == 1 {
        message
            .items
            .iter()
            .filter_map(|item| item.why.clone())
            .collect()
    } else {
        message.items.iter().map(Item::line).collect::<Vec<_>>()
    };
    for line in lines {
        body.push(json!({ "type": "TextBlock", "text": plain(&line), "wrap": true }));
    }
    let mut card = json!({
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": body,
    });
    if let (Some(link), Some(card)) = (message.link(), card.as_object_mut()) {
        let open = json!([{
            "type": "Action.OpenUrl", "title": message.phrases.open, "url": link,
        }]);
        card.insert("actions".to_owned(), open);
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}

/// Text blocks read some Markdown: no link and no mention comes of what people wrote.
fn plain(text: &str) -> String {
    let text = text.replace('[', "(").replace(']', ")");
    text.replace('<', "‹").replace('>', "›")
}

/// A plain text with its HTML (Matrix client-server API, `m.room.message`).
fn matrix(message: &Message) -> Value {
    json!({
        "msgtype": "m.text",
        "body": cut(&format!("{}\n{}", message.title, message.text())),
        "format": "org.matrix.custom.html",
        "formatted_body": crate::email::html_lines(message),
        // Nobody is mentioned, whatever a title says.
        "m.mentions": {},
    })
}

/// Where an event is put; the same id twice is one event there.
fn matrix_url(server: &str, room: &str, id: &str) -> Option<String> {
    let mut url = Url::parse(server).ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend([
        "_matrix",
        "client",
        "v3",
        "rooms",
        room,
        "send",
        "m.room.message",
        id,
    ]);
    Some(url.into())
}

/// The text, or the title where there is no more to say.
fn text(message: &Message) -> String {
    let text = message.text();
    cut(if text.is_empty() {
        &message.title
    } else {
        &text
    })
}

/// At most so many bytes, at the border of a character.
fn cut(text: &str) -> String {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{message, notice, phrases};
    use crate::notice::{Clearance, Notice};

    fn body(target: &Target, message: &Message) -> Value {
        let request = request(target, message).unwrap();
        serde_json::from_slice(&request.body).unwrap()
    }

    fn of(json: &str) -> Target {
        serde_json::from_str(json).unwrap()
    }

    fn ways() -> [Target; 4] {
        [
            of(r#"{"kind":"ntfy","server":"https://ntfy.sh","topic":"ops","token":"tk_1"}"#),
            of(r#"{"kind":"chat","url":"https://chat.example.org/hooks/x"}"#),
            of(r#"{"kind":"teams","url":"https://flow.example.org/x"}"#),
            of(
                r#"{"kind":"matrix","server":"https://m.example.org/","room":"!r:example.org","token":"t"}"#,
            ),
        ]
    }

    #[test]
    fn each_chat_gets_what_it_reads() {
        let message = message(Urgency::Page, Clearance::Red);
        let bodies: Vec<Value> = ways().iter().map(|way| body(way, &message)).collect();
        insta::assert_json_snapshot!(bodies);
    }

    #[test]
    fn several_notices_are_lines_with_links() {
        let other = Notice {
            reference: "INC-2026-0002".to_owned(),
            thread: "other".to_owned(),
            ..notice()
        };
        let both = Message::of(&[notice(), other], Clearance::Red, &phrases()).unwrap();
        let bodies: Vec<Value> = ways().iter().map(|way| body(way, &both)).collect();
        insta::assert_json_snapshot!(bodies);
    }

    #[test]
    fn a_title_mentions_nobody() {
        let loud = Notice {
            words: "<!channel> @here [x](https://evil.example)".to_owned(),
            ..notice()
        };
        let message = Message::of(&[loud], Clearance::Red, &phrases()).unwrap();
        let slack = body(&ways()[1], &message).to_string();
        assert!(
            !slack.contains("<!channel>") && !slack.contains("@here"),
            "{slack}"
        );
        let teams = body(&ways()[2], &message).to_string();
        assert!(!teams.contains("[x]"), "{teams}");
    }

    #[test]
    fn a_room_is_one_part_of_the_path() {
        let url = matrix_url("https://m.example.org", "!a/../b:x", "n1").unwrap();
        assert_eq!(
            url,
            "https://m.example.org/_matrix/client/v3/rooms/!a%2F..%2Fb:x/send/m.room.message/n1"
        );
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut(&"ä".repeat(3_000)).len(), TEXT_BYTES);
    }
}
