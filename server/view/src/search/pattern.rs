//! What a value is compared with: a word, or a glob.

/// A value, in lower case. In a glob `*` stands for any characters, none included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    Exact(Box<str>),
    /// What stands between the asterisks.
    Glob(Box<[Box<str>]>),
}

impl Pattern {
    pub(crate) fn of(value: &str, quoted: bool) -> Self {
        let value = value.to_lowercase();
        if quoted || !value.contains('*') {
            return Self::Exact(value.into());
        }
        Self::Glob(value.split('*').map(Into::into).collect())
    }

    /// The word, where it is no glob.
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(word) => Some(word),
            Self::Glob(_) => None,
        }
    }

    /// Whether text in lower case is what is asked for.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let parts = match self {
            Self::Exact(value) => return **value == *text,
            Self::Glob(parts) => parts,
        };
        let [first, middle @ .., last] = &**parts else {
            return false;
        };
        let Some(mut rest) = text.strip_prefix(&**first).and_then(|rest| rest.strip_suffix(&**last)) else {
            return false;
        };
        for part in middle {
            let Some(at) = rest.find(&**part) else { return false };
            rest = rest.get(at + part.len()..).unwrap_or_default();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_and_words() {
        for (pattern, text, holds) in [
            ("orders", "orders", true),
            ("Orders", "orders", true),
            ("orders", "orders.eu", false),
            ("orders.*", "orders.eu", true),
            ("orders.*", "orders", false),
            ("*sink*", "jdbcsinkconnector", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "acb", false),
        ] {
            let text = text.to_lowercase();
            assert_eq!(Pattern::of(pattern, false).matches(&text), holds, "{pattern} {text}");
        }
        assert!(!Pattern::of("a*", true).matches("ab"));
        assert!(Pattern::of("a*", true).matches("a*"));
    }
}
