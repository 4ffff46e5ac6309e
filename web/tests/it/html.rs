//! A strict reader of HTML: what it accepts, every browser reads alike.

use std::collections::BTreeSet;

const VOID: [&str; 7] = ["meta", "link", "input", "br", "col", "img", "wbr"];

/// What was found on a page.
#[derive(Debug, Default)]
pub struct Page {
    /// Every `href`, `src` and `action`.
    pub addresses: Vec<String>,
    /// Text outside tags, entities resolved.
    pub text: String,
}

/// Reads a page; panics with the place where it is not well formed, or holds what the content security policy forbids.
pub fn read(html: &str) -> Page {
    let mut page = Page::default();
    let (mut open, mut ids) = (Vec::<String>::new(), BTreeSet::new());
    let mut rest = html.strip_prefix("<!doctype html>").expect("a doctype");
    while let Some(start) = rest.find('<') {
        page.text.push_str(&entities(&rest[..start]));
        rest = &rest[start + 1..];
        let end = tag_end(rest);
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of order; open: {open:?}");
            if ["p", "li", "h1", "h2", "h3", "td", "th", "pre", "option", "a"].contains(&name) {
                page.text.push('\n');
            }
            continue;
        }
        // Legal within SVG, which is where the drawings use it.
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        assert!(
            name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "a tag is called {name:?}"
        );
        assert_ne!(name, "style", "a style inside the page");
        let mut sourced = false;
        for (key, value) in read_attributes(attributes) {
            assert!(!key.starts_with("on") && key != "style", "{key} inside the page");
            match key {
                "href" | "src" | "action" => {
                    sourced = true;
                    page.addresses.push(value);
                }
                "id" => assert!(ids.insert(value.clone()), "two things are called {value}"),
                _ => {}
            }
        }
        assert!(name != "script" || sourced, "a script inside the page");
        if closed {
            assert!(
                open.iter().any(|outer| outer == "svg"),
                "{name} closes itself outside a drawing"
            );
        } else if !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    page.text.push_str(&entities(rest));
    page
}

fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            '<' => panic!("a raw < within a tag: {:?}", &text[..at.min(120)]),
            _ => {}
        }
    }
    panic!("a tag never ends")
}

fn read_attributes(mut text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return found;
        }
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        let key = &text[..end];
        text = &text[end..];
        let Some(valued) = text.strip_prefix("=\"") else {
            found.push((key, String::new()));
            continue;
        };
        let end = valued.find('"').expect("a closing quotation mark");
        found.push((key, entities(&valued[..end])));
        text = &valued[end + 1..];
    }
}

/// Resolves the entities that the templates write; a raw `&` is none of them.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(';').expect("a raw &");
        out.push(match name {
            "amp" | "#38" => '&',
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" | "#x27" | "apos" => '\'',
            other => panic!("an entity is called {other:?}"),
        });
        out.push_str(rest);
    }
    out
}
