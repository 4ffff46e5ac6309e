//! What connectors can be asked for by name, each distinct value once: a pattern is compared with a hundred topics, not with
//! twenty thousand connectors.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use model::names::ConnectorName;
use model::topics::Topic;

use crate::Connector;
use crate::search::{NONE, Pattern};

/// The columns of one cluster, each made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    plugins: OnceLock<Column>,
    topics: OnceLock<Column>,
    workers: OnceLock<Column>,
    targets: OnceLock<Column>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Plugin,
    Topic,
    Worker,
    Target,
}

/// One column: distinct values, and which of them each row has.
#[derive(Debug, Default)]
pub(crate) struct Column {
    pub(crate) values: Vec<Value>,
    /// Where each row's places end.
    ends: Vec<u32>,
    places: Vec<u32>,
}

/// A value with the forms in lower case by which it may be asked for.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) shown: Arc<str>,
    forms: Vec<String>,
    /// Whether it stands for everything that begins so.
    prefix: bool,
}

impl Value {
    /// Whether text in lower case is part of it.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.forms.iter().any(|form| form.contains(text))
    }

    pub(crate) fn is(&self, pattern: &Pattern) -> bool {
        let begins = |form: &String| match pattern {
            Pattern::Exact(value) => self.prefix && value.starts_with(form.as_str()),
            Pattern::Glob(_) => false,
        };
        self.forms.iter().any(|form| pattern.matches(form) || begins(form))
    }
}

type Rows = BTreeMap<ConnectorName, Arc<Connector>>;

impl Columns {
    pub(crate) fn get(&self, what: What, rows: &Rows) -> &Column {
        match what {
            What::Plugin => self.plugins.get_or_init(|| {
                Column::of(rows, |connector, add| {
                    if let Some(class) = &connector.facts().class {
                        add(
                            class,
                            &|class| vec![class.to_owned(), short_class(class).to_owned()],
                            false,
                        );
                    }
                })
            }),
            What::Topic => self.topics.get_or_init(|| {
                Column::of(rows, |connector, add| {
                    let whole = |text: &str| vec![text.to_owned()];
                    let Some(config) = &connector.facts().config else {
                        return;
                    };
                    let topics = &config.topics;
                    for topic in topics.reads.iter().chain(&topics.writes) {
                        match topic {
                            Topic::Named(text) | Topic::Pattern(text) => add(text, &whole, false),
                            Topic::Prefix(text) => add(text, &whole, !text.is_empty()),
                        }
                    }
                    if let Some(text) = &topics.dead_letters {
                        add(text, &whole, false);
                    }
                })
            }),
            What::Worker => self.workers.get_or_init(|| {
                Column::of(rows, |connector, add| {
                    for (_, instance) in connector.facts().instances() {
                        let id: Arc<str> = instance.worker_id.as_str().into();
                        add(&id, &|id| vec![id.to_owned(), host(id).to_owned()], false);
                    }
                })
            }),
            What::Target => self.targets.get_or_init(|| {
                Column::of(rows, |connector, add| {
                    for target in connector.facts().config.iter().flat_map(|config| &config.targets) {
                        let kind = target.kind.clone();
                        let forms = move |address: &str| {
                            let end = address.find([':', '/']).filter(|end| *end > 0);
                            let host = end.and_then(|end| address.get(..end)).unwrap_or(address);
                            vec![address.to_owned(), host.to_owned(), kind.to_string()]
                        };
                        add(&target.address, &forms, false);
                    }
                })
            }),
        }
    }
}

/// Takes a value of the row: as shown, the forms that it has, and whether it stands for all that begins so.
type Add<'a> = dyn FnMut(&Arc<str>, &dyn Fn(&str) -> Vec<String>, bool) + 'a;

impl Column {
    fn of(rows: &Rows, read: impl Fn(&Connector, &mut Add<'_>)) -> Self {
        let mut column = Self::default();
        let mut known: HashMap<Arc<str>, u32> = HashMap::new();
        for connector in rows.values() {
            let start = column.places.len();
            read(connector, &mut |shown, forms, prefix| {
                let place = *known.entry(shown.clone()).or_insert_with(|| {
                    let forms = forms(shown).iter().map(|form| form.to_lowercase()).collect();
                    column.values.push(Value {
                        shown: shown.clone(),
                        forms,
                        prefix,
                    });
                    u32::try_from(column.values.len() - 1).unwrap_or(u32::MAX)
                });
                // Tasks of one connector share workers.
                let own = column.places.get(start..).unwrap_or_default();
                if !own.contains(&place) {
                    column.places.push(place);
                }
            });
            column.ends.push(u32::try_from(column.places.len()).unwrap_or(u32::MAX));
        }
        column
    }

    /// The values of a row.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = &Value> {
        self.places(row)
            .iter()
            .filter_map(|place| self.values.get(*place as usize))
    }

    /// The places of the values of a row.
    pub(crate) fn places(&self, row: usize) -> &[u32] {
        let end = |row: usize| self.ends.get(row).map_or(0, |end| *end as usize);
        let start = row.checked_sub(1).map_or(0, end);
        self.places.get(start..end(row)).unwrap_or_default()
    }

    /// Whether any value is asked for.
    pub(crate) fn knows(&self, pattern: &Pattern) -> bool {
        self.values.iter().any(|value| value.is(pattern))
    }

    /// Of each row whether any of its values is asked for by any of the patterns; a row without a value is `none`.
    pub(crate) fn marks(&self, patterns: &[Pattern]) -> impl Iterator<Item = bool> {
        let asked = |value: &Value| patterns.iter().any(|pattern| value.is(pattern));
        let asked: Vec<bool> = self.values.iter().map(asked).collect();
        let none = patterns.iter().any(|pattern| pattern.exact() == Some(NONE));
        (0..self.ends.len()).map(move |row| match self.places(row) {
            [] => none,
            own => own.iter().any(|place| asked.get(*place as usize) == Some(&true)),
        })
    }
}

/// A Java class without its packages.
pub fn short_class(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// A worker's address without its port.
fn host(worker: &str) -> &str {
    worker.rsplit_once(':').map_or(worker, |(host, _)| host)
}
