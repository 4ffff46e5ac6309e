//! A server that is stopped past the end of its leases and goes on later writes nothing under them.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use testkit::fake::traces;

use super::{Rig, until_all_healthy, until_verdict};
use crate::client::until;
use crate::server::Server;

/// Writes down who changed which table when: by a setting of the session that each server's address carries.
const WITNESS: &str = "
    CREATE TABLE witnessed (at timestamptz DEFAULT clock_timestamp(), server text, what text);
    CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO witnessed (server, what) VALUES (current_setting('test.server', true), TG_TABLE_NAME || ' ' || TG_OP);
        RETURN NULL;
    END $$;
    DO $$ DECLARE watched text; BEGIN
        FOREACH watched IN ARRAY ARRAY['leases', 'clusters', 'heartbeats', 'workers', 'connectors', 'config_versions',
            'faults', 'definitions', 'feed', 'feed_head', 'history', 'audit'] LOOP
            EXECUTE format('CREATE TRIGGER witness AFTER INSERT OR UPDATE OR DELETE ON %I
                FOR EACH ROW EXECUTE FUNCTION witness()', watched);
        END LOOP;
    END $$";

#[test]
fn a_server_that_was_stopped_past_its_leases_writes_nothing_of_the_old_epoch() {
    let rig = Rig::new(2, 2);
    rig.database.run(WITNESS);
    let joint = if rig.database.url.contains('?') { '&' } else { '?' };
    let of = |server: &str| format!("{}{joint}options[test.server]={server}", rig.database.url);
    let sleeper = Server::ready(rig.home_at(&of("sleeper")));
    until_all_healthy(&sleeper, 4);
    let other = Server::ready(rig.home_at(&of("other")));
    rig.until_held("one unit each", &[(&sleeper, 1), (&other, 1)]);
    let unit = rig.holdings()[&sleeper.pid()][0].clone();
    let cluster: usize = unit["connect/c".len()..].parse().unwrap();
    let epoch = |unit: &str| {
        rig.database
            .ask(&format!("SELECT epoch::text FROM leases WHERE unit = '{unit}'"))[0]
            .clone()
    };
    let first: i64 = epoch(&unit).parse().unwrap();
    // So that it is in the middle of something when it stops.
    rig.clusters[cluster].set_state("s0", Some(0), "FAILED", Some(traces::BARE));
    let stopped = Instant::now();
    sleeper.signal(Signal::SIGSTOP);
    rig.clusters[cluster].set_state("s1", Some(0), "FAILED", Some(traces::BARE));
    until_verdict(&other, cluster, 1, "failed");
    let took = stopped.elapsed();
    eprintln!("taken over {took:?} after SIGSTOP");
    assert!(took < Duration::from_secs(5), "{took:?}");
    rig.until_held("both at the other", &[(&other, 2)]);
    assert_eq!(epoch(&unit).parse::<i64>().unwrap(), first + 1);
    let taken = rig
        .database
        .ask(&format!("SELECT acquired_at::text FROM leases WHERE unit = '{unit}'"))[0]
        .clone();

    // There is something to see at once, and it would be news to the one that slept.
    rig.clusters[cluster].set_state("s0", Some(0), "RUNNING", None);
    until_verdict(&other, cluster, 0, "healthy");
    sleeper.signal(Signal::SIGCONT);
    until("the sleeper knows", || {
        sleeper
            .log()
            .contains("another server holds the lease now")
            .then_some(())
    });
    // It goes on: it follows, and after a while it is given its share again, in another epoch.
    until_verdict(&sleeper, cluster, 0, "healthy");
    rig.until_held("one unit each again", &[(&sleeper, 1), (&other, 1)]);
    let again = rig.holdings()[&sleeper.pid()][0].clone();
    let since = rig
        .database
        .ask(&format!("SELECT acquired_at::text FROM leases WHERE unit = '{again}'"))[0]
        .clone();
    let by = |who: &str, between: &str| {
        rig.database.ask(&format!(
            "SELECT what || ' ' || count(*) FROM
                 -- A partition of a table is that table.
                 (SELECT regexp_replace(what, '_y[0-9]+m[0-9]+ ', ' ') AS what FROM witnessed
                  WHERE server = '{who}' AND {between}) AS wrote
             GROUP BY what ORDER BY what"
        ))
    };
    // But that it could not record what it had seen last, if it had seen anything: that is about itself and needs no lease.
    let gaps = rig.database.ask(&format!(
        "SELECT entry::text FROM history WHERE cluster = 'c{cluster}' AND kind = 'recording_gap'"
    ));
    assert!(gaps.len() <= 1, "{gaps:?}");
    assert!(
        gaps.iter()
            .all(|gap| gap.contains(&format!("had lost its lease (epoch {first})"))),
        "{gaps:?}"
    );
    let own: &[&str] = match gaps.len() {
        0 => &[],
        _ => &["feed_head UPDATE 1", "history INSERT 1"],
    };
    assert_eq!(by("sleeper", &format!("at >= '{taken}' AND at < '{since}'")), own);
    // The witness did see both when they wrote.
    assert!(!by("sleeper", &format!("at < '{taken}'")).is_empty());
    assert!(!by("other", &format!("at >= '{taken}' AND at < '{since}'")).is_empty());
    until("it writes again", || {
        (!by("sleeper", &format!("at >= '{since}' AND what LIKE 'heartbeats %'")).is_empty()).then_some(())
    });
    // Each change is in the history once.
    let states = rig.database.ask(&format!(
        "SELECT connector || ' ' || count(*) FROM history WHERE cluster = 'c{cluster}' AND kind = 'verdict'
         AND connector IN ('s0', 's1') GROUP BY connector ORDER BY connector"
    ));
    assert_eq!(states, ["s0 3", "s1 2"], "healthy, failed, healthy; healthy, failed");
}
