//! Closed sets of words: the description names them all, and what the model may say is what is named.

use std::collections::BTreeMap;

use model::blocks::Series;
use model::fault::Scope;
use model::lag::{Method, Trend};
use model::observe::Source;
use model::record::Changed;
use model::secrets::{self, ConfigValue};
use model::state;
use model::topics::Topic;
use model::verdict::{self, Health};
use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use view::{Totals, topology};

/// A word of a set, and how it is made of what the model says: the words of all its values, or a word for each variant,
/// which the compiler holds complete.
macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident of $model:ty, $all:expr) => {
        words! { @shape $($doc)+, $name, $all.map(<$model>::as_str) }

        impl From<$model> for $name {
            fn from(value: $model) -> Self {
                Self(value.as_str())
            }
        }
    };
    ($(#[doc = $doc:literal])+ $name:ident of $model:ty { $($variant:pat => $word:literal),+ $(,)? }) => {
        words! { @shape $($doc)+, $name, [$($word),+] }

        impl From<&$model> for $name {
            fn from(value: &$model) -> Self {
                match value {
                    $($variant => Self($word)),+
                }
            }
        }
    };
    (@shape $($doc:literal)+, $name:ident, $words:expr) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(&'static str);

        impl PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<Schema> {
                let words: Vec<&str> = $words.into_iter().collect();
                let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
                text.description(Some(concat!($($doc),+).trim())).into()
            }
        }

        impl ToSchema for $name {}
    };
}

words! {
    /// `name`: this topic; `pattern`: each topic whose name this regular expression (Java's) matches as a whole;
    /// `prefix`: each whose name begins so.
    TopicKind of Topic {
        Topic::Named(_) => "name",
        Topic::Pattern(_) => "pattern",
        Topic::Prefix(_) => "prefix",
    }
}

