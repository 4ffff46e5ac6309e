//! What is worth keeping of an object written out in a message. Texts in it are struck by who asks.

use super::words::is_name;

/// What a search engine says in its JSON: the type of its exception and the reason, the latter struck too.
pub(super) fn search_error(json: &str, strike: fn(&str) -> String) -> Option<String> {
    let field = |name: &str| {
        let start = json.find(&format!("\"{name}\":\""))? + name.len() + 4;
        let value = &json[start..];
        Some(&value[..value.find('"').unwrap_or(value.len())])
    };
    let kind = field("type").filter(|kind| kind.ends_with("_exception") && is_name(kind))?;
    let reason = field("reason").unwrap_or_default();
    Some(format!("{kind}: {}", strike(&reason.replace(['{', '}', '\\'], " "))))
}

/// The name of a field that was written out whole.
pub(super) fn field_name(object: &str) -> Option<String> {
    let value = object.split_once("name=")?.1;
    let name = value.trim_start_matches(['\'', '"']);
    let end = name
        .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '-'))
        .unwrap_or(name.len());
    (end > 0).then(|| format!("{{name='{}'}}", &name[..end]))
}

/// The last exception that an object's description tells of, class and message, the latter struck too.
pub(super) fn nested_error(object: &str, strike: fn(&str) -> String) -> Option<String> {
    let at = object.rfind("Exception: ").or_else(|| object.rfind("Exception ("))?;
    let start = object[..at]
        .rfind(['.', ' ', '{', '=', '('])
        .map_or(0, |start| start + 1);
    let end = object[at..].find('}').map_or(object.len(), |end| at + end);
    Some(format!("{{… {}}}", strike(&object[start..end])))
}
