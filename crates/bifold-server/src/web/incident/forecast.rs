//! A forecast in words.

use crate::view::forecast::{ForecastView, ReasonView, Took};
use crate::web::locale::Locale;
use fluent_bundle::FluentArgs;

/// A forecast, said.
pub(crate) struct Said {
    pub(crate) percent: u8,
    /// How long comparable incidents took.
    pub(crate) took: Option<String>,
    pub(crate) reasons: Vec<Why>,
}

/// What moved it.
pub(crate) struct Why {
    pub(crate) words: String,
    pub(crate) raises: bool,
}

pub(super) fn said(l: Locale, forecast: &ForecastView) -> Said {
    let reasons = forecast.reasons.iter().map(|reason| Why {
        words: reason_words(l, reason),
        raises: reason.raises,
    });
    Said {
        percent: forecast.percent,
        took: forecast.took.as_ref().and_then(|took| took_words(l, took)),
        reasons: reasons.collect(),
    }
}

fn took_words(l: Locale, took: &Took) -> Option<String> {
    let mut args = FluentArgs::new();
    args.set("half", l.span(took.half_s?));
    args.set("n", took.closed);
    args.set("alike", l.word("forecast-alike", took.alike));
    Some(l.say("forecast-took", Some(&args)))
}

fn reason_words(l: Locale, reason: &ReasonView) -> String {
    let about = l.word("forecast-about", reason.about);
    let mut args = FluentArgs::new();
    args.set("about", about);
    match (reason.closed, reason.value) {
        (Some(closed), _) => {
            let name = reason
                .name
                .as_deref()
                .map(|name| named(l, reason.about, name));
            args.set("name", name.unwrap_or_else(|| l.t("forecast-unknown")));
            args.set("late", reason.late_percent.unwrap_or_default());
            args.set("n", closed);
            let key = if closed == 0 {
                "forecast-why-new"
            } else {
                "forecast-why-name"
            };
            l.say(key, Some(&args))
        }
        (None, value) => {
            let value = value.map(|value| number(l, reason.about, value));
            args.set("value", value.unwrap_or_else(|| l.t("forecast-unknown")));
            l.say("forecast-why-number", Some(&args))
        }
    }
}

/// Names that are words of closed sets, in the reader's language.
fn named(l: Locale, about: &str, name: &str) -> String {
    match about {
        "state" => l
            .find(&format!("stage-{name}"), None)
            .unwrap_or_else(|| name.to_owned()),
        "channel" => l.word("channel", name),
        "priority" => format!("SEV-{name}"),
        "clock" => match name.split_once('/') {
            Some((_, metric)) => l.word("metric", metric),
            None => name.to_owned(),
        },
        _ => name.to_owned(),
    }
}

#[allow(clippy::cast_possible_truncation)] // Hours of some years, counts, shares.
fn number(l: Locale, about: &str, value: f64) -> String {
    match about {
        "target_share" => format!("{:.0} %", value * 100.0),
        "hour" | "opened_hour" => format!("{:02}:00", value as i64),
        "weekday" | "opened_weekday" => l.word("weekday", &format!("{}", value as i64 + 1)),
        about if about.ends_with("hours") => l.span((value * 3_600.0) as i64),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bifold_forecast::{Field, Measure};

    #[test]
    fn all_that_a_forecast_may_name_has_words() {
        let l = Locale::default();
        let measures = Measure::ALL.iter().map(|measure| measure.word());
        let fields = Field::ALL.iter().map(|field| field.word());
        for word in measures.chain(fields) {
            assert!(l.has(&format!("forecast-about-{word}")), "{word}");
        }
    }

    #[test]
    fn reasons_read_as_sentences() {
        let l = Locale::default();
        let reason = |about, value, name: Option<&str>, closed: Option<u32>| ReasonView {
            about,
            value,
            name: name.map(str::to_owned),
            late_percent: closed.map(|_| 62),
            closed,
            raises: true,
        };
        let team = reason("team", None, Some("Network"), Some(140));
        let said = "Team Network: 62 % of 140 closed ones were late";
        assert_eq!(reason_words(l, &team), said);
        let new = reason("team", None, Some("Space"), Some(0));
        assert_eq!(reason_words(l, &new), "Team Space: never seen before");
        let quiet = reason("quiet_hours", Some(26.0), None, None);
        assert_eq!(reason_words(l, &quiet), "Quiet for: 1 d 2 h");
        let unknown = reason("target_share", None, None, None);
        assert_eq!(reason_words(l, &unknown), "Used of the time: unknown");
        let monday = reason("weekday", Some(0.0), None, None);
        assert_eq!(reason_words(l, &monday), "Day of the week: Mon");
    }
}
