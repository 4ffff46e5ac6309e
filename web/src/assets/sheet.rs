//! The stylesheet: small sheets, one idea each, sent as one.

use std::sync::LazyLock;

use super::{Asset, text};

/// Where pages find it.
pub(super) const PATH: &str = "style.css";

/// The sheets in their order, in which a later one may add to what an earlier one says. What changes many of them for a
/// narrow window or for paper stands at the end.
const SHEETS: [&str; 35] = [
    "fonts",
    "tokens",
    "ground",
    "verdict",
    "top",
    "fields",
    "page",
    "cause",
    "counts",
    "sparkline",
    "chart",
    "lamps",
    "lines",
    "timeline",
    "tables",
    "query",
    "filters",
    "list",
    "keys",
    "reasons",
    "trace",
    "chain",
    "config",
    "diff",
    "beside",
    "contents",
    "alone",
    "toast",
    "map",
    "matrix",
    "topology",
    "glow",
    "narrow",
    "phone",
    "print",
];

static SHEET: LazyLock<Asset> = LazyLock::new(|| {
    let sheets = SHEETS.iter().filter_map(|name| text(&format!("css/{name}.css")));
    Asset::made(sheets.collect::<Vec<_>>().join("\n"), "text/css; charset=utf-8")
});

pub(super) fn asset() -> Asset {
    SHEET.clone()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Files;
    use super::*;

    #[test]
    fn every_sheet_is_sent_once() {
        let named: BTreeSet<String> = SHEETS.iter().map(|name| format!("css/{name}.css")).collect();
        let embedded = Files::iter().filter(|path| path.starts_with("css/"));
        assert_eq!(named, embedded.map(|path| path.to_string()).collect());
        assert_eq!(named.len(), SHEETS.len());
    }
}
