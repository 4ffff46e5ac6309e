//! Which connector runs where, as a drawing: a line for each connector, a column for each worker. Where everything stands
//! is worked out here, in px; the template writes it down.

use std::collections::BTreeSet;

use console::{Assignment, AssignmentLine, Placed, WorkerItem};
use model::names::{ClusterName, ConnectorId, WorkerId};
use model::verdict::Health;

use crate::lettering::{LETTER, letters, shortened};
use crate::links::Links;
use crate::words;

/// The height of a line.
const LINE: usize = 18;
/// The width of a column: a shape and a number of two digits.
const COLUMN: usize = 26;
/// Where names begin, behind the shape.
const NAME: usize = 16;
/// How long names may be, in letters: beside many workers as short as tells them apart.
const LETTERS: std::ops::RangeInclusive<usize> = 20..=44;
/// Workers beside which there is room for longer names, and how long those may be.
const FEW: (usize, usize) = (8, 36);
/// The longest name of a worker.
const WORKER: usize = 20;
/// Most lines below one heading.
const LINES: usize = 40;
/// The width of a page on a laptop.
const PAGE: usize = 1158;
/// Between two blocks.
const GAP: usize = 24;

/// The whole drawing: blocks that stand beside and below one another.
pub(super) struct Grid {
    pub(super) columns: Vec<Column>,
    pub(super) blocks: Vec<Block>,
    pub(super) width: usize,
    /// The height of the headings.
    pub(super) head: usize,
}

/// A worker.
pub(super) struct Column {
    /// The middle of it.
    pub(super) x: usize,
    pub(super) left: usize,
    pub(super) label: String,
    /// Its address, and what is wrong with it.
    pub(super) title: String,
    pub(super) gone: bool,
}

/// Lines below one heading.
pub(super) struct Block {
    pub(super) height: usize,
    /// The hairlines between lines.
    pub(super) rules: String,
    pub(super) label: String,
    pub(super) lines: Vec<Line>,
}

/// A connector.
pub(super) struct Line {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) health: Health,
    /// The base line of its letters.
    pub(super) y: usize,
    /// The top of its shape.
    pub(super) shape: usize,
    pub(super) top: usize,
    pub(super) cells: Vec<Cell>,
}

/// What a worker runs of a connector.
pub(super) struct Cell {
    pub(super) x: usize,
    pub(super) title: String,
    /// The worst of its tasks; `None`: it runs the connector instance alone.
    pub(super) health: Option<Health>,
    /// How many tasks, where it is not one.
    pub(super) count: Option<String>,
    /// Whether there is room for a shape beside the number.
    pub(super) shaped: bool,
    /// Where the shape begins: in the middle when it stands alone.
    pub(super) mark: usize,
    /// Where the number begins.
    pub(super) text: usize,
    pub(super) instance: bool,
}

impl Grid {
    pub(super) fn of(cluster: &ClusterName, assignment: &Assignment, workers: &[WorkerItem], links: Links<'_>) -> Self {
        let columns = columns(assignment, workers);
        let room = room(assignment, columns.len());
        let names = NAME + (room as f64 * LETTER).ceil() as usize + 8;
        let width = names + columns.len() * COLUMN;
        let deepest = columns.iter().map(|(_, label, _)| letters(label)).max().unwrap_or(0);
        let head = (deepest as f64 * LETTER).ceil() as usize + 10;
        let ids: Vec<&WorkerId> = columns.iter().map(|(id, _, _)| *id).collect();
        let line = |(number, line): (usize, &AssignmentLine)| {
            let id = ConnectorId {
                cluster: cluster.clone(),
                name: line.name.clone(),
            };
            let top = head + number * LINE;
            let cells = line.places.iter().filter_map(|(worker, placed)| {
                let column = ids.iter().position(|id| *id == worker)?;
                Some(cell(line, worker, placed, names + column * COLUMN))
            });
            Line {
                href: links.connector(&id),
                name: shortened(&line.name.to_string(), room),
                title: format!("{}: {}", line.name, line.health.words()),
                health: line.health,
                y: top + 13,
                shape: top + 4,
                top,
                cells: cells.collect(),
            }
        };
        let per = per_block(assignment.lines.len(), width);
        let first = (assignment.part.max(1) - 1) * 400;
        let blocks = assignment.lines.chunks(per).enumerate().map(|(number, lines)| {
            let from = first + number * per + 1;
            let rules = (1..lines.len()).map(|line| format!("M0 {}.5H{width}", head + line * LINE - 1));
            Block {
                height: head + lines.len() * LINE,
                rules: rules.collect(),
                label: format!("Connectors {from} to {} of {}", from + lines.len() - 1, assignment.all),
                lines: lines.iter().enumerate().map(line).collect(),
            }
        });
        Self {
            blocks: blocks.collect(),
            columns: columns
                .iter()
                .enumerate()
                .map(|(number, (id, label, worker))| Column {
                    x: names + number * COLUMN + COLUMN / 2 + 3,
                    left: names + number * COLUMN,
                    label: label.clone(),
                    title: match worker.filter(|worker| worker.alive.gone()) {
                        Some(worker) => format!("{id} is gone: {}", worker.evidence),
                        None => id.to_string(),
                    },
                    gone: worker.is_some_and(|worker| worker.alive.gone()),
                })
                .collect(),
            width,
            head,
        }
    }
}

