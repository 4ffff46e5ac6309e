//! The ways of lines, as SVG writes them.

use std::fmt::Write;

use super::{Layers, Wanted};

/// How far a line within a column swings out.
const SWING: i64 = 28;

pub(super) fn paths(layers: &Layers, wanted: &[Wanted], middles: &[i64], spans: &[(i64, i64)]) -> Vec<String> {
    let middle = |vertex: usize| middles.get(vertex).copied().unwrap_or(0);
    let span = |vertex: usize| spans.get(layers.column_of(vertex)).copied().unwrap_or((0, 0));
    // A box ends where its own text does, and what passes where the column does.
    let right = |vertex: usize| match wanted.get(vertex) {
        Some(wanted) => span(vertex).0 + wanted.width,
        None => span(vertex).1,
    };
    let path = |way: &Vec<usize>| {
        let mut path = String::new();
        let [first, .., last] = way.as_slice() else {
            return path;
        };
        // Writing to a String cannot fail.
        let _ = write!(path, "M{} {}", right(*first), middle(*first));
        if layers.column_of(*first) == layers.column_of(*last) {
            let out = right(*first).max(right(*last)) + SWING;
            let _ = write!(
                path,
                "C{out} {} {out} {} {} {}",
                middle(*first),
                middle(*last),
                right(*last),
                middle(*last)
            );
            return path;
        }
        for pair in way.windows(2) {
            let [one, other] = pair else { continue };
            // From the end of the column, so that it does not run behind a wider box.
            let (from, to) = (span(*one).1, span(*other).0);
            let half = (from + to) / 2;
            if right(*one) < from {
                let _ = write!(path, "H{from}");
            }
            let _ = write!(
                path,
                "C{half} {} {half} {} {to} {}",
                middle(*one),
                middle(*other),
                middle(*other)
            );
            if wanted.get(*other).is_none() {
                let _ = write!(path, "H{}", span(*other).1);
            }
        }
        path
    };
    layers.ways.iter().map(path).collect()
}
