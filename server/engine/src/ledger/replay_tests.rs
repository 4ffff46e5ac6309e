//! A replay of what was seen gives the same history, whoever held the lease in between.
//!
//! What is recorded is every observation with the moment at which the ledger took it, and every beat at which due
//! verdicts were judged; what is compared is every entry of the history, whole: transitions, verdicts with their reasons,
//! faults opened and ended. A takeover in between begins a new ledger from the facts and verdicts as the store keeps
//! them, that is as JSON.

use chrono::TimeDelta;
use model::Clock as _;
use model::names::{ConnectorName, WorkerId};
use model::observe::{
    Gap, GapKind, GroupMember, GroupMembers, Listed, ListedConnector, ListedInstance, Observation, Seen,
};
use model::record::ConnectorRecord;
use model::settings::Settings;
use model::state::State;
use serde::Serialize;
use serde::de::DeserializeOwned;
use testkit::ManualClock;

use model::verdict::Health;

use super::*;
use model::facts::ConnectorFacts;

/// One line of a recording.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// The ledger took an observation at this moment.
    Saw(Timestamp, Observation),
    /// A beat.
    Beat(Timestamp),
}

/// The configuration of recordings.
pub(crate) fn spec(settings: Settings) -> Arc<FleetSpec> {
    Arc::new(FleetSpec {
        settings,
        ..FleetSpec::default()
    })
}

/// Folds and judges a recording from its beginning; another server takes over before the lines that `takeover` names.
/// Returns the whole history.
pub(crate) fn replay(lines: &[Line], spec: &Arc<FleetSpec>, takeover: impl Fn(usize) -> bool) -> Vec<Entry> {
    replay_of(&"orders".into(), lines, spec, takeover)
}

/// The same of a cluster with another name.
pub(crate) fn replay_of(
    cluster: &ClusterName,
    lines: &[Line],
    spec: &Arc<FleetSpec>,
    takeover: impl Fn(usize) -> bool,
) -> Vec<Entry> {
    let Some(Line::Saw(begin, _) | Line::Beat(begin)) = lines.first() else {
        return Vec::new();
    };
    let clock = ManualClock::at(*begin);
    let mut ledger = Ledger::new(cluster, None, spec.clone(), *begin);
    let mut history = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if takeover(number) {
            ledger = Ledger::new(cluster, Some(as_stored(&ledger)), spec.clone(), clock.now());
        }
        match line {
            Line::Saw(now, observation) => {
                clock.set(*now);
                ledger.observe(observation, *now);
            }
            Line::Beat(now) => {
                clock.set(*now);
                ledger.tick(*now);
            }
        }
        history.extend(record(&mut ledger, clock.now()));
    }
    history
}

/// What goes out is recorded at once; its entries.
pub(crate) fn record(ledger: &mut Ledger, now: Timestamp) -> Vec<Entry> {
    let entries = ledger
        .outgoing(now)
        .map(|out| out.entries().to_vec())
        .unwrap_or_default();
    ledger.recorded();
    entries
}

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// What the next holder reads.
pub(super) fn as_stored(ledger: &Ledger) -> ClusterRecord {
    let facts = &ledger.facts;
    let connector = |facts: &Arc<ConnectorFacts>| {
        let mut stored = through_json(&**facts);
        stored.config = facts.config.clone();
        ConnectorRecord {
            facts: Arc::new(stored),
            verdict: Arc::new(through_json(&*ledger.judged[&facts.name])),
            owner: None,
        }
    };
    ClusterRecord {
        name: facts.name.clone(),
        about: through_json(&facts.about),
        workers: facts
            .workers
            .values()
            .map(|worker| Arc::new(through_json(&**worker)))
            .collect(),
        connectors: facts.connectors.values().map(connector).collect(),
        faults: ledger
            .faults
            .open()
            .iter()
            .map(|fault| Arc::new(through_json(&**fault)))
            .collect(),
        fresh: through_json(&facts.fresh),
    }
}

