//! Whose lists are believed, row by row.

use std::sync::Arc;

use model::fold::{Expected, Readiness, Shown};
use model::names::WorkerId;
use model::observe::GapKind::{self, NotConnect, Starting};

use super::story::{Story, answered, group_of, left_and_right, list, names, two_workers};

/// What an address shows: its address, the id of its `/`, whether it is ready, the workers its statuses name (a plain
/// list names none), whether it lists anything.
type Row = (
    &'static str,
    Option<&'static str>,
    Readiness,
    &'static [&'static str],
    bool,
);

/// Whether what an address shows is believed, of which half of the connectors are known here or none, of a cluster whose
/// group an operator named or not.
fn verdict(
    expected: &Expected,
    (by, kafka, readiness, named, empty): &Row,
    familiar: bool,
    group_fixed: bool,
) -> Option<GapKind> {
    let by = WorkerId::from(*by);
    let kafka: Option<Arc<str>> = kafka.map(Arc::from);
    let named: Vec<WorkerId> = named.iter().map(|id| WorkerId::from(*id)).collect();
    let shown = Shown {
        by: &by,
        kafka_cluster_id: kafka.as_ref(),
        readiness,
        named: named.iter().collect(),
        empty: *empty,
        familiar,
        group_fixed,
    };
    expected.believes(&shown).err().map(|gap| gap.kind)
}

fn check(story: &Story, rows: Vec<(&str, Row, Option<GapKind>)>) {
    let expected = Expected::of(&story.facts);
    for (why, row, gap) in rows {
        for familiar in [false, true] {
            assert_eq!(
                verdict(&expected, &row, familiar, false),
                gap,
                "{why}: {row:?}, {familiar}"
            );
        }
    }
}

fn starting() -> Readiness {
    Readiness::Starting("it reads".into())
}

use Readiness::{NotAsked, Ready, Unsaid};

const K: Option<&str> = Some("kafka-1");
const OTHER: Option<&str> = Some("kafka-2");

#[test]
fn where_the_group_is_not_seen_the_id_and_the_readiness_decide() {
    let mut story = Story::new();
    story
        .see(0, answered("a", "4.3.1"))
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    check(
        &story,
        vec![
            ("as always", ("a", K, NotAsked, &["a", "b"], false), None),
            ("an ingress", ("ingress:443", K, Ready, &["a"], false), None),
            (
                "new addresses of all workers",
                ("c", K, Ready, &["c", "d"], false),
                None,
            ),
            (
                "older than 1.1, or a proxy hides `/`",
                ("a", None, Ready, &["a"], false),
                None,
            ),
            ("a stranger", ("a", OTHER, Ready, &["a"], false), Some(NotConnect)),
            (
                "a stranger's plain list",
                ("a", OTHER, Ready, &[], false),
                Some(NotConnect),
            ),
            ("an empty stranger", ("a", OTHER, Ready, &[], true), Some(NotConnect)),
            (
                "a stranger that starts is one",
                ("a", OTHER, starting(), &[], true),
                Some(NotConnect),
            ),
            ("it starts", ("a", K, starting(), &[], true), Some(Starting)),
            (
                "it lists half and starts",
                ("a", K, starting(), &["a"], false),
                Some(Starting),
            ),
            (
                "nothing, and no way to ask",
                ("a", K, Unsaid, &[], true),
                Some(Starting),
            ),
            (
                "half, and no way to ask: two lists decide",
                ("a", K, Unsaid, &["a"], false),
                None,
            ),
            ("the last one was deleted", ("a", K, Ready, &[], true), None),
        ],
    );
}

