//! Drawings, measured on their markup: every text and box where a reader finds it, large enough and over no other.

use console::TopologyQuery;
use web::Section;

use crate::pages::check;
use crate::samples;

/// A letter's width over its height, of IBM Plex Mono.
const LETTER: f64 = 0.6;

#[derive(Clone, Debug)]
struct Place {
    #[expect(dead_code, reason = "shown where a test fails")]
    what: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Place {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// The drawings of a class, each with the size of its letters.
fn drawings<'a>(html: &'a str, class: &str) -> Vec<(&'a str, f64, f64, f64)> {
    let begin = format!("<svg class=\"{class}\"");
    html.split(begin.as_str())
        .skip(1)
        .map(|rest| {
            let (tag, body) = rest.split_once('>').unwrap();
            let body = body.split("</svg>").next().unwrap();
            let number = |key| attribute(tag, key).unwrap().parse().unwrap();
            (body, number("font-size"), number("width"), number("height"))
        })
        .collect()
}

fn attribute<'a>(tag: &'a str, key: &str) -> Option<&'a str> {
    let rest = tag.split_once(&format!(" {key}=\""))?.1;
    rest.split('"').next()
}

/// Where letters are: above their base line as far as capitals and below it as far as the letter p reach.
fn texts(body: &str, size: f64) -> Vec<Place> {
    let place = |rest: &str| {
        let (tag, text) = rest.split_once('>').unwrap();
        let tag = format!(" {tag}");
        let text = text.split("</text>").next().unwrap();
        let plain: String = text
            .split('<')
            .enumerate()
            .map(|(at, part)| if at == 0 { part } else { part.split_once('>').unwrap().1 })
            .collect();
        let letters: usize = plain
            .chars()
            .map(|c| if c.is_ascii() || c == '…' { 1 } else { 2 })
            .sum();
        let (x, y) = (number(&tag, "x"), number(&tag, "y"));
        let (wide, above, below) = (letters as f64 * size * LETTER, size * 0.8, size * 0.25);
        match attribute(&tag, "transform") {
            Some(turned) => {
                assert_eq!(turned, format!("rotate(-90 {x} {y})"));
                Place {
                    what: plain,
                    left: x - above,
                    right: x + below,
                    top: y - wide,
                    bottom: y,
                }
            }
            None => Place {
                what: plain,
                left: x,
                right: x + wide,
                top: y - above,
                bottom: y + below,
            },
        }
    };
    body.split("<text").skip(1).map(place).collect()
}

fn number(tag: &str, key: &str) -> f64 {
    attribute(tag, key).map_or(0.0, |value| value.parse().unwrap())
}

fn rects(body: &str, class: &str) -> Vec<Place> {
    let place = |rest: &str| {
        let tag = rest.split_once('>').unwrap().0;
        let tag = format!(" {tag}");
        let (x, y) = (number(&tag, "x"), number(&tag, "y"));
        Place {
            what: tag.clone(),
            left: x,
            top: y,
            right: x + number(&tag, "width"),
            bottom: y + number(&tag, "height"),
        }
    };
    body.split(&format!("<{class}")).skip(1).map(place).collect()
}

fn apart(places: &[Place]) {
    for (at, one) in places.iter().enumerate() {
        for other in &places[at + 1..] {
            assert!(!one.overlaps(other), "{one:?} lies over {other:?}");
        }
    }
}

fn within(places: &[Place], width: f64, height: f64) {
    for place in places {
        let inside =
            place.left >= 0.0 && place.top >= -0.5 && place.right <= width + 0.5 && place.bottom <= height + 0.5;
        assert!(inside, "{place:?} is cut off at {width} x {height}");
    }
}

#[test]
fn four_hundred_connectors_on_fifteen_workers_are_readable() {
    let (detail, assignment) = samples::great_cluster(15, 400);
    let html = web::cluster(
        &samples::frame(Section::Clusters),
        &detail,
        &samples::page(vec![]),
        &assignment,
        Ok(&samples::rebalances()),
    );
    let html = html.unwrap();
    check("", Ok(html.clone()));
    let blocks = drawings(&html, "grid");
    let mut names = 0;
    for (body, size, width, height) in &blocks {
        assert!(*size >= 11.0, "{size}");
        // Words and shapes.
        let mut seen = texts(body, *size);
        seen.extend(rects(body, "use"));
        apart(&seen);
        within(&seen, *width, *height);
        // Every cell, too, has its place, and leads to the connector of its line.
        apart(&rects(body, "rect class=\"hit\""));
        let mut at = "";
        for link in body.split("<a ").skip(1) {
            let href = attribute(&format!(" {link}"), "href").map(str::to_owned).unwrap();
            if link.contains("tabindex") {
                assert_eq!(href, at, "{link}");
            } else {
                names += 1;
                at = body[body.find(&href).unwrap()..].split('"').next().unwrap();
            }
            assert!(link.contains("<title>"), "{link}");
        }
        // The one that is gone is marked in each block, with what it left behind.
        assert_eq!(body.matches("class=\"lost\"").count(), 1);
        assert!(body.contains(" is gone: "), "its column says so");
    }
    assert_eq!(names, 400);
    assert!(
        html.contains("skew 1.24") && html.contains("here 112 / 90.0"),
        "the skew with its figures"
    );
    assert!(html.contains("27 connectors and 101 tasks behind"));
    let text = check("", Ok(html)).text;
    // The same in words: each worker with what it runs.
    assert!(text.contains("the connector instance"), "{text}");
}

