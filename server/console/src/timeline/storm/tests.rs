//! Histories as short notation, and what they fold to.

use chrono::DateTime;
use model::verdict::Health;

use super::{Moves, Shift, folded};
use crate::Turn;
use crate::{EntryKind, TimelineItem};

/// `13:02 lines:a +` is about a connector of another cluster than `orders`. `13:02 a +` says that connector a appeared; `13:02 a/0 FAILED` is a state of task 0 of connector a; `13:02 a = failed` a verdict, with `: why` if others may share
/// it; `13:02 a @ opened: why` a fault; `13:02 a ! text` another entry about it; `13:02 * worker` one about the cluster. Given oldest first, as things happen.
fn history(lines: &[&str]) -> Vec<TimelineItem> {
    let item = |(index, line): (usize, &&str)| {
        let (time, rest) = line.split_once(' ').unwrap();
        let (minutes, seconds) = time.split_once(':').unwrap();
        let at: i64 = minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap();
        let (about, word) = rest.split_once(' ').unwrap();
        let (cluster, about) = about.split_once(':').unwrap_or(("orders", about));
        let base = TimelineItem {
            id: i64::try_from(index).unwrap(),
            at: DateTime::from_timestamp(1_795_270_000 + at, 0).unwrap(),
            cluster: cluster.into(),
            connector: None,
            kind: EntryKind::Worker,
            text: rest.to_owned(),
            actor: None,
            health: None,
            turn: None,
        };
        if about == "*" {
            return TimelineItem {
                kind: if word == "rebalance" {
                    EntryKind::Rebalance
                } else {
                    EntryKind::Worker
                },
                ..base
            };
        }
        let (name, task) = about
            .split_once('/')
            .map_or((about, None), |(name, task)| (name, Some(task)));
        let turn = |subject: String, word: &str| {
            let (word, cause) = word
                .split_once(": ")
                .map_or((word, None), |(word, cause)| (word, Some(cause)));
            let (cause, shared) = match task {
                Some(_) => (cause, cause.filter(|_| word == "FAILED")),
                None => (None, cause),
            };
            Some(Turn {
                subject,
                word: word.to_owned(),
                cause: cause.map(str::to_owned),
                shift: match word {
                    "moved" => Some(Shift::Moved),
                    "UNASSIGNED" => Some(Shift::Waited),
                    _ => None,
                },
                shared: shared.map(str::to_owned),
            })
        };
        let (kind, turn) = match (task, word.split_once(' ')) {
            (Some(task), _) => (EntryKind::State, turn(format!("{name} task {task}"), word)),
            (None, Some(("=", health))) => (EntryKind::Verdict, turn(name.to_owned(), health)),
            (None, None) if word == "+" => {
                let appeared = turn(name.to_owned(), "appeared: ");
                (EntryKind::Connector, appeared)
            }
            (None, Some(("@", word))) => (EntryKind::Fault, turn(format!("a fault of {name}"), word)),
            (None, _) => (EntryKind::Config, None),
        };
        TimelineItem {
            connector: Some(name.into()),
            health: word.contains("FAILED").then_some(Health::Failed),
            kind,
            turn,
            ..base
        }
    };
    let mut items: Vec<TimelineItem> = lines.iter().enumerate().map(item).collect();
    items.reverse();
    items
}

/// What the lines say, newest first: an entry's own text, or the storm in short.
fn read(lines: &[&str]) -> Vec<String> {
    let line = |line: super::TimelineLine| match line.storm {
        None => line.item.text,
        Some(storm) if storm.moves.is_some() => {
            assert!(line.item.connector.is_none() && line.item.health.is_none());
            format!("{:?} by {} entries", storm.moves.unwrap(), storm.items.len())
        }
        Some(storm) => format!(
            "{}: {} x{} of {} in {} s{}",
            storm.subject,
            storm.words.join("+"),
            storm.times,
            storm.items.len(),
            (storm.to - storm.from).num_seconds(),
            storm.cause.map(|cause| format!(": {cause}")).unwrap_or_default(),
        ),
    };
    folded(&history(lines)).into_iter().map(line).collect()
}

