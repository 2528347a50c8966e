use super::*;

fn plan(trees: usize) -> Plan {
    Plan {
        trees,
        least_rows: 5,
        ..Plan::for_rows(1000, 7)
    }
}

/// Columns of made-up numbers, and an answer that hangs on the first two of them.
fn made_up(rows: usize) -> (Vec<Vec<u8>>, Vec<f64>, Vec<bool>) {
    let mut random = random::Random::new(3);
    let mut columns = vec![Vec::new(); 4];
    let mut answers = Vec::new();
    for _ in 0..rows {
        let x: Vec<f64> = (0..4).map(|_| random.share()).collect();
        let odds = 6.0 * (x[0] - 0.5) + if x[1] > 0.7 { 2.0 } else { -1.0 };
        answers.push(random.share() < probability(odds));
        for (column, x) in columns.iter_mut().zip(x) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            column.push((x * 50.0) as u8 + 1);
        }
    }
    (columns, vec![1.0; rows], answers)
}

fn row(columns: &[Vec<u8>], row: usize) -> Vec<u8> {
    columns.iter().map(|column| column[row]).collect()
}

fn loss(forest: &Forest, columns: &[Vec<u8>], answers: &[bool]) -> f64 {
    let each = answers.iter().enumerate().map(|(index, &answer)| {
        let p = probability(forest.score(&row(columns, index)));
        -(if answer { p } else { 1.0 - p }).ln()
    });
    each.sum::<f64>() / count(answers.len())
}

#[test]
fn it_learns_what_hangs_together_and_tells_new_rows() {
    let (columns, weights, answers) = made_up(4000);
    let known: Vec<Vec<u8>> = columns.iter().map(|c| c[..3000].to_vec()).collect();
    let new: Vec<Vec<u8>> = columns.iter().map(|c| c[3000..].to_vec()).collect();
    let table = Table {
        columns: &known,
        weights: &weights[..3000],
        answers: &answers[..3000],
    };
    let nothing = loss(&Forest::grow(table, &plan(0)), &new, &answers[3000..]);
    let something = loss(&Forest::grow(table, &plan(60)), &new, &answers[3000..]);
    assert!(something < nothing - 0.1, "{nothing} {something}");
}

#[test]
fn the_same_rows_and_seed_give_the_same_trees() {
    let (columns, weights, answers) = made_up(500);
    let table = Table {
        columns: &columns,
        weights: &weights,
        answers: &answers,
    };
    let one = Forest::grow(table, &plan(20));
    assert_eq!(one, Forest::grow(table, &plan(20)));
    assert_ne!(
        one,
        Forest::grow(
            table,
            &Plan {
                seed: 8,
                ..plan(20)
            }
        )
    );
}

#[test]
fn a_stored_forest_scores_as_the_one_that_was_grown() {
    let (columns, weights, answers) = made_up(500);
    let table = Table {
        columns: &columns,
        weights: &weights,
        answers: &answers,
    };
    let forest = Forest::grow(table, &plan(20));
    let text = serde_json::to_string(&forest).unwrap();
    let again: Forest = serde_json::from_str(&text).unwrap();
    assert_eq!(again, forest);
}

#[test]
fn shares_add_up_to_the_score_and_name_what_matters() {
    let (columns, weights, answers) = made_up(3000);
    let table = Table {
        columns: &columns,
        weights: &weights,
        answers: &answers,
    };
    let forest = Forest::grow(table, &plan(60));
    let mut total = [0.0; 4];
    for index in 0..300 {
        let bins = row(&columns, index);
        let mut shares = vec![0.0; 4];
        let score = forest.explained(&bins, &mut shares);
        assert!((score - forest.score(&bins)).abs() < 1e-9);
        for (total, share) in total.iter_mut().zip(shares) {
            *total += share.abs();
        }
    }
    assert!(
        total[0] > 3.0 * total[2] && total[1] > 3.0 * total[3],
        "{total:?}"
    );
}

#[test]
fn a_row_of_weight_zero_says_nothing() {
    let (mut columns, mut weights, mut answers) = made_up(400);
    for (index, answer) in answers.iter_mut().enumerate() {
        if index % 2 == 0 {
            weights[index] = 0.0;
            *answer = true;
            columns[3][index] = 9;
        }
    }
    let table = Table {
        columns: &columns,
        weights: &weights,
        answers: &answers,
    };
    let before = Forest::grow(table, &plan(10));
    let turned: Vec<bool> = answers
        .iter()
        .enumerate()
        .map(|(i, &a)| a && i % 2 == 1)
        .collect();
    let table = Table {
        answers: &turned,
        ..table
    };
    assert_eq!(before, Forest::grow(table, &plan(10)));
}

#[test]
fn nothing_to_learn_from_is_the_base_rate() {
    let table = Table {
        columns: &[],
        weights: &[1.0; 3],
        answers: &[true, false, false],
    };
    let forest = Forest::grow(table, &plan(3));
    assert!((probability(forest.score(&[])) - 1.5 / 4.0).abs() < 0.02);
    let none = Table {
        columns: &[],
        weights: &[],
        answers: &[],
    };
    assert!((probability(Forest::grow(none, &plan(3)).score(&[])) - 0.5).abs() < 1e-9);
}

#[test]
fn a_made_up_tree_ends() {
    let text = r#"{"base":0.0,"trees":[[[0,1,1,0.5],[0,1,0,0.5],[9,1,2,0.5],[0,0,1,0.5]]]}"#;
    let forest: Forest = serde_json::from_str(text).unwrap();
    for bins in [&[][..], &[0], &[255]] {
        assert!(forest.score(bins).is_finite());
    }
}
