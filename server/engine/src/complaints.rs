//! What goes wrong again and again is logged when it begins, when something else goes wrong, and once a minute; and when it
//! is over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often the same is said again.
const AGAIN: Duration = Duration::from_secs(60);
/// Different things that are kept in mind of one subject.
const KINDS: usize = 8;

/// What was said, and when last, by what it is about.
#[derive(Default)]
pub(crate) struct Complaints(BTreeMap<Box<str>, Vec<(String, Instant)>>);

impl Complaints {
    /// Whether this is to be said now.
    pub(crate) fn due(&mut self, about: &str, text: &str, now: Instant) -> bool {
        let said = self.0.entry(about.into()).or_default();
        let lately = |at: Instant| now.duration_since(at) < AGAIN;
        if said.iter().any(|(before, at)| before == text && lately(*at)) {
            return false;
        }
        said.retain(|(before, _)| before != text);
        if said.len() >= KINDS {
            said.remove(0);
        }
        said.push((text.to_owned(), now));
        true
    }

    /// It goes wrong no more: whether that is to be said, because something was said before.
    pub(crate) fn over(&mut self, about: &str) -> bool {
        self.0.remove(about).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_a_minute_and_that_it_is_over_once() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut complaints = Complaints::default();
        assert!(!complaints.over("orders"), "nothing was said");
        assert!(complaints.due("orders", "full", at(0)));
        assert!(!complaints.due("orders", "full", at(59)));
        assert!(complaints.due("legacy", "full", at(59)), "it is another cluster's");
        assert!(complaints.due("orders", "away", at(59)), "it is something else");
        assert!(
            !complaints.due("orders", "full", at(59)),
            "both in turn are nothing new"
        );
        assert!(!complaints.due("orders", "away", at(118)));
        assert!(complaints.due("orders", "away", at(119)));
        assert!(complaints.over("orders") && !complaints.over("orders"));
        assert!(complaints.due("orders", "away", at(119)), "it was over between");
    }
}
