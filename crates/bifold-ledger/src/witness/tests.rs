use super::*;
use crate::checkpoint::sign_checkpoint;
use crate::note::Signer;
use crate::proof::consistency_proof;
use crate::tree::tests::{leaves, naive_root};
use crate::tree::{Frontier, Node, leaf_hash};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ORIGIN: &str = "log.example/1";

fn log() -> Signer {
    Signer::new(ORIGIN, [1; 32]).unwrap()
}

fn witness() -> Cosigner {
    Cosigner::new("witness.example", [2; 32]).unwrap()
}

/// A signed checkpoint of the first `size` of these leaves.
fn signed(leaves: &[Hash], size: usize) -> String {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: size as u64,
        root: naive_root(&leaves[..size]),
    };
    sign_checkpoint(&checkpoint, &[&log()]).unwrap()
}

/// The consistency proof within one history, empty where there is nothing to prove.
fn proof(leaves: &[Hash], from: usize, to: usize) -> Vec<Hash> {
    let mut tree = Frontier::new();
    let mut nodes = BTreeMap::new();
    for leaf in &leaves[..to] {
        nodes.insert((0, tree.size()), *leaf);
        for Node { level, index, hash } in tree.push(*leaf) {
            nodes.insert((level, index), hash);
        }
    }
    consistency_proof(&nodes, from as u64, to as u64).unwrap_or_default()
}

fn request(leaves: &[Hash], from: usize, to: usize) -> Request {
    Request::new(from as u64, proof(leaves, from, to), signed(leaves, to)).unwrap()
}

fn ask(request: &Request, seen: &Seen) -> Result<Cosigned, Refusal> {
    add_checkpoint(request, &[log().verifier()], seen, &witness(), 1_000)
}

/// What is known after the first `size` leaves were cosigned.
fn seen(leaves: &[Hash], size: usize) -> Seen {
    ask(&request(leaves, 0, size), &Seen::NOTHING).unwrap().seen
}

#[test]
fn a_growing_log_is_cosigned_and_its_record_is_read_back() {
    let leaves = leaves(20);
    let mut known = Seen::NOTHING;
    for (from, to) in [(0, 0), (0, 1), (1, 7), (7, 8), (8, 8), (8, 20)] {
        let cosigned = ask(&request(&leaves, from, to), &known).unwrap();
        let note = format!("{}{}", signed(&leaves, to), cosigned.answer);
        assert_eq!(cosigned.record, note);
        let found = cosignatures(note.as_bytes(), &[witness().key()]).unwrap();
        assert_eq!(found[0].time_s, 1_000);
        let read = Seen::from_record(cosigned.record.as_bytes(), &witness());
        assert_eq!(read, Ok((ORIGIN.to_owned(), cosigned.seen)));
        known = cosigned.seen;
    }
    assert_eq!((known.size, known.root), (20, naive_root(&leaves)));
}

#[test]
fn every_refusal_has_its_status() {
    let leaves = leaves(20);
    let mut forked = leaves.clone();
    forked[3] = leaf_hash(b"rewritten");
    let known = seen(&leaves, 8);
    let status = |request: &Request| ask(request, &known).unwrap_err().status();
    assert_eq!(status(&request(&leaves, 0, 12)), 409);
    assert_eq!(status(&request(&leaves, 7, 12)), 409);
    assert_eq!(status(&request(&leaves, 4, 7)), 409, "backwards");
    assert_eq!(status(&request(&forked, 8, 12)), 422);
    assert_eq!(
        status(&request(&forked, 8, 8)),
        409,
        "a second tree of the same size"
    );
    let shorter = Request::new(8, Vec::new(), signed(&leaves, 7)).unwrap();
    assert_eq!(status(&shorter), 400);
    let unproved = Request::new(8, Vec::new(), signed(&leaves, 12)).unwrap();
    assert_eq!(status(&unproved), 422);
    let superfluous = Request::new(8, vec![EMPTY_ROOT], signed(&leaves, 8)).unwrap();
    assert_eq!(status(&superfluous), 422);
    let first = Request::new(0, vec![EMPTY_ROOT], signed(&leaves, 8)).unwrap();
    assert_eq!(ask(&first, &Seen::NOTHING).unwrap_err().status(), 422);

    let good = request(&leaves, 8, 12);
    let asked = |keys: &[Verifier]| add_checkpoint(&good, keys, &known, &witness(), 1);
    assert_eq!(asked(&[]).unwrap_err().status(), 404);
    let other = Signer::new(ORIGIN, [9; 32]).unwrap();
    assert_eq!(asked(&[other.verifier()]).unwrap_err().status(), 403);
    assert!(asked(&[other.verifier(), log().verifier()]).is_ok());
    let note = signed(&leaves, 12).replace("\n12\n", "\n13\n");
    let altered = Request::new(8, proof(&leaves, 8, 12), note).unwrap();
    assert_eq!(status(&altered), 403);
    let late = add_checkpoint(&good, &[log().verifier()], &known, &witness(), u64::MAX);
    assert_eq!(late.unwrap_err().status(), 500);
}

