use super::*;
use crate::checkpoint::{open_checkpoint, sign_checkpoint};
use crate::note::{Signer, Verifier};
use crate::tree::EMPTY_ROOT;
use proptest::prelude::*;

/// A checkpoint of a public test log, cosigned by four public witnesses of three implementations.
const REAL: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";
const REAL_LOG: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const REAL_WITNESSES: [&str; 4] = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
];

/// A cosignature that Go code by others made from fixed seeds.
const MADE_BY_GO: &str = "example.com/vector-log
1234
SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=

— example.com/vector-log RRah2qlLrSlk6J8DA1HmNewppUM15Quhs5cAIb1KjBsV3otVirJTW8AFVsQtJkTW1Zny7GuoAxZpI6bUPcpM68QOIgE=
— witness.example.com/vector QW8QPQAAAABqwLUbDdj7sDNRIVjmjYgqFI6y4UJhPg/UAA8J8wAdqSd3q4PedRhkgXA4xFN/Jg5uWn7ZkBA+H/UHQs5d9hITdXmQAA==
";
const GO_VKEY: &str =
    "witness.example.com/vector+416f103d+BK/QmJFVP3SKJOqAMhFxBQPtylo3sjwWibyFDAlZKK8B";
const GO_SKEY: &str =
    "PRIVATE+KEY+witness.example.com/vector+416f103d+BJEX3xv88eoQIKT4E+GkxZcXaJCYlQfi/GJ3NDFmZIW8";

fn text() -> String {
    format!("log.example/1\n7\n{EMPTY_ROOT}\n")
}

fn note() -> String {
    let log = Signer::new("log.example/1", [1; 32]).unwrap();
    sign_checkpoint(&text().parse().unwrap(), &[&log]).unwrap()
}

fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new(&format!("w{seed}.example"), [seed; 32]).unwrap()
}

/// The note with cosignatures (seed, time) behind it.
fn cosigned(by: &[(u8, u64)]) -> String {
    let line = |(seed, time): &(u8, u64)| cosigner(*seed).cosign(&text(), *time).unwrap();
    note() + &by.iter().map(line).collect::<String>()
}

fn times(note: &str, keys: &[u8]) -> Result<Vec<(String, u64)>, NoteError> {
    let keys: Vec<WitnessKey> = keys.iter().map(|seed| cosigner(*seed).key()).collect();
    let found = cosignatures(note.as_bytes(), &keys)?.into_iter();
    Ok(found
        .map(|c| (c.witness.name().to_owned(), c.time_s))
        .collect())
}

#[test]
fn public_witnesses_are_verified_on_a_real_checkpoint() {
    let keys = REAL_WITNESSES.map(|vkey| vkey.parse::<WitnessKey>().unwrap());
    let found = cosignatures(REAL.as_bytes(), &keys).unwrap();
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|found| found.time_s == 0x6a12_2120));
    let remora = "remora.n621.de at 2026-05-23T21:50:24Z";
    assert_eq!(found[2].to_string(), remora);
    for (key, vkey) in keys.iter().zip(REAL_WITNESSES) {
        assert_eq!(key.to_string(), vkey);
    }
    let log: Verifier = REAL_LOG.parse().unwrap();
    let opened = open_checkpoint(REAL.as_bytes(), &[log]).unwrap();
    assert_eq!(opened.size, 1_432_088_532);
    let changed = REAL.replace("1432088532", "1432088533");
    assert!(cosignatures(changed.as_bytes(), &keys[..1]).is_err());
}

#[test]
fn a_cosignature_made_elsewhere_is_verified_and_made_alike() {
    let key: WitnessKey = GO_VKEY.parse().unwrap();
    let found = cosignatures(MADE_BY_GO.as_bytes(), &[key]).unwrap();
    assert_eq!(found[0].time_s, 1_791_014_171);
    let cosigner = Cosigner::from_skey(GO_SKEY).unwrap();
    assert_eq!(
        (cosigner.vkey(), cosigner.skey()),
        (GO_VKEY.into(), GO_SKEY.into())
    );
    let (text, _) = note::read(MADE_BY_GO.as_bytes()).unwrap();
    let line = cosigner.cosign(text, 1_791_014_171).unwrap();
    assert!(MADE_BY_GO.ends_with(&line), "{line}");
}

#[test]
fn unknown_witnesses_are_ignored_and_a_wrong_known_one_is_not() {
    let note = cosigned(&[(2, 100), (3, 101)]);
    assert_eq!(
        times(&note, &[3]).unwrap(),
        [("w3.example".to_owned(), 101)]
    );
    assert!(times(&note, &[4]).unwrap().is_empty());
    let other = note.replace("\n7\n", "\n8\n");
    let wrong = NoteError::WrongSignature("w2.example".to_owned());
    assert_eq!(times(&other, &[2]), Err(wrong));
    assert!(times(&other, &[4]).unwrap().is_empty());
}

#[test]
fn the_newest_cosignature_of_a_witness_counts_once() {
    for order in [[100, 200], [200, 100], [200, 200]] {
        let note = cosigned(&order.map(|time| (2, time)));
        assert_eq!(
            times(&note, &[2]).unwrap(),
            [("w2.example".to_owned(), 200)]
        );
    }
}

