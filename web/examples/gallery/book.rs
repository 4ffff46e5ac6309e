//! The pages of the gallery, each as the system has it, light and dark, and an index of them by component.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Each component with what only its markup holds.
const COMPONENTS: [(&str, &str); 20] = [
    ("verdict", "<span class=\"verdict "),
    ("reasons list", "class=\"card reasons"),
    ("facts table", "class=\"card facts"),
    ("timeline", "class=\"card lines"),
    ("storm, folded", "class=\"storm"),
    ("trace", "<article class=\"trace"),
    ("diff", "class=\"rows diff"),
    ("sparkline", "<svg class=\"spark"),
    ("lamps", "class=\"lamps"),
    ("facet bar", "class=\"facets"),
    ("pagination", "class=\"pages\""),
    ("toolbar", "<div class=\"toolbar\">"),
    ("dialog", "<dialog "),
    ("toast", "class=\"toast\" id=\"toast\" role=\"status\" data-said"),
    ("empty state", "class=\"card empty"),
    ("stale banner", "class=\"banner\" id=\"banner\""),
    ("chain of converters and transformations", "class=\"card chain"),
    ("map of workers and connectors", "<svg class=\"grid"),
    ("matrix of plugins and workers", "class=\"rows matrix"),
    ("drawing of the topology", "<svg class=\"topology\""),
];

/// Where the pages go, and what was written so far.
pub(crate) struct Book {
    root: PathBuf,
    pages: RefCell<BTreeMap<String, Vec<&'static str>>>,
}

impl Book {
    pub(crate) fn in_folder(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            pages: RefCell::default(),
        }
    }

    /// One page in each theme: `NAME.html` as the system has it, `NAME-light.html` and `NAME-dark.html`.
    pub(crate) fn write(&self, name: &str, page: &str) {
        let system = "data-theme=\"system\"";
        assert!(page.contains(system), "{name} has no theme to be chosen");
        for (suffix, theme) in [("", "system"), ("-light", "light"), ("-dark", "dark")] {
            let themed = page.replacen(system, &format!("data-theme=\"{theme}\""), 1);
            fs::write(self.root.join(format!("{name}{suffix}.html")), themed).unwrap();
        }
        let shown = COMPONENTS.iter().filter(|(_, markup)| page.contains(markup));
        let shown = shown.map(|(component, _)| *component).collect();
        self.pages.borrow_mut().insert(name.to_owned(), shown);
    }

    /// The index; fails when a component is on no page, for then nobody would look at it.
    pub(crate) fn close(self) {
        let pages = self.pages.into_inner();
        let mut index = String::from(
            "<!doctype html>\n<html lang=\"en\" data-theme=\"system\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Gallery · Signalbox</title>\
             <link rel=\"stylesheet\" href=\"assets/style.css\"></head><body><main id=\"main\">\
             <div class=\"title\"><h1>Every page in every state</h1><p class=\"sub\">Each component with the pages that \
             show it, and each page as the system has it, light and dark.</p></div>\n",
        );
        for (component, _) in COMPONENTS {
            let on: Vec<_> = pages.iter().filter(|(_, shown)| shown.contains(&component)).collect();
            assert!(!on.is_empty(), "no page of the gallery shows the {component}");
            let links: Vec<_> = on
                .iter()
                .map(|(name, _)| format!("<a href=\"{name}.html\">{name}</a>"))
                .collect();
            writeln!(index, "<h2>{component}</h2><p>{}</p>", links.join(", ")).unwrap();
        }
        index.push_str("<h2>Pages</h2>\n<table class=\"rows\"><tbody>\n");
        for name in pages.keys() {
            let cells = ["", "-light", "-dark"].map(|suffix| {
                let word = if suffix.is_empty() { "-system" } else { suffix };
                format!("<td><a href=\"{name}{suffix}.html\">{}</a></td>", &word[1..])
            });
            writeln!(index, "<tr><th scope=\"row\">{name}</th>{}</tr>", cells.join("")).unwrap();
        }
        index.push_str("</tbody></table></main></body></html>\n");
        fs::write(self.root.join("index.html"), index).unwrap();
    }
}
