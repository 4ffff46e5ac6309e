use super::*;

fn homes(numbers: &[i32]) -> Homes {
    let mut homes = Homes::default();
    assert!(homes.want(&numbers.iter().copied().collect()).is_empty());
    homes
}

fn look(homes: &mut Homes, number: u64) -> Look {
    homes.look();
    Look {
        number,
        at: Instant::now(),
    }
}

fn trouble(homes: &Homes) -> Option<&Error> {
    homes.all().find_map(|(_, _, trouble)| trouble)
}

#[test]
fn reading_begins_at_the_end_that_the_first_look_found() {
    let mut homes = homes(&[3]);
    assert!(!homes.reads(3) && !homes.reached(3, 7));
    let first = look(&mut homes, 1);
    assert_eq!(homes.told(first, 3, 10), Told::Begin(10));
    assert!(homes.reads(3));
    assert_eq!(homes.complete(3), Some(first));
    assert_eq!(homes.told(first, 4, 10), Told::Fine);
    assert_eq!(homes.complete(4), None);
}

#[test]
fn a_partition_is_complete_once_it_is_read_up_to_the_end_of_a_look() {
    let mut homes = homes(&[0]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    let second = look(&mut homes, 2);
    assert_eq!(homes.told(second, 0, 15), Told::Fine);
    assert_eq!(homes.complete(0), Some(first));
    // Behind: later ends do not replace the one that comes first.
    let third = look(&mut homes, 3);
    homes.told(third, 0, 30);
    assert!(homes.reached(0, 14));
    assert_eq!(homes.complete(0), Some(first));
    // The last entry is none that a reader sees: the end tells.
    assert!(homes.reached(0, 15));
    assert_eq!(homes.complete(0), Some(second));
    let fourth = look(&mut homes, 4);
    homes.told(fourth, 0, 15);
    assert_eq!(homes.complete(0), Some(fourth));
}

#[test]
fn records_that_came_after_the_look_was_put_cut_no_log() {
    let mut homes = homes(&[0]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    let second = look(&mut homes, 2);
    homes.reached(0, 20);
    assert_eq!(homes.told(second, 0, 10), Told::Fine);
    assert_eq!(homes.complete(0), Some(second));
}

#[test]
fn an_end_before_what_was_read_is_a_loss_and_reading_begins_again() {
    let mut homes = homes(&[0, 1]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    let second = look(&mut homes, 2);
    assert_eq!(homes.told(second, 0, 4), Told::Lost);
    assert!(!homes.reads(0));
    assert_eq!(homes.complete(0), None);
    assert!(trouble(&homes).unwrap().to_string().contains("ends at 4"));
    let third = look(&mut homes, 3);
    assert_eq!(homes.told(third, 0, 5), Told::Begin(5));
    assert_eq!(homes.complete(0), Some(third));
    assert!(homes.reached(0, 6));
    assert_eq!(trouble(&homes), None);
}

#[test]
fn trouble_lasts_until_something_was_read() {
    let mut homes = homes(&[0]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    let silence = Error::Refused { reason: "x".to_owned() };
    homes.trouble(0, silence.clone());
    let second = look(&mut homes, 2);
    // Looking is allowed where reading is not.
    homes.told(second, 0, 12);
    assert_eq!(trouble(&homes), Some(&silence));
    assert_eq!(homes.complete(0), Some(first));
    homes.reached(0, 12);
    assert_eq!(trouble(&homes), None);
    assert_eq!(homes.complete(0), Some(second));
}

#[test]
fn a_partition_where_nothing_happens_is_well_once_it_answers() {
    let mut homes = homes(&[0, 1]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    homes.told(first, 1, 10);
    let silence = Error::NoTopic("x".to_owned());
    homes.silence_all(&silence);
    assert_eq!(
        homes.all().filter(|(_, _, trouble)| *trouble == Some(&silence)).count(),
        2
    );
    let second = look(&mut homes, 2);
    homes.told(second, 0, 10);
    homes.silence(1, silence.clone());
    let troubles: Vec<bool> = homes.all().map(|(_, _, trouble)| trouble.is_some()).collect();
    assert_eq!(troubles, [false, true]);
    assert_eq!((homes.complete(0), homes.complete(1)), (Some(second), Some(first)));
}

#[test]
fn only_wanted_partitions_are_read() {
    let mut homes = homes(&[0, 1]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    assert_eq!(homes.want(&[2].into()), [0]);
    assert!(!homes.reached(0, 11));
    assert_eq!(homes.look(), [2]);
    assert_eq!(homes.lost_all(&Error::NoTopic("t".to_owned())), [0; 0]);
    homes.told(look(&mut Homes::default(), 2), 2, 1);
    assert_eq!(homes.lost_all(&Error::NoTopic("t".to_owned())), [2]);
    assert!(!homes.reads(2));
}

#[test]
fn what_is_not_read_though_it_could_be_is_noticed() {
    let mut homes = homes(&[0]);
    let first = look(&mut homes, 1);
    homes.told(first, 0, 10);
    for number in 2..5 {
        let next = look(&mut homes, number);
        homes.told(next, 0, 12);
        assert_eq!(homes.stuck(3), number == 4, "{number}");
    }
    // It may be refused; and it may be slow.
    homes.trouble(0, Error::Authorization { reason: "x".to_owned() });
    assert!(!homes.stuck(3));
    let next = look(&mut homes, 6);
    homes.reached(0, 11);
    homes.told(next, 0, 12);
    assert!(!homes.stuck(1));
}
