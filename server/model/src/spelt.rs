//! Numbers and times as people read them.

/// `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `45 s`, `4 min 10 s`, `3 h 10 min`, `2 d 4 h`; below 0 it is `0 s`.
pub(crate) fn time(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let both = |first: (i64, &str), second: (i64, &str)| match second.0 {
        0 => format!("{} {}", first.0, first.1),
        rest => format!("{} {} {rest} {}", first.0, first.1, second.1),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => both((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => both((seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")),
        _ => both((seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_and_times_have_two_units() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (20_311, "20,311"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), text);
        }
        for (seconds, text) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (250, "4 min 10 s"),
            (3_600, "1 h"),
            (11_400, "3 h 10 min"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }
}
