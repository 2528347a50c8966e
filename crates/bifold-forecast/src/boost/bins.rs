//! Numbers into few bins of about equally many rows.

use serde::{Deserialize, Serialize};

/// Bins of one feature at most, the unknown one included.
pub(crate) const MOST_BINS: usize = 128;

/// Where the bins of one feature end. Bin 0 is the unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bins {
    /// Upper ends, rising; the last bin has none.
    ends: Vec<f32>,
}

impl Bins {
    /// Bins for these values; what is not a number is unknown.
    pub(crate) fn of(values: &[f32]) -> Self {
        let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f32::total_cmp);
        let mut ends: Vec<f32> = Vec::new();
        let most = MOST_BINS - 2;
        let mut distinct = sorted.clone();
        distinct.dedup();
        if distinct.len() <= most + 1 {
            distinct.pop();
            ends = distinct;
        } else {
            for step in 1..=most {
                let place = step * sorted.len() / (most + 1);
                if let Some(&end) = sorted.get(place)
                    && ends.last().is_none_or(|&last| last < end)
                {
                    ends.push(end);
                }
            }
            // A last end at the greatest value would leave the bin above it empty.
            if ends.last() == sorted.last() {
                ends.pop();
            }
        }
        Self { ends }
    }

    /// The bin of a value.
    pub(crate) fn bin(&self, value: f32) -> u8 {
        if !value.is_finite() {
            return 0;
        }
        let below = self.ends.partition_point(|&end| end < value);
        u8::try_from(below + 1).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each_and_the_unknown_one_too() {
        let bins = Bins::of(&[3.0, 1.0, 2.0, 2.0, f32::NAN]);
        let of: Vec<u8> = [f32::NAN, 0.5, 1.0, 1.5, 2.0, 3.0, 9.0]
            .map(|v| bins.bin(v))
            .into();
        assert_eq!(of, [0, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn many_values_share_bins_evenly() {
        let values: Vec<f32> = (0_u16..10_000).map(f32::from).collect();
        let bins = Bins::of(&values);
        let mut sizes = [0_usize; MOST_BINS];
        for &value in &values {
            sizes[usize::from(bins.bin(value))] += 1;
        }
        assert_eq!(sizes[0], 0);
        assert!(
            sizes[1..].iter().all(|&size| (70..90).contains(&size)),
            "{sizes:?}"
        );
    }

    #[test]
    fn nothing_known_is_one_bin() {
        assert_eq!(Bins::of(&[f32::NAN, f32::INFINITY]).bin(7.0), 1);
        assert_eq!(Bins::of(&[]).bin(f32::NAN), 0);
    }
}
