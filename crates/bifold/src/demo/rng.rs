//! Chance that repeats: the same seed gives the same demonstration.
//!
//! `SplitMix64`, which is a dozen lines and quite good enough to deal out stories. It must never
//! be used for anything that has to be hard to guess.

use bifold_domain::At;

/// A stream of numbers that a seed determines.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(mixed(seed.wrapping_add(STEP)))
    }

    /// A stream of its own, so that one story more does not change all the others.
    pub(crate) fn fork(&self, label: u64) -> Self {
        Self::new(self.0 ^ mixed(label.wrapping_mul(STEP)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number from 0 to one less than this; 0 when there is none such.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// A number from the first to the second, both possible.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high.saturating_sub(low)).unwrap_or(0);
        let offset = self.below(span.saturating_add(1));
        low.saturating_add(i64::try_from(offset).unwrap_or(0))
    }

    /// Whether something happens that happens this often in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    #[allow(clippy::expect_used)]
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let i = self.below(from.len());
        from.get(i)
            .copied()
            .expect("the lists of the demonstration are not empty")
    }

    /// Brings these into another order.
    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }

    /// 128 bits in the form of a `UUIDv7` of this time.
    pub(crate) fn id_bits(&mut self, at: At) -> u128 {
        let millis = u128::try_from(at.micros() / 1_000).unwrap_or(0);
        let low = u128::from(self.next() >> 2);
        let middle = u128::from(self.next() & 0xfff);
        (millis << 80) | (0x7 << 76) | (middle << 64) | (0x2 << 62) | low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_forks_differ() {
        let draw = |mut rng: Rng| (0..8).map(|_| rng.below(1_000)).collect::<Vec<_>>();
        assert_eq!(draw(Rng::new(7)), draw(Rng::new(7)));
        assert_ne!(draw(Rng::new(7)), draw(Rng::new(8)));
        let root = Rng::new(7);
        assert_ne!(draw(root.fork(1)), draw(root.fork(2)));
    }

    #[test]
    fn bounds_are_kept() {
        let mut rng = Rng::new(1);
        for _ in 0..1_000 {
            assert!((3..=5).contains(&rng.between(3, 5)));
            assert_eq!(rng.below(0), 0);
        }
        assert_eq!(rng.between(4, 4), 4);
        let mut all: Vec<_> = (0..50).collect();
        rng.shuffle(&mut all);
        assert_ne!(all, (0..50).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }
}
