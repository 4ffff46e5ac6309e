//! How high everything stands: as near to its neighbours as the order and the room of each vertex let it.

use super::Layers;

/// How often the columns are gone through.
const ROUNDS: usize = 8;

/// The middle of each vertex, in px from above, when the highest of them begins at `top`; and the room that all take.
pub(super) fn align(layers: &Layers, top: i64) -> (Vec<i64>, i64) {
    let mut middles = vec![0_i64; layers.vertices.len()];
    let offsets: Vec<Vec<i64>> = layers.columns.iter().map(|column| offsets(layers, column)).collect();
    for (column, offsets) in layers.columns.iter().zip(&offsets) {
        for (vertex, offset) in column.iter().zip(offsets) {
            set(&mut middles, *vertex, *offset);
        }
    }
    let count = layers.columns.len();
    for round in 0..ROUNDS {
        for step in 0..count {
            let column = if round % 2 == 0 { step } else { count - 1 - step };
            let (Some(own), Some(offsets)) = (layers.columns.get(column), offsets.get(column)) else {
                continue;
            };
            let wished = own.iter().zip(offsets).map(|(vertex, offset)| {
                let sides = [layers.before.get(*vertex), layers.behind.get(*vertex)];
                let joined: Vec<i64> = sides
                    .into_iter()
                    .flatten()
                    .flatten()
                    .filter_map(|other| middles.get(*other).copied())
                    .collect();
                let wish = match joined.len() {
                    0 => middles.get(*vertex).copied().unwrap_or(0) as f64,
                    some => joined.iter().sum::<i64>() as f64 / some as f64,
                };
                wish - *offset as f64
            });
            let wished: Vec<f64> = wished.collect();
            for ((vertex, offset), level) in own.iter().zip(offsets).zip(rising(&wished)) {
                set(&mut middles, *vertex, level.round() as i64 + offset);
            }
        }
    }
    let ends = || layers.vertices.iter().map(|vertex| vertex.half()).zip(&middles);
    let highest = ends().map(|(half, middle)| middle - half).min().unwrap_or(0);
    let lowest = ends().map(|(half, middle)| middle + half).max().unwrap_or(0);
    let shift = top - highest;
    let shifted = middles.iter().map(|middle| middle + shift).collect();
    (shifted, lowest - highest)
}

/// How far below the first of its column each vertex stands at least.
fn offsets(layers: &Layers, column: &[usize]) -> Vec<i64> {
    let half = |vertex: &usize| layers.vertices.get(*vertex).map_or(0, |vertex| vertex.half());
    let mut below = 0;
    let mut offsets = Vec::with_capacity(column.len());
    for vertex in column {
        offsets.push(below + half(vertex));
        below += 2 * half(vertex);
    }
    offsets
}

fn set(middles: &mut [i64], vertex: usize, middle: i64) {
    if let Some(own) = middles.get_mut(vertex) {
        *own = middle;
    }
}

/// The numbers that never fall and lie nearest to those wished for: neighbours that would pass one another meet at their
/// mean (pool adjacent violators).
fn rising(wished: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for wish in wished {
        let mut pool = (*wish, 1);
        while let Some((level, count)) = pools.last().copied().filter(|(level, _)| *level >= pool.0) {
            let both = count + pool.1;
            pool = ((level * count as f64 + pool.0 * pool.1 as f64) / both as f64, both);
            pools.pop();
        }
        pools.push(pool);
    }
    let levels = pools
        .into_iter()
        .flat_map(|(level, count)| std::iter::repeat_n(level, count));
    levels.collect()
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn wishes_that_would_pass_one_another_meet() {
        assert_eq!(rising(&[1.0, 3.0, 2.0]), [1.0, 2.5, 2.5]);
        assert_eq!(rising(&[5.0, 1.0, 0.0]), [2.0, 2.0, 2.0]);
        assert_eq!(rising(&[0.0, 4.0]), [0.0, 4.0]);
        assert!(rising(&[]).is_empty());
    }
}
