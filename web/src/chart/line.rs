//! The line of a chart as the path of a drawing, and the area beneath it.

use std::fmt::Write as _;

/// The drawing's height: its width is the number of its points.
pub(crate) const HEIGHT: f64 = 100.0;

/// A line with its gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// How wide the drawing is.
    pub(crate) width: usize,
    pub(crate) path: String,
    pub(crate) area: String,
}

impl Line {
    /// Of these points, the highest of which lies not above `top`. A gap parts it; a point between two gaps is a speck.
    pub(crate) fn of(points: &[Option<f64>], top: f64) -> Self {
        let mut line = Self {
            width: points.len(),
            ..Self::default()
        };
        let mut place = 0;
        for run in points.chunk_by(|one, other| one.is_some() == other.is_some()) {
            let known: Vec<f64> = run.iter().copied().flatten().collect();
            if !known.is_empty() {
                line.run(place, &known, top);
            }
            place += run.len();
        }
        line
    }

    fn run(&mut self, place: usize, known: &[f64], top: f64) {
        let height = |value: f64| format!("{:.1}", HEIGHT - value / top * HEIGHT);
        let end = place + known.len();
        // Writing to a String cannot fail.
        let mut path = String::new();
        let mut last: Option<String> = None;
        for (at, value) in (place..).zip(known) {
            let now = height(*value);
            // What stays the same is one stroke.
            let goes_on = known.get(at - place + 1).is_some_and(|next| height(*next) == now);
            let _ = match last {
                None => write!(path, "M{place} {now}"),
                Some(ref before) if *before == now && goes_on => Ok(()),
                Some(_) => write!(path, "L{at}.5 {now}"),
            };
            last = Some(now);
        }
        let _ = write!(path, "H{end}");
        let foot = HEIGHT;
        let _ = write!(self.area, "{path}V{foot}H{place}Z");
        self.path.push_str(&path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_gaps_and_no_zeros_in_them() {
        let line = Line::of(&[Some(0.0), Some(2.0), None, Some(1.0)], 2.0);
        assert_eq!(line.path, "M0 100.0L1.5 0.0H2M3 50.0H4");
        assert_eq!(line.area, "M0 100.0L1.5 0.0H2V100H0ZM3 50.0H4V100H3Z");
        assert_eq!((line.width, Line::of(&[None, None], 2.0).path.as_str()), (4, ""));
    }

    #[test]
    fn what_does_not_change_is_one_stroke() {
        let mut points = vec![Some(1.0); 700];
        points.push(Some(2.0));
        assert_eq!(Line::of(&points, 2.0).path, "M0 50.0L699.5 50.0L700.5 0.0H701");
    }
}