words! {
    /// Health of a connector or task, worst first.
    Verdict of Health, Health::ALL
}
words! {
    /// What kind of thing is wrong.
    Class of verdict::Class, verdict::Class::ALL
}
words! {
    /// Whose a fault is.
    Domain of verdict::Domain {
        verdict::Domain::Infrastructure => "infrastructure",
        verdict::Domain::Connector => "connector",
        verdict::Domain::Unsure => "unsure",
    }
}
words! {
    /// Whether a connector moves data.
    Activity of verdict::Activity {
        verdict::Activity::Active => "active",
        verdict::Activity::Idle => "idle",
        verdict::Activity::Unknown => "unknown",
    }
}
words! {
    /// Where a lag is heading: `caught_up` (nothing waits but what just came), `catching_up`, `steady` (within 1 % a minute),
    /// `falling_behind`, `frozen` (records wait and nothing is committed), or one that only a newer version knows.
    LagTrend of Trend, [Trend::CaughtUp, Trend::CatchingUp, Trend::Steady, Trend::FallingBehind, Trend::Frozen, Trend::Other]
}
words! {
    /// How a lag in seconds was found: by the timestamp of the next unread record, by when the log's end passed it, or in a
    /// way that only a newer version knows.
    LagMethod of Method, [Method::RecordTimestamp, Method::Interpolated, Method::Other]
}
words! {
    /// Where evidence came from: a worker's REST API, the members of the Connect group, a probe of a worker's address,
    /// the workers' status topic or config topic, offsets in Kafka, Signalbox's own records, or a source that only a newer version of Signalbox knows.
    EvidenceSource of Source {
        Source::Rest => "rest",
        Source::Group => "group",
        Source::Probe => "probe",
        Source::StatusTopic => "status_topic",
        Source::ConfigTopic => "config_topic",
        Source::Offsets => "offsets",
        Source::Record => "record",
        Source::Other => "other",
    }
}
words! {
    /// Whether a connector reads a system or writes one.
    ConnectorKind of state::ConnectorKind {
        state::ConnectorKind::Source => "source",
        state::ConnectorKind::Sink => "sink",
    }
}
words! {
    /// What was asked of a connector.
    TargetWord of state::TargetState {
        state::TargetState::Started => "STARTED",
        state::TargetState::Paused => "PAUSED",
        state::TargetState::Stopped => "STOPPED",
    }
}
words! {
    /// How a target state is known.
    TargetSource of state::TargetSource {
        state::TargetSource::ConfigTopic => "config_topic",
        state::TargetSource::Inferred => "inferred",
    }
}
words! {
    /// What a fault is about.
    ScopeKind of Scope {
        Scope::Cluster => "cluster",
        Scope::Worker(_) => "worker",
        Scope::Connector(_) => "connector",
    }
}
words! {
    /// What a node of the topology is: one thing, or a group of them (plural).
    NodeKind of topology::Key {
        topology::Key::System { .. } => "system",
        topology::Key::Systems { .. } => "systems",
        topology::Key::Connector { .. } => "connector",
        topology::Key::Connectors { .. } => "connectors",
        topology::Key::Topic { .. } => "topic",
        topology::Key::Topics { .. } => "topics",
    }
}
words! {
    /// The end of the data's way on which something stands.
    WayEnd of topology::End {
        topology::End::From => "from",
        topology::End::To => "to",
    }
}
words! {
    /// How one node leads to another. `flow`: the data goes that way; `dead_letters`: records that a sink cannot take do;
    /// `among`: a topic is among those that a pattern or prefix means; `perhaps`: those of a prefix may be among those of a
    /// pattern.
    Relation of topology::Relation {
        topology::Relation::Flow => "flow",
        topology::Relation::DeadLetters => "dead_letters",
        topology::Relation::Among => "among",
        topology::Relation::Perhaps => "perhaps",
    }
}
words! {
    /// By what connectors are gathered where they are too many to be drawn one by one.
    GroupedBy of topology::Grouped {
        topology::Grouped::Alone => "none",
        topology::Grouped::Clusters => "cluster",
        topology::Grouped::Teams => "team",
    }
}
words! {
    /// How much of a source is seen: `refused` does not answer or says no; `not_granted` is not configured; `lacking` is
    /// what this version of Connect does not have; `not_read` is what this version of Signalbox does not read.
    Seeing of console::Seeing, console::Seeing::ALL
}
words! {
    /// What changed.
    EventKind of Changed {
        Changed::Cluster => "cluster",
        Changed::Workers => "workers",
        Changed::Connector => "connector",
        Changed::Verdict => "verdict",
        Changed::Deleted => "deleted",
        Changed::Faults => "faults",
    }
}
words! {
    /// How a config's value is shown: as it is, as the reference to a config provider that it is, as a fingerprint, or
    /// as the null that it is.
    ValueKind of ConfigValue {
        ConfigValue::Clear(_) => "clear",
        ConfigValue::Reference(_) => "reference",
        ConfigValue::Masked(_) => "masked",
        ConfigValue::Null => "null",
    }
}
words! {
    /// Where a config's value comes from: from the config itself, or from a config provider that the value refers to.
    ValueSource of ConfigValue {
        ConfigValue::Clear(_) | ConfigValue::Masked(_) | ConfigValue::Null => "config",
        ConfigValue::Reference(_) => "config_provider",
    }
}
words! {
    /// What a converter is for.
    ConverterRole of model::converters::ConverterRole, model::converters::ConverterRole::ALL
}
words! {
    /// How much a key matters, by its plugin.
    Importance of secrets::Importance, secrets::Importance::ALL
}
words! {
    /// What happened to a key between two configs. `unsure`: one value is masked and the other is not, so that they may be
    /// the same.
    DifferenceKind of secrets::DifferenceKind, secrets::DifferenceKind::ALL
}
words! {
    /// What kind of thing happened.
    EntryKind of console::EntryKind, console::EntryKind::ALL
}
words! {
    /// What kind of thing happened while something was measured.
    MarkKind of console::MarkKind, console::MarkKind::ALL
}
words! {
    /// The order of a list of connectors; `worst` is the default.
    SortWord of view::Sort, view::Sort::ALL.map(|(sort, _)| sort)
}

words! { @shape "What is measured of a connector over time.", SeriesWord, Series::KNOWN.map(|series| series.word().unwrap_or_default()) }

impl SeriesWord {
    /// `None` for a series that only a newer version knows.
    pub fn of(series: Series) -> Option<Self> {
        series.word().map(Self)
    }
}

/// A health that a list is narrowed to, or `unhealthy` for all that need a person.
pub struct HealthWord;

impl PartialSchema for HealthWord {
    fn schema() -> utoipa::openapi::RefOr<Schema> {
        let words = Health::ALL.map(Health::as_str).into_iter().chain(["unhealthy"]);
        let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
        text.into()
    }
}

impl ToSchema for HealthWord {}

/// Connectors by verdict, zeros included.
pub fn totals(totals: &Totals) -> BTreeMap<&'static str, u32> {
    totals.iter().map(|(health, count)| (health.as_str(), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_thing_are_the_same_everywhere() {
        for changed in ["cluster", "workers", "connector", "verdict", "deleted", "faults"] {
            let known = Changed::parse(changed).unwrap();
            assert_eq!(EventKind::from(&known).0, known.as_str());
        }
        for kind in [state::ConnectorKind::Source, state::ConnectorKind::Sink] {
            assert_eq!(ConnectorKind::from(&kind).0, kind.as_str());
        }
        for domain in [
            verdict::Domain::Infrastructure,
            verdict::Domain::Connector,
            verdict::Domain::Unsure,
        ] {
            assert_eq!(Domain::from(&domain).0, domain.as_str());
        }
        assert_eq!(
            serde_json::to_value(Verdict::from(Health::CrashLooping)).unwrap(),
            "crash_looping"
        );
    }
}
