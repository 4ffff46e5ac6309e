//! In which forms a secret is looked for in a text whose escapes are undone: as it is, and within base64.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::shorten::line_ends;

/// So many characters of base64 are found by accident nowhere; fewer must be all that the base64 says.
const TELLING: usize = 6;

/// Where a form counts. Of two ways for one text the first counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Stands {
    /// Anywhere.
    Anywhere,
    /// Where it is no part of a name. In a message `_` ends names.
    AloneOrUnderscored,
    /// Where it is no part of a name.
    Alone,
    /// Anywhere; the characters before and behind it say a part of the secret too.
    Between(bool, bool),
}

/// Adds the forms of a secret to `forms`. What is `known` to be a secret, and not only not known to be none, also counts
/// behind an underscore.
pub(super) fn add(secret: &str, known: bool, forms: &mut BTreeMap<String, Stands>) {
    let mut put = |form: String, stands: Stands| {
        let before = forms.entry(form).or_insert(stands);
        *before = stands.min(*before);
    };
    let alone = if known {
        Stands::AloneOrUnderscored
    } else {
        Stands::Alone
    };
    let text = line_ends(secret);
    if text.contains('\n') {
        // Line ends that were escaped are as the sender wrote them.
        for text in [secret, &text.replace('\n', "\r\n")] {
            put(alike(text).into_owned(), Stands::Anywhere);
        }
    }
    let stands = if is_word(&text) { alone } else { Stands::Anywhere };
    put(alike(&text).into_owned(), stands);
    base64(secret, |form, stands| {
        if form.contains(['+', '/']) {
            put(form.replace('+', "-").replace('/', "_"), stands);
        }
        put(alike(&form).into_owned(), stands);
    });
}

/// Forms write a blank as `+`: the two are not told apart.
pub(super) fn alike(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        Cow::Owned(text.replace('+', " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// The secret within the base64 of any text (`user:password`, JSON): it depends on how many bytes stand before the
/// secret, by threes. Characters that also say what stands before or behind it are left out.
fn base64(secret: &str, mut each: impl FnMut(String, Stands)) {
    for before in 0..3 {
        let bytes = [&[0; 2][..before], secret.as_bytes()].concat();
        let whole = STANDARD_NO_PAD.encode(&bytes);
        let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        let form = whole.get(from..to).unwrap_or_default();
        if form.len() >= TELLING {
            each(form.to_owned(), Stands::Between(before > 0, bytes.len() % 3 > 0));
        } else if before == 0 {
            let stands = if is_word(&whole) {
                Stands::Alone
            } else {
                Stands::Anywhere
            };
            each(whole, stands);
        }
    }
}

/// A short secret of letters alone may also be part of a class or a package: it counts only where it stands alone.
fn is_word(secret: &str) -> bool {
    secret.len() <= 16 && secret.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone_and_what_is_known_may_stand_behind_an_underscore() {
        for (secret, known, expected) in [
            ("correcthorse", true, Stands::AloneOrUnderscored),
            ("correcthorse", false, Stands::Alone),
            ("correcthorse1", true, Stands::Anywhere),
            ("correcthorsebattery", true, Stands::Anywhere),
        ] {
            let mut forms = BTreeMap::new();
            add(secret, known, &mut forms);
            assert_eq!(forms.get(secret), Some(&expected), "{secret}");
        }
        let mut both = BTreeMap::new();
        add("correcthorse", true, &mut both);
        add("correcthorse", false, &mut both);
        assert_eq!(both.get("correcthorse"), Some(&Stands::AloneOrUnderscored));
    }

    #[test]
    fn base64_of_any_text_holds_a_form_of_what_is_within() {
        for secret in ["abcde", "p\u{e4}ss>?~", "correcthorse", "0123456"] {
            let mut forms = BTreeMap::new();
            add(secret, true, &mut forms);
            for around in ["", ":", "ab", "user:", "\0user\0", "{\"a\":\""] {
                let whole = STANDARD_NO_PAD.encode(format!("{around}{secret}{around}"));
                let found = forms.keys().any(|form| alike(&whole).contains(form.as_str()));
                assert!(found, "{secret} in {whole}");
                let other = whole.replace('+', "-").replace('/', "_");
                assert!(
                    forms.keys().any(|form| other.contains(form.as_str())),
                    "{secret} in {other}"
                );
            }
        }
    }

    #[test]
    fn short_pieces_of_base64_are_no_forms() {
        let mut forms = BTreeMap::new();
        add("abcd", true, &mut forms);
        let forms: Vec<_> = forms.into_iter().collect();
        let expected = [("YWJjZA", Stands::Alone), ("abcd", Stands::AloneOrUnderscored)];
        assert_eq!(forms, expected.map(|(form, stands)| (form.to_owned(), stands)));
    }
}
