//! What an evaluation says, for people and as JSON.

use bifold_forecast::evaluate::Scores;
use bifold_forecast::servicenow::{Oddities, Stream, civil};
use bifold_forecast::{Learned, Model};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// What was read.
#[derive(Debug, Serialize)]
pub(super) struct Read {
    file: String,
    events: usize,
    incidents: usize,
    labels: Option<LabelFile>,
    oddities: Vec<String>,
}

/// The file of labels.
#[derive(Debug, Serialize)]
struct LabelFile {
    file: String,
    labels: usize,
    incidents_without: usize,
}

impl Read {
    pub(super) fn of(path: &Path, stream: &Stream) -> Self {
        Self {
            file: path.display().to_string(),
            events: stream.rows,
            incidents: stream.incidents.len(),
            labels: None,
            oddities: oddities(stream),
        }
    }

    pub(super) fn labelled(self, path: &Path, labels: usize, incidents_without: usize) -> Self {
        let file = path.display().to_string();
        Self {
            labels: Some(LabelFile {
                file,
                labels,
                incidents_without,
            }),
            ..self
        }
    }

    fn words(&self, called: &str) -> String {
        let Self {
            file,
            events,
            incidents,
            ..
        } = self;
        let mut words = format!("{called:<9}{file}: {events} events of {incidents} incidents\n");
        if let Some(LabelFile {
            file,
            labels,
            incidents_without,
        }) = &self.labels
        {
            let _ = write!(words, "Labels   {file}: {labels}");
            let _ = match incidents_without {
                0 => writeln!(words),
                without => writeln!(words, "; {without} incidents have none"),
            };
        }
        for oddity in &self.oddities {
            let _ = writeln!(words, "         odd: {oddity}");
        }
        words
    }
}

fn oddities(stream: &Stream) -> Vec<String> {
    let Oddities {
        back_in_time,
        before_opening,
        strange_states,
        falling_counts,
        without_opening,
    } = stream.oddities;
    let counted = [
        (back_in_time, "events earlier than the one before them"),
        (before_opening, "events before their incident was opened"),
        (
            strange_states,
            "events in a state there is no word for (taken as open)",
        ),
        (falling_counts, "events at which the count of changes fell"),
        (
            without_opening,
            "incidents whose opening is unknown (taken as their first event)",
        ),
    ];
    let counted = counted.into_iter().filter(|(count, _)| *count > 0);
    let mut said: Vec<String> = counted
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !stream.absent.is_empty() {
        said.push(format!("no column {}", stream.absent.join(", ")));
    }
    said
}

/// What a model was made of.
#[derive(Debug, Serialize)]
pub(super) struct Trained {
    at: String,
    #[serde(flatten)]
    learned: Learned,
    model_bytes: usize,
}

impl Trained {
    pub(super) fn of(model: &Model) -> serde_json::Result<Self> {
        let learned = model.learned();
        let at = civil(learned.now_s);
        Ok(Self {
            at,
            learned,
            model_bytes: serde_json::to_vec(model)?.len(),
        })
    }

    fn words(&self) -> String {
        let Learned {
            closed,
            breached,
            open,
            ..
        } = self.learned;
        let share = f64::from(breached) / f64::from(closed.max(1)) * 100.0;
        let kilobytes = self.model_bytes.div_ceil(1000);
        format!(
            "Trained  as of {} on {closed} closed incidents, {share:.1} % of them late; {open} were \
             open\n         and taught nothing but their age; the model has {kilobytes} kB\n",
            self.at
        )
    }
}

/// The whole answer.
#[derive(Debug, Serialize)]
pub(super) struct Said {
    read: Read,
    trained: Trained,
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<Scores>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicted: Option<Predicted>,
}

/// A log that was predicted.
#[derive(Debug, Serialize)]
struct Predicted {
    read: Read,
    forecasts: usize,
}

impl Said {
    pub(super) fn judged(read: Read, trained: Trained, scores: Scores) -> Self {
        Self {
            read,
            trained,
            scores: Some(scores),
            predicted: None,
        }
    }

    pub(super) fn predicted(read: Read, trained: Trained, test: Read, forecasts: usize) -> Self {
        let predicted = Some(Predicted {
            read: test,
            forecasts,
        });
        Self {
            read,
            trained,
            scores: None,
            predicted,
        }
    }

    pub(super) fn words(&self) -> String {
        let mut words = self.read.words("Log");
        words.push_str(&self.trained.words());
        if let Some(Predicted { read, forecasts }) = &self.predicted {
            words.push_str(&read.words("Test"));
            let _ = writeln!(words, "Written  {forecasts} forecasts");
        }
        if let Some(scores) = &self.scores {
            table(&mut words, scores);
        }
        words
    }
}

fn table(words: &mut String, scores: &Scores) {
    let late = share(scores.breached, scores.events);
    let _ = writeln!(
        words,
        "Judged   {} events at which an incident opened since was open, {late} late\n\n\
         AUC, all prefixes   {}   (hours open + 5 a reassignment: {})",
        scores.events,
        three(scores.auc),
        three(scores.auc_of_rule)
    );
    for at in &scores.at {
        let (event, auc, events) = (at.event, three(at.auc), at.events);
        let _ = writeln!(
            words,
            "AUC, prefix {event}       {auc}   ({events} incidents)"
        );
    }
    let _ = writeln!(words, "Brier score         {}\n", three(scores.brier));
    let _ = writeln!(
        words,
        "{:>12} {:>8} {:>9} {:>9}",
        "forecast", "events", "mean", "late"
    );
    for band in &scores.reliability {
        let range = format!("{:.0}-{:.0} %", band.from * 100.0, band.to * 100.0);
        let percent = |share: Option<f64>| {
            share.map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0))
        };
        let (said, late) = (percent(band.said), percent(band.true_share));
        let _ = writeln!(words, "{range:>12} {:>8} {said:>9} {late:>9}", band.events);
    }
}

fn share(part: usize, whole: usize) -> String {
    let tenths = (part * 1000 + whole / 2)
        .checked_div(whole)
        .unwrap_or_default();
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn three(value: Option<f64>) -> String {
    value.map_or("-    ".to_owned(), |value| format!("{value:.3}"))
}
