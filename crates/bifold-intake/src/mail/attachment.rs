//! What hangs on a message: its bytes, and a name that is safe to write down.

use mail_parser::{Message, MimeHeaders, PartType};

/// Attachments that are taken of one message.
const KEPT: usize = 100;
/// Bytes of a name at most.
const NAME_BYTES: usize = 120;

/// What hangs on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// A name without folders, control characters and characters that turn the reading direction.
    pub name: String,
    /// What the sender says it is, such as `image/png`; not what it is.
    pub media_type: String,
    /// Its bytes, decoded.
    pub bytes: Vec<u8>,
}

pub(super) fn all(message: &Message<'_>) -> Vec<Attachment> {
    let attachments = message.attachments().take(KEPT).enumerate();
    let taken = attachments.map(|(place, part)| {
        let bytes = match &part.body {
            PartType::Message(inner) => inner.raw_message.to_vec(),
            _ => part.contents().to_vec(),
        };
        let media_type = part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| {
                let kind = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("*"));
                kind.chars().take(100).collect::<String>().to_lowercase()
            },
        );
        Attachment {
            name: name(part.attachment_name().unwrap_or_default(), place),
            media_type,
            bytes,
        }
    });
    taken.collect()
}

fn name(said: &str, place: usize) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_kept = |c: &char| {
        let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !c.is_control() && !turns && !"<>:\"|?*".contains(*c)
    };
    let plain: String = last.chars().filter(is_kept).collect();
    let plain = plain
        .trim()
        .trim_start_matches('.')
        .trim_end_matches(['.', ' ']);
    if plain.is_empty() {
        return format!("attachment-{}", place + 1);
    }
    // The end says what opens it, so the middle goes.
    let (stem, ending) = match plain.rfind('.') {
        Some(dot) if plain.len() - dot <= 12 => plain.split_at(dot),
        _ => (plain, ""),
    };
    let mut kept = String::new();
    for c in stem.chars() {
        if kept.len() + c.len_utf8() + ending.len() > NAME_BYTES {
            break;
        }
        kept.push(c);
    }
    kept + ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_says_what_it_is() {
        for (said, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            ("inv\u{202e}gpj.exe", "invgpj.exe"),
            (".bashrc", "bashrc"),
            ("a\u{0}\n.txt", "a.txt"),
            ("..", "attachment-3"),
            ("", "attachment-3"),
        ] {
            assert_eq!(name(said, 2), kept, "{said}");
        }
        let long = name(&format!("{}.pdf", "ü".repeat(500)), 0);
        assert!(long.len() <= NAME_BYTES && long.to_lowercase().ends_with(".pdf"));
    }

    #[test]
    fn attachments_are_decoded() {
        let mail = super::super::read(
            b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n\
              Content-Type: application/PDF; name=\"x/r.pdf\"\nContent-Disposition: attachment\n\
              Content-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n",
        )
        .unwrap();
        let [one] = &mail.attachments[..] else {
            panic!("{:?}", mail.attachments)
        };
        assert_eq!(one.name, "r.pdf");
        assert_eq!(one.media_type, "application/pdf");
        assert_eq!(one.bytes, b"hello");
        assert_eq!(mail.text.unwrap().as_str(), "text");
    }
}
