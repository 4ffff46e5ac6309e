//! Records and their schemas.

use super::case::{Case, RESTART};
use crate::stage::Stage;

const SKIP: &str = "Skip such records, if nobody needs them: errors.tolerance=all, for a sink with a dead letter queue";

pub(super) fn data(case: &Case<'_>) -> Vec<String> {
    let by_default = case.default_converter;
    if case.says(&["toolarge", "larger than"]) {
        let first = if case.says(&["max.request.size"]) {
            "Raise producer.override.max.request.size, or keep such records out".to_owned()
        } else {
            format!(
                "Raise max.message.bytes of the topic{}, or keep such records out",
                names_of(case.names.topic())
            )
        };
        return vec![first, RESTART.to_owned()];
    }
    match case.stage {
        Some(Stage::Transformation(name)) => {
            let named = if name.is_empty() {
                String::new()
            } else {
                format!(" {name}")
            };
            vec![
                format!("Compare what the transformation{named} expects with the records that reach it"),
                format!(
                    "Correct its settings, or put a predicate before it, so that it meets only records that it fits"
                ),
                find(case),
                SKIP.to_owned(),
            ]
        }
        Some(Stage::Converter(name)) => vec![
            match by_default {
                true => format!(
                    "Compare {name}, the worker's default converter, with how the records{} are written: the config sets no other",
                    of_topic(case)
                ),
                false => format!(
                    "Compare {name} in the config with how the records{} are written",
                    of_topic(case)
                ),
            },
            find(case),
            SKIP.to_owned(),
        ],
        _ if case.says(&["converter"]) => vec![
            format!(
                "Compare {} with how the records{} are written",
                match by_default {
                    true => "the worker's default converters, for which the config sets no others,",
                    false => "key.converter and value.converter",
                },
                of_topic(case)
            ),
            find(case),
            SKIP.to_owned(),
        ],
        _ => refused(case),
    }
}

fn names_of(name: Option<&str>) -> String {
    name.map(|name| format!(" {name}")).unwrap_or_default()
}

fn of_topic(case: &Case<'_>) -> String {
    case.names
        .topic()
        .map(|topic| format!(" of {topic}"))
        .unwrap_or_default()
}

/// The other system, or the connector itself, did not take a record.
fn refused(case: &Case<'_>) -> Vec<String> {
    let names = &case.names;
    let of = names.table().map(|table| format!(" of {table}")).unwrap_or_default();
    let first = match (names.column(), names.constraint()) {
        (Some(column), _) => format!("Compare the records' field for {column}{of} with what the target accepts there"),
        (None, Some(constraint)) => format!("Look for records that break {constraint}{of}"),
        (None, None) if !of.is_empty() => format!("Compare the records with the definition{of}"),
        (None, None) => "Compare the records with what the connector accepts".to_owned(),
    };
    vec![
        first,
        find(case),
        "Correct it where the records are made, or allow it in the target".to_owned(),
        RESTART.to_owned(),
    ]
}

/// How to get at the record itself.
fn find(case: &Case<'_>) -> String {
    match (case.names.partition(), case.names.offset()) {
        (Some(partition), Some(offset)) => format!("Read the record of {partition} at offset {offset}"),
        _ if matches!(case.stage, Some(Stage::Transformation(_) | Stage::Converter(_))) => {
            "Set errors.log.enable=true to have the worker's log name topic, partition and offset of the record"
                .to_owned()
        }
        _ => "Search the log of the task's worker around the failure for topic, partition and offset".to_owned(),
    }
}

pub(super) fn schema(case: &Case<'_>) -> Vec<String> {
    if case.of_platform() || case.says(&["does not serve", "answers with an error"]) {
        let at = case
            .names
            .address()
            .map(|address| format!(" at {address}"))
            .unwrap_or_default();
        return vec![
            format!("Check that the schema registry{at} runs and reaches its own store in Kafka"),
            format!("{RESTART} once it answers"),
        ];
    }
    let first = if case.says(&["incompatible", "409"]) {
        match case.names.subject() {
            Some(subject) => {
                format!("Compare the new schema with the last version of {subject}: they are incompatible")
            }
            None => "Compare the new schema with the last one in the registry: they are incompatible".to_owned(),
        }
    } else if case.says(&["schema not found", "40403", "no such schema"]) {
        format!(
            "Check that schema.registry.url names the registry with which the records{} were written, and that nobody deleted the schema",
            of_topic(case)
        )
    } else if case.says(&["contains itself"]) {
        "Look for a schema that contains itself: the converter follows it without end".to_owned()
    } else if let Some(column) = case.names.column() {
        let of = case
            .names
            .table()
            .map(|table| format!(" of {table}"))
            .unwrap_or_default();
        format!("Compare {column}{of} with the schema of the records")
    } else {
        format!(
            "Compare the schema of the records{} with what the connector expects",
            of_topic(case)
        )
    };
    vec![
        first,
        "Correct the schema where the records are made, or the config that expects another".to_owned(),
        RESTART.to_owned(),
    ]
}
