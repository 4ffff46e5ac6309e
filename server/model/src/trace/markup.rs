//! Documents that servers answer with and libraries copy into their messages.

/// How a document begins, lower case.
const BEGINS: &[&str] = &["<!doctype html", "<html", "<?xml", "<error>"];
/// Elements of which one says what a document is about, the best first, lower case.
const TELLING: &[&[&str]] = &[&["code", "message"], &["title"], &["h1"]];

/// Shortens HTML pages and XML answers to what they are called: `(page: 503 Service Unavailable)`. Other XML may be a
/// record and goes whole.
pub(super) fn without_markup(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let Some(start) = BEGINS.iter().filter_map(|begin| lower.find(begin)).min() else {
        return text.to_owned();
    };
    // A document that was cut has no end of its own.
    let end = match lower.rfind("</html").or(lower.rfind("</error")) {
        Some(at) if at > start => lower[at..].find('>').map_or(text.len(), |close| at + close + 1),
        _ if lower[start..].starts_with("<?xml") => lower.rfind('>').map_or(text.len(), |close| close + 1),
        _ => text.len(),
    };
    let answer = lower[start..end].contains("<html") || lower[start..end].contains("<error");
    let told = answer.then(|| told(&text[start..end], &lower[start..end])).flatten();
    let (before, after) = unquoted(&text[..start], &text[end..]);
    match told {
        Some(told) => format!("{before}(page: {told}){after}"),
        None => format!("{before}<…>{after}"),
    }
}

fn told(document: &str, lower: &str) -> Option<String> {
    TELLING.iter().find_map(|names| {
        let parts: Vec<&str> = names.iter().filter_map(|name| element(document, lower, name)).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    })
}

/// The text of the first element of a name, as far as it was not cut.
fn element<'d>(document: &'d str, lower: &str, name: &str) -> Option<&'d str> {
    let open = lower
        .match_indices(&format!("<{name}"))
        .find(|(at, found)| lower[at + found.len()..].starts_with(['>', ' ']))
        .map(|(at, _)| at)?;
    let start = open + lower[open..].find('>')? + 1;
    let text = &document[start..];
    let text = text[..text.find('<').unwrap_or(text.len())].trim();
    (!text.is_empty()).then_some(text)
}

/// Takes off the quotes around a document, which would have its title taken for data.
fn unquoted<'t>(before: &'t str, after: &'t str) -> (&'t str, &'t str) {
    for mark in ['"', '\''] {
        if let Some(front) = before.strip_suffix(mark) {
            return (front, after.strip_prefix(mark).unwrap_or(after));
        }
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::without_markup;

    #[test]
    fn documents_shrink_to_their_titles() {
        for (text, shown) in [
            (
                "status 502, body <html>\n<head><title>502 Bad Gateway</title></head><body>Smith</body></html> after 3 tries",
                "status 502, body (page: 502 Bad Gateway) after 3 tries",
            ),
            (
                "got \"<!DOCTYPE HTML PUBLIC><HTML><TITLE lang='en'>Sign in</TITLE></HTML>\"",
                "got (page: Sign in)",
            ),
            (
                "body <html> <head><title>503 Service Temp",
                "body (page: 503 Service Temp)",
            ),
            ("body <html><body><h1>Not here</h1>", "body (page: Not here)"),
            ("body <html><body>Smith</body>", "body <…>"),
            (
                "403: <?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><Key>smith</Key></Error>",
                "403: (page: AccessDenied: Access Denied)",
            ),
            (
                "bad record <?xml version='1.0'?><customer><title>Dr. Smith</title></customer>, skipped",
                "bad record <…>, skipped",
            ),
            ("a < b and <x>", "a < b and <x>"),
        ] {
            assert_eq!(without_markup(text), shown);
        }
    }
}
