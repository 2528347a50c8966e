//! A witness that is killed while it works has forgotten nothing that it cosigned.

use crate::journey::run;
use crate::witness::{Serving, agent, http};
use bifold_ledger::checkpoint::{Checkpoint, sign_checkpoint};
use bifold_ledger::hash::Hash;
use bifold_ledger::note::Signer;
use bifold_ledger::proof::consistency_proof;
use bifold_ledger::tree::{Frontier, leaf_hash};
use bifold_ledger::witness::{Request, parse_known_size};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const KILLS: u64 = 8;

fn signer() -> Signer {
    Signer::new("log.example/crash", [1; 32]).unwrap()
}

/// A log that can be asked about at every size.
struct Log {
    name: &'static str,
    tree: Frontier,
    nodes: HashMap<(u8, u64), Hash>,
}

impl Log {
    fn new(name: &'static str) -> Self {
        let (tree, nodes) = (Frontier::new(), HashMap::new());
        Self { name, tree, nodes }
    }

    fn grow_to(&mut self, size: u64) {
        while self.tree.size() < size {
            let n = self.tree.size();
            let leaf = leaf_hash(format!("{} {n}", self.name).as_bytes());
            self.nodes.insert((0, n), leaf);
            let full = self.tree.push(leaf).into_iter();
            self.nodes
                .extend(full.map(|node| ((node.level, node.index), node.hash)));
        }
    }

    /// A request for the size that the log has, from an older one.
    fn request(&self, old: u64) -> String {
        let origin = signer().name().to_owned();
        let (size, root) = (self.tree.size(), self.tree.root());
        let note = sign_checkpoint(&Checkpoint { origin, size, root }, &[&signer()]).unwrap();
        let proof = consistency_proof(&self.nodes, old, size).unwrap_or_default();
        let proof = if old == size { Vec::new() } else { proof };
        Request::new(old, proof, note).unwrap().to_string()
    }
}

/// Asks for ever larger trees until nobody answers any more. Gives the last size acknowledged.
fn ask_until_killed(url: &str, log: &mut Log, mut known: u64) -> u64 {
    let agent = agent();
    loop {
        log.grow_to(known + 1 + known % 3);
        let answer = agent.post(url).send(log.request(known));
        let Ok(mut answer) = answer else { return known };
        // Whoever is killed while answering has acknowledged nothing.
        let Ok(body) = answer.body_mut().read_to_string() else {
            return known;
        };
        assert_eq!(answer.status().as_u16(), 200, "{body}");
        known = log.tree.size();
    }
}

#[test]
fn a_killed_witness_has_forgotten_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("witness");
    let place = ["--data", data.to_str().unwrap()];
    let init = [
        &["witness", "init", "--name", "witness.example"],
        &place[..],
    ]
    .concat();
    assert_eq!(run(&init).0, Some(0));
    let vkey = signer().vkey();
    assert_eq!(
        run(&[&["witness", "trust", &vkey], &place[..]].concat()).0,
        Some(0)
    );

    let (mut log, mut fork) = (Log::new("true"), Log::new("false"));
    let (mut acknowledged, mut asked) = (0, Duration::ZERO);
    for round in 0..=KILLS {
        let mut serving = Serving::start(&data);
        let url = format!("{}/add-checkpoint", serving.url);
        // The old size is wrong, whatever it knows, so it names the right one.
        log.grow_to(acknowledged + 10);
        let (status, _, body) = http(agent().post(&url).send(log.request(acknowledged + 10)));
        assert_eq!(status, 409, "{body}");
        let known = parse_known_size(&body).unwrap();
        assert!(
            known >= acknowledged,
            "round {round}: {acknowledged} forgotten, {known} known"
        );
        // What was being written when it was killed may or may not be known, nothing beyond it.
        assert!(
            known <= acknowledged + 3,
            "round {round}: {acknowledged}, then {known}"
        );
        if known > 0 {
            fork.grow_to(known);
            assert_eq!(
                http(agent().post(&url).send(fork.request(known))).0,
                409,
                "second history"
            );
            fork.grow_to(known + 1);
            assert_eq!(
                http(agent().post(&url).send(fork.request(known))).0,
                422,
                "fork"
            );
            fork = Log::new("false");
        }
        if round == KILLS {
            break;
        }
        log = Log::new("true");
        log.grow_to(known);
        let began = Instant::now();
        acknowledged = std::thread::scope(|scope| {
            let asking = scope.spawn(|| ask_until_killed(&url, &mut log, known));
            std::thread::sleep(Duration::from_millis(40 + round * 37 % 101));
            serving.kill();
            asking.join().unwrap()
        });
        asked += began.elapsed();
    }
    eprintln!("{acknowledged} entries after {KILLS} kills, {asked:?} of asking");
    assert!(
        acknowledged > KILLS,
        "hardly anything was asked between the kills"
    );
}
