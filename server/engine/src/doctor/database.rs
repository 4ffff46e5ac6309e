//! Is the database there, and does its clock agree?

use chrono::TimeDelta;
use model::Clock;
use store::Store;

use super::finding::{Finding, Severity};

const SUBJECT: &str = "database";
/// A difference of clocks beyond which times in history mislead.
const CLOCKS: TimeDelta = TimeDelta::seconds(5);

pub(super) async fn examine(store: &Store, clock: &dyn Clock) -> Vec<Finding> {
    let health = match store.ping().await {
        Ok(health) => health,
        Err(error) => {
            return vec![
                Finding::of(SUBJECT, Severity::Problem, format!("it does not answer: {error}"))
                    .todo("check `[database] url`, that Postgres runs there and that this machine may connect"),
            ];
        }
    };
    let text = format!(
        "Postgres {} answers within {} ms",
        health.version,
        health.latency.as_millis()
    );
    let mut findings = vec![Finding::good(SUBJECT, text)];
    let apart = (health.clock - clock.now()).abs();
    if apart <= CLOCKS {
        findings.push(Finding::good(SUBJECT, "its clock agrees with this machine's"));
    } else {
        findings.push(
            Finding::of(
                SUBJECT,
                Severity::Warning,
                format!("its clock is {} s away from this machine's", apart.num_seconds()),
            )
            .todo("let both machines follow a time server; times in history come from this machine's clock"),
        );
    }
    findings
}
