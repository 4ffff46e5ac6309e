//! What hangs together.

/// Boxes that are joined, with the lines between them.
pub(super) struct Island {
    /// Boxes, in their order.
    pub(super) boxes: Vec<usize>,
    /// Lines, in their order.
    pub(super) lines: Vec<usize>,
    /// The places in `boxes` that each line joins.
    pub(super) ends: Vec<(usize, usize)>,
}

/// The islands among so many boxes, the largest first, then in the order of their first boxes.
pub(super) fn islands(boxes: usize, lines: &[(usize, usize)]) -> Vec<Island> {
    // Each box leads to one before it of its island, the first to itself.
    let mut leads: Vec<usize> = (0..boxes).collect();
    for (one, other) in lines {
        let (one, other) = (first(&mut leads, *one), first(&mut leads, *other));
        if let Some(lead) = leads.get_mut(one.max(other)) {
            *lead = one.min(other);
        }
    }
    let mut found: Vec<Island> = Vec::new();
    let mut number = vec![0; boxes];
    let mut local = vec![0; boxes];
    for at in 0..boxes {
        let lead = first(&mut leads, at);
        let island = match lead == at {
            true => {
                found.push(Island {
                    boxes: Vec::new(),
                    lines: Vec::new(),
                    ends: Vec::new(),
                });
                found.len() - 1
            }
            false => number.get(lead).copied().unwrap_or(0),
        };
        let Some(own) = found.get_mut(island) else { continue };
        set(&mut number, at, island);
        set(&mut local, at, own.boxes.len());
        own.boxes.push(at);
    }
    let place = |list: &[usize], at: usize| list.get(at).copied().unwrap_or(0);
    for (line, (one, other)) in lines.iter().enumerate() {
        if let Some(own) = found.get_mut(place(&number, *one)) {
            own.lines.push(line);
            own.ends.push((place(&local, *one), place(&local, *other)));
        }
    }
    found.sort_by_key(|island| std::cmp::Reverse(island.boxes.len()));
    found
}

fn set(list: &mut [usize], at: usize, value: usize) {
    if let Some(own) = list.get_mut(at) {
        *own = value;
    }
}

/// The first box of an island, shortening the way there.
fn first(leads: &mut [usize], mut at: usize) -> usize {
    while let Some(lead) = leads.get(at).copied().filter(|lead| *lead != at) {
        let next = leads.get(lead).copied().unwrap_or(lead);
        set(leads, at, next);
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::islands;

    #[test]
    fn what_hangs_together_is_found_and_the_largest_stands_first() {
        let found = islands(7, &[(1, 2), (6, 4), (4, 3), (3, 6), (5, 5)]);
        let boxes: Vec<&[usize]> = found.iter().map(|island| island.boxes.as_slice()).collect();
        assert_eq!(boxes, [&[3, 4, 6][..], &[1, 2], &[0], &[5]]);
        assert_eq!(
            (&found[0].lines[..], &found[0].ends[..]),
            (&[1, 2, 3][..], &[(2, 1), (1, 0), (0, 2)][..])
        );
    }
}
