//! Which topics a rule for names means, read once and asked often.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::Topic;

/// Memory that the reading of one expression may take, in bytes: a config may hold any.
const LARGEST: usize = 1 << 20;

/// A topic or a rule for names, ready to be asked what it means.
#[derive(Clone, Debug)]
pub struct Rule {
    topic: Topic,
    /// `None` for what is no expression, and for one that only Java reads (looking around, groups that keep what they
    /// took).
    pattern: Option<Regex>,
}

/// How a rule stands to another topic or rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meant {
    /// It means this topic.
    Yes,
    /// Topics that the other rule means may be among its own.
    Perhaps,
}

impl Rule {
    /// Reads a topic.
    pub fn of(topic: &Topic) -> Self {
        let pattern = match topic {
            Topic::Pattern(text) => read(text),
            Topic::Named(_) | Topic::Prefix(_) => None,
        };
        Self {
            topic: topic.clone(),
            pattern,
        }
    }

    /// Whether an expression can be read here; else only Java knows what it means.
    pub(crate) fn is_read(&self) -> bool {
        self.pattern.is_some() || !matches!(self.topic, Topic::Pattern(_))
    }

    /// Whether it means the other one; `None`: not as far as can be told. Only expressions and prefixes mean others.
    pub fn means(&self, other: &Topic) -> Option<Meant> {
        match (&self.topic, other) {
            (Topic::Prefix(prefix), Topic::Named(name)) => name.starts_with(&**prefix).then_some(Meant::Yes),
            (Topic::Pattern(_), Topic::Named(name)) => {
                let input = Input::new(&**name).anchored(Anchored::Yes);
                self.pattern.as_ref()?.is_match(input).then_some(Meant::Yes)
            }
            (Topic::Pattern(text), Topic::Prefix(prefix)) => {
                let head = head(text);
                let near = head.starts_with(&**prefix) || prefix.starts_with(&head);
                near.then_some(Meant::Perhaps)
            }
            _ => None,
        }
    }
}

/// Names of topics are ASCII, so that letters need no tables.
fn read(text: &str) -> Option<Regex> {
    Regex::builder()
        .configure(Regex::config().nfa_size_limit(Some(LARGEST)))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(&format!("\\A(?:{text})\\z"))
        .ok()
}

/// What every name that an expression matches begins with, as far as it stands there letter by letter.
fn head(pattern: &str) -> String {
    // Of a choice nothing is common for certain.
    if pattern.contains('|') {
        return String::new();
    }
    let mut head = String::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('.' | '-' | '_')) => head.extend(letters.next()),
            (letter, _) if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') => head.push(letter),
            ('^', _) if head.is_empty() => {}
            ('?' | '*' | '{', _) => {
                head.pop();
                break;
            }
            _ => break,
        }
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_mean_the_names_that_kafka_would_give_them() {
        let named = |name: &str| Topic::Named(name.into());
        let prefix = |text: &str| Topic::Prefix(text.into());
        let pattern = |text: &str| Topic::Pattern(text.into());
        let yes = Some(Meant::Yes);
        for (rule, other, expected) in [
            (prefix("shop."), named("shop.orders"), yes),
            (prefix("shop."), named("shops"), None),
            (pattern("orders\\..*"), named("orders.eu"), yes),
            // As a whole: neither from its beginning nor to its end alone, and whichever choice is longer.
            (pattern("orders"), named("orders.eu"), None),
            (pattern("a|ab"), named("ab"), yes),
            (pattern("(?i)Orders"), named("orders"), yes),
            (pattern("\\w+"), named("orders"), yes),
            // What Java alone reads means nothing that could be told.
            (pattern("(?!x).*"), named("orders"), None),
            (pattern("("), named("orders"), None),
            (pattern("(a{1000}){1000}"), named("a"), None),
            (pattern("shop\\.orders.*"), prefix("shop."), Some(Meant::Perhaps)),
            (pattern("shop.*"), prefix("shop."), Some(Meant::Perhaps)),
            (pattern(".*"), prefix("shop."), Some(Meant::Perhaps)),
            (pattern("shops?.*"), prefix("shop."), Some(Meant::Perhaps)),
            (pattern("bills\\..*"), prefix("shop."), None),
            (pattern("bills\\..*|.*"), prefix("shop."), Some(Meant::Perhaps)),
            (named("orders"), named("orders"), None),
            (prefix("shop."), pattern("shop.*"), None),
        ] {
            assert_eq!(Rule::of(&rule).means(&other), expected, "{rule:?} {other:?}");
        }
    }
}
