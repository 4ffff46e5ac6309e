use super::*;

use proptest::prelude::*;

type Servers = BTreeMap<Arc<str>, Peer>;
type Units = BTreeMap<UnitName, Tenure>;

fn unit(number: usize) -> UnitName {
    format!("connect/{number:03}").into()
}

fn held(holder: &str) -> Tenure {
    Tenure::Held(holder.into())
}

fn free(by: Option<&str>) -> Tenure {
    Tenure::Free {
        by: by.map(Into::into),
        overdue: false,
    }
}

/// Steady servers that can watch all of so many units.
fn servers(names: &[&str], units: usize) -> Servers {
    let peer = Peer {
        units: (0..units).map(unit).collect(),
        steady: true,
    };
    names.iter().map(|name| ((*name).into(), peer.clone())).collect()
}

/// Units `000`, `001` … with these tenures.
fn tenures(tenures: &[Tenure]) -> Units {
    tenures
        .iter()
        .cloned()
        .enumerate()
        .map(|(number, tenure)| (unit(number), tenure))
        .collect()
}

fn takes(me: &str, servers: &Servers, units: &Units) -> Vec<usize> {
    let number = |unit: &UnitName| unit.as_str()["connect/".len()..].parse().unwrap();
    plan(me, servers, units).take.iter().map(number).collect()
}

#[test]
fn one_server_takes_everything_and_gives_nothing() {
    let (one, units) = (servers(&["a"], 3), tenures(&[free(None), held("a"), free(Some("a"))]));
    assert_eq!(takes("a", &one, &units), [0, 2]);
    assert_eq!(plan("a", &one, &units).give, None);
}

#[test]
fn free_units_fall_to_those_who_hold_the_fewest() {
    let three = servers(&["a", "b", "c"], 6);
    let units = tenures(&[held("a"), held("a"), held("b"), free(None), free(None), free(None)]);
    assert_eq!(takes("a", &three, &units), [0_usize; 0]);
    assert_eq!(takes("b", &three, &units), [4]);
    assert_eq!(takes("c", &three, &units), [3, 5]);
}

#[test]
fn what_a_dead_server_held_is_shared_among_the_rest() {
    let two = servers(&["b", "c"], 6);
    let units = tenures(&[free(None), free(None), held("b"), held("b"), held("c"), held("c")]);
    assert_eq!((takes("b", &two, &units), takes("c", &two, &units)), (vec![0], vec![1]));
}

#[test]
fn what_waits_in_vain_is_anybodys_who_can_watch_it() {
    let mut two = servers(&["a", "b"], 2);
    let overdue = Tenure::Free {
        by: None,
        overdue: true,
    };
    let units = tenures(&[held("b"), overdue]);
    assert_eq!((takes("a", &two, &units), takes("b", &two, &units)), (vec![1], vec![1]));
    two.insert(
        "b".into(),
        Peer {
            units: [unit(0)].into(),
            steady: true,
        },
    );
    assert_eq!(takes("b", &two, &units), [0_usize; 0]);
}

#[test]
fn who_gave_it_up_does_not_get_it_back_unless_nobody_else_can() {
    let units = tenures(&[free(Some("a")), held("b")]);
    assert_eq!(takes("a", &servers(&["a", "b"], 2), &units), [0_usize; 0]);
    assert_eq!(takes("b", &servers(&["a", "b"], 2), &units), [0]);
    let mut only_a = servers(&["a", "b"], 2);
    only_a.insert(
        "b".into(),
        Peer {
            units: [unit(1)].into(),
            steady: true,
        },
    );
    assert_eq!(takes("a", &only_a, &units), [0]);
}

#[test]
fn a_server_that_joins_is_given_units_by_the_one_who_holds_most() {
    let names = ["a", "b", "c"];
    let units = tenures(&[
        held("a"),
        held("a"),
        held("a"),
        held("b"),
        held("b"),
        held("b"),
        held("b"),
    ]);
    let mut three = servers(&names, 7);
    assert_eq!(plan("a", &three, &units).give, None);
    assert_eq!(plan("b", &three, &units).give, Some(unit(6)));
    // Not before it has been there for a while.
    if let Some(joined) = three.get_mut("c") {
        joined.steady = false;
    }
    assert_eq!(plan("b", &three, &units).give, None);
}

#[test]
fn a_difference_of_one_is_left_alone() {
    let units = tenures(&[held("a"), held("a"), held("b"), held("b"), held("c")]);
    for me in ["a", "b", "c"] {
        assert_eq!(plan(me, &servers(&["a", "b", "c"], 5), &units), Plan::default());
    }
}

#[test]
fn nothing_is_given_while_something_is_free() {
    let units = tenures(&[held("a"), held("a"), held("a"), free(Some("a"))]);
    let two = servers(&["a", "b"], 4);
    assert_eq!(plan("a", &two, &units), Plan::default());
    assert_eq!(takes("b", &two, &units), [3]);
}

#[test]
fn a_server_of_an_older_version_counts_by_what_it_holds_and_is_given_nothing() {
    let units = tenures(&[held("old"), held("old"), held("old"), free(None), free(None)]);
    let two = servers(&["a", "b"], 5);
    assert_eq!((takes("a", &two, &units), takes("b", &two, &units)), (vec![3], vec![4]));
    // It holds most and cannot be asked to give; the others do not wait for it.
    let units = tenures(&[held("old"), held("old"), held("old"), held("a"), held("a")]);
    assert_eq!(plan("a", &two, &units).give, Some(unit(4)));
}

