//! A query with a part more, or less: what a click on a facet makes of the text.

use model::verdict::Health;

use super::lex::{Token, quoted, tokens};
use super::{Key, Pattern};

/// The text with `key:value` behind it, and without what would exclude just that.
pub fn with(text: &str, key: Key, value: &str) -> String {
    let lower = value.to_lowercase();
    let text = strip(text, |token| {
        let same = token.negated && token.key.as_deref().and_then(Key::parse) == Some(key);
        same && excludes(token, key, &lower)
    });
    let space = if text.is_empty() { "" } else { " " };
    format!("{text}{space}{}:{}", key.as_str(), quoted(value))
}

/// The text without any part that asks for `key:value`, whatever its case; parts that exclude it stay.
pub fn without(text: &str, key: Key, value: &str) -> String {
    strip(text, |token| {
        asks(token, key) && token.value.eq_ignore_ascii_case(value)
    })
}

/// The text without any part that asks for this key.
pub fn without_key(text: &str, key: Key) -> String {
    strip(text, |token| asks(token, key))
}

/// The values that the text asks for by this key, as they were written.
pub fn values(text: &str, key: Key) -> Vec<String> {
    let asking = tokens(text).into_iter().filter(|token| asks(token, key));
    asking
        .map(|token| token.value)
        .filter(|value| !value.is_empty())
        .collect()
}

/// Whether a part that excludes by this key excludes this value, which is in lower case.
fn excludes(token: &Token, key: Key, value: &str) -> bool {
    let pattern = Pattern::of(&token.value, token.quoted);
    let health = (key == Key::Health).then(|| Health::ALL.into_iter().find(|health| health.as_str() == value));
    let ill = health.flatten().is_some_and(Health::unhealthy);
    pattern.matches(value) || ill && pattern.matches("unhealthy")
}

fn asks(token: &Token, key: Key) -> bool {
    !token.negated && token.key.as_deref().and_then(Key::parse) == Some(key)
}

fn strip(text: &str, gone: impl Fn(&Token) -> bool) -> String {
    let kept = tokens(text).into_iter().filter(|token| !gone(token));
    let kept = kept.filter_map(|token| text.get(token.at));
    kept.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_and_go_and_the_others_stay_as_they_were() {
        let text = "team:\"a b\" fraud -team:x TEAM:payments";
        assert_eq!(without(text, Key::Team, "payments"), "team:\"a b\" fraud -team:x");
        assert_eq!(without(text, Key::Team, "A B"), "fraud -team:x TEAM:payments");
        assert_eq!(without_key(text, Key::Team), "fraud -team:x");
        assert_eq!(values(text, Key::Team), ["a b", "payments"]);
        assert_eq!(with("fraud ", Key::Team, "a b"), "fraud team:\"a b\"");
        assert_eq!(with("", Key::Kind, "sink"), "kind:sink");
        assert_eq!(with("-team:X -team:y* fraud", Key::Team, "x"), "-team:y* fraud team:x");
        assert_eq!(with("-team:y* -team:x", Key::Team, "yes"), "-team:x team:yes");
        assert_eq!(
            with("-health:unhealthy -kind:failed", Key::Health, "failed"),
            "-kind:failed health:failed"
        );
        assert_eq!(
            with("-health:unhealthy", Key::Health, "paused"),
            "-health:unhealthy health:paused"
        );
    }
}
