//! The runbooks of the folder `alerts/runbooks`, inside the binary: one for each alert, under its name.

mod markdown;

use askama::filters::HtmlSafe;
use model::verdict::Health;
use rust_embed::RustEmbed;

use crate::Links;
use markdown::Block;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../alerts/runbooks/"]
struct Files;

/// A runbook, read.
pub(crate) struct Runbook {
    /// As its alert is called.
    pub(crate) name: String,
    /// Its sections, each with its title.
    sections: Vec<(String, Vec<Block>)>,
}

impl Runbook {
    /// The one of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let file = Files::get(&format!("{name}.md"))?;
        Some(Self {
            name: name.to_owned(),
            sections: markdown::sections(&String::from_utf8_lossy(&file.data)),
        })
    }

    /// All, by name.
    pub(crate) fn all() -> Vec<Self> {
        let mut names: Vec<_> = Files::iter().collect();
        names.sort();
        let read = |name: &std::borrow::Cow<'_, str>| Self::named(name.strip_suffix(".md")?);
        names.iter().filter_map(read).collect()
    }

    /// The alert that tells of a connector in this health, where one does.
    pub(crate) fn of(health: Health) -> Option<&'static str> {
        match health {
            Health::Failed | Health::Degraded => Some("ConnectorFailed"),
            Health::CrashLooping => Some("ConnectorCrashLooping"),
            Health::Stalled => Some("ConnectorStalled"),
            Health::Unassigned => Some("ConnectorUnassigned"),
            _ => None,
        }
    }

    /// Sections as they are drawn: the anchor, the title and the text.
    pub(crate) fn drawn<'s>(&'s self, links: Links<'_>) -> Vec<(String, &'s str, Drawn)> {
        let draw = |(title, blocks): &'s (String, Vec<Block>)| {
            (anchor(title), title.as_str(), Drawn(markdown::html(blocks, links)))
        };
        self.sections.iter().map(draw).collect()
    }

    /// What it is about, in short: its first paragraph.
    pub(crate) fn opening(&self, links: Links<'_>) -> Drawn {
        let first = self.sections.first().and_then(|(_, blocks)| blocks.get(..1));
        Drawn(markdown::html(first.unwrap_or_default(), links))
    }
}

/// HTML that was made here, of a file that is part of the binary.
pub(crate) struct Drawn(String);

impl std::fmt::Display for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Drawn {}

fn anchor(title: &str) -> String {
    title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}
