//! Named entities of HTML 4 and XML: those of markup and of Latin-1, which is what encoders write by name.

/// The character of an entity's name.
pub(super) fn means(name: &[u8]) -> Option<char> {
    let markup = match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"euro" => Some('€'),
        _ => None,
    };
    markup.or_else(|| {
        let place = LATIN_1.iter().position(|known| known.as_bytes() == name)?;
        ('\u{a0}'..='\u{ff}').nth(place)
    })
}

/// Those of U+00A0 to U+00FF, in their order.
const LATIN_1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo", "not", "shy",
    "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot", "cedil", "sup1", "ordm",
    "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig",
    "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve",
    "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN",
    "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc",
    "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml",
    "divide", "oslash", "ugrave", "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

#[cfg(test)]
mod tests {
    use super::means;

    #[test]
    fn names_stand_in_the_order_of_their_characters() {
        for (name, expected) in [
            ("amp", Some('&')),
            ("nbsp", Some('\u{a0}')),
            ("sect", Some('§')),
            ("Auml", Some('Ä')),
            ("szlig", Some('ß')),
            ("auml", Some('ä')),
            ("yuml", Some('ÿ')),
            ("aumlaut", None),
            ("", None),
        ] {
            assert_eq!(means(name.as_bytes()), expected, "{name}");
        }
    }
}
