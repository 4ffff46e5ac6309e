//! Counts of connectors by health.

use model::verdict::Health;

/// How many connectors have which health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    counts: [u32; Health::ALL.len()],
}

impl Totals {
    /// Counts one more.
    pub fn add(&mut self, health: Health) {
        self.add_many(health, 1);
    }

    /// Counts so many more.
    pub fn add_many(&mut self, health: Health, more: u32) {
        if let Some(count) = self.counts.get_mut(health as usize) {
            *count = count.saturating_add(more);
        }
    }

    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// The same number, of whom nothing is known.
    pub(crate) fn unknown(&self) -> Self {
        let mut unknown = Self::default();
        if let Some(count) = unknown.counts.get_mut(Health::Unknown as usize) {
            *count = self.all();
        }
        unknown
    }

    /// How many have this health.
    pub fn of(&self, health: Health) -> u32 {
        self.counts.get(health as usize).copied().unwrap_or(0)
    }

    /// How many there are.
    pub fn all(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// How many need a person.
    pub fn unhealthy(&self) -> u32 {
        self.iter()
            .filter(|(health, _)| health.unhealthy())
            .map(|(_, count)| count)
            .sum()
    }

    /// Health and count, worst first, zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (Health, u32)> + '_ {
        Health::ALL.into_iter().map(|health| (health, self.of(health)))
    }
}
