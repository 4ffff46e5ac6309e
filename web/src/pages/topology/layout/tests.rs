//! Drawings of every size, checked by what stands where.

use super::*;

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

fn graph(boxes: usize, lines: usize, seed: u64) -> (Vec<Wanted>, Vec<(usize, usize)>) {
    let mut dice = Dice(seed);
    let mut wanted = || Wanted {
        // The third column stays empty.
        column: [0, 1, 2, 4, 5][dice.roll(5)],
        width: 40 + dice.roll(180) as i64,
    };
    let wanted: Vec<Wanted> = (0..boxes).map(|_| wanted()).collect();
    let lines = (0..lines).map(|_| (dice.roll(boxes), dice.roll(boxes))).collect();
    (wanted, lines)
}

fn overlap(one: (i64, i64, i64), other: (i64, i64, i64)) -> bool {
    one.0 < other.0 + other.2 && other.0 < one.0 + one.2 && one.1 < other.1 + BOX && other.1 < one.1 + BOX
}

#[test]
fn boxes_never_overlap_and_stand_within_the_drawing() {
    for (boxes, lines, seed) in [
        (0, 0, 1),
        (1, 1, 2),
        (12, 20, 3),
        (300, 500, 4),
        (300, 2000, 5),
        (90, 0, 6),
    ] {
        let (wanted, lines) = graph(boxes, lines, seed);
        let laid = lay(&wanted, &lines);
        assert_eq!((laid.boxes.len(), laid.paths.len()), (wanted.len(), lines.len()));
        for (at, one) in laid.boxes.iter().enumerate() {
            assert!(one.0 >= 0 && one.1 >= 0, "{one:?}");
            assert!(
                one.0 + one.2 <= laid.width && one.1 + BOX <= laid.height,
                "{one:?} {laid:?}"
            );
            for other in &laid.boxes[at + 1..] {
                assert!(!overlap(*one, *other), "{one:?} {other:?}");
            }
        }
        assert_eq!(laid, lay(&wanted, &lines), "the same every time");
    }
}

#[test]
fn columns_follow_one_another_from_left_to_right() {
    let (wanted, lines) = graph(60, 100, 7);
    let laid = lay(&wanted, &lines);
    for (one, at) in wanted.iter().zip(&laid.boxes) {
        for (other, place) in wanted.iter().zip(&laid.boxes) {
            assert_eq!(one.column < other.column, at.0 < place.0);
        }
    }
}

#[test]
fn what_can_be_drawn_without_crossings_is() {
    // Five ways that begin in turn and end in reverse.
    let column = |column, _| Wanted { column, width: 50 };
    let wanted: Vec<Wanted> = (0..3).flat_map(|at| (0..5).map(move |row| column(at, row))).collect();
    let lines: Vec<(usize, usize)> = (0..5)
        .flat_map(|row| [(row, 9 - row), (9 - row, 10 + (row * 2) % 5)])
        .collect();
    let columns: Vec<usize> = wanted.iter().map(|wanted| wanted.column).collect();
    let mut layers = Layers::of(&columns, 3, &lines);
    assert!(cross::crossings(&layers) > 0);
    order::order(&mut layers);
    assert_eq!(cross::crossings(&layers), 0);
    // Each way is a straight one then.
    let laid = lay(&wanted, &lines);
    for (from, to) in lines {
        assert_eq!(laid.boxes[from].1, laid.boxes[to].1);
    }
}

#[test]
fn a_line_passes_between_the_boxes_of_the_columns_on_its_way() {
    let lines = [(0, 4), (0, 1), (1, 4), (2, 4), (3, 4)];
    let mut layers = Layers::of(&[0, 1, 1, 1, 2], 3, &lines);
    order::order(&mut layers);
    let (middles, _) = align::align(&layers, 0);
    let pass = layers.ways[0][1];
    assert_eq!(layers.vertices[pass], Vertex::Pass);
    for vertex in 1..4 {
        assert!(
            (middles[pass] - middles[vertex]).abs() >= BOX / 2 + SPACE / 2,
            "{middles:?}"
        );
    }
}
