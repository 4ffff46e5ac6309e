//! Where data comes from and where it goes.

mod drawing;
mod label;
mod layout;
mod list;

use askama::Template;
use console::{ClusterItem, TeamItem, TopologyPage, TopologyQuery};
use model::state::ConnectorKind;
use view::Query;
use view::topology::{Grouped, Key};

use crate::words;
use crate::{Error, Frame, Links};
use drawing::Drawing;
use list::Entry;

#[derive(Template)]
#[template(path = "topology.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    query: &'a TopologyQuery,
    headline: String,
    /// What is drawn, in numbers.
    shown: String,
    /// Why groups are drawn, where they are.
    grouped: Option<String>,
    /// Groups that are opened, with the address that folds them.
    opened: Vec<(String, String)>,
    clusters: Vec<Choice<'a>>,
    teams: Vec<Choice<'a>>,
    kinds: Vec<Choice<'a>>,
    drawing: Drawing,
    entries: Vec<Entry>,
    narrowed: bool,
}

/// A choice of a list in the form.
struct Choice<'a> {
    value: &'a str,
    words: &'a str,
    chosen: bool,
}

/// Systems, connectors and topics of the connectors that match: drawn, and as a list. The form asks by GET with the keys
/// that [`Links::topology`] writes.
///
/// # Errors
/// When the template fails.
pub fn topology(
    frame: &Frame,
    query: &TopologyQuery,
    page: &TopologyPage,
    clusters: &[ClusterItem],
    teams: &[TeamItem],
) -> Result<String, Error> {
    let links = frame.links();
    let topology = &page.topology;
    let fold = |group: &std::sync::Arc<str>| {
        let mut folded = query.clone();
        folded.open.remove(group);
        let word = if &**group == view::topology::NOBODY {
            "nobody"
        } else {
            group
        };
        (word.to_owned(), links.topology(&folded))
    };
    Ok(Page {
        headline: headline(page, query),
        shown: shown(page),
        grouped: grouped(page),
        opened: match topology.grouped {
            Grouped::Alone => Vec::new(),
            _ => query.open.iter().map(fold).collect(),
        },
        clusters: clusters
            .iter()
            .map(|cluster| Choice {
                value: cluster.name.as_str(),
                words: cluster.name.as_str(),
                chosen: query.filter.clusters.contains(&cluster.name),
            })
            .collect(),
        teams: teams
            .iter()
            .filter_map(|team| team.name.as_ref())
            .map(|name| Choice {
                value: name.as_str(),
                words: name.as_str(),
                chosen: query.filter.teams.contains(name),
            })
            .collect(),
        kinds: [ConnectorKind::Source, ConnectorKind::Sink]
            .into_iter()
            .map(|kind| Choice {
                value: kind.as_str(),
                words: kind.as_str(),
                chosen: query.filter.kind == Some(kind),
            })
            .collect(),
        drawing: Drawing::of(topology, query, links),
        entries: list::entries(topology, query, links),
        narrowed: query.filter != Query::default(),
        favicon: "signalbox",
        frame,
        links,
        query,
    }
    .render()?)
}

fn headline(page: &TopologyPage, query: &TopologyQuery) -> String {
    let all = page.topology.matching;
    match (all, query.filter == Query::default()) {
        (0, true) => "No connector is known.".to_owned(),
        (0, false) => "No connector matches.".to_owned(),
        (all, _) => {
            let ill = page.topology.totals.unhealthy() as usize;
            let counted = words::sentence(&words::counted(all, "connector", "connectors"));
            let join = words::form(all, "it joins", "they join");
            match ill {
                0 => format!("{counted} and what {join}; none needs a person."),
                ill => format!(
                    "{counted} and what {join}; {} {} a person.",
                    words::number(ill),
                    words::form(ill, "needs", "need")
                ),
            }
        }
    }
}

/// `Three systems are read, four topics, two systems are written.`
fn shown(page: &TopologyPage) -> String {
    use view::topology::End;
    let mut counts = [0; 3];
    for node in &page.topology.nodes {
        let place = match &node.key {
            Key::System { end: End::From, .. } | Key::Systems { end: End::From, .. } => 0,
            Key::Topic { .. } | Key::Topics { .. } => 1,
            Key::System { .. } | Key::Systems { .. } => 2,
            Key::Connector { .. } | Key::Connectors { .. } => continue,
        };
        if let Some(count) = counts.get_mut(place) {
            *count += node.count;
        }
    }
    let [read, topics, written] = counts;
    format!(
        "As their configs say: {} read, {}, {} written.",
        words::counted(read, "system", "systems"),
        words::counted(topics, "topic", "topics"),
        words::counted(written, "system", "systems")
    )
}

fn grouped(page: &TopologyPage) -> Option<String> {
    let topology = &page.topology;
    let by = match topology.grouped {
        Grouped::Alone => return None,
        Grouped::Clusters => "clusters",
        Grouped::Teams => "owners",
    };
    let alone = match topology.alone {
        0 => String::new(),
        some => format!(
            " {} {} drawn one by one.",
            words::sentence(&words::counted(some, "connector", "connectors")),
            words::form(some, "is", "are")
        ),
    };
    Some(format!(
        "They are too many to be drawn one by one, so {by} are: choose one to open it, or narrow the search.{alone}"
    ))
}
