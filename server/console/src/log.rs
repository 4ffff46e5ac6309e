//! What is logged is changed for a while by somebody who may.

use std::sync::Arc;

use model::actor::{Actor, Right};
use store::AuditItem;

use crate::{Console, Error, require};

impl Console {
    /// Whether somebody may change what is logged. Right: `administer`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn may_change_log(&self, actor: &Actor) -> Result<(), Error> {
        require(actor, Right::Administer)
    }

    /// Writes into the audit record that somebody changed what is logged. Right: `administer`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Unavailable`] when it could not be written down.
    pub async fn audit_log_change(&self, actor: &Actor, before: &str, now: &str, minutes: u32) -> Result<(), Error> {
        require(actor, Right::Administer)?;
        let item = AuditItem {
            at: self.now(),
            actor: actor.name.clone(),
            door: actor.door,
            action: "change_log".into(),
            subject: Arc::from("log"),
            outcome: "done".into(),
            detail: store::detail([("before", before), ("now", now), ("minutes", &minutes.to_string())]),
        };
        self.reading(|store| async move { Ok(store.audit(&item).await?) }).await
    }
}
