//! The columns that a list of connectors may show.

/// One column, beside the verdict and the name, which every list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Why it is as it is.
    Why,
    /// Its cluster.
    Cluster,
    /// Who owns it.
    Team,
    /// Source or sink.
    Kind,
    /// The class of its fault.
    Class,
    /// Its Java class.
    Plugin,
    /// The systems at its other end.
    Target,
    /// The workers that it runs on.
    Worker,
    /// How far behind it is.
    Lag,
    /// How many tasks run.
    Tasks,
    /// Since when its verdict holds.
    Since,
}

/// Which columns are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    shown: Vec<Column>,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            shown: vec![Column::Why, Column::Team, Column::Lag, Column::Tasks, Column::Since],
        }
    }
}

impl Columns {
    /// Every column with its word, as heads and addresses say it, in the order in which they are shown.
    pub const ALL: [(Column, &'static str); 11] = [
        (Column::Why, "why"),
        (Column::Cluster, "cluster"),
        (Column::Team, "team"),
        (Column::Kind, "kind"),
        (Column::Class, "class"),
        (Column::Plugin, "plugin"),
        (Column::Target, "target"),
        (Column::Worker, "worker"),
        (Column::Lag, "lag"),
        (Column::Tasks, "tasks"),
        (Column::Since, "since"),
    ];

    /// Reads their words; the usual columns without any.
    ///
    /// # Errors
    /// The first word that is none.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let mut shown = Vec::new();
        for word in words {
            let known = Self::ALL.into_iter().find(|(_, name)| *name == word);
            shown.push(known.ok_or(word)?.0);
        }
        shown.sort_unstable();
        shown.dedup();
        Ok(if shown.is_empty() {
            Self::default()
        } else {
            Self { shown }
        })
    }

    /// Their words, unless they are the usual ones.
    pub(crate) fn words(&self) -> Option<String> {
        let chosen = Self::ALL.into_iter().filter(|(column, _)| self.shows(*column));
        let words: Vec<&str> = chosen.map(|(_, word)| word).collect();
        (*self != Self::default()).then(|| words.join(","))
    }

    pub(crate) fn shows(&self, column: Column) -> bool {
        self.shown.contains(&column)
    }
}
