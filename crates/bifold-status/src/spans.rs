//! Sets of instants, as spans that neither touch nor overlap.

/// A set of instants in microseconds; a span holds its beginning and not its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spans(Vec<(i64, i64)>);

impl Spans {
    /// What any of these covers. Those that end before they begin cover nothing.
    pub(crate) fn of(spans: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let mut sorted: Vec<(i64, i64)> = spans.into_iter().filter(|(a, b)| a < b).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(sorted.len());
        for (from, until) in sorted {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => merged.push((from, until)),
            }
        }
        Self(merged)
    }

    /// What lies in the span too.
    pub(crate) fn within(&self, from: i64, until: i64) -> Self {
        let cut = self.0.iter().map(|(a, b)| (*a.max(&from), *b.min(&until)));
        Self(cut.filter(|(a, b)| a < b).collect())
    }

    /// What is not in the other.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let mut left = Vec::with_capacity(self.0.len());
        for &(from, until) in &self.0 {
            let mut rest = from;
            for &(a, b) in other.0.iter().filter(|(a, b)| *a < until && from < *b) {
                if rest < a {
                    left.push((rest, a));
                }
                rest = rest.max(b);
            }
            if rest < until {
                left.push((rest, until));
            }
        }
        Self(left)
    }

    /// How long it is.
    pub(crate) fn length(&self) -> i64 {
        self.0.iter().map(|(from, until)| until - from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn minutes(spans: &[(i64, i64)]) -> [bool; 64] {
        std::array::from_fn(|at| {
            let at = i64::try_from(at).unwrap();
            spans.iter().any(|(from, until)| *from <= at && at < *until)
        })
    }

    fn span() -> impl Strategy<Value = (i64, i64)> {
        (0..64_i64, 0..64_i64)
    }

    proptest! {
        #[test]
        fn sets_hold_what_a_counter_of_minutes_holds(
            some in vec(span(), 0..12), other in vec(span(), 0..12), window in span(),
        ) {
            let (a, b) = (minutes(&some), minutes(&other));
            let c = minutes(&[window]);
            let count = |want: &dyn Fn(usize) -> bool| (0..64).filter(|i| want(*i)).count();
            let whole = Spans::of(some.clone());
            let left = whole.without(&Spans::of(other));
            let cut = whole.within(window.0, window.1);
            let length = |spans: &Spans| usize::try_from(spans.length()).unwrap();
            prop_assert_eq!(length(&whole), count(&|i| a[i]));
            prop_assert_eq!(length(&left), count(&|i| a[i] && !b[i]));
            prop_assert_eq!(length(&cut), count(&|i| a[i] && c[i]));
            prop_assert!(whole.0.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
