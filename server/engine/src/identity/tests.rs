use model::Timestamp;
use model::facts::Alive;
use model::record::ClusterRecord;
use model::verdict::Health;
use testkit::samples::{connector, workers};

use super::*;

fn spec(name: &str, urls: &[&str]) -> ClusterSpec {
    ClusterSpec::new(name.into(), urls.iter().map(|url| url.parse().unwrap()).collect())
}

/// A cluster of one Kafka cluster that was looked at: its workers live and run a connector each.
fn record(name: &str, ids: &[&str]) -> ClusterRecord {
    let mut record = ClusterRecord::empty(&name.into());
    record.about.kafka_cluster_id = Some("kafka".into());
    record.about.reachable_since = Some(Timestamp::default());
    for id in ids {
        let mut worker = (*workers()[0]).clone();
        (worker.id, worker.alive, worker.member) = ((*id).into(), Alive::Yes, None);
        record.workers.push(Arc::new(worker));
        record.about.addresses.insert((*id).into(), "answers".into());
        let mut runs = connector(id, Health::Healthy);
        let facts = Arc::make_mut(&mut runs.facts);
        facts.tasks = Default::default();
        facts.instance.as_mut().unwrap().worker_id = (*id).into();
        record.connectors.push(runs);
    }
    record
}

fn refused(mut record: ClusterRecord, same_as: &str) -> ClusterRecord {
    record.about.same_as = Some(same_as.into());
    record
}

/// What every server shows when this is recorded.
fn shown(records: &[&ClusterRecord]) -> Fleet {
    let cluster = |record: &&ClusterRecord| (record.name.clone(), Arc::new(Cluster::new((*record).clone(), 1)));
    Fleet {
        clusters: records.iter().map(cluster).collect(),
        ..Fleet::default()
    }
}

/// What the first of these records is found to be by whoever watches it, while all of them are in the view.
fn found(records: &[&ClusterRecord], clusters: &[ClusterSpec]) -> Option<String> {
    let same = twin(&records[0].facts(), clusters, &shown(records));
    same.map(|name| name.to_string())
}

fn workers_of_one() -> [ClusterSpec; 2] {
    [spec("orders", &["http://o1:8083"]), spec("again", &["http://o2:8083"])]
}

#[test]
fn workers_that_the_first_left_behind_keep_nobody_refused() {
    let clusters = [spec("orders", &["http://o1:8083"]), spec("legacy", &["http://l1:8083"])];
    let mut orders = record("orders", &["o1:8083", "l1:8083"]);
    let legacy = refused(record("legacy", &["l1:8083"]), "orders");
    assert_eq!(
        found(&[&legacy, &orders], &clusters).as_deref(),
        Some("orders"),
        "it runs something there"
    );
    Arc::make_mut(&mut orders.connectors[1].facts).deleted_at = Some(Timestamp::default());
    assert_eq!(found(&[&legacy, &orders], &clusters), None, "it only answers");
}

#[test]
fn what_was_found_stays_until_what_is_recorded_of_the_other_says_otherwise() {
    let clusters = workers_of_one();
    let both = ["o1:8083", "o2:8083"];
    let (orders, again) = (record("orders", &both), record("again", &both));
    assert_eq!(found(&[&again, &orders], &clusters).as_deref(), Some("orders"));
    let grown = record("orders", &["o1:8083", "o2:8083", "o3:8083"]);
    assert_eq!(found(&[&again, &grown], &clusters), None, "they name different workers");
    let again = refused(again, "orders");
    assert_eq!(
        found(&[&again, &grown], &clusters).as_deref(),
        Some("orders"),
        "it was the same, and this one has not seen the third worker yet"
    );
    let other = record("orders", &["o1:8083"]);
    assert_eq!(found(&[&again, &other], &clusters), None);
    assert_eq!(found(&[&again], &clusters).as_deref(), Some("orders"), "not read yet");
    assert_eq!(found(&[&again, &other], &clusters[1..]), None, "it left the file");
    let moved = [spec("orders", &["http://n1:8083"]), clusters[1].clone()];
    assert_eq!(
        found(&[&again, &other], &moved).as_deref(),
        Some("orders"),
        "what is recorded was learnt at addresses that were corrected since, and is to begin anew"
    );
    let anew = ClusterRecord::empty(&"orders".into());
    assert_eq!(
        found(&[&again, &anew], &moved).as_deref(),
        Some("orders"),
        "nobody looked there yet"
    );
    assert_eq!(found(&[&again, &record("orders", &["n1:8083"])], &moved), None);
}

