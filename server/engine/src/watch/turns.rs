//! Whose turn it is to be probed where not all are asked in one round.

use std::collections::BTreeMap;

use model::names::WorkerId;

/// Addresses that are configured, or of workers that live, asked in one round.
const SURE: usize = 256;
/// The same of all others: of workers that are gone, or that statuses name and nobody ever heard.
const UNSURE: usize = 64;

/// Whose turn it is where not all are asked in one round.
#[derive(Default)]
pub(super) struct Turns {
    round: u64,
    last: BTreeMap<WorkerId, u64>,
}

impl Turns {
    pub(super) fn retain(&mut self, known: impl Fn(&WorkerId) -> bool) {
        self.last.retain(|id, _| known(id));
    }

    /// Who is asked in this round: those first that are sure to be workers, and of each kind those that waited longest.
    pub(super) fn next<'a>(
        &mut self,
        all: impl Iterator<Item = &'a WorkerId>,
        sure: impl Fn(&WorkerId) -> bool,
    ) -> Vec<WorkerId> {
        self.round += 1;
        let (mut known, mut others): (Vec<&WorkerId>, Vec<&WorkerId>) = all.partition(|id| sure(id));
        for (kind, most) in [(&mut known, SURE), (&mut others, UNSURE)] {
            kind.sort_by_key(|id| self.last.get(*id).copied());
            kind.truncate(most);
        }
        let chosen: Vec<WorkerId> = known.into_iter().chain(others).cloned().collect();
        let turns = chosen.iter().map(|id| (id.clone(), self.round));
        self.last.extend(turns);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_are_named_so_many_are_asked_at_once_and_each_has_its_turn() {
        let names = |kind: &str, count: usize| -> Vec<WorkerId> {
            (0..count)
                .map(|number| format!("{kind}{number}:1").as_str().into())
                .collect()
        };
        let (sure, unsure) = (names("sure", 300), names("unsure", 1_000));
        let mut turns = Turns::default();
        let mut asked: BTreeMap<WorkerId, usize> = BTreeMap::new();
        for _ in 0..16 {
            let all = unsure.iter().chain(&sure);
            let round = turns.next(all, |id| id.as_str().starts_with("sure"));
            assert_eq!(round.len(), SURE + UNSURE);
            assert!(round[..SURE].iter().all(|id| id.as_str().starts_with("sure")));
            round.into_iter().for_each(|id| *asked.entry(id).or_default() += 1);
        }
        assert!(unsure.iter().all(|id| [1, 2].contains(&asked[id])));
        assert!(sure.iter().all(|id| asked[id] >= 8), "nobody waits for two rounds");
        // Few are all asked every time.
        for _ in 0..3 {
            assert_eq!(turns.next(unsure[..60].iter(), |_| false).len(), 60);
        }
        turns.retain(|_| false);
        assert!(turns.last.is_empty());
    }
}