#[test]
fn histories_fold_to_what_a_person_would_say() {
    let cases: [(&str, &[&str], &[&str]); 10] = [
        ("nothing", &[], &[]),
        (
            "three are no storm",
            &["0:00 a/0 FAILED", "0:05 a/0 RUNNING", "0:10 a/0 FAILED"],
            &["a/0 FAILED", "a/0 RUNNING", "a/0 FAILED"],
        ),
        (
            "a crash loop, with the cause that was told last",
            &[
                "0:00 a/0 FAILED: first",
                "0:05 a/0 RUNNING",
                "0:10 a/0 FAILED: last",
                "0:15 a/0 RUNNING",
                "0:20 a/0 FAILED",
            ],
            &["a task 0: FAILED+RUNNING x3 of 5 in 20 s: last"],
        ),
        (
            "two connectors in turn, each in its own line where its newest entry stood",
            &[
                "0:00 a/0 FAILED",
                "0:01 b/0 RUNNING",
                "0:02 a/0 RUNNING",
                "0:03 b/0 FAILED",
                "0:04 a/0 FAILED",
                "0:05 b/0 RUNNING",
                "0:06 a/0 RUNNING",
                "0:07 c/0 FAILED",
                "0:08 b/0 FAILED",
            ],
            &[
                "b task 0: RUNNING+FAILED x2 of 4 in 7 s",
                "c/0 FAILED",
                "a task 0: FAILED+RUNNING x2 of 4 in 6 s",
            ],
        ),
        (
            "states, verdicts and faults of one crash loop together, read by its states; what others have apart",
            &[
                "0:00 a/0 FAILED",
                "0:00 a = failed",
                "0:01 a @ opened",
                "0:05 a/0 RUNNING",
                "0:05 a = healthy",
                "0:06 a @ ended",
                "0:07 b = failed",
                "0:10 a/0 FAILED",
                "0:10 a = failed",
                "0:11 a @ opened",
                "0:15 a/0 RUNNING",
                "0:15 a = healthy",
                "0:16 a @ ended",
            ],
            &["a task 0: FAILED+RUNNING x2 of 12 in 16 s", "b = failed"],
        ),
        (
            "a verdict that came once in a crash loop is read by itself, and so is a storm of faults long after it",
            &[
                "0:00 a/0 FAILED",
                "0:05 a/0 RUNNING",
                "0:10 a/0 FAILED",
                "0:12 a = crash looping",
                "0:15 a/0 RUNNING",
                "16:00 a @ opened",
                "16:01 a @ ended",
                "16:02 a @ opened",
                "16:03 a @ ended",
            ],
            &[
                "a fault of a: opened+ended x2 of 4 in 3 s",
                "a task 0: FAILED+RUNNING x2 of 4 in 15 s",
                "a = crash looping",
            ],
        ),
        (
            "tasks of one connector together",
            &[
                "0:00 a/0 UNASSIGNED",
                "0:00 a/1 UNASSIGNED",
                "0:00 a/2 UNASSIGNED",
                "0:01 a/3 UNASSIGNED",
            ],
            &["parts of a: UNASSIGNED x4 of 4 in 1 s"],
        ),
        (
            "a changed config between is not hidden, and parts what was before from what came after",
            &[
                "0:00 a/0 FAILED",
                "0:05 a/0 RUNNING",
                "0:07 a ! config",
                "0:10 a/0 FAILED",
                "0:15 a/0 RUNNING",
            ],
            &["a/0 RUNNING", "a/0 FAILED", "a ! config", "a/0 RUNNING", "a/0 FAILED"],
        ),
        (
            "a dead worker parts, a rebalance does not",
            &[
                "0:00 a/0 FAILED",
                "0:05 a/0 RUNNING",
                "0:07 * worker",
                "0:10 a/0 FAILED",
                "0:15 a/0 RUNNING",
                "0:17 * rebalance",
                "0:20 a/0 FAILED",
                "0:25 a/0 RUNNING",
            ],
            &[
                "a task 0: FAILED+RUNNING x2 of 4 in 15 s",
                "* rebalance",
                "* worker",
                "a/0 RUNNING",
                "a/0 FAILED",
            ],
        ),
        (
            "what lies more than ten minutes apart is told apart",
            &[
                "0:00 a/0 FAILED",
                "5:00 a/0 RUNNING",
                "16:00 a/0 FAILED",
                "16:05 a/0 RUNNING",
            ],
            &["a/0 RUNNING", "a/0 FAILED", "a/0 RUNNING", "a/0 FAILED"],
        ),
    ];
    for (what, given, expected) in cases {
        assert_eq!(read(given), expected, "{what}");
    }
}

#[test]
fn a_storm_has_the_worst_of_its_healths_and_every_entry() {
    let items = history(&[
        "0:00 a/0 FAILED",
        "0:05 a/0 RUNNING",
        "0:10 a/0 FAILED",
        "0:15 a/0 RUNNING",
    ]);
    let lines = folded(&items);
    assert_eq!(lines[0].item.health, Some(Health::Failed));
    assert_eq!(lines[0].item.id, items[0].id);
    let ids: Vec<i64> = lines[0]
        .storm
        .as_ref()
        .unwrap()
        .items
        .iter()
        .map(|item| item.id)
        .collect();
    assert_eq!(ids, [3, 2, 1, 0]);
}

#[test]
fn what_one_rebalance_moves_is_one_line_of_its_cluster() {
    let moves = |tasks, instances| {
        let moves = Moves {
            tasks,
            instances,
            elsewhere: true,
        };
        format!("{moves:?} by {} entries", tasks + instances + 1)
    };
    let told = read(&[
        "00:00 * joined",
        "00:02 * rebalance",
        "00:05 a/0 UNASSIGNED",
        "00:05 a/0 moved",
        "00:05 a/1 moved",
        "00:06 * rebalance",
        "00:40 b/0 moved",
        "00:41 c/0 moved",
        "00:41 d/0 FAILED: disk full",
    ]);
    assert_eq!(
        told,
        [
            "d/0 FAILED: disk full",
            &moves(4, 0),
            "* rebalance",
            "* rebalance",
            "* joined"
        ]
    );
    // Three of them are read faster one by one, and later ones are another rebalance.
    let few = [
        "00:05 a/0 moved",
        "00:05 b/0 moved",
        "00:05 c/0 moved",
        "02:00 d/0 moved",
    ];
    assert_eq!(read(&few).len(), 4);
    // What one task does over and over is a storm of its connector.
    let over = [
        "00:05 a/0 moved",
        "00:15 a/0 moved",
        "00:25 a/0 moved",
        "00:35 a/0 moved",
    ];
    assert_eq!(read(&over), ["a task 0: moved x4 of 4 in 30 s"]);
}

