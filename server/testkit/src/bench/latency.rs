//! Percentiles of how long things took.

use std::time::Duration;

/// Times, to be asked when all are there.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest that is not exceeded by this part (0 to 1) of all, in milliseconds; 0 when there are none.
    pub(crate) fn at(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let rank = (part * sorted.len() as f64).ceil() as usize;
        let found = sorted.get(rank.saturating_sub(1).min(last));
        found.map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    }

    /// `p50 1.2 ms, p99 3.4 ms, max 5.6 ms`.
    pub(crate) fn text(&self) -> String {
        format!(
            "p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.at(0.5), 0.0);
        (1..=100).rev().for_each(|ms| latencies.push(Duration::from_millis(ms)));
        assert_eq!(
            (latencies.at(0.5), latencies.at(0.99), latencies.at(1.0)),
            (50.0, 99.0, 100.0)
        );
    }
}
