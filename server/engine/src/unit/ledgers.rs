//! The ledgers of one holding. However it ends, what they still owe then is noted as lost.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use model::Clock;
use model::names::ClusterName;

use crate::ledger::Ledger;
use crate::losses::{Loss, Losses};

/// Notes what is owed when it is dropped, so that no end of a holding can forget it: neither a panic nor a deadline.
pub(super) struct Ledgers {
    all: BTreeMap<ClusterName, Ledger>,
    losses: Losses,
    clock: Arc<dyn Clock>,
    why: String,
}

impl Ledgers {
    pub(super) fn new(all: BTreeMap<ClusterName, Ledger>, losses: Losses, clock: Arc<dyn Clock>, why: String) -> Self {
        Self {
            all,
            losses,
            clock,
            why,
        }
    }

    /// Why what is owed when this is dropped is lost.
    pub(super) fn because(&mut self, why: String) {
        self.why = why;
    }

    /// Forgets all: another gap tells of what is owed.
    pub(super) fn told_otherwise(&mut self) {
        self.all.clear();
    }
}

impl Drop for Ledgers {
    fn drop(&mut self) {
        for (cluster, ledger) in &self.all {
            let Some(from) = ledger.owes_since() else { continue };
            self.losses.note(Loss {
                cluster: cluster.clone(),
                from,
                to: self.clock.now().max(from),
                why: self.why.clone(),
            });
        }
    }
}

impl Deref for Ledgers {
    type Target = BTreeMap<ClusterName, Ledger>;

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl DerefMut for Ledgers {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.all
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use testkit::ManualClock;

    use super::*;
    use crate::ledger::replay_tests::spec;

    #[test]
    fn what_is_owed_when_a_unit_panics_is_lost_and_noted() {
        let clock = Arc::new(ManualClock::default());
        let losses = Losses::default();
        let began = clock.now();
        let ledger = |name: &str| Ledger::new(&name.into(), None, spec(Default::default()), began);
        let mut ledgers = Ledgers::new(
            [("lines".into(), ledger("lines")), ("orders".into(), ledger("orders"))].into(),
            losses.clone(),
            clock.clone(),
            "it ended before".into(),
        );
        let earlier = began - TimeDelta::seconds(5);
        if let Some(orders) = ledgers.get_mut("orders") {
            orders.gap(earlier, began, "what stands for what happened since");
            // On its way to the database, which is where most of it is while that is away.
            orders.outgoing(began);
            orders.gap(began, began, "and what came after it");
        }
        clock.advance(TimeDelta::seconds(2));
        let unit = std::thread::spawn(move || {
            let _held = ledgers;
            std::panic::resume_unwind(Box::new("an index out of bounds"));
        });
        assert!(unit.join().is_err());
        let expected = Loss {
            cluster: "orders".into(),
            from: earlier,
            to: began + TimeDelta::seconds(2),
            why: "it ended before".into(),
        };
        assert_eq!(losses.all(), [expected], "and nothing of the one that owed nothing");
    }
}