#[test]
fn what_befalls_many_connectors_at_one_moment_for_one_cause_is_one_line() {
    let silence = [
        "0:00 a = unknown: nobody answers",
        "0:00 b = unknown: nobody answers",
        "0:01 * worker",
        "0:02 c = unknown: nobody answers",
        "0:03 d = unknown: nobody answers",
    ];
    let told = "orders: unknown x4 of 4 in 3 s: nobody answers";
    assert_eq!(read(&silence), [told, "* worker"]);
    let line = &folded(&history(&silence))[0];
    assert!(line.item.connector.is_none() && line.storm.as_ref().is_some_and(|storm| storm.wave));
    // Fewer, another cause, another health, another moment: each by itself.
    assert_eq!(read(&silence[..4]).len(), 4);
    for other in [
        "0:03 d = unknown: its status vanished",
        "0:03 d = failed: nobody answers",
        "1:00 d = unknown: nobody answers",
    ] {
        let lines = [&silence[..4], &[other]].concat();
        assert_eq!(read(&lines).len(), 5, "{other}");
    }
    // Faults that open with them are a line of their own.
    let both: Vec<String> = ["a", "b", "c", "d"]
        .iter()
        .flat_map(|name| {
            [
                format!("0:00 {name} = no tasks: none"),
                format!("0:00 {name} @ opened: none"),
            ]
        })
        .collect();
    let both: Vec<&str> = both.iter().map(String::as_str).collect();
    assert_eq!(
        read(&both),
        [
            "orders: opened x4 of 4 in 0 s: none",
            "orders: no tasks x4 of 4 in 0 s: none"
        ]
    );
    // Who turns one by one makes no wave, however short the pauses.
    let trickle: Vec<String> = (0..6).map(|n| format!("0:{:02} {n} = healthy: ", n * 9)).collect();
    let trickle: Vec<&str> = trickle.iter().map(String::as_str).collect();
    assert_eq!(read(&trickle).len(), 6, "{:?}", read(&trickle));
    // One connector over and over is no wave.
    let turns: Vec<&str> = std::iter::repeat_n(silence[0], 5).collect();
    assert_eq!(read(&turns), ["a: unknown x5 of 5 in 0 s"]);
}

#[test]
fn what_is_seen_first_together_is_one_line_and_parts_what_one_of_them_did_before() {
    let seen = ["0:00 a +", "0:00 b +", "0:01 c +", "0:01 d +"];
    assert_eq!(read(&seen), ["orders: appeared x4 of 4 in 1 s"]);
    assert_eq!(read(&seen[..3]), ["c +", "b +", "a +"], "three are read one by one");
    let again = [
        "0:00 a/0 FAILED",
        "0:05 a/0 RUNNING",
        "0:07 a +",
        "0:10 a/0 FAILED",
        "0:15 a/0 RUNNING",
    ];
    assert_eq!(read(&again).len(), 5);
}

#[test]
fn a_system_that_many_clusters_rely_on_fails_them_in_one_line_each_of_states_faults_and_verdicts() {
    let mut lines = Vec::new();
    for cluster in ["a", "b", "c", "d"] {
        lines.push(format!("0:00 {cluster}:sink/0 FAILED: refused"));
        lines.push(format!("0:00 {cluster}:sink @ opened: refused"));
        lines.push(format!("0:00 {cluster}:sink = failed: its only task"));
        lines.push(format!("0:01 {cluster}:other = healthy: "));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let told = read(&lines);
    for one in [
        "4 clusters: FAILED x4 of 4 in 0 s: refused",
        "4 clusters: opened x4 of 4 in 0 s: refused",
        "4 clusters: failed x4 of 4 in 0 s: its only task",
    ] {
        assert!(told.iter().any(|line| line == one), "{told:?}");
    }
    // Those that are well again each for a reason of their own stand by themselves.
    assert_eq!(told.len(), 3 + 4, "{told:?}");
}

#[test]
fn a_storm_of_one_connector_takes_in_nothing_of_another() {
    let lines = [
        "0:00 a/0 FAILED",
        "0:01 b @ opened",
        "0:02 b @ ended",
        "0:03 b @ opened",
        "0:04 b @ ended",
        "0:05 a/0 RUNNING",
        "0:10 a/0 FAILED",
        "0:15 a/0 RUNNING",
    ];
    assert_eq!(
        read(&lines),
        [
            "a task 0: FAILED+RUNNING x2 of 4 in 15 s",
            "a fault of b: opened+ended x2 of 4 in 3 s"
        ]
    );
}
