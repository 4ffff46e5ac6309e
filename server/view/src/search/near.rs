//! Words that are nearly the same.

/// Whether one edit makes one of the other: a character more, one less, another one, or two neighbours exchanged.
pub(crate) fn within_one(one: &str, other: &str) -> bool {
    if one.len().abs_diff(other.len()) > 4 {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (mut one, mut other) = (one.as_slice(), other.as_slice());
    while let ([a, left @ ..], [b, right @ ..]) = (one, other)
        && a == b
    {
        (one, other) = (left, right);
    }
    while let ([left @ .., a], [right @ .., b]) = (one, other)
        && a == b
    {
        (one, other) = (left, right);
    }
    match (one, other) {
        ([], []) | ([_], [_] | []) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

/// The known word that is nearest to one that is not known, if any is near enough to be meant: one that begins so, or that
/// a few edits make of it.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    let most = (word.chars().count() / 3).clamp(1, 3);
    let near = known.filter_map(|known| {
        let lower = known.to_lowercase();
        let edits = strsim::osa_distance(&word, &lower);
        let begins = word.chars().count() > 1 && lower.starts_with(&word);
        (edits <= most || begins).then_some((edits.min(most), edits, known))
    });
    near.min().map(|(_, _, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_and_not_two() {
        for (one, other) in [
            ("payments", "paymants"),
            ("payments", "payment"),
            ("payments", "paymennts"),
            ("payments", "apyments"),
            ("a", "a"),
            ("größe", "grösse".trim_end_matches('e')),
            ("", "x"),
        ] {
            let expected = strsim::osa_distance(one, other) <= 1;
            assert_eq!(within_one(one, other), expected, "{one} {other}");
            assert_eq!(within_one(other, one), expected, "{other} {one}");
        }
        for (one, other) in [("payments", "paymanst"), ("abc", "cba"), ("ab", "cd"), ("", "xy")] {
            assert!(!within_one(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_was_meant_is_found_and_nonsense_is_not() {
        let known = || ["health", "team", "topic", "kind"].into_iter();
        assert_eq!(nearest("helth", known()).as_deref(), Some("health"));
        assert_eq!(nearest("TEMA", known()).as_deref(), Some("team"));
        assert_eq!(nearest("heal", known()).as_deref(), Some("health"));
        assert_eq!(nearest("banana", known()), None);
    }
}
