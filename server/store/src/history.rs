//! The history: what happened, when, of what cause.

use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::observe::Source;
use model::record::{Entry, HistoryItem};
use model::transition::{Change, Subject, Transition};
use sqlx::{PgConnection, query};

use crate::json::{pack, text, unpack};
use crate::pool::answer;
use crate::{Result, Store};

/// What to look for in the history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelineFilter {
    /// Of one cluster; of all when `None`.
    pub cluster: Option<ClusterName>,
    /// Of clusters besides that one: the names that it had before.
    pub formerly: Vec<ClusterName>,
    /// Of one connector.
    pub connector: Option<ConnectorName>,
    /// Of these kinds, in the words of [`kind`]; of all when empty.
    pub kinds: Vec<String>,
    /// That hold all of these words, in lower case: in the cluster's or the connector's name, or in what is recorded of
    /// the entry (states, workers, causes).
    pub words: Vec<String>,
    /// Not later than this.
    pub until: Option<Timestamp>,
    /// Older than this item in the order of the answer, to go on from a page's end.
    pub before_id: Option<i64>,
    /// Not older than this item, where a search is to end.
    pub from_id: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

impl TimelineFilter {
    fn clusters(&self) -> Vec<String> {
        let names = self.cluster.iter().chain(&self.formerly);
        names.map(|name| name.as_str().to_owned()).collect()
    }
}

/// The word by which the history is filtered: for a transition that of its change (`state`, `worker_left` and so on),
/// else `verdict`, `fault_opened` or `fault_ended`.
pub fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::Verdict(_) => "verdict",
        Entry::FaultOpened(_) => "fault_opened",
        Entry::FaultEnded(_) => "fault_ended",
        Entry::Transition(transition) => match &transition.change {
            Change::ConnectorAppeared { .. } => "connector_appeared",
            Change::ConnectorDeleted => "connector_deleted",
            Change::State { .. } => "state",
            Change::TaskRemoved => "task_removed",
            Change::Config { .. } => "config",
            Change::Target { .. } => "target",
            Change::RecordsLost { .. } => "records_lost",
            Change::WorkerCame { .. } => "worker_came",
            Change::WorkerLeft { .. } => "worker_left",
            Change::WorkerVersion { .. } => "worker_version",
            Change::Rebalance { .. } => "rebalance",
            Change::Reachable => "reachable",
            Change::Unreachable { .. } => "unreachable",
            Change::KafkaCluster { .. } => "kafka_cluster",
            Change::Refused { .. } => "refused",
            Change::Admitted => "admitted",
            Change::RecordingGap { .. } => "recording_gap",
            Change::Other => "other",
        },
    }
}

/// Rows of the history, but for their numbers.
pub(crate) struct Prepared {
    at: Vec<Timestamp>,
    connectors: Vec<Option<String>>,
    kinds: Vec<String>,
    entries: Vec<String>,
}

/// Makes the rows: before the lock under which they get their numbers.
pub(crate) fn prepare(entries: &[Entry]) -> Result<Prepared> {
    Ok(Prepared {
        at: entries.iter().map(Entry::at).collect(),
        connectors: entries
            .iter()
            .map(|entry| entry.connector().map(|name| text(name.as_str())))
            .collect(),
        kinds: entries.iter().map(|entry| kind(entry).to_owned()).collect(),
        entries: entries.iter().map(pack).collect::<Result<_>>()?,
    })
}

/// Writes rows under numbers from `first` on; the number after the last.
pub(crate) async fn put(
    connection: &mut PgConnection,
    cluster: &ClusterName,
    first: i64,
    rows: &Prepared,
) -> Result<i64> {
    if rows.at.is_empty() {
        return Ok(first);
    }
    let done = query!(
        "INSERT INTO history (id, at, cluster, connector, kind, entry)
         SELECT $1 + place - 1, at, $2, connector, kind, entry::jsonb
         FROM unnest($3::timestamptz[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
             AS new (at, connector, kind, entry, place)",
        first,
        cluster.as_str(),
        &rows.at,
        &rows.connectors as &[Option<String>],
        &rows.kinds,
        &rows.entries,
    )
    .execute(connection)
    .await?;
    Ok(first + i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

impl Store {
    /// What happened, the latest first by the time it happened, then by number.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]; [`crate::Error::Corrupt`].
    pub async fn timeline(&self, filter: &TimelineFilter) -> Result<Vec<HistoryItem>> {
        let clusters = filter.clusters();
        answer(async {
            query!(
                r#"SELECT id, cluster, at, connector, entry::text AS "entry!" FROM history
                   WHERE ($1::text[] = '{}' OR cluster = ANY($1))
                       AND ($2::text IS NULL OR connector = $2)
                       AND ($3::text[] = '{}' OR kind = ANY($3))
                       AND ($4::bigint IS NULL OR (at, id) < (SELECT last.at, last.id FROM history AS last WHERE last.id = $4))
                       AND ($6::timestamptz IS NULL OR at <= $6)
                       AND ($7::bigint IS NULL OR (at, id) >= (SELECT last.at, last.id FROM history AS last WHERE last.id = $7))
                       AND NOT EXISTS (
                           SELECT FROM unnest($8::text[]) AS word
                           WHERE position(word IN lower(concat_ws(' ', cluster, connector, entry::text))) = 0)
                   ORDER BY at DESC, id DESC
                   LIMIT $5"#,
                &clusters,
                filter.connector.as_ref().map(|name| text(name.as_str())),
                &filter.kinds,
                filter.before_id,
                filter.limit.max(0),
                filter.until,
                filter.from_id,
                &filter.words,
            )
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| HistoryItem {
                id: row.id,
                cluster: row.cluster.into(),
                entry: read(row.id, &row.entry, row.at, row.connector),
            })
            .map(Ok)
            .collect()
        })
        .await
    }
}

impl Store {
    /// The entry `distance` entries further back than where the filter begins, its words set aside, with when it happened:
    /// so far back a search looks at once. `None`: there are not so many.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn timeline_behind(&self, filter: &TimelineFilter, distance: i64) -> Result<Option<(i64, Timestamp)>> {
        let clusters = filter.clusters();
        answer(async {
            let row = query!(
                r#"SELECT id, at FROM history
                   WHERE ($1::text[] = '{}' OR cluster = ANY($1))
                       AND ($2::text IS NULL OR connector = $2)
                       AND ($3::text[] = '{}' OR kind = ANY($3))
                       AND ($4::bigint IS NULL OR (at, id) < (SELECT last.at, last.id FROM history AS last WHERE last.id = $4))
                       AND ($6::timestamptz IS NULL OR at <= $6)
                   ORDER BY at DESC, id DESC
                   OFFSET $5 LIMIT 1"#,
                &clusters,
                filter.connector.as_ref().map(|name| text(name.as_str())),
                &filter.kinds,
                filter.before_id,
                distance.max(0),
                filter.until,
            )
            .fetch_optional(&self.pool)
            .await?;
            Ok(row.map(|row| (row.id, row.at)))
        })
        .await
    }
}

/// What a row says; of one that only a newer version can read, when it was and of which connector.
fn read(id: i64, entry: &str, at: Timestamp, connector: Option<String>) -> Entry {
    unpack(entry, format_args!("number {id} of the history")).unwrap_or_else(|error| {
        tracing::debug!(%error, "a newer version recorded it");
        Entry::Transition(Transition {
            at,
            source: Source::Other,
            subject: connector.map_or(Subject::Cluster, |name| Subject::Connector(name.into())),
            change: Change::Other,
            actor: None,
        })
    })
}
