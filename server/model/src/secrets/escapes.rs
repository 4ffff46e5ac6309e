//! Undoes escapes: what a text that was written into another one (a URL, JSON, XML, a literal of Java, C or SQL) said
//! before.
//!
//! An escape says one character in several ASCII ones, so that undoing makes a text shorter and what stands between
//! escapes stays what it is. That is why no table of places is kept: [`back`] walks over the same escapes again.

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

use super::entities;

/// So many times a text may have been escaped: JSON within JSON within a URL, and once more for what quotes it.
const DEPTH: usize = 4;

/// The text, and what is left of it each time that its escapes are undone once more, as long as there are any.
pub(super) fn layers(text: &str) -> Vec<Cow<'_, str>> {
    let mut layers = vec![Cow::Borrowed(text)];
    while layers.len() <= DEPTH
        && let Some(next) = layers.last().and_then(|last| undone(last))
    {
        layers.push(Cow::Owned(next));
    }
    layers
}

/// The text with one layer of escapes undone; `None` where it has none.
fn undone(text: &str) -> Option<String> {
    let mut escapes = escapes(text).peekable();
    escapes.peek()?;
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for escape in escapes {
        out.push_str(text.get(from..escape.start).unwrap_or_default());
        out.push(escape.means);
        from = escape.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Some(out)
}

/// Where in `text` those ranges of it stand that were found once its escapes were undone. They come in their order and
/// do not overlap, and so they go; an escape is within a range as a whole. Linear in the text.
pub(super) fn back(text: &str, found: &[(usize, usize)]) -> Vec<(usize, usize)> {
    if found.is_empty() {
        return Vec::new();
    }
    let mut escapes = escapes(text);
    let mut next = escapes.next();
    // How much longer the text is up to the next escape than what it said.
    let mut longer = 0;
    let mut place = |at: usize, end: bool| {
        while let Some(escape) = &next {
            let from = escape.start - longer;
            let to = from + escape.means.len_utf8();
            if at < from || (end && at == from) {
                break;
            }
            if at < to || (end && at == to) {
                return if end { escape.end } else { escape.start };
            }
            longer = escape.end - to;
            next = escapes.next();
        }
        at + longer
    };
    let places = found.iter().map(|(from, to)| (place(*from, false), place(*to, true)));
    places.collect()
}

/// `start..end` of a text stands for one character.
struct Escape {
    start: usize,
    end: usize,
    means: char,
}

/// The escapes of a text, in their order. They are ASCII.
fn escapes(text: &str) -> impl Iterator<Item = Escape> {
    let bytes = text.as_bytes();
    let mut at = 0;
    // The next places of what may begin one. Two searches, since three bytes are the most that one can look for.
    let (mut sign, mut quote) = (None, None);
    std::iter::from_fn(move || {
        loop {
            let start = {
                let rest = bytes.get(at..)?;
                let next = |known: Option<usize>, find: &dyn Fn(&[u8]) -> Option<usize>| match known {
                    Some(place) if place >= at => place,
                    _ => find(rest).map_or(usize::MAX, |ahead| at + ahead),
                };
                sign = Some(next(sign, &|rest| memchr3(b'%', b'\\', b'&', rest)));
                quote = Some(next(quote, &|rest| memchr2(b'\'', b'"', rest)));
                sign.min(quote)?
            };
            let read = escape(bytes.get(start..)?);
            at = start + read.map_or(1, |(_, length)| length);
            if let Some((means, _)) = read {
                let end = at;
                return Some(Escape { start, end, means });
            }
        }
    })
}

/// What the escape says with which the text begins, and its length.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    match *text.first()? {
        b'%' => bytewise(text, 3, |text| number(text.strip_prefix(b"%")?.get(..2)?, 16)),
        b'\\' => backslash(text),
        b'&' => entity(text),
        // SQL and CSV double the quotes within quotes.
        quote => (text.get(1) == Some(&quote)).then_some((char::from(quote), 2)),
    }
}

fn backslash(text: &[u8]) -> Option<(char, usize)> {
    let means = match *text.get(1)? {
        b'u' => return utf16(text),
        b'x' => return bytewise(text, 4, |text| number(text.strip_prefix(b"\\x")?.get(..2)?, 16)),
        b'0'..=b'3' => return bytewise(text, 4, |text| number(text.strip_prefix(b"\\")?.get(..3)?, 8)),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        other if other == b' ' || other.is_ascii_punctuation() => char::from(other),
        _ => return None,
    };
    Some((means, 2))
}