#[test]
fn a_witness_never_passes_for_a_log_nor_a_log_for_a_witness() {
    let log = Signer::new("log.example/1", [1; 32]).unwrap();
    let witness = Cosigner::new("log.example/1", [1; 32]).unwrap();
    assert!(log.vkey().parse::<WitnessKey>().is_err());
    assert!(witness.vkey().parse::<Verifier>().is_err());
    assert!(Cosigner::from_skey(&log.skey()).is_err());
    assert!(Signer::from_skey(&witness.skey()).is_err());
    // The same name and the same key: still two keys, because the types differ.
    let line = witness.cosign(&text(), 5).unwrap();
    let note = format!("{}\n{line}", text());
    assert!(open_checkpoint(note.as_bytes(), &[log.verifier()]).is_err());
    assert!(
        cosignatures(super::tests::note().as_bytes(), &[witness.key()])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn only_checkpoints_and_times_of_the_format_are_cosigned() {
    let witness = cosigner(2);
    for bad in [
        "",
        "text\n",
        "o\n1\nx\n",
        text().trim_end(),
        &text().replace('7', "7\t"),
    ] {
        assert!(witness.cosign(bad, 1).is_err(), "{bad:?}");
    }
    assert!(witness.cosign(&(text() + "extension\n"), 1).is_ok());
    assert!(witness.cosign(&text(), MAX_TIME_S).is_ok());
    let late = CosignatureError::Time(MAX_TIME_S + 1);
    assert_eq!(witness.cosign(&text(), MAX_TIME_S + 1), Err(late));
}

#[test]
fn extension_lines_are_signed() {
    let witness = cosigner(2);
    let text = text() + "extension\n";
    let note = format!("{text}\n{}", witness.cosign(&text, 9).unwrap());
    assert!(cosignatures(note.as_bytes(), &[witness.key()]).is_ok());
    let changed = note.replace("extension", "extensiom");
    assert!(cosignatures(changed.as_bytes(), &[witness.key()]).is_err());
}

#[test]
fn answers_are_moved_onto_the_checkpoint_in_place_of_older_ones() {
    let keys = [cosigner(2).key()];
    let answer =
        cosigner(9).cosign(&text(), 50).unwrap() + &cosigner(2).cosign(&text(), 60).unwrap();
    let (once, moved) = with_cosignatures(&note(), &answer, &keys).unwrap();
    assert_eq!(once, cosigned(&[(2, 60)]));
    assert_eq!(moved[0].time_s, 60);
    let newer = cosigner(2).cosign(&text(), 70).unwrap();
    let (twice, _) = with_cosignatures(&once, &newer, &keys).unwrap();
    assert_eq!(twice, cosigned(&[(2, 70)]));
    let third = cosigner(3).cosign(&text(), 80).unwrap();
    let (both, _) = with_cosignatures(&twice, &third, &[cosigner(3).key()]).unwrap();
    assert_eq!(both, cosigned(&[(2, 70), (3, 80)]));
}

#[test]
fn answers_that_are_none_are_refused() {
    let keys = [cosigner(2).key()];
    let good = cosigner(2).cosign(&text(), 60).unwrap();
    let unknown = cosigner(9).cosign(&text(), 60).unwrap();
    let elsewhere = format!("{}more\n", text());
    let smuggled = format!("more\n\n{}", cosigner(2).cosign(&elsewhere, 60).unwrap());
    for bad in ["", "\n", "nonsense\n", good.trim_end(), &unknown, &smuggled] {
        assert!(with_cosignatures(&note(), bad, &keys).is_err(), "{bad}");
    }
    let other = note().replace("\n7\n", "\n8\n");
    assert!(with_cosignatures(&other, &good, &keys).is_err());
    // A blank line in front moves the end of the text, even if the rest is good.
    assert!(with_cosignatures(&note(), &format!("\n{good}"), &keys).is_err());
}

#[test]
fn a_checkpoint_with_a_hundred_signatures_takes_no_more() {
    let full = cosigned(&(10..109).map(|seed| (seed, 1)).collect::<Vec<_>>());
    let answer = cosigner(2).cosign(&text(), 60).unwrap();
    let refused = with_cosignatures(&full, &answer, &[cosigner(2).key()]);
    assert!(refused.is_err());
}

#[test]
fn keys_that_could_be_misread_are_refused() {
    for bad in [
        "",
        "witness.example.com/vector+416f103d",
        "witness.example.com/vector+416f103e+BK/QmJFVP3SKJOqAMhFxBQPtylo3sjwWibyFDAlZKK8B",
        "another.example.com/vector+416f103d+BK/QmJFVP3SKJOqAMhFxBQPtylo3sjwWibyFDAlZKK8B",
    ] {
        assert!(bad.parse::<WitnessKey>().is_err(), "{bad}");
    }
    assert!(Cosigner::new("a b", [0; 32]).is_err());
    let debug = format!("{:?}", Cosigner::from_skey(GO_SKEY).unwrap());
    assert!(!debug.contains("BJEX3xv88eoQ"), "{debug}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes: Vec<u8>, text: String) {
        let _ = cosignatures(&bytes, &[cosigner(2).key()]);
        let _ = with_cosignatures(&note(), &text, &[cosigner(2).key()]);
        let _ = WitnessKey::from_vkey(&text);
    }

    #[test]
    fn a_flipped_bit_in_a_cosignature_is_detected(at in 0usize..72, bit in 0u8..8) {
        let key = cosigner(2).key();
        let line = cosigner(2).cosign(&text(), 1_800_000_000).unwrap();
        let note = format!("{}\n{line}", text());
        let (text, lines) = note::read(note.as_bytes()).unwrap();
        let mut stamped = lines[0].signature.clone();
        stamped[at] ^= 1 << bit;
        prop_assert!(key.verify(text, &stamped).is_err());
        prop_assert!(key.verify(text, &lines[0].signature).is_ok());
    }
}
