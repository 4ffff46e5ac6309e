//! The script: ECMAScript modules, which name one another with the mark of their content, so that all may be cached for
//! ever.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Asset, Files, text};

/// Where modules lie.
const FOLDER: &str = "js/";

static MODULES: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let mut modules = BTreeMap::new();
    Files::iter()
        .filter(|path| path.starts_with(FOLDER))
        .for_each(|path| put(&path, &mut modules));
    modules
});

/// Adds a module, after those that it imports: its own mark depends on theirs. They import one another in no circle, which
/// a test holds.
fn put(path: &str, modules: &mut BTreeMap<String, Asset>) {
    if modules.contains_key(path) {
        return;
    }
    let Some(mut module) = text(path) else { return };
    for name in imports(&module) {
        let imported = format!("{FOLDER}{name}");
        put(&imported, modules);
        if let Some(asset) = modules.get(&imported) {
            let marked = format!("\"./{name}?v={}\"", asset.mark());
            module = module.replace(&format!("\"./{name}\""), &marked);
        }
    }
    modules.insert(path.to_owned(), Asset::made(module, "text/javascript; charset=utf-8"));
}

/// Names of the modules that one imports, be it only when a page needs them.
fn imports(module: &str) -> Vec<String> {
    let named = module.split("\"./").skip(1);
    named
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

/// Names of the modules that one cannot run without.
fn needs(module: &str) -> Vec<String> {
    let lines = module.lines().filter(|line| line.starts_with("import "));
    lines.flat_map(imports).collect()
}

pub(super) fn asset(path: &str) -> Option<Asset> {
    MODULES.get(path).cloned()
}

/// What every page runs: the first module with all that it needs.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut found = vec![format!("{FOLDER}main.js")];
        let mut at = 0;
        while let Some(module) = found.get(at).and_then(|path| text(path)) {
            let more = needs(&module).into_iter().map(|name| format!("{FOLDER}{name}"));
            let fresh: Vec<String> = more.filter(|path| !found.contains(path)).collect();
            found.extend(fresh);
            at += 1;
        }
        found
    });
    PATHS.iter().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Modules from which one can come back to where one began.
    fn reached(path: &str, seen: &mut BTreeSet<String>) {
        for name in imports(&text(path).unwrap()) {
            let imported = format!("{FOLDER}{name}");
            if seen.insert(imported.clone()) {
                reached(&imported, seen);
            }
        }
    }

    #[test]
    fn every_module_is_run_by_some_page() {
        let mut seen = BTreeSet::from([format!("{FOLDER}main.js")]);
        reached(&format!("{FOLDER}main.js"), &mut seen);
        assert_eq!(seen, MODULES.keys().cloned().collect());
    }

    #[test]
    fn modules_import_one_another_in_no_circle_and_with_their_marks() {
        assert!(!MODULES.is_empty());
        for (path, asset) in &*MODULES {
            let mut seen = BTreeSet::new();
            reached(path, &mut seen);
            assert!(!seen.contains(path), "{path} imports itself by a way around");
            let sent = String::from_utf8(asset.bytes.to_vec()).unwrap();
            for address in imports(&sent) {
                let (name, mark) = address.split_once("?v=").unwrap();
                assert_eq!(mark, MODULES[&format!("{FOLDER}{name}")].mark(), "{address}");
            }
        }
    }
}