#[test]
fn a_view_that_is_older_than_the_last_decision_changes_nothing() {
    let clusters = workers_of_one();
    let both = ["o1:8083", "o2:8083"];
    let (alone, orders) = (record("orders", &["o1:8083"]), record("orders", &both));
    let (again, same) = (record("again", &both), refused(record("again", &both), "orders"));
    let found = |facts: &ClusterRecord, view: &[&ClusterRecord]| twin(&facts.facts(), &clusters, &shown(view));
    assert_eq!(found(&same, &[&again, &alone]), Some("orders".into()));
    assert_eq!(found(&again, &[&same, &orders]), None);
}

#[test]
fn one_address_tells_before_anybody_looked() {
    let clusters = [
        spec("orders", &["http://o1:8083"]),
        spec("again", &["http://o1:8083/", "http://o2:8083"]),
    ];
    let [orders, again] = ["orders", "again"].map(|name| ClusterRecord::empty(&name.into()));
    for view in [vec![], vec![&orders, &again]] {
        let view = shown(&view);
        let expected = Some("orders".into());
        assert_eq!(same_address(&again.facts(), &clusters, &view), expected);
        assert_eq!(twin(&again.facts(), &clusters, &view), expected);
        assert_eq!(same_address(&orders.facts(), &clusters, &view), None);
    }
}

#[test]
fn servers_whose_files_differ_in_order_do_not_refuse_all_of_what_is_one() {
    let both = ["o1:8083", "o2:8083"];
    let [orders, again] = workers_of_one();
    let (this, other) = ([orders.clone(), again.clone()], [again, orders]);
    let watched = record("again", &both);
    let turned = refused(record("orders", &both), "again");
    assert_eq!(
        found(&[&watched, &turned], &this),
        None,
        "the other one is refused for it"
    );
    // Both decided at one moment: one of them lets go, by its name.
    let same = refused(watched, "orders");
    assert_eq!(found(&[&same, &turned], &this), None);
    assert_eq!(found(&[&turned, &same], &other).as_deref(), Some("again"));

    let name_and_url = |name| spec(name, &["http://one:8083"]);
    let [a, b, c] = ["a", "b", "c"].map(name_and_url);
    let ring = [("a", "c"), ("b", "a"), ("c", "b")].map(|(name, other)| refused(record(name, &both), other));
    let [ra, rb, rc] = &ring;
    assert_eq!(found(&[ra, rb, rc], &[c.clone(), a.clone()]), None);
    assert_eq!(found(&[rb, ra, rc], &[a, b.clone()]).as_deref(), Some("a"));
    assert_eq!(found(&[rc, ra, rb], &[b, c]).as_deref(), Some("b"));
}

#[test]
fn only_who_has_none_of_its_addresses_left_begins_anew() {
    let about = record("orders", &["o1:8083", "o2:8083"]).about;
    let moved = |urls: &[&str]| moved(&about, &spec("orders", urls));
    assert!(!moved(&["http://o1:8083", "http://o2:8083"]));
    assert!(
        !moved(&["http://n1:8083", "http://o2:8083"]),
        "one of several was corrected"
    );
    assert!(!moved(&["http://o1:8083", "http://n2:8083"]));
    assert!(moved(&["http://n1:8083", "http://n2:8083"]));
    assert!(
        !moved(&["http://gateway/orders"]),
        "which worker that is cannot be told"
    );
    assert!(!super::moved(
        &ClusterAbout::default(),
        &spec("orders", &["http://n1:8083"])
    ));
}
