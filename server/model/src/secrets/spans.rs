//! Places in a text that must not be shown, gathered from several finders before any of them is struck out, so that
//! one finder's mask never hides a label that another one needs.

/// What stands where a secret or a record's data stood.
pub const MASK: &str = "‹masked›";

/// Byte ranges on character boundaries.
#[derive(Default)]
pub(super) struct Spans(Vec<(usize, usize)>);

impl Spans {
    /// Adds a range; empty ones are left out.
    pub(super) fn add(&mut self, start: usize, end: usize) {
        if start < end {
            self.0.push((start, end));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn texts<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|&(start, end)| text.get(start..end))
    }

    /// In their order, those that overlap or touch as one.
    pub(super) fn joined(mut self) -> Vec<(usize, usize)> {
        self.0.sort_unstable();
        self.0.dedup_by(|next, last| {
            let joins = next.0 <= last.1;
            if joins {
                last.1 = last.1.max(next.1);
            }
            joins
        });
        self.0
    }

    /// The text with every range replaced by [`MASK`]; overlapping ranges become one.
    pub(super) fn strike(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut kept_to = 0;
        for (start, end) in self.joined() {
            out.push_str(text.get(kept_to..start).unwrap_or_default());
            out.push_str(MASK);
            kept_to = end;
        }
        out.push_str(text.get(kept_to..).unwrap_or_default());
        out
    }
}
