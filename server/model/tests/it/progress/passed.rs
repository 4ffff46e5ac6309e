//! How many records went through: of what is seen to go through, and of nothing else.

use super::scene::Scene;

fn passed(scene: &Scene) -> Option<i64> {
    scene.measures().and_then(|measures| measures.passed)
}

#[test]
fn a_sink_has_passed_on_what_it_commits_and_not_what_it_committed_before_anybody_looked() {
    let mut scene = Scene::new(1, &[]);
    let commits = |scene: &mut Scene| {
        scene.read_all();
        scene.commit();
    };
    scene.for_seconds(5, |scene, _| scene.write(0, 100));
    commits(&mut scene);
    scene.for_seconds(5, |scene, _| scene.write(0, 100));
    let before = passed(&scene);
    assert_eq!(before, Some(0), "nobody knows how long its first commit took");
    commits(&mut scene);
    scene.for_seconds(5, |scene, _| scene.write(0, 100));
    assert_eq!(passed(&scene), Some(500));
    scene.for_seconds(5, |scene, _| scene.write(0, 100));
    assert_eq!(passed(&scene), Some(500), "nothing more is committed");
}
