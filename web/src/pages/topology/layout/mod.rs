//! Where boxes in columns stand so that little crosses, and how lines run between them: a layered drawing, worked out
//! from numbers alone and the same every time.
//!
//! A line that passes a column on its way has a place of its own there, so that it passes between the boxes. Each column
//! is ordered by the middle of its neighbours, back and forth, and the order in which the fewest lines cross is kept. Then
//! each box moves as near to its neighbours as the order and the space between boxes let it. What nothing joins is drawn
//! by itself, the largest above.

mod align;
mod cross;
mod islands;
mod order;
mod paths;

use std::collections::BTreeMap;

/// The height of a box, in px.
pub(super) const BOX: i64 = 22;
/// Between two boxes.
const SPACE: i64 = 6;
/// Half the height of a place where a line passes.
const PASS: i64 = 3;
/// Between two columns: so much that the drawing fits a laptop's page where it can.
const GAP: (i64, i64) = (32, 64);
/// The width of that page.
const PAGE: i64 = 1156;
/// Between what nothing joins.
const STRAIT: i64 = 12;
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
    /// Boxes by the column of each, of so many.
    fn of(boxes: &[usize], count: usize, lines: &[(usize, usize)]) -> Self {
        let mut layers = Self {
            vertices: vec![Vertex::Box; boxes.len()],
            column: boxes.to_vec(),
            columns: vec![Vec::new(); count],
            before: vec![Vec::new(); boxes.len()],
            behind: vec![Vec::new(); boxes.len()],
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
    let mut used: Vec<usize> = wanted.iter().map(|wanted| wanted.column).collect();
    used.sort_unstable();
    used.dedup();
    let place = |wanted: &Wanted| used.binary_search(&wanted.column).unwrap_or(0);
    let columns: Vec<usize> = wanted.iter().map(place).collect();
    let mut spans = vec![(0, 0); used.len()];
    for (wanted, column) in wanted.iter().zip(&columns) {
        if let Some((_, width)) = spans.get_mut(*column) {
            *width = wanted.width.max(*width);
        }
    }
    let boxes: i64 = spans.iter().map(|(_, width)| width).sum();
    let between = i64::try_from(used.len()).unwrap_or(1) - 1;
    let gap = ((PAGE - 2 * MARGIN - boxes) / between.max(1)).clamp(GAP.0, GAP.1);
    let mut left = MARGIN;
    for span in &mut spans {
        *span = (left, left + span.1);
        left = span.1 + gap;
    }
    let mut laid = Laid {
        boxes: vec![(0, 0, 0); wanted.len()],
        paths: vec![String::new(); lines.len()],
        width: (left - gap + MARGIN).max(0),
        height: 0,
    };
    let mut top = MARGIN;
    for island in islands::islands(wanted.len(), lines) {
        if top > MARGIN {
            top += STRAIT;
        }
        let own = |list: &[usize]| -> Vec<usize> {
            let columns = list.iter().filter_map(|at| columns.get(*at).copied());
            columns.collect()
        };
        let boxes: Vec<Wanted> = island.boxes.iter().filter_map(|at| wanted.get(*at).copied()).collect();
        let mut layers = Layers::of(&own(&island.boxes), used.len(), &island.ends);
        order::order(&mut layers);
        let (middles, height) = align::align(&layers, top);
        for (local, at) in island.boxes.iter().enumerate() {
            let (Some(place), Some(wanted)) = (laid.boxes.get_mut(*at), wanted.get(*at)) else {
                continue;
            };
            let left = spans.get(layers.column_of(local)).map_or(0, |span| span.0);
            *place = (left, middles.get(local).copied().unwrap_or(0) - BOX / 2, wanted.width);
        }
        let paths = paths::paths(&layers, &boxes, &middles, &spans);
        for (at, path) in island.lines.iter().zip(paths) {
            if let Some(place) = laid.paths.get_mut(*at) {
                *place = path;
            }
        }
        top += height;
    }
    laid.height = top + MARGIN;
    laid
}

#[cfg(test)]
mod tests;
