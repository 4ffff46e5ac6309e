//! As much of Markdown as runbooks need: titles of sections, paragraphs, lists within lists, blocks of code, code within a
//! line, and links from one runbook to another. What is anything else is shown as it is written.

use std::fmt::Write as _;

use crate::Links;

/// A part of a section.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(String),
    Code(String),
    List { numbered: bool, items: Vec<Vec<Self>> },
}

/// What stands below each title of the second degree, by that title.
pub(super) fn sections(text: &str) -> Vec<(String, Vec<Block>)> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        match (line.strip_prefix("## "), found.last_mut()) {
            (Some(title), _) if !fenced => found.push((title.to_owned(), Vec::new())),
            (_, Some((_, lines))) => lines.push(line),
            (_, None) => {}
        }
    }
    found
        .into_iter()
        .map(|(title, lines)| (title, blocks(&lines)))
        .collect()
}

fn blocks(lines: &[&str]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        let (block, taken) = if line.is_empty() {
            at += 1;
            continue;
        } else if line.starts_with("```") {
            code(rest)
        } else if let Some((numbered, _)) = marker(line) {
            list(rest, numbered)
        } else {
            paragraph(rest)
        };
        found.push(block);
        at += taken;
    }
    found
}

fn code(lines: &[&str]) -> (Block, usize) {
    let inside: Vec<&str> = lines
        .iter()
        .skip(1)
        .take_while(|line| **line != "```")
        .copied()
        .collect();
    let taken = inside.len() + 2;
    (Block::Code(inside.join("\n")), taken)
}

fn paragraph(lines: &[&str]) -> (Block, usize) {
    let ends = |line: &str| line.is_empty() || line.starts_with("```") || marker(line).is_some();
    let inside: Vec<&str> = lines.iter().take_while(|line| !ends(line)).copied().collect();
    let taken = inside.len().max(1);
    (Block::Paragraph(inside.join(" ")), taken)
}

/// Items go on for as long as lines are empty, indented as far as the first word, or begin another item.
fn list(lines: &[&str], numbered: bool) -> (Block, usize) {
    let mut items: Vec<Vec<&str>> = Vec::new();
    let (mut taken, mut width) = (0, 0);
    for line in lines {
        if let Some((_, first)) = marker(line).filter(|(other, _)| *other == numbered) {
            width = line.len() - first.len();
            items.push(vec![first]);
        } else if line.is_empty() || line.get(..width).is_some_and(|indent| indent.trim().is_empty()) {
            let inner = line.get(width..).unwrap_or_default();
            items.last_mut().into_iter().for_each(|item| item.push(inner));
        } else {
            break;
        }
        taken += 1;
    }
    let items = items.iter().map(|item| blocks(item)).collect();
    (Block::List { numbered, items }, taken)
}

/// Whether a line begins an item of a numbered list or of another, and what stands behind its number or dash.
fn marker(line: &str) -> Option<(bool, &str)> {
    if let Some(first) = line.strip_prefix("- ") {
        return Some((false, first));
    }
    let (number, first) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((true, first))
}

/// Blocks as HTML.
pub(super) fn html(blocks: &[Block], links: Links<'_>) -> String {
    let mut text = String::new();
    blocks.iter().for_each(|block| draw(&mut text, block, links));
    text
}

fn draw(text: &mut String, block: &Block, links: Links<'_>) {
    match block {
        Block::Paragraph(words) => {
            text.push_str("<p>");
            inline(text, words, links);
            text.push_str("</p>\n");
        }
        Block::Code(lines) => {
            text.push_str("<pre><code>");
            escape(text, lines);
            text.push_str("</code></pre>\n");
        }
        Block::List { numbered, items } => {
            let tag = if *numbered { "ol" } else { "ul" };
            let _ = writeln!(text, "<{tag}>");
            for item in items {
                text.push_str("<li>");
                item.iter().for_each(|block| draw(text, block, links));
                text.push_str("</li>\n");
            }
            let _ = writeln!(text, "</{tag}>");
        }
    }
}

/// Every second part between backticks is code.
fn inline(text: &mut String, words: &str, links: Links<'_>) {
    for (index, part) in words.split('`').enumerate() {
        if index % 2 == 1 {
            text.push_str("<code>");
            escape(text, part);
            text.push_str("</code>");
        } else {
            linked(text, part, links);
        }
    }
}

/// `[Name](Name.md)` leads to the page of that runbook.
fn linked(text: &mut String, mut words: &str, links: Links<'_>) {
    while let Some((before, name, after)) = link(words) {
        escape(text, before);
        text.push_str("<a href=\"");
        escape(text, &links.runbook(name));
        text.push_str("\">");
        escape(text, name);
        text.push_str("</a>");
        words = after;
    }
    escape(text, words);
}

fn link(words: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = words.split_once('[')?;
    let (name, rest) = rest.split_once("](")?;
    let (target, after) = rest.split_once(')')?;
    (target.strip_suffix(".md") == Some(name)).then_some((before, name, after))
}

fn escape(text: &mut String, words: &str) {
    for letter in words.chars() {
        match letter {
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> String {
        let sections = sections(text);
        let (_, blocks) = sections.first().unwrap();
        html(blocks, Links::new("/ops"))
    }

    #[test]
    fn a_list_holds_paragraphs_and_code_and_goes_on_after_them() {
        let text = "# A\n\n## B\n\n1. One\n   goes on:\n\n   ```sh\n   a <b>\n     c\n   ```\n\n   Then.\n2. Two\n\nAfter.\n\n## C\nx";
        assert_eq!(sections(text).len(), 2);
        assert_eq!(
            drawn(text),
            "<ol>\n<li><p>One goes on:</p>\n<pre><code>a &lt;b&gt;\n  c</code></pre>\n<p>Then.</p>\n</li>\n\
             <li><p>Two</p>\n</li>\n</ol>\n<p>After.</p>\n"
        );
    }

    #[test]
    fn code_links_and_lists_without_numbers() {
        assert_eq!(
            drawn("## B\n- `a [b](c)`: see [X](X.md) & [y](https://y)\n- d\n"),
            "<ul>\n<li><p><code>a [b](c)</code>: see <a href=\"/ops/runbooks/X\">X</a> &amp; [y](https://y)</p>\n</li>\n\
             <li><p>d</p>\n</li>\n</ul>\n"
        );
    }

    #[test]
    fn a_title_within_code_is_code() {
        assert_eq!(drawn("## B\n```\n## c\n```\n"), "<pre><code>## c</code></pre>\n");
    }

    #[test]
    fn what_is_cut_off_is_still_shown() {
        assert_eq!(drawn("## B\n```\na"), "<pre><code>a</code></pre>\n");
        assert_eq!(drawn("## B\na `b"), "<p>a <code>b</code></p>\n");
    }
}
