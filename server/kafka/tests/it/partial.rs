//! Several brokers of which not all answer, and answers that no broker should give. The brokers are fakes that speak the
//! oldest versions of the few requests that a look at groups needs.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kafka::{Cluster, Error, GroupWatcher};

/// What a fake broker does with questions about groups.
#[derive(Clone, Debug, PartialEq)]
enum Manner {
    /// It coordinates the group `g` with one member.
    Coordinator,
    /// It coordinates nothing.
    Idle,
    /// It takes the question and never answers.
    Silent,
    /// It breaks the connection.
    Rude,
    /// It answers with these bytes when asked for its groups.
    OddList(Vec<u8>),
    /// It coordinates the group and describes it with these bytes.
    OddGroup(Vec<u8>),
    /// It answers with this error to both questions.
    Failing(i16),
    /// It lists no group and refuses to describe one with this error, as it does to whom it does not show the group.
    Refusing(i16),
}

/// In place of a coordinator: none is available, as while the topic of the groups is being created.
const UNDECIDED: usize = usize::MAX;
/// Kafka's error for that.
const COORDINATOR_NOT_AVAILABLE: i16 = 15;
/// Kafka's error for a group that we may not describe.
const GROUP_AUTHORIZATION_FAILED: i16 = 30;

/// Brokers 0, 1, … of one cluster. `None` is one that is down: its port refuses.
struct Fakes {
    ports: Vec<u16>,
    coordinator: Arc<Mutex<usize>>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

fn string(text: &str) -> Vec<u8> {
    let length = i16::try_from(text.len()).unwrap();
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

fn blob(bytes: &[u8]) -> Vec<u8> {
    let length = i32::try_from(bytes.len()).unwrap();
    [&length.to_be_bytes(), bytes].concat()
}

/// A broker as metadata and coordinators are told.
fn place(id: usize, port: u16) -> Vec<u8> {
    let id = i32::try_from(id).unwrap().to_be_bytes();
    [&id[..], &string("127.0.0.1"), &i32::from(port).to_be_bytes()].concat()
}

impl Fakes {
    fn start(manners: &[Option<Manner>], coordinator: usize) -> Self {
        let listeners: Vec<_> = manners
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<u16> = listeners.iter().map(|one| one.local_addr().unwrap().port()).collect();
        let coordinator = Arc::new(Mutex::new(coordinator));
        let connections = Arc::new(Mutex::new(Vec::new()));
        for (listener, manner) in listeners.into_iter().zip(manners) {
            let Some(manner) = manner.clone() else { continue };
            let (ports, coordinator) = (ports.clone(), Arc::clone(&coordinator));
            let connections = Arc::clone(&connections);
            // The threads wait for connections until the process ends.
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    connections.lock().unwrap().push(stream.try_clone().unwrap());
                    let (manner, ports, coordinator) = (manner.clone(), ports.clone(), Arc::clone(&coordinator));
                    std::thread::spawn(move || serve(stream, &manner, &ports, &coordinator));
                }
            });
        }
        Self {
            ports,
            coordinator,
            connections,
        }
    }

    /// Breaks all connections; the next ones are taken again.
    fn hang_up(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            // Those that the client has closed need it no more.
            let _gone = connection.shutdown(std::net::Shutdown::Both);
        }
    }

    fn cluster(&self) -> Cluster {
        let properties = [("api.version.request", "false"), ("broker.version.fallback", "0.9.0.1")];
        let properties: BTreeMap<_, _> = properties.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Cluster::connect("fakes", &format!("127.0.0.1:{}", self.ports[0]), &properties).unwrap()
    }
}

