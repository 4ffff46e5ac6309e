//! How many lines cross.

use super::Layers;

/// Crossings between all neighbouring columns in their present order.
pub(super) fn crossings(layers: &Layers) -> usize {
    let mut place = vec![0; layers.vertices.len()];
    for column in &layers.columns {
        for (at, vertex) in column.iter().enumerate() {
            if let Some(place) = place.get_mut(*vertex) {
                *place = at;
            }
        }
    }
    let at = |vertex: usize| place.get(vertex).copied().unwrap_or(0);
    let between = |(left, right): (&Vec<usize>, &Vec<usize>)| {
        let mut ends: Vec<usize> = Vec::new();
        for vertex in left {
            let behind = layers.behind.get(*vertex).map_or(&[][..], Vec::as_slice);
            let first = ends.len();
            ends.extend(behind.iter().map(|other| at(*other)));
            if let Some(own) = ends.get_mut(first..) {
                own.sort_unstable();
            }
        }
        inversions(&ends, right.len())
    };
    layers
        .columns
        .iter()
        .zip(layers.columns.iter().skip(1))
        .map(between)
        .sum()
}

/// Pairs that stand in the wrong order, counted with sums over ranges (Fenwick's tree).
fn inversions(ends: &[usize], places: usize) -> usize {
    let mut tree = vec![0_usize; places + 1];
    let mut crossed = 0;
    for (seen, end) in ends.iter().enumerate() {
        let (mut not_behind, mut at) = (0, end + 1);
        while at > 0 {
            not_behind += tree.get(at).copied().unwrap_or(0);
            at &= at - 1;
        }
        crossed += seen - not_behind;
        at = end + 1;
        while let Some(count) = tree.get_mut(at) {
            *count += 1;
            at += at & at.wrapping_neg();
        }
    }
    crossed
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn pairs_in_the_wrong_order_are_counted() {
        assert_eq!(inversions(&[0, 1, 2], 3), 0);
        assert_eq!(inversions(&[2, 1, 0], 3), 3);
        assert_eq!(inversions(&[1, 0, 1, 0], 2), 3);
        assert_eq!(inversions(&[], 0), 0);
    }
}
