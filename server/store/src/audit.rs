//! The audit record: who did what through which door, and how it ended.

use std::sync::Arc;

use model::Timestamp;
use model::actor::Door;
use serde_json::Value;
use sqlx::query;

use crate::json::{pack, text, unpack};
use crate::pool::answer;
use crate::{Error, Result, Store};

/// One action of somebody. None of its parts may hold a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditItem {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Arc<str>,
    /// How they came in.
    pub door: Door,
    /// What they did: `sign_in`, `reload`, `probe`.
    pub action: Arc<str>,
    /// To what.
    pub subject: Arc<str>,
    /// How it ended: `done`, `refused`, `failed`.
    pub outcome: Arc<str>,
    /// What else is worth knowing.
    pub detail: Value,
}

/// An action as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Grows with each record; not the feed's number.
    pub id: i64,
    /// The action.
    pub item: AuditItem,
}

/// What else is worth knowing of an action, as names and values.
pub fn detail<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect()
}

impl Store {
    /// Records an action.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn audit(&self, item: &AuditItem) -> Result<()> {
        let detail = pack(&item.detail)?;
        answer(async {
            query!(
                "INSERT INTO audit (at, actor, door, action, subject, outcome, detail)
                 VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb)",
                item.at,
                text(&item.actor),
                door(item.door),
                text(&item.action),
                text(&item.subject),
                text(&item.outcome),
                detail,
            )
            .execute(&self.pool)
            .await?;
            Ok(())
        })
        .await
    }

    /// At most `limit` records, the last recorded first; `before` is the id from which to go on.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; [`Error::Corrupt`].
    pub async fn audits(&self, limit: i64, before: Option<i64>) -> Result<Vec<AuditRecord>> {
        answer(async {
            query!(
                r#"SELECT id, at, actor, door, action, subject, outcome, detail::text AS "detail!" FROM audit
                   WHERE id < coalesce($1, 9223372036854775807) ORDER BY id DESC LIMIT $2"#,
                before,
                limit.max(0),
            )
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(|row| {
                let what = format_args!("audit record {}", row.id);
                Ok(AuditRecord {
                    id: row.id,
                    item: AuditItem {
                        at: row.at,
                        door: DOORS
                            .into_iter()
                            .find(|known| door(*known) == row.door)
                            .ok_or_else(|| Error::corrupt(what, format_args!("door `{}`", row.door)))?,
                        detail: unpack(&row.detail, what)?,
                        actor: row.actor.into(),
                        action: row.action.into(),
                        subject: row.subject.into(),
                        outcome: row.outcome.into(),
                    },
                })
            })
            .collect()
        })
        .await
    }
}

const DOORS: [Door; 3] = [Door::Session, Door::Token, Door::Loopback];

fn door(door: Door) -> &'static str {
    match door {
        Door::Session => "session",
        Door::Token => "token",
        Door::Loopback => "loopback",
    }
}
