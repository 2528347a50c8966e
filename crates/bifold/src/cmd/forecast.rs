//! `bifold forecast`: how well breaches of service levels are foreseen.

mod words;

use crate::cli::{Evaluate, Forecast, ForecastVerb};
use crate::exit::{Code, Coded};
use crate::import;
use anyhow::Context as _;
use bifold_forecast::evaluate::{Prediction, judge, predictions, split, write};
use bifold_forecast::servicenow::{Labels, ReadError, Stream};
use bifold_forecast::{Field, History, Model, Options, train};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;
use words::{Read, Said, Trained};

pub(crate) fn run(args: Forecast) -> anyhow::Result<Code> {
    match args.verb {
        ForecastVerb::Evaluate(args) => evaluate(&args),
    }
}

fn evaluate(args: &Evaluate) -> anyhow::Result<Code> {
    let options = options(args)?;
    let said = match (&args.file, &args.train, &args.test) {
        (Some(file), ..) => within(args, file, &options)?,
        (None, Some(past), Some(test)) => of_another(args, past, test, &options)?,
        _ => return Err(usage("name a log, or two with --train and --test")),
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&said)?);
    } else {
        print!("{}", said.words());
    }
    Ok(Code::Ok)
}

/// Trains on the earlier part of a log and judges the later one.
fn within(args: &Evaluate, file: &Path, options: &Options) -> anyhow::Result<Said> {
    let (stream, read) = labelled(args, file)?;
    let now_s = split(&stream, args.split).ok_or_else(|| usage("the log has no rows"))?;
    let (model, trained) = learn(&stream, now_s, options)?;
    let made = foresee(&model, &stream, now_s);
    keep(args, &made)?;
    Ok(Said::judged(read, trained, judge(&made)))
}

/// Trains on one log and predicts another, whose labels it does not have.
fn of_another(
    args: &Evaluate,
    past: &Path,
    test: &Path,
    options: &Options,
) -> anyhow::Result<Said> {
    let (stream, read) = labelled(args, past)?;
    let later = open(test, Stream::read)?;
    let now_s = later
        .begins_s
        .ok_or_else(|| usage("the log of --test has no rows"))?;
    let (model, trained) = learn(&stream, now_s, options)?;
    let made = foresee(&model, &later, i64::MIN);
    keep(args, &made)?;
    Ok(Said::predicted(
        read,
        trained,
        Read::of(test, &later),
        made.len(),
    ))
}

fn options(args: &Evaluate) -> anyhow::Result<Options> {
    let mut options = Options {
        seed: args.seed,
        ..Options::default()
    };
    if let Some(half_life) = args.half_life {
        options.half_life = half_life;
    }
    for word in &args.without {
        if word == "people" {
            options.without.extend(Field::PEOPLE);
            continue;
        }
        let field = Field::ALL.iter().find(|field| field.word() == word);
        let field = field.ok_or_else(|| {
            let words: Vec<&str> = Field::ALL.iter().map(|field| field.word()).collect();
            usage(format!(
                "--without {word}: there are people, {}",
                words.join(", ")
            ))
        })?;
        options.without.insert(*field);
    }
    Ok(options)
}

/// The log with its labels, and what was read.
fn labelled(args: &Evaluate, file: &Path) -> anyhow::Result<(Stream, Read)> {
    let mut stream = open(file, Stream::read)?;
    let path = match &args.labels {
        Some(path) => path.clone(),
        None => beside(file)?,
    };
    let labels = open(&path, Labels::read)?;
    let unlabelled = stream.label(&labels);
    if unlabelled == stream.incidents.len() {
        let message = format!(
            "{} has none of the incidents of {}",
            path.display(),
            file.display()
        );
        return Err(usage(message));
    }
    let read = Read::of(file, &stream).labelled(&path, labels.len(), unlabelled);
    Ok((stream, read))
}

/// The labels that lie beside a log.
fn beside(file: &Path) -> anyhow::Result<PathBuf> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let prefix = name
        .split_once("_stream")
        .map_or(String::new(), |(x, _)| format!("{x}_"));
    let names = [
        format!("{prefix}labels.csv.gz"),
        format!("{prefix}labels.csv"),
    ];
    let paths = names.each_ref().map(|name| file.with_file_name(name));
    let found = paths.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        let message = format!(
            "how the incidents of {} ended is not known: name the file with --labels, or put {} \
             beside it",
            file.display(),
            names[0]
        );
        Coded::error(Code::NotFound, message)
    })
}

/// Reads a file, gzipped or plain.
fn open<T>(
    path: &Path,
    read: impl FnOnce(import::Bytes) -> Result<T, ReadError>,
) -> anyhow::Result<T> {
    let bytes = import::open_bytes(path).map_err(|error| {
        let message = format!("{}: {error}", path.display());
        match error.kind() {
            std::io::ErrorKind::NotFound => Coded::error(Code::NotFound, message),
            _ => Coded::error(Code::Failure, message),
        }
    })?;
    read(bytes).map_err(|error| usage(format!("{}: {error}", path.display())))
}

/// Trains, and says on stderr how long it took.
fn learn(stream: &Stream, now_s: i64, options: &Options) -> anyhow::Result<(Model, Trained)> {
    let histories: Vec<History> = stream.incidents.iter().map(|i| i.history.clone()).collect();
    let begin = Instant::now();
    let model = train(&histories, now_s, options).map_err(|cold| usage(cold.to_string()))?;
    eprintln!("Trained in {:.1} s.", begin.elapsed().as_secs_f64());
    let trained = Trained::of(&model)?;
    Ok((model, trained))
}

/// Predicts, and says on stderr how long it took.
fn foresee<'a>(model: &Model, stream: &'a Stream, since_s: i64) -> Vec<Prediction<'a>> {
    let begin = Instant::now();
    let made = predictions(model, stream, since_s);
    let each = begin.elapsed().as_secs_f64() * 1e6
        / f64::from(u32::try_from(made.len().max(1)).unwrap_or(u32::MAX));
    eprintln!("{} forecasts, {each:.0} µs each.", made.len());
    made
}

fn keep(args: &Evaluate, made: &[Prediction<'_>]) -> anyhow::Result<()> {
    let Some(path) = &args.predictions else {
        return Ok(());
    };
    let written = std::fs::File::create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(made, &mut file)?;
        file.flush()
    });
    written.with_context(|| format!("{} was not written", path.display()))
}

fn usage(message: impl Into<String>) -> anyhow::Error {
    Coded::error(Code::Usage, message)
}
