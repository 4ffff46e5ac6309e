//! What to watch, from the file's tables to the engine's input.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use engine::{Auth, ClusterSpec, FleetSpec, InternalTopics, Tls};
use model::names::ClusterName;
use model::objective::ObjectiveRule;
use model::settings::Settings;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::error::{ConfigError, Origin};
use super::file::{self, File};
use super::secret::Surroundings;
use super::value::Span;
use super::wrong::Wrong;
use super::{kafka, objectives, teams};

pub(super) fn fleet(file: File, origin: &Origin<'_>, around: &Surroundings<'_>) -> Result<FleetSpec, ConfigError> {
    let kafka = kafka::kafka(file.kafka, origin, around)?;
    let (teams, owners) = teams::teams(file.teams, origin)?;
    let (rules, objectives) = objectives::objectives(file.objectives, &teams, origin)?;
    let mut clusters: Vec<ClusterSpec> = Vec::new();
    for table in file.clusters {
        let (at, urls_at) = (table.name.span(), table.urls.span());
        let kafka_at = table.kafka.as_ref().map(Spanned::span);
        let cluster = Reader { origin, around }.cluster(table)?;
        if let Some(other) = clusters
            .iter()
            .find(|other| names(other).any(|name| names(&cluster).any(|mine| mine == name)))
        {
            let message = format!("the clusters `{}` and `{}` share a name", other.name, cluster.name);
            return Err(origin.error(Some(at), message));
        }
        let addresses = cluster.addresses();
        let shared = |other: &ClusterSpec| other.addresses().intersection(&addresses).next().cloned();
        if let Some((other, url)) = clusters.iter().find_map(|other| Some((other, shared(other)?))) {
            let message = format!(
                "the clusters `{}` and `{}` have the same address {url}: a cluster is configured once, with all its urls",
                other.name, cluster.name
            );
            return Err(origin.error(Some(urls_at), message));
        }
        if let Some(name) = cluster.kafka.as_ref().filter(|name| !kafka.contains_key(*name)) {
            let message = format!("there is no [[kafka]] named `{name}`");
            return Err(origin.error(kafka_at, message));
        }
        clusters.push(cluster);
    }
    let allow = file.egress.allow.unwrap_or_default();
    Ok(FleetSpec {
        kafka,
        clusters,
        teams,
        owners,
        settings: settings(&file.observe, &rules).map_err(|wrong| wrong.at("observe", origin, around.variables))?,
        objectives,
        allow: allow.into_iter().map(|network| network.0).collect(),
    })
}

/// Every name by which a cluster is or was known.
fn names(cluster: &ClusterSpec) -> impl Iterator<Item = &ClusterName> {
    std::iter::once(&cluster.name).chain(&cluster.formerly)
}

fn settings(observe: &file::Observe, objectives: &[ObjectiveRule]) -> Result<Settings, Wrong> {
    let default = Settings::default();
    let set = |span: Option<Span>, default: TimeDelta| {
        span.map_or(default, |Span(time)| {
            TimeDelta::from_std(time.min(Duration::MAX / 2)).unwrap_or(default)
        })
    };
    let mut settings = Settings {
        interval: set(observe.interval, default.interval),
        list_interval: set(observe.list_interval, default.list_interval),
        stale_after: set(observe.stale_after, default.stale_after),
        stall_window: set(observe.stall_window, default.stall_window),
        grace: set(observe.grace, default.grace),
        worker_retention: set(observe.worker_retention, default.worker_retention),
        deleted_retention: set(observe.deleted_retention, default.deleted_retention),
        ..default
    };
    if settings.stale_after <= settings.interval {
        return Err(Wrong::new(
            &["stale_after", "interval"],
            "[observe] stale_after must be longer than interval, or everything would always be stale",
        ));
    }
    settings.revision = revision(&settings, objectives);
    Ok(settings)
}