#[test]
fn a_conflict_names_the_size_cosigned_last() {
    let leaves = leaves(20);
    let refused = ask(&request(&leaves, 3, 12), &seen(&leaves, 8)).unwrap_err();
    assert_eq!(refused.known_size(), Some(8));
    assert_eq!(parse_known_size("8\n"), Some(8));
    for bad in ["", "8", "08\n", "-8\n", "8\n\n", "8 \n"] {
        assert_eq!(parse_known_size(bad), None, "{bad:?}");
    }
}

#[test]
fn a_log_learns_from_a_conflict_what_to_prove_or_that_it_is_in_vain() {
    for (tried, known, size, next) in [
        (0, 8, 12, Ok(8)),
        (0, 12, 12, Ok(12)),
        (12, 8, 12, Ok(8)),
        (8, 0, 12, Ok(0)),
        (
            0,
            13,
            12,
            Err(NoSecondTry::Behind {
                known: 13,
                size: 12,
            }),
        ),
        (12, 12, 12, Err(NoSecondTry::SecondHistory { size: 12 })),
        (0, 0, 0, Err(NoSecondTry::SecondHistory { size: 0 })),
        (8, 8, 12, Err(NoSecondTry::Contradictory { known: 8 })),
    ] {
        assert_eq!(after_conflict(tried, known, size), next);
    }
}

#[test]
fn a_clock_that_went_back_does_not_take_the_statements_back() {
    let leaves = leaves(3);
    let known = Seen {
        time_s: 5_000,
        ..seen(&leaves, 2)
    };
    let cosigned = ask(&request(&leaves, 2, 3), &known).unwrap();
    assert_eq!(cosigned.seen.time_s, 5_000);
}

#[test]
fn a_record_that_was_altered_is_not_believed() {
    let leaves = leaves(9);
    let record = ask(&request(&leaves, 0, 9), &Seen::NOTHING).unwrap().record;
    let altered = record.replace("\n9\n", "\n8\n");
    assert!(Seen::from_record(altered.as_bytes(), &witness()).is_err());
    let other = Cosigner::new("witness.example", [3; 32]).unwrap();
    assert!(Seen::from_record(record.as_bytes(), &other).is_err());
    assert!(Seen::from_record(b"", &witness()).is_err());
}

#[test]
fn what_others_signed_on_the_checkpoint_is_not_kept() {
    let leaves = leaves(4);
    let stranger = Cosigner::new("stranger.example", [7; 32]).unwrap();
    let note = signed(&leaves, 4);
    let (text, _) = note::read(note.as_bytes()).unwrap();
    let more = stranger.cosign(text, 1).unwrap();
    let twice = note.lines().last().unwrap();
    let request = Request::new(0, Vec::new(), format!("{note}{more}{twice}\n")).unwrap();
    let cosigned = ask(&request, &Seen::NOTHING).unwrap();
    assert_eq!(cosigned.record, format!("{note}{}", cosigned.answer));
}

#[test]
fn bodies_are_written_as_the_specification_shows_them_and_read_back() {
    let leaves = leaves(7);
    let request = request(&leaves, 3, 7);
    let body = request.to_string();
    let lines: Vec<&str> = body.lines().collect();
    assert_eq!(lines[0], "old 3");
    assert_eq!(lines[1], leaves[2].to_string());
    assert_eq!((lines[5], lines[6], lines[7]), ("", ORIGIN, "7"));
    assert_eq!(Request::parse(body.as_bytes()), Ok(request));
    // The example of the specification; its signatures are not for checking.
    let example = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";
    let read = Request::parse(example.as_bytes()).unwrap();
    assert_eq!((read.old_size(), read.proof().len()), (20_852_014, 4));
    assert_eq!(read.checkpoint().size, 20_852_163);
    assert_eq!(read.to_string(), example);
}

