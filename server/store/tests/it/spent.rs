//! What was used up at one server is used up at all of them.

use chrono::TimeDelta;

use crate::database::Database;

#[tokio::test(flavor = "multi_thread")]
async fn of_all_who_spend_the_same_one_is_told_that_it_was_good() {
    let database = Database::new().await;
    let (one, other) = (database.store().await, database.store().await);
    let soon = one.ping().await.unwrap().clock + TimeDelta::minutes(10);
    let link = [("link".to_owned(), soon)];
    let told = tokio::join!(one.spend(&link), other.spend(&link));
    let (one_told, other_told) = (told.0.unwrap(), told.1.unwrap());
    assert_eq!(one_told + other_told, 1, "{one_told} and {other_told}");
    let more = [("session".to_owned(), soon), link[0].clone()];
    assert_eq!(one.spend(&more).await.unwrap(), 1, "the session alone was new");
    let mut spent = other.spent().await.unwrap();
    spent.sort();
    let ids: Vec<&str> = spent.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["link", "session"]);
    assert!(
        spent
            .iter()
            .all(|(_, expires)| (*expires - soon).abs() < TimeDelta::milliseconds(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expired_a_day_ago_is_deleted_and_no_sooner() {
    let database = Database::new().await;
    let store = database.store().await;
    let now = store.ping().await.unwrap().clock;
    let ago = |id: &str, hours| (id.to_owned(), now - TimeDelta::hours(hours));
    store
        .spend(&[ago("old", 25), ago("late", 23), ago("good", -12)])
        .await
        .unwrap();
    assert_eq!(store.forget_spent().await.unwrap(), 1);
    let mut ids: Vec<String> = store.spent().await.unwrap().into_iter().map(|(id, _)| id).collect();
    ids.sort();
    assert_eq!(ids, ["good", "late"]);
}
