//! In which partition of `__consumer_offsets` a group's records are.

/// The partition of a group among `partitions`; `None` where there are none.
///
/// Source: Kafka's `GroupCoordinatorService.partitionFor`, which is the absolute value of Java's `String.hashCode` (over
/// UTF-16 code units; its smallest value counts as 0), modulo the count. It is no mask of the sign bit, which would
/// place half of all groups elsewhere.
pub fn partition_of(group: &str, partitions: i32) -> Option<i32> {
    let code = group
        .encode_utf16()
        .fold(0_i32, |code, unit| code.wrapping_mul(31).wrapping_add(i32::from(unit)));
    code.checked_abs().unwrap_or(0).checked_rem(partitions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_placed_as_java_hashes_them() {
        // `"connect-orders".hashCode()` and so on, as `jshell` says.
        for (group, code) in [
            ("", 0),
            ("a", 97),
            ("hello", 99_162_322),
            // The hash is -2_147_483_648, whose absolute value Java does not have.
            ("polygenelubricants", 0),
            // 0x00e9 in UTF-16, two bytes in UTF-8.
            ("é", 233),
            // Two code units: 0xd83d, 0xde00.
            ("😀", 0xd83d * 31 + 0xde00),
        ] {
            assert_eq!(partition_of(group, i32::MAX), Some(code), "{group}");
        }
        // -1_220_935_264 by `hashCode`.
        assert_eq!(partition_of("world", 50), Some(113_318_802 % 50));
        assert_eq!(partition_of("g", 0), None);
    }
}