/// The same run of chance for the same seed: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % bound
    }

    fn once_in(&mut self, looks: u64) -> bool {
        self.below(looks) == 0
    }
}

const WORKERS: u64 = 3;
const TRACES: [&str; 3] = [
    "org.apache.kafka.connect.errors.ConnectException: x\nCaused by: java.net.ConnectException: Connection refused",
    "org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed",
    "java.lang.NullPointerException",
];

/// A cluster that lives through a day by chance.
struct Day {
    chance: Chance,
    connectors: BTreeMap<ConnectorName, ListedConnector>,
    alive: [bool; WORKERS as usize],
    made: u64,
}

impl Day {
    fn worker(number: u64) -> WorkerId {
        format!("w{number}:8083").into()
    }

    fn instance(&mut self) -> ListedInstance {
        ListedInstance {
            state: State::Running,
            worker_id: Self::worker(self.chance.below(WORKERS)),
            trace: None,
            trace_id: None,
            version: None,
        }
    }

    fn create(&mut self) {
        self.made += 1;
        let connector = ListedConnector {
            unstarted: None,
            kind: None,
            config: None,
            instance: Some(self.instance()),
            tasks: (0..2).map(|task| (task, self.instance())).collect(),
        };
        self.connectors.insert(format!("c{}", self.made).into(), connector);
    }

    /// What happens between two looks; whether the list changed.
    fn pass(&mut self) -> bool {
        let mut changed = false;
        if self.chance.once_in(500) || self.connectors.is_empty() {
            self.create();
            changed = true;
        }
        let names: Vec<ConnectorName> = self.connectors.keys().cloned().collect();
        if names.len() > 12 && self.chance.once_in(300) {
            let place = self.chance.below(names.len() as u64) as usize;
            changed |= self.connectors.remove(&names[place]).is_some();
        }
        for name in names {
            if !self.chance.once_in(150) {
                continue;
            }
            let (kind, task, worker) = (
                self.chance.below(8),
                self.chance.below(2) as u32,
                self.chance.below(WORKERS),
            );
            let trace = TRACES[self.chance.below(3) as usize];
            let Some(connector) = self.connectors.get_mut(&name) else {
                continue;
            };
            let Some(instance) = connector.tasks.get_mut(&task) else {
                continue;
            };
            instance.trace = None;
            instance.state = match kind {
                0..=2 => {
                    instance.trace = Some(trace.into());
                    State::Failed
                }
                3 => State::Unassigned,
                4 => State::Paused,
                _ => State::Running,
            };
            if kind == 7 {
                instance.worker_id = Self::worker(worker);
            }
            changed = true;
        }
        let place = self.chance.below(WORKERS) as usize;
        let rate = if self.alive[place] { 400 } else { 10 };
        if self.chance.once_in(rate) {
            self.alive[place] = !self.alive[place];
        }
        changed
    }

    fn members(&self) -> Seen {
        let living = (0..WORKERS).filter(|number| self.alive[*number as usize]);
        let member = |number: u64| GroupMember {
            member_id: format!("connect-w{number}").into(),
            worker_id: Self::worker(number),
            url: format!("http://w{number}:8083/").into(),
            leader: Some(number == 0),
            leader_url: None,
            delay_ms: Some(0),
            connectors: Vec::new(),
            tasks: Vec::new(),
        };
        Seen::Members(GroupMembers {
            group_id: "connect".into(),
            state: "Stable".into(),
            partial: false,
            kafka_cluster_id: None,
            members: living.map(member).collect(),
        })
    }
}

