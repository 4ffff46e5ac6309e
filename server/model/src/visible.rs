//! Names as people can read them: what cannot be seen, or turns what stands beside it around, is spelt out.

use std::fmt::{self, Write as _};

/// Writes a name. Controls and marks that draw nothing or change the direction of writing become `\u{202e}`, and blanks at
/// either end `␣`: two names that differ look different.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    let bare = name.trim();
    if bare.len() == name.len() && !name.contains(unseen) {
        return f.write_str(name);
    }
    let ends = |at: usize| at < name.len() - name.trim_start().len() || at >= name.trim_end().len();
    for (at, letter) in name.char_indices() {
        match letter {
            letter if unseen(letter) => write!(f, "{}", letter.escape_unicode())?,
            letter if letter.is_whitespace() && ends(at) => f.write_char('␣')?,
            letter => f.write_char(letter)?,
        }
    }
    Ok(())
}

/// Controls, and the characters of Unicode's category Cf that are used to deceive: zero-width ones, and those of the
/// bidirectional algorithm (UAX #9).
fn unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use crate::names::{ConnectorId, ConnectorName};

    #[test]
    fn names_that_differ_look_different() {
        for (name, seen) in [
            ("s3-archive", "s3-archive"),
            ("Zürich / 注文", "Zürich / 注文"),
            (" ", "␣"),
            (" a", "␣a"),
            (" a  ", "␣a␣␣"),
            ("a b", "a b"),
            ("\u{202e}evil\u{202c}", "\\u{202e}evil\\u{202c}"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("", ""),
        ] {
            let name = ConnectorName::from(name);
            assert_eq!(name.to_string(), seen);
            let id = ConnectorId {
                cluster: "orders".into(),
                name,
            };
            assert_eq!(id.to_string(), format!("orders/{seen}"));
        }
    }
}
