//! A made-up log for tests, the same every time. The tests of the offline verifier use it too.

use std::collections::BTreeMap;

use bifold_ledger::checkpoint::Checkpoint;
use bifold_ledger::disclosure::{Disclosure, digests_with_decoys};
use bifold_ledger::hash::Hash;
use bifold_ledger::leaf::{ActorRef, Leaf, Subject};
use bifold_ledger::system::{CLOSED, GENESIS};
use bifold_ledger::tree::{Frontier, leaf_hash};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "bifold.example/acme/2026";

/// One entry as it is stored: leaf bytes and disclosures.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) leaf: Vec<u8>,
    pub(crate) disclosures: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct SampleLog {
    pub(crate) entries: Vec<Entry>,
    chains: BTreeMap<String, (u64, Hash)>,
}

impl SampleLog {
    /// Genesis, then `facts` facts about `facts / 10 + 1` subjects, each with two disclosures.
    pub(crate) fn with_facts(facts: u64) -> Self {
        let mut log = Self::default();
        log.add(GENESIS, "ledger", &[], |_| {});
        for n in 0..facts {
            let subject = format!("i_{}", n % (facts / 10 + 1));
            let text = json!(format!("fact {n}: server {} does not answer", n % 7));
            log.add(
                "incident.noted",
                &subject,
                &[("text", text), ("by", json!("J. Doe"))],
                |_| {},
            );
        }
        log
    }

    pub(crate) fn close(&mut self) {
        self.add(CLOSED, "ledger", &[], |_| {});
    }

    /// Appends a fact; `change` may spoil the leaf before it is written.
    pub(crate) fn add(
        &mut self,
        kind: &str,
        subject: &str,
        values: &[(&str, Value)],
        change: impl FnOnce(&mut Leaf),
    ) {
        let index = self.entries.len() as u64;
        let random =
            |purpose: &str, n: usize| Hash::of(format!("{purpose} {index} {n}").as_bytes()).0;
        let encode = |(n, (name, value)): (usize, &(&str, Value))| {
            let (name, value) = ((*name).to_owned(), value.clone());
            Disclosure {
                salt: random("salt", n),
                name,
                value,
            }
            .encode()
        };
        let disclosures: Vec<String> = values.iter().enumerate().map(encode).collect();
        let mut decoy = 0;
        let digests = digests_with_decoys(&disclosures, || {
            decoy += 1;
            random("decoy", decoy)
        });
        let before = self.chains.get(subject).copied();
        let mut leaf = Leaf {
            index,
            entry_id: format!("0198f2d0-0000-7000-8000-{index:012x}"),
            operation: format!("0198f2d0-0000-7000-9000-{index:012x}"),
            kind: kind.to_owned(),
            at_micros: 1_795_280_700_000_000 + i64::try_from(index).unwrap() * 1_000,
            skew: None,
            subject: Subject {
                id: subject.to_owned(),
                n: before.map_or(0, |(n, _)| n + 1),
                prev: before.map(|(_, hash)| hash),
            },
            actor: ActorRef {
                id: "p_9WJ2M0A4".to_owned(),
                actor_type: "user".to_owned(),
                auth: "webauthn".to_owned(),
            },
            digests,
            disclosure_count: u32::try_from(disclosures.len()).unwrap(),
            imported: false,
        };
        change(&mut leaf);
        let bytes = leaf.to_bytes();
        self.chains
            .insert(subject.to_owned(), (leaf.subject.n, leaf_hash(&bytes)));
        self.entries.push(Entry {
            leaf: bytes,
            disclosures,
        });
    }

    /// The checkpoint of the first `size` entries.
    pub(crate) fn checkpoint_at(&self, size: usize) -> Checkpoint {
        let mut tree = Frontier::new();
        for entry in &self.entries[..size] {
            tree.push(leaf_hash(&entry.leaf));
        }
        Checkpoint {
            origin: ORIGIN.to_owned(),
            size: size as u64,
            root: tree.root(),
        }
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        self.checkpoint_at(self.entries.len())
    }
}
