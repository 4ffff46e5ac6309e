//! What becomes of a batch that Postgres refuses for a reason that does not pass.
//!
//! One row that the database will never take must hold up neither the other rows nor the history. So a refused batch is
//! sent once more with one recorded gap in the place of its history, which follows in pieces; if that is refused too it
//! is about a row, and the batch is sent in halves until that row stands alone. What is about one subject stays together
//! all the while ([`super::subject::Subject`]): a crash between two pieces repeats nothing to the next holder, who goes
//! on from the rows.
//!
//! A refused row is left out, with its history, until it is tried again, and a gap tells of it. If another server takes
//! the lease before, its first look sees what the rows do not say and tells it then. Of refused history only so much is
//! kept; where a database takes none of it at all, halving would only ask the same again and again, and what is left is
//! kept whole. Nobody tries it again once this server lets the cluster go: then it is sent once more, and what is refused
//! even so is told as lost.

use std::collections::VecDeque;

use chrono::TimeDelta;
use model::Timestamp;
use model::names::ClusterName;
use model::record::Entry;
use model::set_back::SetBack;

use super::Ledger;
use super::pending::{Outgoing, Pending, Withheld, beginning, gap, is_gap};

/// A batch is sent so often before it is taken apart: a refusal may be about the moment.
const TRIES: u32 = 2;
/// How long what was refused is left out before it is tried again, by itself.
const AGAIN: TimeDelta = TimeDelta::minutes(1);
/// After so many refusals in a row of nothing but history, no more of it is halved.
const HALVINGS: u32 = 8;
/// So many refused entries of history are kept to be tried again; further ones are lost, and counted.
const KEPT: usize = 10_000;

/// Pieces of refused batches, and what the database does not take.
#[derive(Default)]
pub(super) struct Refused {
    pieces: VecDeque<Pending>,
    /// Rows that were refused by themselves, with their history.
    aside: Pending,
    again: Option<Timestamp>,
    tries: u32,
    /// History that was refused by itself, in its order.
    history: Vec<Entry>,
    /// When it is tried again.
    history_again: Option<Timestamp>,
    refusals: u32,
    untold: Option<Untold>,
}

/// Refused history of which nothing is recorded yet.
struct Untold {
    from: Timestamp,
    at: Timestamp,
    changes: usize,
    lost: usize,
    why: String,
}

/// What was left out, for the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// What it is: a row by its name, or so many entries of the history.
    pub(crate) what: String,
    /// How many changes it stands for.
    pub(crate) changes: usize,
    /// What the database said.
    pub(crate) why: String,
}

impl Refused {
    /// What goes before anything newer: pieces, then, when their time has come, single rows that were refused. What is
    /// pending of the same subjects goes with them, since rows are recorded as they are now.
    pub(super) fn next(&mut self, at: Timestamp, pending: &mut Pending) -> Option<Pending> {
        if self.pieces.is_empty() && self.again.is_some_and(|again| again <= at) {
            self.rows_again();
        }
        if self.pieces.is_empty() && self.history_again.is_some_and(|again| again <= at) {
            self.history_again();
        }
        let mut piece = self.pieces.pop_front()?;
        piece.add(pending.take_out(&piece.subjects()));
        Some(piece)
    }

    /// Rows that were left out become pieces again, each with its history.
    fn rows_again(&mut self) {
        self.again = None;
        let mut aside = std::mem::take(&mut self.aside);
        let subjects = aside.subjects().into_iter();
        let mut pieces: Vec<Pending> = subjects.map(|subject| aside.take_out(&[subject].into())).collect();
        if let Some(first) = pieces.first_mut() {
            // Gaps stand for history of any of them.
            first.entries.splice(..0, aside.take_entries());
        }
        pieces.iter_mut().for_each(|piece| piece.told = true);
        self.pieces.extend(pieces);
    }

    /// So does history.
    fn history_again(&mut self) {
        self.history_again = None;
        self.refusals = 0;
        let mut history = Pending::of_entries(std::mem::take(&mut self.history));
        history.told = true;
        self.pieces.push_back(history);
    }

    /// What was left out waits no longer for a clock that was set back.
    pub(super) fn set_back(&mut self, back: &SetBack) {
        back.until(&mut self.again);
        back.until(&mut self.history_again);
    }

    /// How much history waits here, for whatever reason.
    pub(super) fn entries(&self) -> usize {
        let pieces: usize = self.pieces.iter().map(Pending::held).sum();
        pieces + self.aside.held() + self.history.len()
    }

    /// When the earliest of it happened.
    fn begins(&self) -> Option<Timestamp> {
        let waiting = self.pieces.iter().chain([&self.aside]).filter_map(Pending::begins);
        waiting.chain(self.history.iter().map(beginning)).min()
    }

