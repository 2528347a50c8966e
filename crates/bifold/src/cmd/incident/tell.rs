//! `bifold incident tell`: words to users on a status page, and the consent of a second person.

use super::{object, safe, split};
use crate::cli::Tell;
use crate::client::Client;
use crate::exit::{Code, Coded};
use serde_json::{Map, Value, json};

/// Says the words, or agrees to those that wait; the answer and what came of it in words.
pub(super) fn tell(client: &Client, tell: Tell) -> anyhow::Result<(Value, String)> {
    let pages = client.get("/status-pages")?;
    let page = page(&pages, tell.page.as_deref())?;
    let incident = safe(&tell.incident)?;
    let path = format!("/incidents/{incident}");
    let answer = if tell.agree {
        let body = object([("page", Some(page.clone())), ("despite", tell.despite)]);
        client.post(&format!("{path}/announce/approve"), &body)?
    } else {
        let states = tell.component.iter().map(|pair| split(pair));
        let states: Map<String, Value> = states.collect::<anyhow::Result<_>>()?;
        let mut body = object([
            ("page", Some(page.clone())),
            ("title", tell.title),
            ("impact", tell.impact),
            ("stage", Some(tell.stage)),
            ("text", tell.text),
            ("next_by", tell.next_by),
            ("despite", tell.despite),
            ("alone", tell.alone),
        ]);
        body["states"] = json!(states);
        client.post(&format!("{path}/announce"), &body)?
    };
    let told = client.get(&format!("{path}/announcements"))?;
    let on_page = told["items"].as_array().into_iter().flatten();
    let mut on_page = on_page.filter(|one| one["page"] == page.as_str());
    let waits = on_page.next().is_some_and(|one| !one["proposed"].is_null());
    let words = if waits {
        format!("{incident}: the words wait for a second person (`--agree`).\n")
    } else {
        format!("{incident}: said.\n")
    };
    Ok((answer, words))
}

/// The id of the page of this key; of the only one, where none is named.
fn page(pages: &Value, key: Option<&str>) -> anyhow::Result<String> {
    let items = pages["items"].as_array().into_iter().flatten();
    let all: Vec<(&str, &str)> = items
        .filter_map(|page| Some((page["key"].as_str()?, page["id"].as_str()?)))
        .collect();
    let keys: Vec<&str> = all.iter().map(|(key, _)| *key).collect();
    let found = match (key, all.as_slice()) {
        (None, [(_, id)]) => Some(*id),
        (None, _) => None,
        (Some(key), all) => all.iter().find(|(k, _)| *k == key).map(|(_, id)| *id),
    };
    found.map(str::to_owned).ok_or_else(|| {
        let known = if keys.is_empty() {
            "there is no status page yet; make one under Settings".to_owned()
        } else {
            format!("say which status page with --page: {}", keys.join(", "))
        };
        Coded::error(Code::Usage, known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_page_needs_no_name_and_of_several_one_is_named() {
        let one = json!({ "items": [{ "key": "main", "id": "pag_1" }] });
        let two = json!({ "items": [{ "key": "main", "id": "pag_1" }, { "key": "staff", "id": "pag_2" }] });
        assert_eq!(page(&one, None).unwrap(), "pag_1");
        assert_eq!(page(&two, Some("staff")).unwrap(), "pag_2");
        let error = page(&two, None).unwrap_err().to_string();
        assert!(error.contains("--page: main, staff"), "{error}");
        assert!(page(&one, Some("other")).is_err());
        assert!(page(&json!({ "items": [] }), None).is_err());
    }
}
