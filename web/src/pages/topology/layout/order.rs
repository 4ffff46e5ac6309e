//! The order within columns: by the middle of what each vertex is joined to.

use super::Layers;
use super::cross::crossings;

/// How often the columns are gone through, there and back.
const ROUNDS: usize = 12;
/// Rounds without a better order after which there will be none.
const PATIENCE: usize = 4;

/// Orders the columns so that little crosses.
pub(super) fn order(layers: &mut Layers) {
    let (mut best, mut fewest) = (layers.columns.clone(), crossings(layers));
    let mut idle = 0;
    for round in 0..ROUNDS {
        if fewest == 0 || idle >= PATIENCE {
            break;
        }
        let count = layers.columns.len();
        let there = round % 2 == 0;
        for step in 1..count {
            let column = if there { step } else { count - 1 - step };
            sort(layers, column, there);
        }
        let crossed = crossings(layers);
        idle += 1;
        if crossed < fewest {
            (best, fewest, idle) = (layers.columns.clone(), crossed, 0);
        }
    }
    layers.columns = best;
}

/// Sorts one column by its neighbours on one side; what has none there stays where it is.
fn sort(layers: &mut Layers, column: usize, by_before: bool) {
    let fixed = if by_before {
        column.checked_sub(1)
    } else {
        Some(column + 1)
    };
    let mut place = vec![0.0; layers.vertices.len()];
    let neighbours = fixed.and_then(|fixed| layers.columns.get(fixed));
    for (at, vertex) in neighbours.into_iter().flatten().enumerate() {
        if let Some(place) = place.get_mut(*vertex) {
            *place = at as f64;
        }
    }
    let Some(own) = layers.columns.get(column) else { return };
    // Columns differ in length: places are compared as parts of the whole.
    let scale = neighbours.map_or(1.0, |neighbours| neighbours.len() as f64 / own.len().max(1) as f64);
    let sides = if by_before { &layers.before } else { &layers.behind };
    let mut keyed: Vec<(f64, usize)> = own
        .iter()
        .enumerate()
        .map(|(at, vertex)| {
            let side = sides.get(*vertex).map_or(&[][..], Vec::as_slice);
            let sum: f64 = side.iter().filter_map(|other| place.get(*other)).sum();
            let key = match side.len() {
                0 => at as f64 * scale,
                some => sum / some as f64,
            };
            (key, *vertex)
        })
        .collect();
    keyed.sort_by(|left, right| left.0.total_cmp(&right.0));
    if let Some(own) = layers.columns.get_mut(column) {
        *own = keyed.into_iter().map(|(_, vertex)| vertex).collect();
    }
}
