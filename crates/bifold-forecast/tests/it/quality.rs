//! How good the forecast is on the log of UCI 498, later incidents by earlier ones.

use crate::shared;
use bifold_forecast::evaluate::{Scores, judge, predictions, split};
use bifold_forecast::servicenow::Stream;
use bifold_forecast::{History, Options, train};

fn scores(stream: &Stream, share: f64, options: &Options) -> Scores {
    let histories: Vec<History> = stream.incidents.iter().map(|i| i.history.clone()).collect();
    let now_s = split(stream, share).unwrap();
    let begin = std::time::Instant::now();
    let model = train(&histories, now_s, options).unwrap();
    println!(
        "trained in {:?}, {} bytes",
        begin.elapsed(),
        serde_json::to_string(&model).unwrap().len()
    );
    judge(&predictions(&model, stream, now_s))
}

#[test]
fn later_incidents_are_told_by_earlier_ones() {
    let Some(stream) = shared::stream() else {
        return;
    };
    for share in [0.5, 0.6, 0.7, 0.8, 0.85] {
        let scores = scores(&stream, share, &Options::default());
        println!("{share}: {scores:?}");
    }
}
