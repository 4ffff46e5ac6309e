//! JAAS strings whose secret options are references: the one longer text around a reference that is clear as a whole.

use super::reference::{References, references};

/// Options of the common login modules that are no secrets.
const CLEAR_OPTIONS: &[&str] = &[
    "username",
    "serviceName",
    "principal",
    "keyTab",
    "useKeyTab",
    "storeKey",
    "useTicketCache",
    "refreshKrb5Config",
    "doNotPrompt",
    "debug",
    "clientId",
    "scope",
];

/// Whether `value` is `<class> <flag> option="value" …;` in which every option but the clear ones is a reference as a
/// whole. Anything that does not read so is no such string, and stays masked.
pub(super) fn clear_but_references(value: &str) -> bool {
    read(value).unwrap_or(false)
}

fn read(value: &str) -> Option<bool> {
    let (class, rest) = value.trim().split_once(char::is_whitespace)?;
    let (flag, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    let is_class = class.contains('.') && class.chars().all(|c| c.is_ascii_alphanumeric() || "._$".contains(c));
    if !is_class || !["required", "requisite", "sufficient", "optional"].contains(&flag) {
        return Some(false);
    }
    let mut rest = rest.trim_start();
    while rest != ";" {
        let (option, after) = rest.split_once('=')?;
        let after = after.strip_prefix('"')?;
        let (text, after) = after.split_once('"')?;
        let option = option.trim();
        let clear = references(text) == References::Whole
            || (CLEAR_OPTIONS.contains(&option) && !text.contains('\\') && references(text) == References::None);
        if !clear {
            return Some(false);
        }
        rest = after.trim_start();
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::clear_but_references;

    #[test]
    fn only_references_may_be_secret() {
        let module = "org.apache.kafka.common.security.scram.ScramLoginModule required";
        for (options, expected) in [
            (r#"username="svc" password="${vault:kv:pw}";"#, true),
            (r#"username="${env:U}" password="${env:P}" ;"#, true),
            (r#"username="svc" password="hunter2";"#, false),
            (r#"username="svc" password="${env:P}x";"#, false),
            (r#"username="svc" other="x" password="${env:P}";"#, false),
            (r#"password="${env:P}"; hunter2"#, false),
            (r#"password="${env:P}""#, false),
        ] {
            assert_eq!(
                clear_but_references(&format!("{module} {options}")),
                expected,
                "{options}"
            );
        }
    }
}
