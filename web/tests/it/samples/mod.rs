//! Read models of a fleet in good and bad shape, built by hand: what pages are drawn from in tests and in the gallery.

mod chart;
mod connector;
mod fleet;
mod history;
mod progress;
mod running;
mod system;
mod topology;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::fault::{Fault, Scope};
use model::names::{ConnectorId, ConnectorName};
use model::observe::Source;
use model::verdict::{Class, Domain, Reason};
use web::{Frame, Preferences, Section};

pub use chart::*;
pub use connector::*;
pub use fleet::*;
pub use history::*;
pub use progress::*;
pub use running::*;
pub use system::*;
pub use topology::*;

pub fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_270_212, 0).unwrap()
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - TimeDelta::seconds(seconds)
}

pub fn frame(section: Section) -> Frame {
    Frame {
        actor_name: "local operator".into(),
        csrf: "c5rf".into(),
        base_path: String::new(),
        now: now(),
        stale_after: TimeDelta::seconds(30),
        as_of: Some(ago(2)),
        signed_in: true,
        awaited: 0,
        banner: None,
        section,
        preferences: Preferences::default(),
        fragment: false,
    }
}

pub fn id(cluster: &str, name: &str) -> ConnectorId {
    ConnectorId {
        cluster: cluster.into(),
        name: name.into(),
    }
}

pub fn reason(text: &str, evidence: &str, source: Source, age: i64) -> Reason {
    Reason {
        text: text.into(),
        evidence: evidence.into(),
        source,
        as_of: ago(age),
    }
}

pub fn fault(
    cluster: &str,
    scope: Scope,
    domain: Domain,
    class: Class,
    cause: &str,
    members: &[&str],
    age: i64,
) -> Fault {
    Fault {
        id: format!("{cluster}-{age}").into(),
        cluster: cluster.into(),
        scope,
        domain,
        class,
        confidence: 0.9,
        root_cause: cause.into(),
        reasons: vec!["the exception names the record's own bytes, not a system".into()],
        cause: None,
        members: members.iter().map(|name| ConnectorName::from(*name)).collect(),
        opened_at: ago(age),
        unheard_since: None,
        unlisted_since: None,
        ended_at: None,
        deleted: false,
    }
}
