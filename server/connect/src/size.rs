//! How much a body holds, told before anything is made of it. A value in memory takes many times what it takes in JSON,
//! so that a body within the limit of bytes could still need gigabytes.

use crate::Error;

/// What a body may hold at most.
#[derive(Clone, Copy)]
pub(crate) struct Most {
    /// Entries of the outermost list or object.
    pub(crate) entries: usize,
    /// Values at any depth.
    pub(crate) values: usize,
    /// Commas within texts: what separates the names in lists of topics and hosts, each of which becomes a value too.
    pub(crate) listed: usize,
}

/// Refuses a body with more than that. Says nothing about whether it is JSON.
pub(crate) fn check(body: &[u8], most: Most) -> Result<(), Error> {
    // Each value takes a comma or more.
    if body.len() <= most.entries.min(most.values).min(most.listed) {
        return Ok(());
    }
    let (mut values, mut entries, mut listed, mut depth, mut rest) = (1_usize, 1_usize, 0_usize, 0_usize, body);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                rest = after_text(after);
                let text = after.get(..after.len() - rest.len()).unwrap_or_default();
                listed += text.iter().filter(|byte| **byte == b',').count();
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => {
                values += 1;
                entries += usize::from(depth == 1);
            }
            _ => {}
        }
        let counted = [
            (entries, most.entries, "entries"),
            (values, most.values, "values"),
            (listed, most.listed, "names in lists"),
        ];
        if let Some((_, limit, what)) = counted.into_iter().find(|(count, most, _)| count > most) {
            return Err(Error::Unreadable {
                why: format!("it holds more than {limit} {what}").into(),
            });
        }
    }
    Ok(())
}

/// What follows the end of a text that has begun.
fn after_text(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        let skipped = if rest[at] == b'"' { 1 } else { 2 };
        rest = rest.get(at + skipped..).unwrap_or_default();
        if skipped == 1 {
            return rest;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::{Most, check};

    const FEW: Most = Most {
        entries: 3,
        values: 6,
        listed: 20,
    };

    #[test]
    fn entries_and_values_are_counted_outside_of_texts() {
        for good in [
            r#"{"a":1,"b":"x,y,z,,,,,","c":"\",,,,,,,,,,\\"}"#,
            r#"[[1,2],[3,4],[5]]"#,
            "",
            "\"",
            "\"\\",
        ] {
            assert_eq!(check(good.as_bytes(), FEW), Ok(()), "{good}");
        }
        for (bad, why) in [
            (r#"{"a":1,"b":2,"c":3,"d":4}"#, "it holds more than 3 entries"),
            ("[[1,2,3],[4,5],[6,7]]", "it holds more than 6 values"),
            (",,,,,,,,", "it holds more than 6 values"),
            (
                r#"{"a":",,,,,,,,,,,","b":",,,,,,,,,,"}"#,
                "it holds more than 20 names in lists",
            ),
        ] {
            let refused = check(bad.as_bytes(), FEW).unwrap_err().to_string();
            assert!(refused.ends_with(why), "{bad}: {refused}");
        }
    }
}
