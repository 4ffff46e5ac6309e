//! A block: some points of all connectors of a cluster.

use super::column::{self, Columns};
use super::directory::Writer;
use crate::names::ConnectorName;

/// A block as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Which connector's columns lie where.
    pub directory: Vec<u8>,
    /// The columns.
    pub data: Vec<u8>,
}

impl Block {
    /// Of connectors in order of their names, each with columns of `points` points. What is wholly absent is left out;
    /// `None` where that is all.
    pub fn of<'a>(points: usize, connectors: impl Iterator<Item = (&'a ConnectorName, Columns)>) -> Option<Self> {
        let mut maker = Maker::new(points);
        for (name, columns) in connectors {
            maker.add(name, &columns);
        }
        maker.done()
    }
}

/// Makes a block, connector by connector in order of their names.
pub(super) struct Maker {
    directory: Writer,
    data: Vec<u8>,
}

impl Maker {
    pub(super) fn new(points: usize) -> Self {
        Self {
            directory: Writer::new(points),
            data: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &ConnectorName, columns: &Columns) {
        let mut lengths = Vec::with_capacity(columns.len());
        for (series, points) in columns {
            let before = self.data.len();
            if column::write(points, &mut self.data) {
                lengths.push((*series, self.data.len() - before));
            }
        }
        if !lengths.is_empty() {
            self.directory.add(name, &lengths);
        }
    }

    pub(super) fn done(self) -> Option<Block> {
        (!self.data.is_empty()).then(|| Block {
            directory: self.directory.done(),
            data: self.data,
        })
    }
}