/// Servers that act on what they see, each in its turn.
#[derive(Clone, Debug)]
struct World {
    servers: Servers,
    units: Units,
}

impl World {
    /// One round; how many units were taken and given.
    fn round(&mut self, order: &[usize], stale: bool) -> (usize, usize) {
        let before = self.clone();
        let names: Vec<Arc<str>> = self.servers.keys().cloned().collect();
        let (mut taken, mut given) = (0, 0);
        for place in order {
            let Some(me) = names.get(place % names.len().max(1)) else {
                continue;
            };
            // With stale sight all see what was at the beginning of the round.
            let seen = if stale { &before } else { &*self };
            let plan = plan(me, &seen.servers, &seen.units);
            for unit in plan.take {
                if let Some(tenure @ Tenure::Free { .. }) = self.units.get_mut(&unit) {
                    *tenure = Tenure::Held(me.clone());
                    taken += 1;
                }
            }
            if let Some(unit) = plan.give
                && self.units.get(&unit) == Some(&Tenure::Held(me.clone()))
            {
                self.units.insert(unit, free(Some(me)));
                given += 1;
            }
        }
        (taken, given)
    }

    fn leave(&mut self, holder: &str, orderly: bool) {
        self.servers.remove(holder);
        for tenure in self.units.values_mut() {
            if *tenure == held(holder) {
                *tenure = free(orderly.then_some(holder));
            }
        }
    }

    fn holds(&self) -> Vec<usize> {
        let of = |holder: &Arc<str>| {
            self.units
                .values()
                .filter(|tenure| **tenure == Tenure::Held(holder.clone()))
                .count()
        };
        self.servers.keys().map(of).collect()
    }
}

proptest! {
    /// After whatever joined and left, it comes to rest soon, with everybody's share even, every unit held, and no more
    /// handed over than is needed for it; from then on nothing moves.
    #[test]
    fn it_comes_to_rest_evenly(
        count in 1_usize..40,
        events in prop::collection::vec((0_usize..4, 0_usize..3), 1..12),
        order in prop::collection::vec(0_usize..8, 8),
        stale: bool,
    ) {
        let names = ["a", "b", "c", "d"];
        let mut world = World { servers: servers(&["a"], count), units: tenures(&vec![free(None); count]) };
        let everybody: Vec<usize> = (0..4).collect();
        for (who, what) in events {
            match what {
                0 => { world.servers.extend(servers(&[names[who]], count)); }
                kind => if world.servers.len() > 1 { world.leave(names[who], kind == 1) },
            }
            world.round(&order, stale);
        }
        let needed = 4 * count;
        let (mut rounds, mut given_last) = (0, 0);
        // First what is free finds its place; from then on only what is needed moves.
        while world.round(&everybody, stale).0 > 0 && rounds < needed { rounds += 1; }
        let most = world.holds().iter().sum::<usize>().div_ceil(world.servers.len());
        let above: usize = world.holds().iter().map(|holds| holds.saturating_sub(most)).sum();
        for round in 0.. {
            let (taken, given) = world.round(&everybody, stale);
            given_last += given;
            if taken + given == 0 { break }
            prop_assert!(round <= needed, "it does not come to rest: {world:?}");
        }
        prop_assert!(given_last <= above.max(world.servers.len()) + 1, "{given_last} were handed over, {above} lay above the share");
        let holds = world.holds();
        prop_assert_eq!(holds.iter().sum::<usize>(), count);
        prop_assert!(holds.iter().max().unwrap() - holds.iter().min().unwrap() <= 1, "{:?}", holds);
        for _ in 0..3 { prop_assert_eq!(world.round(&everybody, stale), (0, 0)); }
    }

    /// Where servers are configured differently it comes to rest too, and nothing that anybody can watch stays free.
    #[test]
    fn with_different_configurations_it_comes_to_rest_too(
        can in prop::collection::vec(prop::collection::btree_set(0_usize..20, 0..20), 2..5),
        first in prop::collection::vec(0_usize..5, 20),
        stale: bool,
    ) {
        let names = ["a", "b", "c", "d"];
        let servers: Servers = can.iter().zip(names).map(|(units, name)| {
            (name.into(), Peer { units: units.iter().copied().map(unit).collect(), steady: true })
        }).collect();
        let units = first.iter().enumerate().map(|(number, who)| {
            let holder = names.get(*who).filter(|name| servers.get(**name).is_some_and(|peer| peer.units.contains(&unit(number))));
            (unit(number), holder.map_or(free(None), |name| held(name)))
        }).collect();
        let mut world = World { servers, units };
        let everybody: Vec<usize> = (0..4).collect();
        let mut given_all = 0;
        for round in 0.. {
            let (taken, given) = world.round(&everybody, stale);
            given_all += given;
            if taken + given == 0 { break }
            prop_assert!(round <= 200, "it does not come to rest: {world:?}");
        }
        prop_assert!(given_all <= 60);
        for (unit, tenure) in &world.units {
            let somebody = world.servers.values().any(|peer| peer.units.contains(unit));
            prop_assert_eq!(matches!(tenure, Tenure::Held(_)), somebody, "{}", unit);
        }
    }
}