#[test]
fn bodies_of_another_form_are_refused() {
    let leaves = leaves(4);
    let note = signed(&leaves, 4);
    let hash = EMPTY_ROOT.to_string();
    assert!(Request::parse(format!("old 0\n\n{note}").as_bytes()).is_ok());
    let most = format!("{hash}\n").repeat(63);
    assert!(Request::parse(format!("old 3\n{most}\n{note}").as_bytes()).is_ok());
    for bad in [
        String::new(),
        note.clone(),
        format!("\n\n{note}"),
        format!("old\n\n{note}"),
        format!("old 03\n\n{note}"),
        format!("old -1\n\n{note}"),
        format!("old 18446744073709551616\n\n{note}"),
        format!("old 3\r\n\r\n{note}"),
        format!("old 3 \n\n{note}"),
        format!("OLD 3\n\n{note}"),
        format!("old 3\n{hash}{note}"),
        format!("old 3\n{}\n\n{note}", &hash[1..]),
        format!("old 3\n{most}{hash}\n\n{note}"),
        format!("old 3\n\n\n{note}"),
        "old 3\n\n".to_owned(),
        format!("old 3\n\n{}", note.replace("\n4\n", "\n04\n")),
        format!("old 3\n\n{}", note.trim_end()),
        format!("old 3\n\n{note}{}", "— x AAAAAAA=\n".repeat(6_000)),
    ] {
        assert!(Request::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(Request::parse(b"old 3\n\n\xff").is_err());
}

/// The requests that litewitness's tests send: a log of sigsum at sizes 1, 3 and 5.
#[test]
fn requests_made_for_another_witness_get_the_same_verdicts() {
    const LOG: &str =
        "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    let key = |hex: &str| -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digit).collect()
    };
    let public = key("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f");
    let public: [u8; 32] = public.try_into().unwrap();
    let id = note::key::key_id(LOG, note::key::ED25519, &public);
    let vkey = note::key::join_key(LOG, id, note::key::ED25519, &public);
    let trusted = [Verifier::from_vkey(&vkey).unwrap()];
    let body = |head: &str, size: &str, root: &str, signature: &str| {
        let note = format!("{LOG}\n{size}\n{root}\n\n— {LOG} {signature}\n");
        Request::parse(format!("{head}\n\n{note}").as_bytes()).unwrap()
    };
    let one = body(
        "old 0",
        "1",
        "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=",
    );
    let three = body(
        "old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "3",
        "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
    );
    let five = body(
        "old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "5",
        "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
        "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
    );
    let ask =
        |request: &Request, seen: &Seen| add_checkpoint(request, &trusted, seen, &witness(), 9);
    let first = ask(&one, &Seen::NOTHING).unwrap().seen;
    let grown = ask(&five, &first).unwrap().seen;
    assert_eq!(grown.size, 5);
    assert_eq!(ask(&three, &first).unwrap().seen.size, 3);
    assert_eq!(
        ask(&three, &grown).unwrap_err(),
        Refusal::Conflict { known: 5 }
    );
    assert_eq!(ask(&five, &Seen::NOTHING).unwrap_err().status(), 409);
}

/// A checkpoint of Go's checksum database, whose key is not named like its origin.
#[test]
fn a_log_may_sign_under_another_name_than_its_origin() {
    let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let body = "old 0\n\ngo.sum database tree\n35225469\n\
        vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n\
        — sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n";
    let request = Request::parse(body.as_bytes()).unwrap();
    let trusted = [key.parse().unwrap()];
    let cosigned = add_checkpoint(&request, &trusted, &Seen::NOTHING, &witness(), 9).unwrap();
    assert_eq!(cosigned.seen.size, 35_225_469);
}

/// Histories that share a beginning: the first one, and others that leave it at some point.
fn histories(forks: &[usize]) -> Vec<Vec<Hash>> {
    let honest = leaves(40);
    let fork = |(n, at): (usize, &usize)| {
        let mut other = honest.clone();
        for (index, leaf) in other.iter_mut().enumerate().skip(*at) {
            *leaf = leaf_hash(format!("fork {n} {index}").as_bytes());
        }
        other
    };
    let others: Vec<Vec<Hash>> = forks.iter().enumerate().map(fork).collect();
    [vec![honest], others].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_sequence_of_requests_gets_two_inconsistent_trees_cosigned(
        forks in proptest::collection::vec(0usize..40, 1..4),
        steps in proptest::collection::vec((0usize..4, 0usize..4, 0usize..41, 0usize..41, 0u8..4), 1..40),
    ) {
        let histories = histories(&forks);
        let mut known = Seen::NOTHING;
        // Every tree that was cosigned, as the leaves it consists of.
        let mut cosigned: Vec<Vec<Hash>> = vec![Vec::new()];
        for (of, proved_in, from, to, right_size) in steps {
            let (of, proved_in) = (&histories[of % histories.len()], &histories[proved_in % histories.len()]);
            // Mostly the right old size, or nothing but conflicts would be tried.
            let old = if right_size > 0 { usize::try_from(known.size).unwrap() } else { from };
            let hashes = proof(proved_in, old.min(to), to);
            let request = Request::new(old as u64, hashes, signed(of, to)).unwrap();
            let is_honest = old as u64 == known.size
                && to >= old
                && of[..old] == *cosigned.last().unwrap().as_slice()
                && request.proof() == proof(of, old, to);
            match ask(&request, &known) {
                Ok(answer) => {
                    prop_assert!(is_honest);
                    prop_assert!(answer.seen.size >= known.size);
                    known = answer.seen;
                    cosigned.push(of[..to].to_vec());
                }
                Err(refused) => prop_assert!(!is_honest, "{}", refused),
            }
        }
        for (older, newer) in cosigned.iter().zip(&cosigned[1..]) {
            prop_assert!(newer.starts_with(older));
        }
    }

    #[test]
    fn any_bytes_are_parsed_or_refused_without_panic(bytes: Vec<u8>, text: String) {
        let _ = Request::parse(&bytes);
        let _ = Request::parse(format!("old 1\n\n{text}").as_bytes());
        let _ = parse_known_size(&text);
        let _ = Seen::from_record(&bytes, &witness());
    }

    #[test]
    fn every_request_is_read_back(from in 0usize..41, to in 0usize..41) {
        let request = request(&leaves(40), from, to);
        prop_assert_eq!(Request::parse(request.to_string().as_bytes()), Ok(request));
    }
}
