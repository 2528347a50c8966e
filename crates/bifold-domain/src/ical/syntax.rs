//! The syntax of a calendar: lines, properties, and parts within parts.

/// Why a calendar was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is none.
    #[error("it does not begin with BEGIN:VCALENDAR; choose a file that ends in .ics")]
    NoCalendar,
    /// It ends before it should.
    #[error("it ends within {part}; the file was cut off")]
    CutOff {
        /// In which part.
        part: String,
    },
    /// A part ends that did not begin.
    #[error("END:{part} ends what did not begin")]
    WrongEnd {
        /// Which.
        part: String,
    },
    /// A line that says nothing.
    #[error("a line without a colon is no property")]
    NoProperty,
    /// Something that happens more than once.
    #[error("{property} repeats the event; write each as an event of its own, or make it a layer")]
    Repeats {
        /// By which property.
        property: String,
    },
    /// A time that is none.
    #[error("{text:?} is no date or time, such as 20260302T080000Z")]
    Time {
        /// What was given, cut short.
        text: String,
    },
    /// A zone that nobody knows.
    #[error("{name:?} is no time zone; write an IANA name, such as Europe/Zurich, or UTC")]
    Zone {
        /// What was given, cut short.
        name: String,
    },
    /// An event without a beginning.
    #[error("the event has no DTSTART")]
    NoStart,
    /// An event without an end.
    #[error("the event has neither DTEND nor DURATION")]
    NoEnd,
    /// An event that ends before it begins.
    #[error("the event ends before it begins")]
    Backwards,
    /// More than fit.
    #[error("there are more than {limit} events; send them in parts")]
    TooMany {
        /// How many fit.
        limit: usize,
    },
}

/// Why a calendar was not read, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Unread {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub why: Why,
}

/// A property: name, parameters, value.
pub(super) struct Property<'a> {
    pub(super) name: String,
    parameters: &'a str,
    pub(super) value: &'a str,
}

impl<'a> Property<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        // A colon within quotes belongs to a parameter.
        let mut is_quoted = false;
        let colon = line.char_indices().find_map(|(n, c)| {
            is_quoted ^= c == '"';
            (c == ':' && !is_quoted).then_some(n)
        })?;
        let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        Some(Self {
            name: name.to_ascii_uppercase(),
            parameters,
            value,
        })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&'a str> {
        let all = self.parameters.split(';');
        let mut pairs = all.filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(found.1.trim_matches('"'))
    }
}

/// What stands next in a calendar.
pub(super) enum Step<'a> {
    /// A part begins, such as `VEVENT`.
    Begin(&'a str),
    /// Something is said within a part.
    Says(&'a str, &'a Property<'a>),
    /// A part ends.
    End(&'a str),
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The lines of a calendar with their numbers, those that were folded put together again.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (n, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), found.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.is_empty() => {}
            _ => found.push((n + 1, line.to_owned())),
        }
    }
    found
}

pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => {}
            },
            c => plain.push(c),
        }
    }
    plain
}

/// Goes through a calendar, and says in which line something is wrong with it.
pub(super) fn walk(
    text: &str,
    mut take: impl FnMut(Step<'_>) -> Result<(), Why>,
) -> Result<(), Unread> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parts: Vec<String> = Vec::new();
    let mut last = 1;
    for (number, line) in lines(text) {
        last = number;
        let fail = |why| Unread { line: number, why };
        let is_first = parts.is_empty();
        let property = Property::parse(&line).ok_or_else(|| {
            fail(if is_first {
                Why::NoCalendar
            } else {
                Why::NoProperty
            })
        })?;
        let value = property.value.trim().to_ascii_uppercase();
        match (property.name.as_str(), parts.last()) {
            ("BEGIN", None) if value != "VCALENDAR" => return Err(fail(Why::NoCalendar)),
            ("BEGIN", _) => {
                take(Step::Begin(&value)).map_err(fail)?;
                parts.push(value);
            }
            (_, None) => return Err(fail(Why::NoCalendar)),
            ("END", Some(part)) if *part != value => {
                return Err(fail(Why::WrongEnd { part: cut(&value) }));
            }
            ("END", Some(part)) => {
                take(Step::End(part)).map_err(fail)?;
                parts.pop();
            }
            (_, Some(part)) => take(Step::Says(part, &property)).map_err(fail)?,
        }
    }
    match parts.pop() {
        // A calendar has at least a first and a last line.
        None if last == 1 => Err(Unread {
            line: 1,
            why: Why::NoCalendar,
        }),
        None => Ok(()),
        Some(part) => Err(Unread {
            line: last,
            why: Why::CutOff { part: cut(&part) },
        }),
    }
}
