//! What can be a topic's name.

/// The longest name that Kafka takes.
const LONGEST: usize = 249;

/// Whether Kafka would take the name, or a worker finds it behind a reference (`${env:TOPIC}`).
pub(super) fn is_topic(name: &str) -> bool {
    let plain = outside_references(name);
    match &plain {
        Some(plain) => plain.is_empty() || is_part(plain),
        None => is_part(name) && name.len() <= LONGEST && name != "." && name != "..",
    }
}

/// What stands before, between and behind the references; `None` without any.
fn outside_references(name: &str) -> Option<String> {
    let (mut plain, mut rest) = (String::new(), name);
    while let Some((before, behind)) = rest.split_once("${") {
        plain.push_str(before);
        // Without its end it is no reference, and what follows no topic's name.
        rest = behind.split_once('}').map_or("${", |(_, behind)| behind);
        if rest == "${" {
            break;
        }
    }
    plain.push_str(rest);
    (rest.len() < name.len()).then_some(plain)
}

/// Whether every character may stand in a topic's name.
pub(super) fn is_part(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !text.is_empty() && text.bytes().all(legal)
}
