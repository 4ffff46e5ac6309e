use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use super::*;

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn questions_are_answered_in_turn_by_one_state() {
    let asker = Asker::start("turns", 0_u32, |_| {}).unwrap();
    for expected in 1..=3 {
        let counted = asker.ask(LONG, |count, _| {
            *count += 1;
            Ok(*count)
        });
        assert_eq!(counted.await, Ok(expected));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_waited_too_long_is_not_put() {
    let asker = Arc::new(Asker::start("queue", (), |_| {}).unwrap());
    let (reached, release) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let first = {
        let (asker, reached, release) = (Arc::clone(&asker), Arc::clone(&reached), Arc::clone(&release));
        tokio::spawn(async move {
            let hold = move |_: &mut (), _| {
                reached.wait();
                release.wait();
                Ok(())
            };
            asker.ask(LONG, hold).await
        })
    };
    tokio::task::spawn_blocking(move || reached.wait()).await.unwrap();
    let put = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&put);
    let short = Duration::from_millis(10);
    let late = asker.ask(short, move |_, _| {
        seen.store(true, Ordering::SeqCst);
        Ok(())
    });
    assert_eq!(late.await, Err(Error::TimedOut { after: short }));
    tokio::task::spawn_blocking(move || release.wait()).await.unwrap();
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(asker.ask(LONG, |_, _| Ok(1)).await, Ok(1));
    assert!(!put.load(Ordering::SeqCst));
}

#[tokio::test]
async fn dropping_it_drops_its_state() {
    let state = Arc::new(());
    let asker = Asker::start("dropped", Arc::clone(&state), |_| {}).unwrap();
    assert_eq!(asker.ask(LONG, |state, _| Ok(Arc::strong_count(state))).await, Ok(2));
    drop(asker);
    assert_eq!(Arc::strong_count(&state), 1);
}