fn serve(mut stream: TcpStream, manner: &Manner, ports: &[u16], coordinator: &Mutex<usize>) -> Option<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).ok()?;
        let mut request = vec![0; usize::try_from(i32::from_be_bytes(length)).ok()?];
        stream.read_exact(&mut request).ok()?;
        let body = match (request[1], manner) {
            (15 | 16, Manner::Silent) => {
                // Held open until the client goes.
                let _gone = stream.read_to_end(&mut Vec::new());
                return None;
            }
            (15 | 16, Manner::Rude) => return None,
            (16, Manner::Failing(code)) => [&code.to_be_bytes()[..], &0_i32.to_be_bytes()].concat(),
            (16, Manner::OddList(bytes)) | (15, Manner::OddGroup(bytes)) => bytes.clone(),
            (16, Manner::Coordinator | Manner::OddGroup(_)) => {
                [&[0, 0, 0, 0, 0, 1][..], &string("g"), &string("connect")].concat()
            }
            (16, Manner::Idle | Manner::Refusing(_)) => vec![0; 6],
            (15, manner) => description(manner),
            (10, _) => match *coordinator.lock().unwrap() {
                UNDECIDED => [&COORDINATOR_NOT_AVAILABLE.to_be_bytes()[..], &place(0, 0)].concat(),
                id => [&[0, 0][..], &place(id, ports[id])].concat(),
            },
            (3, _) => {
                let brokers: Vec<u8> = ports
                    .iter()
                    .enumerate()
                    .flat_map(|(id, port)| place(id, *port))
                    .collect();
                let count = i32::try_from(ports.len()).ok()?.to_be_bytes();
                [&count[..], &brokers, &[0; 4]].concat()
            }
            _ => Vec::new(),
        };
        let answer = [&request[4..8], &body[..]].concat();
        stream.write_all(&blob(&answer)).ok()?;
    }
}

/// The group `g`: its coordinator knows a member, a broker that coordinates nothing calls it dead.
fn description(manner: &Manner) -> Vec<u8> {
    let group = |error: i16, state: &str, kind: &str, members: Vec<u8>| {
        let strings = [string("g"), string(state), string(kind), string("")].concat();
        [&1_i32.to_be_bytes()[..], &error.to_be_bytes(), &strings, &members].concat()
    };
    let nobody = 0_i32.to_be_bytes().to_vec();
    match manner {
        Manner::Coordinator => {
            let metadata = [&[0, 2][..], &string("http://w1:8083/"), &[0; 8], &[255; 4]].concat();
            let names = [string("m1"), string("connect-w1:8083"), string("/10.0.0.1")].concat();
            let member = [&1_i32.to_be_bytes()[..], &names, &blob(&metadata), &blob(&[])].concat();
            group(0, "Stable", "connect", member)
        }
        Manner::Failing(code) | Manner::Refusing(code) => group(*code, "", "", nobody),
        _ => group(0, "Dead", "", nobody),
    }
}

/// Asks for the group until the answer is as wanted; every answer on the way came in time and told nobody dead.
async fn until(cluster: &Cluster, what: &str, wanted: impl Fn(&Result<model::observe::GroupMembers, Error>) -> bool) {
    until_of(&cluster.watch("g").unwrap(), what, wanted).await;
}

async fn until_of(
    watcher: &GroupWatcher,
    what: &str,
    wanted: impl Fn(&Result<model::observe::GroupMembers, Error>) -> bool,
) {
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        let seen = watcher.members().await;
        assert!(
            asked.elapsed() < Duration::from_millis(1350),
            "{what}: {:?}",
            asked.elapsed()
        );
        if wanted(&seen) {
            return;
        }
        if let Ok(seen) = &seen {
            assert!(seen.partial || !seen.members.is_empty(), "{what}: {seen:?}");
        }
        assert!(began.elapsed() < Duration::from_secs(15), "{what}: {seen:?}");
    }
}

#[tokio::test]
async fn a_coordinator_speaks_for_its_group_whoever_else_is_away() {
    for other in [Some(Manner::Idle), Some(Manner::Silent), Some(Manner::Rude), None] {
        let fakes = Fakes::start(&[Some(Manner::Coordinator), other.clone()], 0);
        let whole = |seen: &Result<model::observe::GroupMembers, Error>| {
            let seen = seen.as_ref().ok();
            seen.is_some_and(|seen| {
                seen.members.len() == 1 && !seen.partial && &*seen.members[0].url == "http://w1:8083/"
            })
        };
        until(&fakes.cluster(), &format!("{other:?}"), whole).await;
    }
}

