//! Files that pages refer to.

use model::verdict::Health;
use web::Section;

use crate::samples;

#[test]
fn everything_has_its_type_and_tag() {
    for (path, kind) in [
        ("style.css", "text/css; charset=utf-8"),
        ("js/main.js", "text/javascript; charset=utf-8"),
        ("fonts/ibm-plex-sans-latin-400-normal.woff2", "font/woff2"),
        ("favicon/signalbox.svg", "image/svg+xml"),
    ] {
        let asset = web::asset(path).unwrap();
        assert_eq!(asset.content_type, kind);
        assert!(asset.etag.starts_with('"') && asset.etag.ends_with('"') && asset.etag.len() == 18);
        assert!(!asset.bytes.is_empty());
    }
    for path in [
        "",
        "nothing.css",
        "../Cargo.toml",
        "fonts",
        "favicon/merry.svg",
        "style.css/",
    ] {
        assert!(web::asset(path).is_none(), "{path}");
    }
    let icons: std::collections::BTreeSet<_> = Health::ALL
        .map(|health| web::asset(&format!("favicon/{}.svg", health.as_str())).unwrap().etag)
        .into();
    assert_eq!(icons.len(), Health::ALL.len(), "two healths look alike");
}

#[test]
fn fonts_are_those_of_the_checksums_and_the_sheet_names_them() {
    let text = |path: &str| String::from_utf8(web::asset(path).unwrap().bytes.into_owned()).unwrap();
    let (sums, sheet) = (text("fonts/CHECKSUMS"), text("style.css"));
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let asset = web::asset(&format!("fonts/{name}")).unwrap();
        // The tag is the beginning of the same hash.
        assert_eq!(asset.etag.trim_matches('"'), &sum[..16], "{name}");
        assert!(
            !name.ends_with(".woff2") || sheet.contains(&format!("url(\"fonts/{name}\")")),
            "{name}"
        );
    }
    assert_eq!(sums.lines().count(), 5);
}

#[test]
fn what_others_wrote_is_that_of_the_checksums_with_its_licence_and_no_page_loads_it_unasked() {
    let bytes = |path: &str| web::asset(path).unwrap();
    let sums = String::from_utf8(bytes("vendor/CHECKSUMS").bytes.into_owned()).unwrap();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let asset = bytes(&format!("vendor/{name}"));
        assert_eq!(asset.etag.trim_matches('"'), &sum[..16], "{name}");
    }
    assert_eq!(sums.lines().count(), 3);
    assert_eq!(
        bytes("vendor/uPlot.iife.min.js").content_type,
        "text/javascript; charset=utf-8"
    );
    let licence = String::from_utf8(bytes("vendor/LICENSE-uPlot.txt").bytes.into_owned()).unwrap();
    assert!(licence.starts_with("The MIT License"));
    let page = web::overview(
        &samples::frame(Section::Overview),
        &samples::overview(),
        Err("away"),
        Err("away"),
    );
    assert!(!page.unwrap().contains("uPlot"));
}

#[test]
fn the_scripts_stay_small_and_run_nothing_that_is_text() {
    let page = web::overview(
        &samples::frame(Section::Overview),
        &samples::overview(),
        Err("away"),
        Err("away"),
    )
    .unwrap();
    let modules: Vec<&str> = page.split("rel=\"modulepreload\" href=\"/assets/").skip(1).collect();
    assert!(modules.len() > 5, "{page}");
    for module in modules {
        let path = module.split('?').next().unwrap();
        let script = web::asset(path).unwrap();
        let script = std::str::from_utf8(&script.bytes).unwrap();
        assert!(script.lines().count() < 200, "{path}");
        for word in ["eval(", "innerHTML", "document.write", "new Function"] {
            assert!(!script.contains(word), "{path}: {word}");
        }
    }
}
