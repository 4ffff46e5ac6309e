//! Text in lines of a terminal's width.

/// Columns of a line.
const COLUMNS: usize = 80;

/// Appends `text`, the first line after `first`, the others after `rest`, broken at blanks; a longer word stays whole.
pub fn wrap(out: &mut String, first: &str, rest: &str, text: &str) {
    out.push_str(first);
    let mut column = first.chars().count();
    let mut empty = true;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if !empty && column + 1 + width > COLUMNS {
            out.push('\n');
            out.push_str(rest);
            column = rest.chars().count();
        } else if !empty {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        empty = false;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_at_blanks_and_long_words_stay_whole() {
        let mut out = String::new();
        let long = "x".repeat(90);
        wrap(
            &mut out,
            "  1. ",
            "     ",
            &format!("{} {long} end", "word ".repeat(20)),
        );
        for line in out.lines() {
            assert!(line.chars().count() <= 80 || line.contains(&long), "{line}");
            assert!(!line.ends_with(' '), "{line}");
        }
        assert!(
            out.contains("\n     word") && out.contains(&format!("     {long}\n")),
            "{out}"
        );
    }
}
