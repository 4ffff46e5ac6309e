//! Another server takes over: no clock is restarted, and nothing is called stalled for the time in between.

use model::verdict::Health;

use super::scene::{NAME, Scene};

fn runs(scene: &mut Scene, seconds: i64) {
    scene.for_seconds(seconds, |scene, second| {
        scene.write(0, 10);
        if second % 5 == 0 {
            scene.read_all();
            scene.commit();
        }
    });
}

#[test]
fn a_stall_goes_on_over_a_takeover() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 60);
    scene.for_seconds(20, |scene, _| scene.write(0, 10));
    scene.take_over();
    // The first seconds tell nothing.
    scene.for_seconds(3, |scene, _| scene.write(0, 10));
    scene.baseline();
    scene.for_seconds(10, |scene, _| scene.write(0, 10));
    assert_eq!(
        scene.news(),
        ["1 healthy", "91 stalled"],
        "as if one server had seen it all"
    );

    let since = scene.verdict().since;
    scene.take_over();
    scene.for_seconds(3, |scene, _| scene.write(0, 10));
    assert_eq!(scene.verdict().health, Health::Stalled, "it is not known to move");
    assert!(
        scene
            .verdict()
            .reasons
            .last()
            .unwrap()
            .text
            .contains("not seen at the moment")
    );
    scene.baseline();
    scene.for_seconds(30, |scene, _| scene.write(0, 10));
    assert_eq!((scene.news(), scene.verdict().since), (Vec::new(), since));
    runs(&mut scene, 6);
    assert_eq!(scene.verdict().health, Health::Healthy);
}

#[test]
fn what_moved_meanwhile_begins_anew() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 60);
    scene.for_seconds(25, |scene, _| scene.write(0, 10));
    scene.take_over();
    // Nobody looks for an hour, in which it moves on.
    scene.now += 3_600;
    scene.ends[0] += 36_000;
    scene.committed[0] = Some(scene.ends[0] - 100);
    scene.baseline();
    scene.for_seconds(29, |scene, _| scene.write(0, 10));
    assert_eq!(scene.news(), ["1 healthy"]);
}

#[test]
fn a_rhythm_is_known_after_a_takeover() {
    let mut scene = Scene::new(1, &[]);
    scene.for_seconds(600, |scene, second| {
        scene.write(0, 10);
        if second % 60 == 0 {
            scene.read_all();
            scene.commit();
        }
    });
    let rhythm = scene.facts.connectors[NAME]
        .progress
        .as_ref()
        .unwrap()
        .rhythm()
        .unwrap();
    assert_eq!(rhythm.num_seconds(), 60);
    scene.take_over();
    scene.baseline();
    scene.for_seconds(120, |scene, _| scene.write(0, 10));
    assert_eq!(scene.news(), ["1 healthy"], "two flush intervals are no stall");
}

#[test]
fn what_moves_all_the_time_is_not_written_down_all_the_time() {
    let mut scene = Scene::new(8, &[]);
    runs(&mut scene, 60);
    let rows = scene.rows;
    runs(&mut scene, 3_600);
    assert_eq!(
        scene.rows, rows,
        "a row for each of thousands of connectors every ten seconds is too much"
    );
    scene.for_seconds(11, |_, _| {});
    assert_eq!(scene.units().first().unwrap().moved, Some(scene.at(3_660)));
}