    /// Whether there is more to be sent at once.
    pub(super) fn more(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Takes out of what is pending what is about rows that are left out for now.
    pub(super) fn sift(&mut self, pending: &mut Pending) {
        let subjects = self.aside.subjects();
        if !subjects.is_empty() {
            self.aside.add(pending.take_out(&subjects));
            self.aside.configs_give_way();
        }
    }

    /// What was sent is recorded. Returns what a gap in it stands for, which is sent next.
    pub(super) fn taken(&mut self, sent: Outgoing) -> Option<LeftOut> {
        self.tries = 0;
        if !sent.entries().is_empty() {
            self.refusals = 0;
        }
        let cluster = sent.cluster().clone();
        let Withheld { history, why, .. } = sent.into_pending().withheld?;
        let left_out = LeftOut {
            what: entries_of(history.len(), &cluster),
            changes: history.len(),
            why,
        };
        let mut piece = Pending::of_entries(history);
        piece.told = true;
        self.pieces.push_front(piece);
        Some(left_out)
    }

    /// What is to be told of refused history, once no more of it is under way.
    pub(super) fn tell(&mut self, cluster: &ClusterName) -> Option<(Entry, LeftOut)> {
        if self.pieces.iter().any(|piece| !piece.entries.is_empty()) {
            return None;
        }
        let untold = self.untold.take()?;
        let what = entries_of(untold.changes, cluster);
        let then = match untold.lost {
            0 => "which are tried again".to_owned(),
            lost => format!("of which {lost} are lost and the others are tried again"),
        };
        let text = format!("the database refused {what}, {then}: {}", untold.why);
        let left_out = LeftOut {
            what,
            changes: untold.changes,
            why: untold.why,
        };
        Some((gap(untold.from, untold.at, &text), left_out))
    }

    /// Keeps history that was refused; `told`: a gap says so already.
    fn keep(&mut self, entries: Vec<Entry>, told: bool, at: Timestamp, why: &str) {
        let lost = (self.history.len() + entries.len()).saturating_sub(KEPT);
        // A gap that is refused itself is not told by another one, and nothing is told twice.
        if let Some(first) = entries
            .first()
            .filter(|_| lost > 0 || !(told || entries.iter().all(is_gap)))
        {
            let untold = self.untold.get_or_insert_with(|| Untold {
                from: beginning(first),
                at,
                changes: 0,
                lost: 0,
                why: why.to_owned(),
            });
            untold.changes += entries.len();
            untold.lost += lost;
        }
        let room = KEPT.saturating_sub(self.history.len());
        self.history.extend(entries.into_iter().take(room));
        // Pieces are refused subject by subject.
        self.history.sort_by_key(Entry::at);
        self.history_again.get_or_insert(at + AGAIN);
    }

    /// Whether what was sent is to be taken apart, after one more refusal.
    pub(super) fn enough(&mut self, sent: &Outgoing) -> bool {
        self.tries += 1;
        self.tries >= TRIES || sent.piece
    }

    /// Takes apart what was refused at `at`. Returns the entry that tells what is left out, and the same for the log;
    /// nothing when it was told before or when there was something to take apart.
    pub(super) fn apart(&mut self, sent: Outgoing, at: Timestamp, why: &str) -> Option<(Entry, LeftOut)> {
        self.tries = 0;
        let (cluster, from) = (sent.cluster().clone(), sent.at());
        let mut refused = sent.into_pending();
        if refused.subjects().is_empty() {
            self.refusals += 1;
            let entries = refused.take_entries();
            if entries.len() > 1 && self.refusals < HALVINGS {
                for half in halves(entries).into_iter().rev() {
                    let mut piece = Pending::of_entries(half);
                    piece.told = refused.told;
                    self.pieces.push_front(piece);
                }
            } else {
                self.keep(entries, refused.told, at, why);
            }
            return self.tell(&cluster);
        }
        let Some(withheld) = refused.withheld.take() else {
            if refused.entries.iter().all(is_gap) {
                return self.rows_apart(refused, &cluster, from, at, why);
            }
            refused.withhold(&cluster, why);
            self.pieces.push_front(refused);
            return None;
        };
        refused.restore(withheld);
        self.rows_apart(refused, &cluster, from, at, why)
    }

    /// It is one of these rows.
    fn rows_apart(
        &mut self,
        mut refused: Pending,
        cluster: &ClusterName,
        from: Timestamp,
        at: Timestamp,
        why: &str,
    ) -> Option<(Entry, LeftOut)> {
        let subjects = refused.all_subjects();
        if subjects.len() > 1 {
            let [first, _] = halves(subjects);
            let mut first = refused.take_out(&first);
            // Gaps go with the first half.
            let (gaps, entries) = refused.take_entries().into_iter().partition(is_gap);
            refused.entries = entries;
            first.entries.splice(..0, gaps);
            self.pieces.push_front(refused);
            self.pieces.push_front(first);
            return None;
        }
        if !refused.connectors.is_empty() {
            let followed = refused.configs.take_followed();
            if !followed.is_empty() {
                // A config that another one followed must not keep the row of its connector from being recorded.
                let mut older = Pending::of_entries(Vec::new());
                (older.configs, older.told) = (followed, refused.told);
                self.pieces.push_front(refused);
                self.pieces.push_front(older);
                return None;
            }
        }
        let subject = subjects.first()?;
        let left_out = LeftOut {
            what: subject.words(cluster),
            changes: 1,
            why: why.to_owned(),
        };
        let known = refused.told || self.aside.subjects().contains(subject);
        self.aside.add(refused);
        self.again.get_or_insert(at + AGAIN);
        let text = format!("the database refused {}, which is tried again: {why}", left_out.what);
        (!known).then(|| (gap(from, at, &text), left_out))
    }
}

impl Ledger {
    /// What was refused is sent once more at once, since nobody will be here to try it again later.
    pub(crate) fn hurry(&mut self) {
        if self.refused.again.is_some() {
            self.refused.rows_again();
        }
        if self.refused.history_again.is_some() {
            self.refused.history_again();
        }
    }