#[test]
fn where_the_group_is_seen_its_strangers_are_not_believed() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(5, group_of(&["a"], 0));
    check(
        &story,
        vec![
            ("a member", ("a", K, NotAsked, &["a"], false), None),
            (
                "only dead ones are named: a kill before the rebalance",
                ("a", K, Ready, &["b"], false),
                None,
            ),
            ("an ingress", ("ingress:443", K, NotAsked, &["b"], false), None),
            (
                "one new worker among known ones",
                ("c", K, Ready, &["a", "c"], false),
                None,
            ),
            (
                "another group on the same Kafka",
                ("ingress:443", K, Ready, &["x", "y"], false),
                Some(NotConnect),
            ),
            (
                "the address of a worker that left",
                ("b", K, Ready, &["b"], false),
                Some(NotConnect),
            ),
            ("its plain list", ("b", K, Ready, &[], false), Some(NotConnect)),
        ],
    );
    // Once the group tells of them, workers at new addresses are believed.
    story.see(10, group_of(&["c", "d"], 0));
    check(&story, vec![("moved", ("c", K, Ready, &["c", "d"], false), None)]);
}

#[test]
fn when_the_last_member_of_the_group_is_gone_its_addresses_may_lead_to_another_cluster() {
    let mut story = two_workers();
    story
        .see(1, answered("a", "4.3.1"))
        .see(5, group_of(&["a", "b"], 0))
        .see(10, group_of(&[], 0));
    let expected = Expected::of(&story.facts);
    let told = |by: &'static str, named: &'static [&'static str], familiar, group_fixed| {
        verdict(&expected, &(by, K, Ready, named, false), familiar, group_fixed)
    };
    // Its own workers answer and are in no group; or all of them were given another one, and tell of the same connectors.
    assert_eq!(told("a", &["a", "b"], true, true), None);
    assert_eq!(told("ingress:443", &["x", "y"], true, false), None);
    // Of other connectors another cluster tells, whose worker may have been given a gone one's address.
    for group_fixed in [false, true] {
        assert_eq!(told("ingress:443", &["x", "y"], false, group_fixed), Some(NotConnect));
        assert_eq!(told("a", &["a"], false, group_fixed), Some(NotConnect));
    }
    // Where an operator says which group it is, nobody was given another one: names are alike in many clusters.
    assert_eq!(told("ingress:443", &["x", "y"], true, true), Some(NotConnect));
    // A worker that starts lists less than there is.
    let starts = ("a", K, starting(), &["a"][..], false);
    assert_eq!(verdict(&expected, &starts, false, false), Some(Starting));
    // Nothing but a cluster that was seen in its group is told from others by it.
    let mut story = Story::new();
    story
        .see(0, answered("a", "4.3.1"))
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(10, group_of(&[], 0));
    let strange = ("ingress:443", K, Ready, &["x", "y"][..], false);
    check(&story, vec![("a wrong group", strange, None)]);
}

#[test]
fn while_no_connector_is_known_there_is_nothing_to_be_mistaken_for() {
    let mut story = Story::new();
    story.see(0, answered("a", "4.3.1")).see(0, group_of(&["a"], 0));
    check(
        &story,
        vec![
            ("new", ("a", K, Unsaid, &[], true), None),
            ("a Kafka made anew", ("a", OTHER, Ready, &[], true), None),
            (
                "statuses come before the group",
                ("c", K, Ready, &["a", "c"], false),
                None,
            ),
            (
                "and of its workers none is named",
                ("ingress:443", K, Ready, &["x"], false),
                Some(NotConnect),
            ),
        ],
    );
    // Its last worker is gone, and nothing was ever known that another cluster could be told by.
    story.see(5, group_of(&[], 0));
    check(&story, vec![("nothing familiar", ("a", K, Ready, &["a"], false), None)]);
    // The same once all are deleted.
    let mut story = two_workers();
    story.see(1, answered("ingress:443", "4.3.1"));
    let ids = ("ingress:443", OTHER, Ready, &[][..], true);
    check(&story, vec![("known", ids.clone(), Some(NotConnect))]);
    story
        .see(10, names("ingress:443", &[]))
        .see(20, names("ingress:443", &[]));
    check(&story, vec![("deleted", ids, None)]);
}
