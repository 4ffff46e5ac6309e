//! The page about Signalbox itself.

use web::Section;

use crate::pages::check;
use crate::samples;

#[test]
fn a_source_that_tells_nothing_is_in_the_headline_as_in_its_row() {
    let frame = samples::frame(Section::System);
    let page = |change: fn(&mut console::System)| {
        let mut system = samples::system();
        change(&mut system);
        check("", web::system(&frame, &system, false)).text
    };
    let text = page(|system| {
        system.freshness.truncate(3);
        system.freshness[1].gap = Some("the broker does not answer".to_owned());
    });
    let headline = "Signalbox works; a source of one cluster tells nothing now.";
    assert!(text.contains(headline), "{text}");
    assert!(!text.contains("all it shows is fresh"), "{text}");
    let text = page(|system| system.freshness[1].gap = Some("the broker does not answer".to_owned()));
    let headline =
        "Signalbox works; one cluster is not seen as it is now, and a source of one cluster tells nothing now.";
    assert!(text.contains(headline), "{text}");
    let text = page(|system| system.freshness.truncate(3));
    assert!(text.contains("Signalbox works, and all it shows is fresh."), "{text}");
}

#[test]
fn the_system_in_every_weather() {
    let frame = samples::frame(Section::System);
    let page = check("", web::system(&frame, &samples::system(), true));
    assert!(
        page.text
            .contains("Signalbox works; one cluster is not seen as it is now."),
        "{}",
        page.text
    );
    for words in [
        "/connectors?expand",
        "box-1/4711",
        "kafka/main",
        "15.18",
        "84.2 MB",
        "as ours",
        "no Kafka",
        "nobody",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(page.addresses.contains(&"/system/log".to_owned()));
    let reader = check("", web::system(&frame, &samples::system(), false));
    assert!(
        !reader.addresses.contains(&"/system/log".to_owned()),
        "who may not change it sees no form"
    );
    let away = check("", web::system(&frame, &samples::system_without_database(), true));
    assert!(
        away.text.contains("Signalbox cannot do its work right now."),
        "{}",
        away.text
    );
    assert!(
        away.text.contains("No space left on device") && away.text.contains("a newer one refused"),
        "{}",
        away.text
    );
    let mut waiting = samples::system();
    waiting.process.config_at_next_start = vec!["[server] listen"];
    let waiting = check("", web::system(&frame, &waiting, true));
    assert!(
        waiting
            .text
            .contains("read at the start only: [server] listen. That takes effect at the next start."),
        "{}",
        waiting.text
    );
    let mut empty = samples::system();
    (empty.freshness, empty.calls) = (vec![], vec![]);
    let empty = check("", web::system(&frame, &empty, true));
    assert!(
        empty.text.contains("Signalbox works, and all it shows is fresh."),
        "{}",
        empty.text
    );
    assert!(empty.text.contains("No cluster is connected yet"), "{}", empty.text);
}
