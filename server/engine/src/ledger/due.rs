//! When which connector is to be judged again though no fact of it changes.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::names::ConnectorName;

/// One date for each connector at most, in the order of the dates.
#[derive(Default)]
pub(super) struct Due {
    dates: BTreeSet<(Timestamp, ConnectorName)>,
    of: BTreeMap<ConnectorName, Timestamp>,
}

impl Due {
    /// The date of a connector in place of the one it had; none of it any more.
    pub(super) fn set(&mut self, name: &ConnectorName, date: Option<Timestamp>) {
        let before = match date {
            Some(date) => self.of.insert(name.clone(), date),
            None => self.of.remove(name),
        };
        if let Some(before) = before {
            self.dates.remove(&(before, name.clone()));
        }
        if let Some(date) = date {
            self.dates.insert((date, name.clone()));
        }
    }

    /// Whose date has come. It stays until another one is set.
    pub(super) fn at(&self, now: Timestamp) -> BTreeSet<ConnectorName> {
        let come = self.dates.iter().take_while(|(date, _)| *date <= now);
        come.map(|(_, name)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Utc};

    use super::*;

    #[test]
    fn a_connector_has_one_date_and_is_due_from_it_on() {
        let (start, mut due) = (Utc::now(), Due::default());
        let at = |due: &Due, seconds: i64| {
            let names = due.at(start + TimeDelta::seconds(seconds)).into_iter();
            names.map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        let set = |due: &mut Due, name: &str, seconds: Option<i64>| {
            due.set(&name.into(), seconds.map(|seconds| start + TimeDelta::seconds(seconds)));
        };
        set(&mut due, "b", Some(2));
        set(&mut due, "a", Some(2));
        set(&mut due, "c", Some(1));
        assert_eq!(at(&due, 0), Vec::<String>::new());
        assert_eq!(at(&due, 1), ["c"]);
        assert_eq!(at(&due, 2), ["a", "b", "c"]);
        // Another date, later and sooner, takes the place of the first.
        set(&mut due, "a", Some(5));
        set(&mut due, "b", Some(0));
        assert_eq!(at(&due, 2), ["b", "c"]);
        assert_eq!(at(&due, 5), ["a", "b", "c"]);
        set(&mut due, "c", None);
        set(&mut due, "nobody", None);
        assert_eq!(at(&due, 9), ["a", "b"]);
        assert_eq!((due.dates.len(), due.of.len()), (2, 2));
    }
}