/// A look every 30 s for 24 hours, beats between them.
fn day(seed: u64) -> Vec<Line> {
    let clock = ManualClock::default();
    let mut day = Day {
        chance: Chance(seed),
        connectors: BTreeMap::new(),
        alive: [true; WORKERS as usize],
        made: 0,
    };
    (0..20).for_each(|_| day.create());
    let gap = || Gap {
        kind: GapKind::Refused,
        text: "refused".into(),
    };
    let mut lines = Vec::new();
    let mut shown = false;
    for _ in 0..24 * 120 {
        shown &= !day.pass();
        let by = Day::worker(0);
        let list = if day.chance.once_in(60) {
            Seen::ListMissing(gap())
        } else if shown {
            Seen::ListedUnchanged { by }
        } else {
            shown = true;
            Seen::Listed(Listed {
                by,
                connectors: day.connectors.clone(),
            })
        };
        let members = if day.chance.once_in(60) {
            Seen::MembersMissing(gap())
        } else {
            day.members()
        };
        let mut looks = vec![list, members];
        if day.chance.once_in(2) {
            looks.push(Seen::Named {
                by: Day::worker(1),
                names: day.connectors.keys().cloned().collect(),
            });
        }
        for seen in looks {
            let at = clock.now();
            let now = clock.advance(TimeDelta::milliseconds(20));
            lines.push(Line::Saw(
                now,
                Observation {
                    at,
                    answered: now,
                    seen,
                },
            ));
        }
        for _ in 0..3 {
            lines.push(Line::Beat(clock.advance(TimeDelta::milliseconds(9_980))));
        }
    }
    lines
}

#[test]
fn a_simulated_day_gives_the_same_history_however_often_it_is_replayed_and_whoever_takes_over() {
    for seed in [1, 20_26] {
        let lines = day(seed);
        let spec = spec(Settings::default());
        let history = replay(&lines, &spec, |_| false);
        let verdicts = history
            .iter()
            .filter(|entry| matches!(entry, Entry::Verdict(_)))
            .count();
        assert!(
            verdicts > 500,
            "a day in which {verdicts} verdicts changed proves little"
        );
        assert!(
            replay(&lines, &spec, |_| false) == history,
            "seed {seed}: the same again"
        );
        let taken_over = replay(&lines, &spec, |number| number % 97 == 13);
        for (one, other) in history.iter().zip(&taken_over) {
            assert_eq!(one, other, "seed {seed}: with takeovers in between");
        }
        assert_eq!(history.len(), taken_over.len(), "seed {seed}");
    }
}

/// A look between the moment at which a verdict runs out and the next beat.
#[test]
fn a_verdict_that_runs_out_before_a_look_is_the_same_for_who_just_took_over() {
    let clock = ManualClock::default();
    let instance = |state| ListedInstance {
        state,
        worker_id: Day::worker(0),
        trace: None,
        trace_id: None,
        version: None,
    };
    let connector = ListedConnector {
        unstarted: None,
        kind: None,
        config: None,
        instance: Some(instance(State::Running)),
        tasks: [(0, instance(State::Unassigned))].into_iter().collect(),
    };
    let saw = |seen| {
        let at = clock.now();
        let answered = at;
        Line::Saw(at, Observation { at, answered, seen })
    };
    let by = Day::worker(0);
    let mut lines = vec![saw(Seen::Listed(Listed {
        by: by.clone(),
        connectors: BTreeMap::from([("one".into(), connector)]),
    }))];
    lines.push(Line::Beat(clock.advance(TimeDelta::milliseconds(9_900))));
    clock.advance(TimeDelta::milliseconds(200));
    lines.push(saw(Seen::ListedUnchanged { by }));
    lines.push(Line::Beat(clock.advance(TimeDelta::milliseconds(300))));
    let spec = spec(Settings::default());
    let history = replay(&lines, &spec, |_| false);
    let unassigned = |entry: &Entry| matches!(entry, Entry::Verdict(change) if change.to == Health::Unassigned);
    assert!(history.iter().any(unassigned), "{history:#?}");
    for takeover in 1..lines.len() {
        assert_eq!(
            replay(&lines, &spec, |number| number == takeover),
            history,
            "{takeover}"
        );
    }
}
