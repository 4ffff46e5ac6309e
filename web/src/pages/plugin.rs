//! What a plugin says about its keys.

use askama::Template;
use console::PluginDocumentation;
use model::Timestamp;
use model::names::{ClusterName, WorkerId};
use model::secrets::KeyDefinition;

use super::connector::value::{documentation, legible, told};
use crate::words;
use crate::{Error, Frame, Links};
use view::short_class;

#[derive(Template)]
#[template(path = "plugin.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    cluster: &'a ClusterName,
    short: String,
    class: String,
    version: Option<&'a str>,
    keys: String,
    live: Option<&'a (WorkerId, Timestamp)>,
    groups: Vec<Group>,
    json: String,
}

struct Group {
    /// Empty where the plugin gives its keys no group.
    name: String,
    id: String,
    keys: Vec<Key>,
}

struct Key {
    name: String,
    id: String,
    told: String,
    documentation: String,
    order: (Option<i32>, Option<model::secrets::Importance>),
}

/// The documentation of a plugin, group by group in the plugin's order, and which worker told it.
///
/// # Errors
/// When the template fails.
pub fn plugin(frame: &Frame, about: &PluginDocumentation) -> Result<String, Error> {
    let (links, id) = (frame.links(), &about.id);
    let mut groups: Vec<Group> = Vec::new();
    for (name, definition) in &about.definitions.keys {
        let key = Key::of(name, definition);
        let group = legible(definition.group.as_deref().unwrap_or_default());
        match groups.iter_mut().find(|known| known.name == group) {
            Some(known) => known.keys.push(key),
            None => groups.push(Group {
                id: format!("group-{}", groups.len() + 1),
                name: group,
                keys: vec![key],
            }),
        }
    }
    for group in &mut groups {
        group.keys.sort_by(|one, other| {
            let place = |key: &Key| (key.order.0.is_none(), key.order);
            place(one).cmp(&place(other)).then_with(|| one.name.cmp(&other.name))
        });
    }
    // What stands in no group is the plugin's own, and comes first.
    groups.sort_by(|one, other| (!one.name.is_empty(), &one.name).cmp(&(!other.name.is_empty(), &other.name)));
    let keys = about.definitions.keys.len();
    Ok(Page {
        favicon: "signalbox",
        cluster: &id.cluster,
        short: legible(short_class(&id.class)),
        class: legible(&id.class),
        version: id.version.as_deref(),
        keys: words::counted(keys, "key", "keys"),
        live: about.live.as_ref(),
        json: links.plugin_json(&id.cluster, &id.class, id.version.as_deref()),
        groups,
        frame,
        links,
    }
    .render()?)
}

impl Key {
    fn of(name: &str, definition: &KeyDefinition) -> Self {
        Self {
            id: format!("key-{}", legible(name)),
            name: legible(name),
            told: told(definition),
            documentation: documentation(&definition.documentation),
            order: (definition.order, definition.importance),
        }
    }
}
