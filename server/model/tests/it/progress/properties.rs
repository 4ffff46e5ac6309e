//! What holds whatever happens.

use model::lag::{NextRecord, Place};
use model::verdict::{Activity, Health};
use proptest::prelude::*;

use super::scene::{NAME, Scene, of};

#[derive(Clone, Debug)]
enum Act {
    Write(usize, i64),
    Read,
    Commit,
    Reset(usize, i64),
    Truncate(usize),
    Recreate(usize),
    Found(usize, i64, Option<i64>),
    TakeOver,
    Kafka(bool),
    Wait(i64),
    Jump(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..3_usize, 0..i64::MAX / 1_000).prop_map(|(partition, records)| Act::Write(partition, records)),
        6 => (0..3_usize, 0..500_i64).prop_map(|(partition, records)| Act::Write(partition, records)),
        4 => Just(Act::Read),
        4 => Just(Act::Commit),
        1 => (0..3_usize, any::<i64>()).prop_map(|(partition, offset)| Act::Reset(partition, offset)),
        1 => (0..3_usize).prop_map(Act::Truncate),
        1 => (0..3_usize).prop_map(Act::Recreate),
        1 => (0..3_usize, any::<i64>(), prop::option::of(any::<i64>()))
            .prop_map(|(partition, from, found)| Act::Found(partition, from, found)),
        1 => Just(Act::TakeOver),
        1 => any::<bool>().prop_map(Act::Kafka),
        4 => (1..90_i64).prop_map(Act::Wait),
        1 => (-9_000..9_000_i64).prop_map(Act::Jump),
    ]
}

fn acts(jumps: bool) -> impl Strategy<Value = Vec<Act>> {
    let may = move |act: &Act| jumps || !matches!(act, Act::Jump(_));
    prop::collection::vec(act().prop_filter("no jumps", may), 1..40)
}

fn play(scene: &mut Scene, act: &Act) {
    match act {
        Act::Write(partition, records) => {
            scene.ends[*partition] = scene.ends[*partition].saturating_add(*records);
        }
        Act::Read => scene.read_all(),
        Act::Commit => scene.commit(),
        Act::Reset(partition, offset) => {
            scene.committed[*partition] = Some(*offset);
            scene.committed(&of(i32::try_from(*partition).unwrap()), *offset);
        }
        Act::Truncate(partition) => scene.starts[*partition] = scene.ends[*partition],
        Act::Recreate(partition) => (scene.ends[*partition], scene.starts[*partition]) = (0, 0),
        Act::Found(partition, from, found) => {
            let of = of(i32::try_from(*partition).unwrap());
            let next = NextRecord {
                from: *from,
                until: from.saturating_add(9),
                found: *found,
                written: None,
            };
            scene.watch.sink(NAME).unwrap().found(&of, next);
        }
        Act::TakeOver => {
            scene.take_over();
            scene.baseline();
        }
        Act::Kafka(answers) => scene.kafka = *answers,
        Act::Wait(seconds) => scene.for_seconds(*seconds, |_, _| {}),
        Act::Jump(seconds) => scene.jump(*seconds),
    }
    scene.pass();
}

fn sound(scene: &mut Scene) -> Result<(), TestCaseError> {
    let (logs, now) = (scene.logs.uncommitted.clone(), scene.at(scene.now));
    let waits = |scene: &Scene| scene.measures().and_then(|measures| measures.sink?.lag);
    if let Some(lag) = waits(scene) {
        prop_assert!(
            lag.seconds
                .is_none_or(|seconds| (0.0..=1.0).contains(&seconds.confidence))
        );
        prop_assert!(lag.caught_up_in.is_none_or(|time| time >= chrono::TimeDelta::zero()));
        prop_assert!(
            lag.runway
                .is_none_or(|(_, runway)| runway.left >= chrono::TimeDelta::zero())
        );
        prop_assert!(lag.records == 0 || lag.seconds.is_none_or(|seconds| seconds.seconds < 1 << 40));
        let frozen = lag.records == 0 && scene.measures().is_some_and(|measures| measures.known());
        let stalled = scene.verdict().health == Health::Stalled && scene.kafka;
        prop_assert!(!(frozen && stalled), "a sink that has caught up is never stalled");
    }
    for partition in scene.watch.sink(NAME).unwrap().partitions(&logs, now) {
        if let Place::Waiting { records, .. } = partition.place {
            let all = u64::try_from(partition.end.unwrap() - partition.start.unwrap()).unwrap();
            prop_assert!(records <= all, "{partition:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_negative_and_who_has_caught_up_is_never_stalled(acts in acts(true)) {
        let mut scene = Scene::new(3, &[]);
        for act in &acts {
            play(&mut scene, act);
            sound(&mut scene)?;
        }
        // It reads all and commits: whatever was before, it is well.
        scene.kafka = true;
        scene.pass();
        scene.ends = scene.ends.iter().map(|end| end.saturating_add(1)).collect();
        scene.starts = vec![0; 3];
        scene.pass();
        scene.read_all();
        scene.commit();
        scene.pass();
        scene.for_seconds(30, |_, _| {});
        prop_assert_eq!(scene.verdict().health, Health::Healthy);
    }

    #[test]
    fn judging_when_it_is_due_or_worth_it_is_as_good_as_every_second(acts in acts(false), most in prop::option::of(0..5_000_u64)) {
        let told = |lazy: bool| {
            let mut scene = Scene::new(3, &[]);
            (scene.lazy, scene.objective.lag_records) = (lazy, most);
            let mut told: Vec<(Health, Activity)> = Vec::new();
            for act in &acts {
                play(&mut scene, act);
                told.push((scene.verdict().health, scene.verdict().activity));
            }
            (told, scene.judgements)
        };
        let ((lazy, few), (eager, many)) = (told(true), told(false));
        prop_assert_eq!(lazy, eager);
        prop_assert!(few <= many);
    }

    #[test]
    fn the_time_of_day_changes_nothing(acts in acts(false), later in -1_000_000_000..1_000_000_000_i64) {
        let told = |begin: i64| {
            let mut scene = Scene::begun(begin, 3, &[]);
            let mut told: Vec<(String, Activity, i64, usize)> = Vec::new();
            for act in &acts {
                play(&mut scene, act);
                let since = (scene.verdict().since - scene.at(0)).num_seconds();
                told.push((scene.verdict().health.as_str().to_owned(), scene.verdict().activity, since, scene.rows));
            }
            told
        };
        prop_assert_eq!(told(1_795_000_000), told(1_795_000_000 + later));
    }
}