    /// Gives up the history that was refused and the configs, and has a gap say so: this server lets the cluster go. Returns
    /// how many entries and configs are lost.
    pub(crate) fn give_up(&mut self, at: Timestamp) -> usize {
        let mut lost = std::mem::take(&mut self.refused.history);
        lost.append(&mut self.refused.aside.take_entries());
        let configs = std::mem::take(&mut self.refused.aside.configs);
        let began = configs.span().map(|(from, _)| from);
        if let Some(from) = lost.iter().map(beginning).chain(began).min() {
            let what = match (lost.len(), configs.len()) {
                (entries, 0) => entries_of(entries, &self.facts.name),
                (0, configs) => configs_of(configs, &self.facts.name),
                (entries, configs) => format!("{} and {configs} of its configs", entries_of(entries, &self.facts.name)),
            };
            let text = format!("the database refused {what}, which are lost: this server lets the cluster go");
            self.pending.push(gap(from, at, &text));
        }
        lost.len() + configs.len()
    }

    /// How much history is not recorded yet.
    pub(super) fn unrecorded(&self) -> usize {
        let sent = self.sent.as_ref().map_or(0, Outgoing::held);
        sent + self.refused.entries() + self.pending.entries().len()
    }

    /// Since when something happened that is not known to be recorded; `None` when all is.
    pub(crate) fn owes_since(&self) -> Option<Timestamp> {
        let sent = self.sent.as_ref().and_then(Outgoing::begins);
        let refused = self.refused.begins();
        sent.into_iter().chain(refused).chain(self.pending.begins()).min()
    }
}

impl Pending {
    /// When the earliest of its history, or of its configs, happened.
    pub(super) fn begins(&self) -> Option<Timestamp> {
        let withheld = self.withheld.iter().flat_map(|withheld| &withheld.history);
        let configs = self.configs.span().map(|(from, _)| from);
        self.entries.iter().chain(withheld).map(beginning).chain(configs).min()
    }

    /// How much history it stands for.
    pub(super) fn held(&self) -> usize {
        self.entries.len() + self.withheld.as_ref().map_or(0, |withheld| withheld.history.len())
    }

    /// Puts one gap in the place of the history, which may be what is refused.
    fn withhold(&mut self, cluster: &ClusterName, why: &str) {
        let (gaps, history): (Vec<Entry>, Vec<Entry>) = self.take_entries().into_iter().partition(is_gap);
        self.entries = gaps;
        let (Some(first), Some(last)) = (history.first(), history.last()) else {
            return;
        };
        let text = format!(
            "the database refused {}, which are tried again: {why}",
            entries_of(history.len(), cluster)
        );
        self.withheld = Some(Withheld {
            gap: gap(beginning(first), last.at(), &text),
            history,
            why: why.to_owned(),
        });
    }

    /// Takes the history back: it is not what is refused.
    fn restore(&mut self, withheld: Withheld) {
        self.entries.extend(withheld.history);
        // What is newer may have come to it meanwhile.
        self.entries.sort_by_key(Entry::at);
    }
}

fn entries_of(count: usize, cluster: &ClusterName) -> String {
    match count {
        1 => format!("1 entry of the history of {cluster}"),
        many => format!("{many} entries of the history of {cluster}"),
    }
}

fn configs_of(count: usize, cluster: &ClusterName) -> String {
    match count {
        1 => format!("1 config of {cluster}"),
        many => format!("{many} configs of {cluster}"),
    }
}

/// In two.
fn halves<I, C>(all: C) -> [C; 2]
where
    C: IntoIterator<Item = I> + FromIterator<I>,
{
    let mut first: Vec<I> = all.into_iter().collect();
    let second = first.split_off(first.len() / 2);
    [first, second].map(|half| half.into_iter().collect())
}
