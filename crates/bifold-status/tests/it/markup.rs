//! A strict reader of markup, by a parser that nobody here wrote. The pages are HTML and XML at
//! once, so whatever breaks out of its place breaks the document.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// An element.
#[derive(Debug, Clone, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
}

#[derive(Debug, Clone)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every element within it and itself, in the order of the document.
    pub(crate) fn all(&self) -> Vec<&Element> {
        let mut all = vec![self];
        for child in &self.children {
            if let Node::Element(element) = child {
                all.extend(element.all());
            }
        }
        all
    }

    /// Those of a name.
    pub(crate) fn named(&self, name: &str) -> Vec<&Element> {
        self.all().into_iter().filter(|e| e.name == name).collect()
    }

    /// Those of a class.
    pub(crate) fn of_class(&self, class: &str) -> Vec<&Element> {
        let is_of = |e: &&Element| {
            let classes = e.attribute("class").unwrap_or_default();
            classes.split(' ').any(|found| found == class)
        };
        self.all().into_iter().filter(is_of).collect()
    }

    /// All text within it.
    pub(crate) fn text(&self) -> String {
        let texts = self.children.iter().map(|child| match child {
            Node::Element(element) => element.text(),
            Node::Text(text) => text.clone(),
        });
        texts.collect()
    }
}

/// Reads a document or panics.
pub(crate) fn read(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut open = vec![Element::default()];
    loop {
        match reader
            .read_event()
            .unwrap_or_else(|e| panic!("{e} in\n{text}"))
        {
            Event::Start(tag) => open.push(element(&tag)),
            Event::Empty(tag) => put(&mut open, Node::Element(element(&tag))),
            Event::End(_) => {
                let done = open.pop().unwrap();
                put(&mut open, Node::Element(done));
            }
            Event::Text(text) => put(&mut open, Node::Text(text.decode().unwrap().into_owned())),
            Event::GeneralRef(reference) => {
                let c = reference.resolve_char_ref().unwrap().map(String::from);
                let name = reference.decode().unwrap();
                let named = || match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    other => panic!("an entity {other}"),
                };
                put(
                    &mut open,
                    Node::Text(c.unwrap_or_else(|| named().to_owned())),
                );
            }
            Event::Decl(_) | Event::DocType(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} in\n{text}"),
        }
    }
    assert_eq!(open.len(), 1, "something is not closed in\n{text}");
    let mut roots = open
        .remove(0)
        .children
        .into_iter()
        .filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        });
    let root = roots.next().unwrap();
    assert!(roots.next().is_none(), "two roots in\n{text}");
    root
}

fn put(open: &mut [Element], node: Node) {
    open.last_mut().unwrap().children.push(node);
}

fn element(tag: &BytesStart<'_>) -> Element {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap();
        (name, value.into_owned())
    });
    Element {
        name: String::from_utf8(tag.name().as_ref().to_vec()).unwrap(),
        attributes: attributes.collect(),
        children: vec![],
    }
}
