//! Where boxes in columns stand so that little crosses, and how lines run between them: a layered drawing, worked out
//! from numbers alone and the same every time.
//!
//! A line that passes a column on its way has a place of its own there, so that it passes between the boxes. Each column
//! is ordered by the middle of its neighbours, back and forth, and the order in which the fewest lines cross is kept. Then
//! each box moves as near to its neighbours as the order and the space between boxes let it.

mod align;
mod cross;
mod order;
mod paths;

use std::collections::BTreeMap;

/// The height of a box, in px.
pub(super) const BOX: i64 = 22;
/// Between two boxes.
const SPACE: i64 = 6;
/// Half the height of a place where a line passes.
const PASS: i64 = 3;
/// Between two columns.
const GAP: i64 = 64;
/// Around all of it.
const MARGIN: i64 = 2;

/// A box to be placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Its column, from 0 on; columns without boxes take no room.
    pub(super) column: usize,
    /// Its width, in px.
    pub(super) width: i64,
}

/// Where everything stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Laid {
    /// The upper left corner of each box, with its width.
    pub(super) boxes: Vec<(i64, i64, i64)>,
    /// The way of each line, as SVG writes it.
    pub(super) paths: Vec<String>,
    /// The whole drawing.
    pub(super) width: i64,
    pub(super) height: i64,
}

/// What stands in a column: a box, or the place where lines pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vertex {
    Box,
    Pass,
}

impl Vertex {
    /// Half the room that it takes.
    fn half(self) -> i64 {
        match self {
            Self::Box => (BOX + SPACE) / 2,
            Self::Pass => PASS,
        }
    }
}

/// The drawing in columns.
struct Layers {
    vertices: Vec<Vertex>,
    /// The column of each vertex.
    column: Vec<usize>,
    /// Vertices by column, from above to below.
    columns: Vec<Vec<usize>>,
    /// Neighbours in the column before and in the one behind.
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
    /// The vertices that each line runs through, from left to right.
    ways: Vec<Vec<usize>>,
}

impl Layers {
    fn of(wanted: &[Wanted], lines: &[(usize, usize)]) -> Self {
        let mut used: Vec<usize> = wanted.iter().map(|wanted| wanted.column).collect();
        used.sort_unstable();
        used.dedup();
        let place = |wanted: &Wanted| used.binary_search(&wanted.column).unwrap_or(0);
        let mut layers = Self {
            vertices: vec![Vertex::Box; wanted.len()],
            column: wanted.iter().map(place).collect(),
            columns: vec![Vec::new(); used.len()],
            before: vec![Vec::new(); wanted.len()],
            behind: vec![Vec::new(); wanted.len()],
            ways: Vec::with_capacity(lines.len()),
        };
        for (vertex, column) in layers.column.iter().enumerate() {
            if let Some(own) = layers.columns.get_mut(*column) {
                own.push(vertex);
            }
        }
        // Lines of one box share the place where they pass a column.
        let mut passes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (one, other) in lines {
            let way = layers.way(*one, *other, &mut passes);
            layers.ways.push(way);
        }
        for list in layers.before.iter_mut().chain(&mut layers.behind) {
            list.sort_unstable();
            list.dedup();
        }
        layers
    }

    fn column_of(&self, vertex: usize) -> usize {
        self.column.get(vertex).copied().unwrap_or(0)
    }

    fn way(&mut self, one: usize, other: usize, passes: &mut BTreeMap<(usize, usize), usize>) -> Vec<usize> {
        let (left, right) = match self.column_of(one) <= self.column_of(other) {
            true => (one, other),
            false => (other, one),
        };
        let mut way = vec![left];
        for column in self.column_of(left) + 1..self.column_of(right) {
            let next = self.vertices.len();
            let pass = *passes.entry((left, column)).or_insert(next);
            if pass == next {
                self.vertices.push(Vertex::Pass);
                self.column.push(column);
                self.before.push(Vec::new());
                self.behind.push(Vec::new());
                if let Some(own) = self.columns.get_mut(column) {
                    own.push(pass);
                }
            }
            way.push(pass);
        }
        way.push(right);
        // Within a column nothing is before or behind.
        if self.column_of(left) < self.column_of(right) {
            for pair in way.windows(2) {
                let [one, other] = pair else { continue };
                self.behind.get_mut(*one).into_iter().for_each(|list| list.push(*other));
                self.before.get_mut(*other).into_iter().for_each(|list| list.push(*one));
            }
        }
        way
    }
}

/// Places boxes and lines; lines join places of `wanted`.
pub(super) fn lay(wanted: &[Wanted], lines: &[(usize, usize)]) -> Laid {
    let mut layers = Layers::of(wanted, lines);
    order::order(&mut layers);
    let middles = align::align(&layers);
    let mut lefts = Vec::with_capacity(layers.columns.len());
    let mut widths = Vec::with_capacity(layers.columns.len());
    let mut left = MARGIN;
    for column in &layers.columns {
        let width = column
            .iter()
            .filter_map(|vertex| wanted.get(*vertex))
            .map(|wanted| wanted.width);
        let width = width.max().unwrap_or(0);
        lefts.push(left);
        widths.push(width);
        left += width + GAP;
    }
    let spans: Vec<(i64, i64)> = lefts
        .iter()
        .zip(&widths)
        .map(|(left, width)| (*left, left + width))
        .collect();
    let middle = |vertex: usize| middles.get(vertex).copied().unwrap_or(0);
    let span = |vertex: usize| spans.get(layers.column_of(vertex)).copied().unwrap_or((0, 0));
    let lowest = (0..layers.vertices.len())
        .map(|vertex| middle(vertex) + layers.vertices.get(vertex).map_or(0, |vertex| vertex.half()))
        .max();
    Laid {
        boxes: wanted
            .iter()
            .enumerate()
            .map(|(vertex, wanted)| (span(vertex).0, middle(vertex) - BOX / 2, wanted.width))
            .collect(),
        paths: paths::paths(&layers, wanted, &middles, &spans),
        width: (left - GAP + MARGIN).max(0),
        height: lowest.unwrap_or(0) + MARGIN,
    }
}

#[cfg(test)]
mod tests;
