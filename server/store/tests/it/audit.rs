use chrono::SubsecRound;
use model::actor::Door;
use serde_json::json;
use store::AuditItem;

use crate::database::Database;
use crate::sample::at;

pub fn item(action: &str) -> AuditItem {
    AuditItem {
        at: at(1).trunc_subsecs(6),
        actor: "local operator".into(),
        door: Door::Token,
        action: action.into(),
        subject: "orders/jdbc".into(),
        outcome: "done".into(),
        detail: json!({"reason": "test", "count": 3}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_kept_and_found_the_last_first() {
    let database = Database::new().await;
    let store = database.store().await;
    for (door, action) in [(Door::Session, "one"), (Door::Token, "two"), (Door::Loopback, "three")] {
        store.audit(&AuditItem { door, ..item(action) }).await.unwrap();
    }
    let last = store.audits(2, None).await.unwrap();
    assert_eq!(
        last[0].item,
        AuditItem {
            door: Door::Loopback,
            ..item("three")
        }
    );
    let first = store.audits(2, Some(last[1].id)).await.unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(
        first[0].item,
        AuditItem {
            door: Door::Session,
            ..item("one")
        }
    );
}
