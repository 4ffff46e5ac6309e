//! Numbers and lists as people write them.

/// Words up to twelve, then digits: `three`, `1,204`.
pub(crate) fn number(count: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    match WORDS.get(count) {
        Some(word) => (*word).to_owned(),
        None => thousands(count as u64),
    }
}

/// Digits with a comma between thousands.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The form that a count asks for.
pub(crate) fn form<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// `one connector`, `three connectors`, `1,204 connectors`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), form(count, one, many))
}

/// `Three causes, eight connectors need a person.`: what is counted is said, wherever it is counted.
pub(crate) fn needs(causes: usize, connectors: usize) -> String {
    let told = match (causes, connectors) {
        (0, 0) => return "Nothing needs a person.".to_owned(),
        (0, some) => counted(some, "connector", "connectors"),
        (some, 0) => counted(some, "cause", "causes"),
        (causes, connectors) => format!(
            "{}, {}",
            counted(causes, "cause", "causes"),
            counted(connectors, "connector", "connectors")
        ),
    };
    let verb = if causes.max(connectors) == 1 { "needs" } else { "need" };
    format!("{} {verb} a person.", sentence(&told))
}

/// With its first letter great, unless it begins with a name: `org.apache…`, `http://…`, `s3-archive` stay as they are.
pub(crate) fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let word = first.trim_end_matches([',', ':', ';', '.']);
    if !word.chars().all(char::is_alphabetic) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// `a`, `a and b`, `a, b and c`, `a, b and 12 more`.
pub(crate) fn list(names: &[&str], most: usize) -> String {
    let shown = names.get(..most.min(names.len())).unwrap_or_default();
    match (shown, names.len() - shown.len()) {
        ([], _) => String::new(),
        (all, 0) => match all {
            [only] => (*only).to_owned(),
            [start @ .., last] => format!("{} and {last}", start.join(", ")),
            [] => String::new(),
        },
        (some, more) => format!("{} and {} more", some.join(", "), thousands(more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists() {
        assert_eq!(number(0), "no");
        assert_eq!(number(12), "twelve");
        assert_eq!(number(13), "13");
        assert_eq!(number(20_311), "20,311");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(needs(0, 0), "Nothing needs a person.");
        assert_eq!(needs(3, 8), "Three causes, eight connectors need a person.");
        assert_eq!(needs(1, 1), "One cause, one connector needs a person.");
        assert_eq!(needs(0, 13), "13 connectors need a person.");
        assert_eq!(needs(1, 0), "One cause needs a person.");
        assert_eq!(sentence("three things"), "Three things");
        assert_eq!(sentence("org.apache.X: no"), "org.apache.X: no");
        assert_eq!(sentence("http://w1:8083: refused"), "http://w1:8083: refused");
        assert_eq!(sentence(""), "");
        assert_eq!(list(&["a"], 3), "a");
        assert_eq!(list(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d"], 2), "a, b and 2 more");
    }
}