#[test]
fn three_hundred_nodes_are_readable() {
    for (sinks, least) in [(0, 3), (6, 20), (120, 300)] {
        let page = samples::topology(sinks);
        let html = web::topology(
            &samples::frame(Section::Topology),
            &TopologyQuery::default(),
            &page,
            &samples::clusters(),
            &samples::teams(),
        );
        let html = html.unwrap();
        check("", Ok(html.clone()));
        let [(body, size, width, height)] = drawings(&html, "topology")[..] else {
            panic!("one drawing");
        };
        assert!(size >= 11.0);
        let (texts, boxes) = (texts(body, size), rects(body, "rect"));
        assert_eq!((texts.len(), boxes.len()), (page.topology.nodes.len(), texts.len()));
        assert!(texts.len() >= least, "{}", texts.len());
        apart(&boxes);
        within(&boxes, width, height);
        for (text, own) in texts.iter().zip(&boxes) {
            let inside =
                own.left < text.left && text.right < own.right && own.top < text.top && text.bottom < own.bottom;
            assert!(inside, "{text:?} leaves {own:?}");
        }
        let mut seen = texts;
        seen.extend(rects(body, "use"));
        apart(&seen);
        assert_eq!(body.matches("<path class=\"way").count(), page.topology.edges.len());
        // What is shortened is whole in its title.
        if sinks > 0 {
            // A rule is searched as what it is: its letters alone would be a pattern of names.
            assert!(body.contains("href=\"/topology?q=topic%3A"), "{body}");
            assert!(body.contains('…') && body.contains("orders/s3-archive-of-everything-in-the-shop: stalled"));
        }
    }
}

#[test]
fn groups_open_and_fold_by_address() {
    let mut query = TopologyQuery::default();
    let draw = |query: &TopologyQuery| {
        web::topology(
            &samples::frame(Section::Topology),
            query,
            &samples::groups(),
            &samples::clusters(),
            &samples::teams(),
        )
        .unwrap()
    };
    let html = draw(&query);
    assert!(html.contains("href=\"/topology?open=orders\""), "{html}");
    let text = check("", Ok(html)).text;
    for said in [
        "903 sinks of orders: 3 failed, 900 healthy",
        "4,120 topics on the Kafka of orders",
        "choose one to open it",
    ] {
        assert!(text.contains(said), "{said:?} is missing in {text}");
    }
    query.open.insert("orders".into());
    let html = draw(&query);
    assert!(
        html.contains("href=\"/topology?open=orders&amp;open=billing\"") || html.contains("open=billing"),
        "{html}"
    );
    assert!(
        check("", Ok(html)).text.contains("Opened: orders fold"),
        "what is open can be folded"
    );
}

#[test]
fn the_list_says_what_the_drawing_shows() {
    let html = web::topology(
        &samples::frame(Section::Topology),
        &TopologyQuery::default(),
        &samples::topology(6),
        &[],
        &[],
    );
    let text = check("", html).text;
    let (_, list) = text.rsplit_once("As a list").unwrap();
    // A source with the prefix that it writes, and who reads that: by name, and by an expression.
    let source = list
        .split("cdc-inventory-000")
        .nth(1)
        .unwrap()
        .split("cdc-inventory-001")
        .next()
        .unwrap();
    for said in [
        "reads",
        "postgresql db0.prod.example:5432/shop",
        "writes",
        "shop0.*",
        "read by",
        "jdbc-orders-000",
        "s3-archive-of-everything-in-the-shop",
    ] {
        assert!(source.contains(said), "{said:?} is missing in {source}");
    }
    assert!(list.contains("sends dead letters to"), "{list}");
}

#[test]
fn the_list_names_a_few_of_those_at_the_other_side_and_counts_the_rest() {
    let draw = |connectors| {
        let page = samples::topology(connectors);
        let html = web::topology(
            &samples::frame(Section::Topology),
            &TopologyQuery::default(),
            &page,
            &[],
            &[],
        );
        let text = check("", html).text;
        text.rsplit_once("As a list").unwrap().1.to_owned()
    };
    // Everything in the shop is read by one connector: each sink beside it is written by the same few sources.
    let (few, many) = (draw(40), draw(160));
    assert!(many.contains(" more"), "{many}");
    let words = |text: &str| text.split_whitespace().count();
    assert!(words(&many) < words(&few) * 5, "{} {}", words(&few), words(&many));
}

#[test]
fn among_clusters_the_teams_of_an_opened_one_are_called_by_both() {
    let mut page = samples::groups();
    for node in &mut std::sync::Arc::make_mut(&mut page.topology).nodes {
        if let view::topology::Key::Connectors { cluster, team, .. } = &mut node.key
            && cluster.as_str() == "orders"
        {
            *team = Some(Some("pay".into()));
        }
    }
    let mut query = TopologyQuery::default();
    query.open.insert("orders".into());
    let draw = |query: &TopologyQuery| {
        let frame = samples::frame(Section::Topology);
        web::topology(&frame, query, &page, &samples::clusters(), &samples::teams()).unwrap()
    };
    let html = draw(&query);
    assert!(html.contains(">orders pay</tspan>"), "{html}");
    // It is opened below its cluster, where names open teams.
    assert!(
        html.contains("/topology?cluster=orders&amp;open=pay\"")
            || html.contains("/topology?cluster=orders&#38;open=pay\"")
    );
    query.filter.clusters = ["orders".into()].into();
    assert!(draw(&query).contains(">pay</tspan>"));
}