/// Equal settings have an equal revision, on every server and after every restart. 32 bits, so that it fits every
/// column and JSON number.
fn revision(settings: &Settings, objectives: &[ObjectiveRule]) -> u64 {
    let spans = [
        settings.interval,
        settings.stale_after,
        settings.grace,
        settings.stall_window,
        settings.crash_window,
    ];
    let mut hash = Sha256::new();
    for span in spans {
        hash.update(span.num_milliseconds().to_be_bytes());
    }
    hash.update(settings.crash_count.to_be_bytes());
    for rule in objectives {
        objectives::hash(rule, &mut hash);
    }
    hash.finalize()
        .iter()
        .take(4)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

struct Reader<'a> {
    origin: &'a Origin<'a>,
    around: &'a Surroundings<'a>,
}

impl Reader<'_> {
    fn cluster(&self, table: file::Cluster) -> Result<ClusterSpec, ConfigError> {
        let urls_at = table.urls.span();
        let urls: Vec<url::Url> = table.urls.into_inner().into_iter().map(|url| url.0).collect();
        if urls.is_empty() {
            return Err(self
                .origin
                .error(Some(urls_at), "a cluster needs the address of at least one worker"));
        }
        let auth = match table.auth {
            Some(auth) => {
                let at = auth.span();
                Some(
                    self.auth(auth.into_inner())
                        .map_err(|why| self.origin.error(Some(at), why))?,
                )
            }
            None => None,
        };
        Ok(ClusterSpec {
            name: table.name.into_inner().0.into(),
            formerly: table
                .formerly
                .into_iter()
                .map(|name| name.into_inner().0.into())
                .collect(),
            urls,
            auth,
            tls: self.tls(table.tls)?,
            labels: table
                .labels
                .into_iter()
                .map(|(key, value)| (Arc::from(key), Arc::from(value)))
                .collect(),
            kafka: table.kafka.map(|name| Arc::from(name.into_inner())),
            group_id: table.group_id.map(Arc::from),
            topics: InternalTopics {
                status: table.status_topic.map(Arc::from),
                config: table.config_topic.map(Arc::from),
                offset: table.offset_topic.map(Arc::from),
            },
        })
    }

    fn auth(&self, auth: file::Auth) -> Result<Auth, String> {
        let password = self
            .around
            .one("password", auth.password_file.as_deref(), auth.password_env.as_deref())?;
        let bearer = self
            .around
            .one("bearer", auth.bearer_file.as_deref(), auth.bearer_env.as_deref())?;
        match (auth.basic, password, bearer) {
            (Some(user), Some(password), None) => Ok(Auth::Basic { user, password }),
            (None, None, Some(token)) => Ok(Auth::Bearer(token)),
            _ => Err(
                "auth takes basic (the user) with password_file or password_env, or bearer_file, or bearer_env".into(),
            ),
        }
    }

    fn tls(&self, tls: file::Tls) -> Result<Tls, ConfigError> {
        let mut held = DefaultHasher::new();
        let mut readable = |written: Option<Spanned<String>>| {
            let Some(written) = written else { return Ok(None) };
            let path = self.around.path(written.get_ref());
            match std::fs::read(&path) {
                Ok(bytes) => {
                    bytes.hash(&mut held);
                    Ok(Some(path))
                }
                Err(error) => Err(self
                    .origin
                    .error(Some(written.span()), format!("{}: {error}", path.display()))),
            }
        };
        let one_at = tls.cert_file.as_ref().or(tls.key_file.as_ref()).map(Spanned::span);
        if tls.cert_file.is_some() != tls.key_file.is_some() {
            return Err(self.origin.error(one_at, "cert_file and key_file belong together"));
        }
        let (ca_file, cert_file, key_file) = (
            readable(tls.ca_file)?,
            readable(tls.cert_file)?,
            readable(tls.key_file)?,
        );
        Ok(Tls {
            ca_file,
            cert_file,
            key_file,
            held: held.finish(),
        })
    }
}
