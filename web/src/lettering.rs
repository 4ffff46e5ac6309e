//! How much room identifiers take in drawings, where nothing wraps: they stand in letters of one width.

/// The size of letters in drawings, in px.
pub(crate) const SIZE: f64 = 11.5;

/// The width of a letter of that size, in px: IBM Plex Mono's, and that of its fallbacks or more.
pub(crate) const LETTER: f64 = 6.95;

/// How many letters wide a text is. What is written in wide characters takes two for each.
pub(crate) fn letters(text: &str) -> usize {
    text.chars().map(letter).sum()
}

fn letter(character: char) -> usize {
    match u32::from(character) {
        // Letters of alphabets; marks, arrows and mathematical signs.
        0..0x1100 | 0x2000..0x2E80 => 1,
        _ => 2,
    }
}

/// The text if it is no wider than `most` letters, else its beginning and its end: names often differ in either.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if letters(text) <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(1);
    let behind = room / 2;
    let take = |characters: &mut dyn Iterator<Item = char>, room: usize| {
        let mut taken = 0;
        let fits = |character: &char| {
            taken += letter(*character);
            taken <= room
        };
        characters.take_while(fits).collect::<Vec<char>>()
    };
    let end = take(&mut text.chars().rev(), behind);
    let start = take(&mut text.chars(), room - behind);
    start.into_iter().chain(['…']).chain(end.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_keeps_its_beginning_and_its_end() {
        assert_eq!(shortened("orders", 6), "orders");
        assert_eq!(shortened("orders-archive-eu", 9), "orde…e-eu");
        assert_eq!(letters("日本"), 4);
        for most in 1..12 {
            for text in ["日本語日本語日本語", "orders-日本-archive", "x"] {
                assert!(letters(&shortened(text, most)) <= most, "{text} {most}");
            }
        }
    }
}
