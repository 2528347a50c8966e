//! A row of the queue, as the list, My day and the search show it.

use crate::view::incident::IncidentRow;
use crate::web::locale::Locale;
use bifold_domain::At;
use bifold_domain::time::HOUR;

/// From when on a time is said to end soon, in microseconds.
const SOON: i64 = HOUR;

/// One incident in two lines.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) handling: i64,
    pub(crate) stage: String,
    pub(crate) verdicts: Vec<Glyph>,
    /// Service, team and what else is known, in a line.
    pub(crate) about: String,
    pub(crate) holder: String,
    pub(crate) age: String,
    pub(crate) recorded: At,
    pub(crate) is_restricted: bool,
    pub(crate) is_major: bool,
    /// The clock whose time ends first.
    pub(crate) clock: Option<Next>,
}

/// The next end of a time, in the least space.
pub(crate) struct Next {
    /// Which metric.
    pub(crate) name: String,
    /// When; `None` while it is paused.
    pub(crate) due: Option<At>,
    pub(crate) is_over: bool,
    pub(crate) style: &'static str,
    /// How probable a miss is, in percent, where it is worth a word.
    pub(crate) risk: Option<i64>,
}

/// From how many percent on a probable miss is said in a list.
const RISKY: i64 = 50;

impl Next {
    fn of(row: &IncidentRow, l: Locale, now: At) -> Option<Self> {
        let metric = row.next_clock.as_ref().and_then(|of| of.split_once('/'));
        let name = metric.map(|(_, metric)| l.word("metric", metric));
        let risk = row.risk_percent.filter(|percent| *percent >= RISKY);
        match (row.next_due, row.is_clock_paused) {
            (Some(due), _) => {
                let left = due.micros() - now.micros();
                let style = match left {
                    ..0 => "bad",
                    0..SOON => "warn",
                    _ if risk.is_some() => "warn",
                    _ => "plain",
                };
                Some(Self {
                    name: name.unwrap_or_default(),
                    due: Some(due),
                    is_over: left < 0,
                    style,
                    risk: risk.filter(|_| left >= 0),
                })
            }
            (None, true) => Some(Self {
                name: l.t("clock-paused"),
                due: None,
                is_over: false,
                style: "plain",
                risk: None,
            }),
            (None, false) => None,
        }
    }
}

/// A verdict in the least space: a letter, and what it stands for in words.
pub(crate) struct Glyph {
    pub(crate) letter: String,
    pub(crate) lane: String,
    pub(crate) finding: String,
    pub(crate) words: String,
}

/// The style of a kind's lane: the two that are always asked, and a fixed list of others.
pub(crate) fn lane_style(kind: &str) -> &'static str {
    match kind {
        "service" => "lane-service",
        "security" => "lane-security",
        "ai" => "lane-ai",
        "privacy" => "lane-privacy",
        _ => "lane-other",
    }
}

fn glyph(l: Locale, kind: &str, finding: &str) -> Glyph {
    let name = l.word("kind", kind);
    let short = || name.chars().take(3).collect();
    let letter: String = l.find(&format!("glyph-{kind}"), None).unwrap_or_else(short);
    Glyph {
        letter: if finding == "undetermined" {
            format!("{letter}?")
        } else {
            letter
        },
        lane: lane_style(kind).to_owned(),
        finding: finding.to_owned(),
        words: format!("{name}: {}", l.word("finding", finding)),
    }
}

impl Row {
    /// The shape of its severity.
    pub(crate) fn shape(&self) -> &'static str {
        super::shape::severity_shape(self.handling)
    }

    pub(crate) fn of(row: IncidentRow, l: Locale, now: At) -> Self {
        let mut verdicts = Vec::new();
        for (kind, finding) in [("service", &row.service_is), ("security", &row.security_is)] {
            if finding != "no" {
                verdicts.push(glyph(l, kind, finding));
            }
        }
        verdicts.extend(row.further_kinds.iter().map(|kind| glyph(l, kind, "yes")));
        let clock = Next::of(&row, l, now);
        let service = row.service.and_then(|s| s.name);
        let team = row.team.and_then(|t| t.name);
        let about: Vec<String> = [
            Some(row.number.clone()),
            service,
            Some(l.word("stage", &row.stage)),
            team,
        ]
        .into_iter()
        .flatten()
        .collect();
        Self {
            clock,
            about: about.join(" · "),
            holder: row
                .assignee
                .and_then(|a| a.name)
                .unwrap_or_else(|| l.t("nobody")),
            age: l.age(&now, &row.recorded_at),
            recorded: row.recorded_at,
            is_major: row.major == "promoted",
            id: row.id,
            number: row.number,
            title: row.title,
            stage: row.stage,
            handling: row.handling,
            verdicts,
            is_restricted: row.is_restricted,
        }
    }
}
