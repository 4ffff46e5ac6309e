//! What may stand where a query is typed.

use serde::Serialize;
use utoipa::ToSchema;
use view::{Completions, Offer};

/// Offers for the last part of a query.
#[derive(Serialize, ToSchema)]
pub struct CompletionList {
    /// The part that an offer stands for, as it was written; empty behind a blank.
    pub part: String,
    /// What it may become, the likeliest first.
    pub items: Vec<Completion>,
}

/// One offer.
#[derive(Serialize, ToSchema)]
pub struct Completion {
    /// `key`, `value` or `connector`.
    pub kind: &'static str,
    /// What is to be written instead of the part; of a connector a part that means it alone.
    pub text: String,
    /// What a key asks for; null of others.
    pub says: Option<&'static str>,
    /// How many connectors have a value; null of others.
    pub count: Option<usize>,
    /// A connector's cluster; null of others.
    pub cluster: Option<String>,
    /// A connector's name; null of others.
    pub name: Option<String>,
}

impl CompletionList {
    /// The offers for what was typed.
    pub fn of(text: &str, found: Completions) -> Self {
        Self {
            part: text.get(found.part).unwrap_or_default().to_owned(),
            items: found.offers.into_iter().map(Completion::from).collect(),
        }
    }
}

impl From<Offer> for Completion {
    fn from(offer: Offer) -> Self {
        let nothing = Self {
            kind: "key",
            text: String::new(),
            says: None,
            count: None,
            cluster: None,
            name: None,
        };
        match offer {
            Offer::Key { text, says } => Self {
                text,
                says: Some(says),
                ..nothing
            },
            Offer::Value { text, count } => Self {
                kind: "value",
                text,
                count: Some(count),
                ..nothing
            },
            Offer::Connector { cluster, name } => Self {
                kind: "connector",
                text: format!(
                    "connector:{}",
                    view::search::quoted(&format!("{}/{}", cluster.as_str(), name.as_str()))
                ),
                cluster: Some(cluster.as_str().to_owned()),
                name: Some(name.as_str().to_owned()),
                ..nothing
            },
        }
    }
}
