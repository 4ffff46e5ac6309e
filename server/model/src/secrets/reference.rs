//! References to config providers: `${provider:path:key}` and `${provider:key}`.

/// How much of a value is references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum References {
    /// None at all.
    None,
    /// References, and nothing else but separators that cannot be a secret.
    Whole,
    /// References within a longer text.
    Partly,
}

/// How much of `value` is references.
pub(super) fn references(value: &str) -> References {
    let mut found = false;
    let mut literal = false;
    split(value, |part| match part {
        Part::Reference(_) => found = true,
        Part::Literal(text) => literal |= text.chars().any(|c| !" \t,;:/@|._-".contains(c)),
    });
    match (found, literal) {
        (false, _) => References::None,
        (true, false) => References::Whole,
        (true, true) => References::Partly,
    }
}

/// One part of a value.
pub(crate) enum Part<'a> {
    /// `${…}` with a provider's name and a colon.
    Reference(&'a str),
    /// Anything between.
    Literal(&'a str),
}

/// Splits a value into references and what stands between them. `${topic}` without a colon is a plugin's own
/// placeholder, hence literal.
pub(crate) fn split<'a>(value: &'a str, mut each: impl FnMut(Part<'a>)) {
    let mut rest = value;
    let mut literal_to = 0;
    while let Some(open) = rest
        .get(literal_to..)
        .and_then(|tail| tail.find("${"))
        .map(|at| at + literal_to)
    {
        let Some(close) = rest.get(open..).and_then(|tail| tail.find('}')).map(|at| at + open + 1) else {
            break;
        };
        let Some(text) = rest.get(open..close) else { break };
        if is_reference(text) {
            each(Part::Literal(rest.get(..open).unwrap_or_default()));
            each(Part::Reference(text));
            rest = rest.get(close..).unwrap_or_default();
            literal_to = 0;
        } else {
            literal_to = open + 2;
        }
    }
    each(Part::Literal(rest));
}

fn is_reference(text: &str) -> bool {
    let Some((provider, path)) = text
        .strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'))
        .and_then(|inner| inner.split_once(':'))
    else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    !provider.is_empty() && provider.chars().all(plain) && !path.is_empty() && !path.contains("${")
}

#[cfg(test)]
mod tests {
    use super::{References, references};

    #[test]
    fn only_whole_references_are_whole() {
        for (value, expected) in [
            ("", References::None),
            ("${topic}", References::None),
            ("${a:b", References::None),
            ("${vault:kv/db:password}", References::Whole),
            ("${env:HOST}:${env:PORT}", References::Whole),
            ("${env:PW}x", References::Partly),
            ("${topic}-${env:PW}", References::Partly),
            ("a${${env:PW}", References::Partly),
        ] {
            assert_eq!(references(value), expected, "{value}");
        }
    }
}