/// The letters that names take: shortened as long as each stays another one.
fn room(assignment: &Assignment, workers: usize) -> usize {
    // As they are written: marks that turn letters round are spelt out.
    let names: Vec<String> = assignment.lines.iter().map(|line| line.name.to_string()).collect();
    let widest = names.iter().map(|name| letters(name)).max().unwrap_or(0).max(12);
    let told_apart = |room: &usize| {
        let short: BTreeSet<String> = names.iter().map(|name| shortened(name, *room)).collect();
        short.len() == assignment.lines.len()
    };
    let least = if workers > FEW.0 { *LETTERS.start() } else { FEW.1 };
    let enough = (least..=*LETTERS.end())
        .step_by(4)
        .find(|room| *room >= widest || told_apart(room));
    enough.unwrap_or(*LETTERS.end()).min(widest)
}

/// Lines of a block: as few as let the blocks stand side by side.
fn per_block(lines: usize, width: usize) -> usize {
    let beside = ((PAGE + GAP) / (width + GAP)).max(1);
    let blocks = lines.div_ceil(LINES).max(beside.min(lines.div_ceil(12))).max(1);
    lines.div_ceil(blocks).max(1)
}

/// Workers that live or that something is placed on, with what their column is called.
fn columns<'a>(
    assignment: &'a Assignment,
    workers: &'a [WorkerItem],
) -> Vec<(&'a WorkerId, String, Option<&'a WorkerItem>)> {
    let carrying: BTreeSet<&WorkerId> = assignment.lines.iter().flat_map(|line| line.places.keys()).collect();
    let own = workers.iter().filter(|worker| !worker.alive.gone());
    let ids: BTreeSet<&WorkerId> = own.map(|worker| &worker.id).chain(carrying).collect();
    let mut ids: Vec<&WorkerId> = ids.into_iter().collect();
    ids.sort_by_cached_key(|id| natural(id.as_str()));
    let names: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let labels = distinct(&names);
    let find = |id: &WorkerId| workers.iter().find(|worker| worker.id == *id);
    let label = |label: &String| shortened(label, WORKER);
    ids.iter()
        .zip(&labels)
        .map(|(id, name)| (*id, label(name), find(id)))
        .collect()
}

/// By what numbers in a name mean: `connect-9` before `connect-10`.
pub(super) fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = Vec::new();
    let (mut letters, mut number) = (String::new(), None::<u64>);
    for letter in name.chars() {
        match letter.to_digit(10) {
            Some(digit) => number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit.into())),
            None => {
                if let Some(number) = number.take() {
                    parts.push((std::mem::take(&mut letters), number));
                }
                letters.push(letter);
            }
        }
    }
    parts.push((letters, number.unwrap_or(0)));
    parts
}

/// Addresses without what all of them have in common at their ends: the domain and the port, or the one host.
pub(super) fn distinct(addresses: &[&str]) -> Vec<String> {
    let parts = |address: &str| -> (String, String) {
        match address.rsplit_once(':') {
            Some((host, port)) => (host.to_owned(), port.to_owned()),
            None => (address.to_owned(), String::new()),
        }
    };
    let parts: Vec<(String, String)> = addresses.iter().map(|address| parts(address)).collect();
    let hosts: BTreeSet<&str> = parts.iter().map(|(host, _)| host.as_str()).collect();
    let ports: BTreeSet<&str> = parts.iter().map(|(_, port)| port.as_str()).collect();
    if hosts.len() == 1 && ports.len() > 1 {
        return parts.into_iter().map(|(_, port)| port).collect();
    }
    let numbers = |host: &&str| host.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    let domain = match hosts.iter().any(numbers) {
        true => String::new(),
        false => common_domain(&hosts),
    };
    let name = |(host, port): &(String, String)| {
        let host = host.strip_suffix(&domain).unwrap_or(host);
        match ports.len() {
            1 => host.to_owned(),
            _ => format!("{host}:{port}"),
        }
    };
    parts.iter().map(name).collect()
}

