//! Choices from a seed: `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).

/// A sequence of numbers that only looks random.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A share, 0 to under 1.
    #[allow(clippy::cast_precision_loss)] // 53 bits are what a share has.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// So many of the numbers below `of`, rising; at least one if there is any.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A share of a length.
    pub(super) fn choose(&mut self, of: usize, share: f64) -> Vec<usize> {
        let wanted = ((super::count(of) * share).round() as usize).clamp(of.min(1), of);
        let mut all: Vec<usize> = (0..of).collect();
        for place in 0..wanted {
            let rest = super::count(of - place);
            let other = (place + (self.share() * rest) as usize).min(of - 1);
            all.swap(place, other);
        }
        all.truncate(wanted);
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_chooses_the_same_and_never_twice() {
        let chosen = Random::new(7).choose(50, 0.5);
        assert_eq!(chosen, Random::new(7).choose(50, 0.5));
        assert_ne!(chosen, Random::new(8).choose(50, 0.5));
        assert_eq!(chosen.len(), 25);
        assert!(chosen.windows(2).all(|two| two[0] < two[1]));
        assert_eq!(Random::new(1).choose(0, 0.5), Vec::<usize>::new());
        assert_eq!(Random::new(1).choose(3, 0.0).len(), 1);
    }

    #[test]
    fn it_is_the_published_sequence() {
        assert_eq!(Random::new(1_234_567).next(), 6_457_827_717_110_365_317);
    }
}
