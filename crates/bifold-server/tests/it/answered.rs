//! What a server answered, and what tests ask of it.

use serde_json::Value;
use ureq::http::HeaderMap;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self
    }

    /// A problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Self {
        let this = self.is(status);
        assert_eq!(this.header("content-type"), "application/problem+json");
        assert_eq!(this.text_at("/code"), code, "{}", this.text);
        assert_eq!(this.at("/status"), status);
        assert_eq!(this.text_at("/instance"), this.header("x-request-id"));
        this
    }

    #[track_caller]
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|e| panic!("{}: {e}: {}", self.asked, self.text))
    }

    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.value()
            .pointer(pointer)
            .cloned()
            .unwrap_or(Value::Null)
    }

    #[track_caller]
    pub(crate) fn text_at(&self, pointer: &str) -> String {
        match self.at(pointer) {
            Value::String(text) => text,
            other => panic!("{} {pointer} is {other}: {}", self.asked, self.text),
        }
    }

    /// Under a pointer to a list, this member of each.
    #[track_caller]
    pub(crate) fn each(&self, list: &str, member: &str) -> Vec<String> {
        let items = self.at(list);
        let items = items
            .as_array()
            .unwrap_or_else(|| panic!("{}: {}", self.asked, self.text));
        let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        items.iter().map(|item| text(&item[member])).collect()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|v| v.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    }
}
