//! Names that hurt.

/// Connector names that Kafka Connect allows and that pages, paths, queries and logs must survive.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "orders/eu west/sink #1",
        "100% done?&x=1",
        "<script>alert(\"x\")</script>",
        "'; DROP TABLE connectors; --",
        "a->b.MirrorSourceConnector",
        "zürich-日本語-🚂",
        "\u{202e}gnp.txt",
        "..",
        ".",
        "{name}${file:/etc/passwd:x}",
        "with  two  blanks",
        "trailing ",
        "back\\slash\"quote'",
        "UPPER-lower_Mixed.99",
        "zero\u{200b}width",
        "+",
        "%2F",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("long-".to_owned() + &"x".repeat(195));
    names.push("ünï ".repeat(50));
    names
}