/// A character of which each byte is escaped by itself, in UTF-8, or else in Latin-1. Each escape is `width` long.
fn bytewise(text: &[u8], width: usize, read: fn(&[u8]) -> Option<u32>) -> Option<(char, usize)> {
    let read = |text: &[u8]| read(text).and_then(|number| u8::try_from(number).ok());
    let first = read(text)?;
    let length = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((char::from(first), width)),
    };
    let bytes: Vec<u8> = text.chunks(width).take(length).map_while(read).collect();
    let whole = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
    Some(whole.map_or((char::from(first), width), |whole| (whole, length * width)))
}

/// `\u0026`, and two of them for what UTF-16 writes as a pair.
fn utf16(text: &[u8]) -> Option<(char, usize)> {
    let unit = |text: &[u8]| u16::try_from(number(text.strip_prefix(b"\\u")?.get(..4)?, 16)?).ok();
    let second = text.get(6..).and_then(unit);
    let means = char::decode_utf16([unit(text)?].into_iter().chain(second))
        .next()?
        .ok()?;
    Some((means, 6 * means.len_utf16()))
}

/// `&amp;`, `&#38;`, `&#x26;`.
fn entity(text: &[u8]) -> Option<(char, usize)> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let means = match text.get(1..end)? {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        name => entities::means(name)?,
    };
    Some((means, end + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let first = char::from(*digits.first()?).to_digit(radix)?;
    digits.iter().skip(1).try_fold(first, |number, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_say_what_they_say_in_their_languages() {
        for (escaped, expected) in [
            ("a%3Db%3dc%26", Some("a=b=c&")),
            ("p%C3%A4ss p%e4ss p%E2%82%AC", Some("päss päss p€")),
            (r"\u003d \u00E4 \u00e4 \ud83d\ude00", Some("= ä ä 😀")),
            (r"\x27 \xc3\xa4 \xe4 \303\244 \047", Some("' ä ä ä '")),
            (r#"\n\t\/\"\'\\\=\: \$"#, Some("\n\t/\"'\\=: $")),
            ("&amp;&lt;&gt;&quot;&apos;&#39;&#039;&#x27;&#X27;", Some("&<>\"'''''")),
            ("&auml;&szlig;&Auml;&euro;", Some("äßÄ€")),
            ("it''s \"\"x\"\"", Some("it's \"x\"")),
            ("%25253D", Some("%253D")),
            (
                r"100 % of a & b, it's C:\data \d+ \u12 \ud800 \x2 \9 %zz &none; &#; &#x110000; é%",
                None,
            ),
        ] {
            assert_eq!(undone(escaped).as_deref(), expected, "{escaped}");
        }
    }

    #[test]
    fn a_text_is_undone_until_nothing_is_left_to_undo_and_no_more_than_four_times() {
        assert_eq!(layers("plain"), ["plain"]);
        assert_eq!(layers(r"a\\u0026b"), [r"a\\u0026b", r"a\u0026b", "a&b"]);
        assert_eq!(layers(&format!("%{}3D", "25".repeat(9))).len(), 5);
    }

    #[test]
    fn what_was_found_is_brought_back_with_its_escapes() {
        let text = "é=%C3%A4b\\u0026c&lt;";
        assert_eq!(undone(text).as_deref(), Some("é=äb&c<"));
        for (found, expected) in [
            ("é", "é"),
            ("ä", "%C3%A4"),
            ("äb", "%C3%A4b"),
            ("b&", "b\\u0026"),
            ("b", "b"),
            ("c", "c"),
            ("&c<", "\\u0026c&lt;"),
        ] {
            let from = "é=äb&c<".find(found).unwrap();
            let places = back(text, &[(from, from + found.len())]);
            assert_eq!(&text[places[0].0..places[0].1], expected, "{found}");
        }
        assert_eq!(back("%41%42%43", &[(0, 1), (1, 2), (2, 3)]), [(0, 3), (3, 6), (6, 9)]);
    }

    proptest! {
        #[test]
        fn what_is_brought_back_says_what_was_found(
            text in r#"([a-dé]|%|\\|&|''|%[0-9a-f]{2}|\\[uxnt]|[0-9a-f]{4}|\\u00[0-9a-f]{2}|&amp;|&#3[0-9];|\\){0,30}"#,
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 4),
        ) {
            if let Some(said) = undone(&text) {
                prop_assert!(said.len() < text.len());
                let bounds: Vec<usize> = (0..=said.len()).filter(|at| said.is_char_boundary(*at)).collect();
                let mut cuts: Vec<usize> = cuts.iter().map(|cut| *cut.get(&bounds)).collect();
                cuts.sort_unstable();
                let found: Vec<(usize, usize)> =
                    cuts.chunks(2).map(|cut| (cut[0], cut[1])).filter(|(from, to)| from < to).collect();
                for ((from, to), (start, end)) in found.iter().zip(back(&text, &found)) {
                    prop_assert_eq!(undone(&text[start..end]).unwrap_or(text[start..end].to_owned()), &said[*from..*to]);
                }
            }
        }
    }
}