#[tokio::test]
async fn the_silence_of_a_coordinator_is_never_an_empty_group() {
    for coordinator in [
        Some(Manner::Silent),
        Some(Manner::Rude),
        None,
        Some(Manner::Failing(15)),
        Some(Manner::Failing(14)),
    ] {
        let fakes = Fakes::start(&[Some(Manner::Idle), coordinator.clone()], 1);
        let cluster = fakes.cluster();
        let watcher = cluster.watch("g").unwrap();
        for _ in 0..4 {
            let asked = Instant::now();
            let seen = watcher.members().await;
            assert!(
                asked.elapsed() < Duration::from_millis(1350),
                "{coordinator:?}: {:?}",
                asked.elapsed()
            );
            let proves_nothing = seen.as_ref().map_or(true, |seen| seen.partial);
            assert!(proves_nothing, "{coordinator:?}: {seen:?}");
        }
        assert_eq!(*fakes.coordinator.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn a_group_that_we_may_not_describe_is_never_an_empty_group() {
    let fakes = Fakes::start(&[Some(Manner::Refusing(GROUP_AUTHORIZATION_FAILED))], 0);
    let cluster = fakes.cluster();
    let watcher = cluster.watch("g").unwrap();
    let began = Instant::now();
    loop {
        let seen = watcher.members().await;
        match &seen {
            Err(Error::Authorization { .. }) => return,
            // The broker may not be connected yet.
            Err(Error::TimedOut { .. }) if began.elapsed() < Duration::from_secs(15) => {}
            _ => panic!("{seen:?}"),
        }
    }
}

#[tokio::test]
async fn a_coordinator_that_comes_after_the_question_was_given_up_answers_the_next_one() {
    let fakes = Fakes::start(&[Some(Manner::Idle)], UNDECIDED);
    let cluster = fakes.cluster();
    let watcher = cluster.watch("g").unwrap();
    for _ in 0..3 {
        // Each question that is given up leaves something waiting in librdkafka, which may end the whole process.
        let seen = watcher.members().await;
        assert!(
            matches!(seen, Err(Error::TimedOut { .. } | Error::Unreachable { .. })),
            "{seen:?}"
        );
    }
    *fakes.coordinator.lock().unwrap() = 0;
    fakes.hang_up();
    let absent = |seen: &Result<model::observe::GroupMembers, Error>| {
        seen.as_ref()
            .is_ok_and(|seen| seen.members.is_empty() && &*seen.state == "Dead")
    };
    until_of(&watcher, "the coordinator", absent).await;
}

#[tokio::test]
async fn a_client_with_a_question_that_nobody_answered_ends_well() {
    let fakes = Fakes::start(&[Some(Manner::Idle)], UNDECIDED);
    for _ in 0..5 {
        let cluster = fakes.cluster();
        let watcher = cluster.watch("g").unwrap();
        assert!(watcher.members().await.is_err());
        fakes.hang_up();
        let began = Instant::now();
        drop((watcher, cluster));
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn all_groups_are_marked_partial_while_a_broker_is_silent() {
    let fakes = Fakes::start(&[Some(Manner::Coordinator), Some(Manner::Silent)], 0);
    let groups = fakes.cluster().groups().await.unwrap();
    assert!(groups.partial);
    assert_eq!(groups.groups.len(), 1);
    assert_eq!(
        groups.groups[0].connect.as_ref().map(|seen| seen.members.len()),
        Some(1)
    );
}

#[tokio::test]
async fn answers_that_no_broker_should_give_are_errors() {
    let lists = [
        vec![],
        vec![0],
        vec![0, 0, 127, 255, 255, 255],
        vec![0, 0, 0, 0, 0, 1, 127, 255, b'g'],
        vec![0, 0, 0, 0, 0, 1, 0, 1, 255, 0, 7],
        vec![255; 64],
    ];
    let groups = [
        vec![],
        vec![0],
        vec![0, 0, 127, 255, 255, 255],
        vec![0, 0, 0, 1, 0, 0, 127, 255, b'g'],
    ];
    let manners = lists
        .map(Manner::OddList)
        .into_iter()
        .chain(groups.map(Manner::OddGroup));
    for manner in manners {
        let fakes = Fakes::start(&[Some(manner.clone())], 0);
        let cluster = fakes.cluster();
        let watcher = cluster.watch("g").unwrap();
        for _ in 0..2 {
            let asked = Instant::now();
            let seen = watcher.members().await;
            assert!(
                asked.elapsed() < Duration::from_millis(1350),
                "{manner:?}: {:?}",
                asked.elapsed()
            );
            assert!(seen.is_err(), "{manner:?}: {seen:?}");
        }
    }
}
