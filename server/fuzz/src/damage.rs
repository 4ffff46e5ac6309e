//! Damaging an input.

use std::ops::Range;

use crate::chance::Chance;

/// The longest input, in bytes: enough for lists within lists, little enough for thousands a second.
const LONGEST: usize = 16 << 10;

/// Pieces that readers of JSON, of Connect's words and of binary lengths stumble over.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1e400",
    b"-0.0",
    b"{}",
    b"[]",
    b"99999999999999999999",
    b"\\ud800",
    b"\\u0000",
    b"\\u202e",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\0",
    b"\"info\":",
    b"\"status\":",
    b"\"config\":",
    b"\"connector\":",
    b"\"tasks\":",
    b"\"task\":",
    b"\"id\":",
    b"\"state\":",
    b"\"worker_id\":",
    b"\"trace\":",
    b"\"version\":",
    b"\"type\":",
    b"\"name\":",
    b"\"class\":",
    b"\"error_code\":",
    b"\"message\":",
    b"\"commit\":",
    b"\"kafka_cluster_id\":",
    b"\"default_value\":",
    b"\"RUNNING\"",
    b"\"FAILED\"",
    b"\"undefined\"",
    b"password=hunter2",
    b"<html>",
    b"\x1b[2J",
    b"\r\n",
    b"\xff\xff",
    b"\x7f\xff",
    b"\x80\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\x00\x01",
    b"\x00\x02",
    b"\x00\x03",
    b"\x00\x00\x00\x01",
    b"\x00\x0f\xff\xff",
    b"\xff\xff\xff\xfe",
    b"\n",
    b"-",
    b"status-task-",
    b"status-topic-",
    b":connector-",
    b"target-state-",
    b"connector-",
    b"task-",
    b"commit-",
    b"\"schema\":",
    b"\"payload\":",
    b"\"properties\":",
    b"\"state.v2\":",
    b"\"generation\":",
];

/// Damages `input` one to eight times; `other` is another input to take pieces from.
pub(crate) fn damage(chance: &mut Chance, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=chance.below(8) {
        once(chance, &mut bytes, other);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn once(chance: &mut Chance, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = chance.below(bytes.len() + 1);
    match chance.below(10) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 if at < bytes.len() => bytes[at] = chance.next().to_le_bytes()[0],
        2 => bytes.truncate(at),
        3 => {
            let range = part(chance, bytes.len());
            bytes.drain(range);
        }
        4 => {
            let range = part(chance, other.len());
            insert(bytes, at, &other[range]);
        }
        5 => {
            // The same again and again: lists without end, and depth.
            let range = part(chance, bytes.len().min(400));
            let times = 1 << chance.below(10);
            let again = bytes[range].repeat(times);
            insert(bytes, at, &again);
        }
        6 => {
            let times = 1 << chance.below(12);
            let again = chance.of(PIECES).repeat(times);
            insert(bytes, at, &again);
        }
        7 => {
            // Over what is there, as a length that lies.
            for (place, byte) in bytes[at..].iter_mut().zip(chance.of(PIECES)) {
                *place = *byte;
            }
        }
        8 => {
            let (from, to) = (part(chance, bytes.len()), part(chance, bytes.len()));
            let moved = bytes[from].to_vec();
            bytes.splice(to, moved);
        }
        _ => insert(bytes, at, chance.of(PIECES)),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let piece = &piece[..piece.len().min(LONGEST)];
    bytes.splice(at..at, piece.iter().copied());
}

/// A part of something of this length, mostly a short one.
fn part(chance: &mut Chance, length: usize) -> Range<usize> {
    let start = chance.below(length + 1);
    let most = if chance.below(4) == 0 { length } else { 64 };
    let size = chance.below((length - start).min(most) + 1);
    start..start + size
}
