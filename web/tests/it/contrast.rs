//! The colours of words, measured by WCAG 2.2's formula (success criterion 1.4.3), on what lies behind them.

use std::collections::BTreeMap;

type Tokens = BTreeMap<String, [f64; 3]>;

/// Part of a verdict's hue in the wash behind its evidence, as the stylesheet mixes it.
const WASH: f64 = 0.08;

fn sheet() -> String {
    String::from_utf8(web::asset("style.css").unwrap().bytes.into_owned()).unwrap()
}

/// The tokens of light, and those of dark over them.
fn schemes() -> [(&'static str, Tokens); 2] {
    let sheet = sheet();
    assert!(
        sheet.contains("color-mix(in srgb, var(--hue) 8%, var(--surface))"),
        "the wash is mixed otherwise"
    );
    let block = sheet.split(":root {\n").nth(1).unwrap().split('}').next().unwrap();
    let (light, dark) = (tokens(block, 0), tokens(block, 1));
    assert_ne!(light["paper"], dark["paper"]);
    [("light", light), ("dark", dark)]
}

/// The first or the second of each token's two values.
fn tokens(block: &str, scheme: usize) -> Tokens {
    let declaration = |part: &str| {
        let (name, values) = part.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let value = values
            .split(['#', ',', ')'])
            .filter(|part| part.len() == 6)
            .nth(scheme)?;
        let byte = |at: usize| Some(f64::from(u8::from_str_radix(value.get(at..at + 2)?, 16).ok()?) / 255.0);
        Some((name.to_owned(), [byte(0)?, byte(2)?, byte(4)?]))
    };
    block.split(';').filter_map(declaration).collect()
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| {
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn mixed(hue: [f64; 3], ground: [f64; 3]) -> [f64; 3] {
    [0, 1, 2].map(|at| hue[at] * WASH + ground[at] * (1.0 - WASH))
}

#[test]
fn words_are_legible_on_every_ground() {
    for (scheme, tokens) in schemes() {
        let verdicts: Vec<&str> = tokens.keys().filter_map(|name| name.strip_suffix("-ink")).collect();
        assert_eq!(verdicts.len(), 10, "{verdicts:?}");
        let mut grounds = vec![("paper", tokens["paper"]), ("surface", tokens["surface"])];
        grounds.extend(
            verdicts
                .iter()
                .map(|name| (*name, mixed(tokens[*name], tokens["surface"]))),
        );
        for (ground, behind) in &grounds {
            for word in ["ink", "second"] {
                let found = ratio(tokens[word], *behind);
                assert!(found >= 4.5, "{scheme}: {word} on {ground} has {found:.2}");
            }
        }
        for verdict in &verdicts {
            let ink = tokens[&format!("{verdict}-ink")];
            for (ground, behind) in grounds
                .iter()
                .filter(|(name, _)| ["paper", "surface", verdict].contains(name))
            {
                let found = ratio(ink, *behind);
                assert!(found >= 4.5, "{scheme}: words of {verdict} on {ground} have {found:.2}");
            }
            let shape = ratio(tokens[*verdict], tokens["surface"]);
            assert!(
                shape >= 3.0,
                "{scheme}: the shape of {verdict} has {shape:.2} (criterion 1.4.11)"
            );
        }
        for ground in ["paper", "surface"] {
            let found = ratio(tokens["third"], tokens[ground]);
            assert!(found >= 4.5, "{scheme}: quiet words on {ground} have {found:.2}");
        }
    }
}