/// `.connect.svc.cluster.local` of hosts that all end so.
fn common_domain(hosts: &BTreeSet<&str>) -> String {
    let domain = |host: &&str| host.split_once('.').map(|(_, domain)| domain.to_owned());
    let domains: BTreeSet<Option<String>> = hosts.iter().map(domain).collect();
    match domains.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(domain)] => format!(".{domain}"),
        _ => String::new(),
    }
}

fn cell(line: &AssignmentLine, worker: &WorkerId, placed: &Placed, x: usize) -> Cell {
    let count = placed.tasks.len();
    let shaped = count < 100;
    Cell {
        x,
        title: format!("{} on {worker}: {}", line.name, runs(placed)),
        health: placed.tasks.iter().map(|(_, health)| *health).min(),
        count: match count {
            0 | 1 => None,
            2..1000 => Some(count.to_string()),
            _ => Some("1k+".to_owned()),
        },
        shaped,
        mark: if count > 1 { x + 2 } else { x + 8 },
        text: if shaped { x + 12 } else { x + 2 },
        instance: placed.instance,
    }
}

/// `the connector instance; task 0 failed, tasks 1 and 2 healthy`.
pub(super) fn runs(placed: &Placed) -> String {
    let healths: BTreeSet<Health> = placed.tasks.iter().map(|(_, health)| *health).collect();
    let tasks = healths.into_iter().map(|health| {
        let own = placed.tasks.iter().filter(|(_, own)| *own == health);
        let numbers: Vec<String> = own.map(|(number, _)| number.to_string()).collect();
        let all: Vec<&str> = numbers.iter().map(String::as_str).collect();
        format!(
            "{} {} {}",
            words::form(all.len(), "task", "tasks"),
            words::list(&all, 12),
            health.words()
        )
    });
    let instance = placed.instance.then(|| "the connector instance".to_owned());
    instance.into_iter().chain(tasks).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_called_by_what_tells_them_apart() {
        assert_eq!(
            distinct(&["connect-0.connect.svc.local:8083", "connect-1.connect.svc.local:8083"]),
            ["connect-0", "connect-1"]
        );
        assert_eq!(distinct(&["127.0.0.1:8083", "127.0.0.1:8084"]), ["8083", "8084"]);
        assert_eq!(
            distinct(&["10.0.3.11:8083", "10.0.3.12:8083"]),
            ["10.0.3.11", "10.0.3.12"]
        );
        assert_eq!(distinct(&["a.x:1", "b.x:2"]), ["a:1", "b:2"]);
        assert_eq!(distinct(&["a.x:1", "b.y:1"]), ["a.x", "b.y"]);
        assert_eq!(distinct(&["w1:8083"]), ["w1"]);
        assert!(distinct(&[]).is_empty());
    }

    #[test]
    fn names_are_shortened_as_long_as_they_are_told_apart() {
        let of = |names: &[&str]| {
            let line = |name: &&str| AssignmentLine {
                name: (*name).into(),
                health: Health::Healthy,
                team: None,
                places: Default::default(),
            };
            let assignment = Assignment {
                lines: names.iter().map(line).collect(),
                ..Assignment::default()
            };
            room(&assignment, 15)
        };
        assert_eq!(of(&["a", "orders"]), 12);
        assert_eq!(
            of(&["payments-jdbc-sink-eu-central", "orders-jdbc-sink-eu-central"]),
            20
        );
        assert_eq!(
            of(&["payments-jdbc-sink-1-eu-central", "payments-jdbc-sink-2-eu-central"]),
            28
        );
        assert_eq!(
            of(&[&"x".repeat(100), &"x".repeat(101)]),
            44,
            "at some length it is enough"
        );
    }

    #[test]
    fn numbers_in_names_count() {
        let mut names = ["c-10:1", "c-9:1", "10.0.10.1:8083", "10.0.9.1:8083"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["10.0.9.1:8083", "10.0.10.1:8083", "c-9:1", "c-10:1"]);
    }

    #[test]
    fn a_few_lines_stand_side_by_side_and_many_below_headings() {
        assert_eq!(per_block(8, 300), 8);
        assert_eq!(per_block(60, 300), 20);
        assert_eq!(per_block(400, 570), 40);
        assert_eq!(per_block(0, 570), 1);
    }
}
