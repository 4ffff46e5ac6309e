//! A gap in what a server recorded, told without a lease.

use model::Timestamp;
use model::facts::Freshness;
use model::names::ClusterName;
use model::observe::Source;
use model::record::Entry;
use model::transition::{Change, Subject, Transition};
use sqlx::query_scalar;

use crate::commit::{lock, number};
use crate::json::pack;
use crate::pool::{LONG_ANSWER, within};
use crate::{Batch, Result, Store, kind};

impl Store {
    /// Adds to the history that what a server saw of a cluster between two moments is not on record. It needs no lease,
    /// since it touches no fact: it is about the recorder, and told when its lease is another's. It is numbered like all
    /// history, and recorded once however often it is sent.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`]: recorded or not; send it again, the same.
    pub async fn record_gap(&self, cluster: &ClusterName, from: Timestamp, to: Timestamp, why: &str) -> Result<()> {
        let gap = Entry::Transition(Transition {
            at: to,
            source: Source::Record,
            subject: Subject::Cluster,
            change: Change::RecordingGap { from, why: why.into() },
            actor: None,
        });
        let text = pack(&gap)?;
        within(LONG_ANSWER, async {
            let _turn = self.turn().await?;
            let mut transaction = self.pool.begin().await?;
            // Before it is looked for: the first time it was sent may only now be on its way to be recorded.
            lock(&mut transaction).await?;
            let recorded = query_scalar!(
                r#"SELECT EXISTS (
                       SELECT FROM history WHERE cluster = $1 AND at = $2 AND kind = $3 AND entry = $4::text::jsonb
                   ) AS "recorded!""#,
                cluster.as_str(),
                to,
                kind(&gap),
                text,
            )
            .fetch_one(&mut *transaction)
            .await?;
            if recorded {
                return Ok(());
            }
            let fresh = Freshness::default();
            let batch = Batch {
                entries: &[gap],
                ..Batch::empty(cluster, 0, to, &fresh)
            };
            number(&mut transaction, &batch).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
    }
}
