use super::*;
use crate::history::Stage;
use crate::snapshot::{Field, Measure};
use proptest::prelude::*;

const HEADER: &str = "number,incident_state,reassignment_count,sys_mod_count,opened_at,\
    sys_updated_at,assignment_group,problem_id";

fn read(rows: &str) -> Result<Stream, ReadError> {
    Stream::read(format!("{HEADER}\n{rows}").as_bytes())
}

#[test]
fn rows_become_histories_in_their_order() {
    let stream = read(
        "A,New,0,0,29/2/2016 01:00,29/2/2016 01:16,?,?\n\
         B,New,0,0,29/2/2016 01:10,29/2/2016 01:16,Desk,PRB1\n\
         A,Active,1,1,29/2/2016 01:00,29/2/2016 02:16,Network,?\n",
    )
    .unwrap();
    assert_eq!((stream.rows, stream.incidents.len()), (3, 2));
    let first = &stream.incidents[0];
    assert_eq!(
        (&*first.number, first.places.as_slice()),
        ("A", &[0, 2][..])
    );
    let stages: Vec<_> = first
        .history
        .events
        .iter()
        .map(|event| event.stage)
        .collect();
    assert_eq!(stages, [Stage::New, Stage::Active]);
    let known = &first.history.events[0].given;
    assert_eq!(known.named(Field::Team), None);
    assert_eq!(known.measure(Measure::Problems), Some(0.0));
    assert_eq!(
        stream.incidents[1].history.events[0]
            .given
            .measure(Measure::Problems),
        Some(1.0)
    );
    assert_eq!(stream.oddities, Oddities::default());
    assert!(stream.absent.contains(&"u_symptom"));
    assert_eq!(
        known.measure(Measure::Suppliers),
        None,
        "a column that is absent tells nothing"
    );
}

#[test]
fn what_is_odd_is_read_and_counted() {
    let stream = read(
        "A,New,0,5,29/2/2016 03:00,29/2/2016 01:16,?,?\n\
         A,-100,0,4,29/2/2016 03:00,29/2/2016 00:16,?,?\n\
         B,New,0,0,?,29/2/2016 01:16,?,?\n",
    )
    .unwrap();
    let expected = Oddities {
        back_in_time: 1,
        before_opening: 2,
        strange_states: 1,
        falling_counts: 1,
        without_opening: 1,
    };
    assert_eq!(stream.oddities, expected);
    assert_eq!(
        stream.incidents[1].history.opened_s,
        stream.incidents[1].history.events[0].at_s
    );
}

#[test]
fn what_cannot_be_read_is_named_by_line_and_column() {
    let table = [
        (
            "A,New,0,0,29/2/2016 01:00,29/2/2016,?,?",
            "line 2, column `sys_updated_at`: `29/2/2016` is not a time",
        ),
        (
            "A,New,0,0,29/2/2016 01:00,?,?,?",
            "line 2, column `sys_updated_at`: `?` is not known",
        ),
        (
            "A,New,0,0,yesterday,29/2/2016 01:16,?,?",
            "line 2, column `opened_at`: `yesterday` is not a time",
        ),
        (
            "A,New,two,0,29/2/2016 01:00,29/2/2016 01:16,?,?",
            "line 2, column `reassignment_count`: `two` is not a count",
        ),
        (
            "?,New,0,0,29/2/2016 01:00,29/2/2016 01:16,?,?",
            "line 2, column `number`: `?` is not known",
        ),
        ("A,New,0", "line 2: 3 cells, and the header has 8"),
    ];
    for (row, expected) in table {
        let said = read(row).unwrap_err().to_string();
        assert!(said.starts_with(expected), "{said}");
    }
    let said = Stream::read("number,opened_at,sys_updated_at\n".as_bytes())
        .unwrap_err()
        .to_string();
    assert_eq!(
        said,
        "there is no column `incident_state`; the first line must name it"
    );
    assert!(matches!(Stream::read(&b""[..]), Err(ReadError::Empty)));
    assert!(Stream::read(&b"number\n\xff\xfe\n"[..]).is_err());
}

#[test]
fn labels_say_how_it_ended_and_since_when_that_is_known() {
    let labels = Labels::read(
        "number,made_sla,resolved_at,closed_at,caused_by\n\
         A,false,1/3/2016 10:00,6/3/2016 10:00,?\n\
         B,TRUE,?,6/3/2016 10:00,?\n\
         C,true,?,?,?\n"
            .as_bytes(),
    )
    .unwrap();
    assert_eq!(labels.len(), 3);
    let a = labels.get("A").unwrap().outcome().unwrap();
    assert!(a.is_breached && a.resolved_s == Some(a.known_s));
    let b = labels.get("B").unwrap().outcome().unwrap();
    assert_eq!(
        (b.is_breached, b.resolved_s, b.known_s - a.known_s),
        (false, None, 5 * 86_400)
    );
    assert_eq!(labels.get("C").unwrap().outcome(), None);
    let said = Labels::read("number,made_sla,resolved_at\nA,maybe,?\n".as_bytes()).unwrap_err();
    let expected = "line 2, column `made_sla`: `maybe` is not true or false";
    assert_eq!(said.to_string(), expected);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Stream::read(bytes.as_slice());
        let _ = Labels::read(bytes.as_slice());
    }

    #[test]
    fn no_cells_make_it_panic(cells in prop::collection::vec("[ -~\u{e4}]{0,20}", 8)) {
        let _ = read(&cells.join(","));
    }
}
