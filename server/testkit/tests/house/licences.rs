//! Every library comes from the default registry, under a licence that asks for no more than to be named.

use cargo_metadata::Package;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::{none, tree};

/// Licences that a dependency may have.
const ALLOWED: [&str; 9] = [
    "Apache-2.0",
    "MIT",
    // The same without the duty to name anybody.
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    // Copyleft of single files, which are used unchanged: option-ext, in the compile-time part of rust-embed.
    "MPL-2.0",
];

fn permitted(requirement: &LicenseReq) -> bool {
    requirement
        .license
        .id()
        .is_some_and(|licence| ALLOWED.contains(&licence.name))
}

/// What is wrong with a library of this name, licence and source.
fn offence(name: &str, licence: Option<&str>, from_registry: bool) -> Option<String> {
    if !from_registry {
        return Some(format!("{name} does not come from the default registry"));
    }
    let Some(licence) = licence else {
        return Some(format!("{name} names no licence"));
    };
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) if expression.evaluate(permitted) => None,
        Ok(_) => Some(format!("{name} is under {licence}, which is not allowed")),
        Err(error) => Some(format!("{name}: licence {licence:?} cannot be read: {error}")),
    }
}

fn of(package: &Package) -> Option<String> {
    let source = package.source.as_ref()?;
    offence(&package.name, package.license.as_deref(), source.is_crates_io())
}

#[test]
fn sources_and_licences_are_allowed() {
    let packages = tree::all_packages();
    assert!(packages.len() > 100, "{}", packages.len());
    none(&packages.iter().filter_map(of).collect::<Vec<_>>());
    let ours: Vec<_> = packages.iter().filter(|package| package.source.is_none()).collect();
    assert_eq!(ours.len(), tree::crates().len(), "what has no source is ours");
    for package in ours {
        assert_eq!(package.license.as_deref(), Some("Apache-2.0"), "{}", package.name);
        assert_eq!(
            package.publish.as_deref(),
            Some(&[][..]),
            "{} is not published",
            package.name
        );
    }
}

#[test]
fn a_licence_or_source_that_is_not_allowed_is_found() {
    assert!(offence("a", Some("GPL-3.0-only"), true).is_some());
    assert!(offence("a", Some("MIT AND GPL-3.0-only"), true).is_some());
    assert!(offence("a", None, true).is_some());
    assert!(offence("a", Some("MIT"), false).is_some());
    for fine in [
        "MIT",
        "GPL-3.0-only OR MIT",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert_eq!(offence("a", Some(fine), true), None);
    }
}
