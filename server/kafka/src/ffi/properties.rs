//! What librdkafka knows of its own configuration.

use std::ffi::CStr;

use super::rd;

/// The names of all properties that this librdkafka knows.
pub(crate) fn property_names() -> Vec<String> {
    // SAFETY: takes nothing, and gives a configuration that is ours alone.
    let config = unsafe { rd::rd_kafka_conf_new() };
    let mut count = 0;
    // SAFETY: the configuration is alive, and the count is ours to be written to.
    let pairs = unsafe { rd::rd_kafka_conf_dump(config, &raw mut count) };
    let mut names = Vec::new();
    if !pairs.is_null() {
        // SAFETY: librdkafka says that so many pointers stand there: names and values in turn.
        let texts = unsafe { std::slice::from_raw_parts(pairs, count) };
        for text in texts.iter().step_by(2).filter(|text| !text.is_null()) {
            // SAFETY: each of them leads to a string with its NUL, until the array is freed.
            let name = unsafe { CStr::from_ptr(*text) };
            names.push(name.to_string_lossy().into_owned());
        }
        // SAFETY: the array and its count are those that were given; nothing refers to them any more.
        unsafe { rd::rd_kafka_conf_dump_free(pairs, count) };
    }
    // SAFETY: made above, and used by nobody else.
    unsafe { rd::rd_kafka_conf_destroy(config) };
    names
}
