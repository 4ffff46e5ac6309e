//! Where a word stands alone, as against those that are part of a name.

/// The names of one text: a run of letters, digits, `_`, `$` and dots.
pub(super) struct Names<'a> {
    text: &'a [u8],
    /// The last one asked about, so that a long name with many words in it is looked through once.
    last: (usize, usize),
    dotted: bool,
}

impl<'a> Names<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            last: (0, 0),
            dotted: false,
        }
    }

    /// Whether what stands at `start..end` is no part of a class, a package, a method or another name.
    pub(super) fn alone(&self, start: usize, end: usize) -> bool {
        let before = self.before(start);
        let after = self.text.get(end);
        let dotted_before = before == Some(&b'.') && start.checked_sub(1).is_some_and(|dot| in_name(self.before(dot)));
        let dotted_after = after == Some(&b'.') && in_name(self.text.get(end + 1));
        !(in_name(before) || in_name(after) || dotted_before || dotted_after)
    }

    /// The same, but `_` ends a name (`app_…` is what somebody put together from a user and a password) unless the name
    /// has dots within: in frames and classes, whose names always have, an underscore is a letter like others, and
    /// striking out a part of them would strike out the cause.
    pub(super) fn alone_or_underscored(&mut self, start: usize, end: usize) -> bool {
        if self.alone(start, end) {
            return true;
        }
        let free = |byte: Option<&u8>| byte == Some(&b'_') || !in_name(byte);
        free(self.before(start)) && free(self.text.get(end)) && !self.dotted(start, end)
    }

    fn dotted(&mut self, start: usize, end: usize) -> bool {
        if start < self.last.0 || self.last.1 < end {
            let of_name = |byte: &u8| *byte == b'.' || in_name(Some(byte));
            let before = self.text.get(..start).unwrap_or_default().iter().rev();
            let behind = self.text.get(end..).unwrap_or_default().iter();
            let from = start - before.take_while(|byte| of_name(byte)).count();
            let to = end + behind.take_while(|byte| of_name(byte)).count();
            let name = self.text.get(from..to).unwrap_or_default();
            self.last = (from, to);
            self.dotted = name
                .windows(3)
                .any(|part| matches!(part, [before, b'.', after] if in_name(Some(before)) && in_name(Some(after))));
        }
        self.dotted
    }

    fn before(&self, at: usize) -> Option<&u8> {
        self.text.get(at.checked_sub(1)?)
    }
}

fn in_name(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'$')
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_word_stands_alone_or_is_part_of_a_name() {
        for (text, alone, underscored) in [
            ("word", true, true),
            ("a word.", true, true),
            ("user:word@host", true, true),
            (".word.", true, true),
            ("é.word", true, true),
            ("app_word", false, true),
            ("word_app.", false, true),
            ("PW_word_1, a.b", false, true),
            ("x_$word", false, false),
            ("keyword", false, false),
            ("word1", false, false),
            ("my_wording", false, false),
            ("org.word", false, false),
            ("word.Thing", false, false),
            ("org.x.My_word", false, false),
            ("at a.B.get_word_x(B.java:1)", false, false),
            ("word_lib.jar", false, false),
        ] {
            let start = text.find("word").unwrap();
            let mut names = Names::new(text);
            let end = start + 4;
            assert_eq!(names.alone(start, end), alone, "{text}");
            assert_eq!(names.alone_or_underscored(start, end), underscored, "{text}");
        }
    }

    #[test]
    fn of_many_words_in_one_text_each_is_judged_by_its_own_name() {
        let text = "a_word a.b_word_word word_word";
        let mut names = Names::new(text);
        let judged: Vec<bool> = text
            .match_indices("word")
            .map(|(at, word)| names.alone_or_underscored(at, at + word.len()))
            .collect();
        assert_eq!(judged, [true, false, false, true, true]);
    }
}
