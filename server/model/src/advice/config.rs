//! Configs, and the plugins that they name.

use super::case::{Case, RESTART};

const SUBMIT: &str = "Submit the corrected config: that restarts the connector and its tasks";

pub(super) fn config(case: &Case<'_>) -> Vec<String> {
    let names = &case.names;
    let topic = names.topic().map(|topic| format!(" {topic}")).unwrap_or_default();
    let first = if case.says(&["dead letter queue", "dlq"]) && case.says(&["replicat"]) {
        "Set errors.deadletterqueue.topic.replication.factor to at most the number of brokers".to_owned()
    } else if case.says(&["dead letter queue"]) {
        format!("Check the dead letter queue's topic{topic} in the config: it could not be set up")
    } else if case.says(&["replicat"]) {
        "Set the replication factor in the config to at most the number of brokers".to_owned()
    } else if case.says(&["overrides not allowed", "policy does not allow"]) {
        match names.key() {
            Some(key) => format!("Remove the override of {key}, or have the workers' policy allow it"),
            None => "Remove the client overrides, or have the workers' policy allow them".to_owned(),
        }
    } else if case.says(&["out of range", "the offset to read from is gone"]) {
        let of = names.partition().map(|at| format!(" of {at}")).unwrap_or_default();
        return vec![
            format!("Decide where to go on: the offset to read from{of} has left the topic"),
            "Reset the connector's offsets, or set consumer.override.auto.offset.reset".to_owned(),
            RESTART.to_owned(),
        ];
    } else if let Some(key) = names.key() {
        match case.says(&["missing required"]) {
            true => format!("Set {key} in the config: it is missing"),
            false => format!("Correct {key} in the config"),
        }
    } else if let Some(file) = names.file() {
        format!("Make {file} on every worker, or correct the path in the config")
    } else if case.says(&["topic does not exist", "does not host this topic"]) {
        format!("Create the topic{topic}, or correct its name in the config")
    } else if case.says(&["another region"]) {
        "Set the region in the config to that of the bucket or service".to_owned()
    } else if let Some(address) = names.address() {
        format!("Check {address} in the config, and what stands behind it: what is asked for is not there")
    } else if let Some(place) = names.thrown_in() {
        format!("Correct the setting that {place} reads")
    } else if case.says(&["patternsyntax"]) {
        "Correct the regular expression in the config that does not parse".to_owned()
    } else if case.says(&["does not parse", "numberformat"]) {
        "Check the numbers, durations and addresses in the config: one does not parse".to_owned()
    } else {
        "Compare the config with what the root cause says of it, and correct it".to_owned()
    };
    vec![first, SUBMIT.to_owned()]
}

pub(super) fn plugin(case: &Case<'_>) -> Vec<String> {
    let first = if case.says(&["no suitable driver"]) {
        "Put the driver's jar into the plugin's directory on every worker".to_owned()
    } else if case.says(&["matches alias", "more than one plugin"]) {
        return vec![
            "Write the whole class name in connector.class: the short one fits two plugins".to_owned(),
            "Submit the corrected config".to_owned(),
        ];
    } else if case.says(&["tasks.max", "tasks, which is greater"]) {
        return vec![
            "Report it to the plugin's makers: it makes more tasks than tasks.max".to_owned(),
            "Set tasks.max.enforce=false meanwhile, if more tasks do no harm".to_owned(),
        ];
    } else if case.says(&["stackoverflow"]) {
        return vec![
            "Look for a record or schema that contains itself or nests very deep".to_owned(),
            "Raise the workers' thread stack size (-Xss), if it is only deep".to_owned(),
            RESTART.to_owned(),
        ];
    } else if case.says(&["unsatisfiedlink"]) {
        "Install on every worker's host the native library that the plugin loads".to_owned()
    } else {
        let missing = case.says(&["failed to find any class", "noclassdeffound", "classnotfound"]);
        match (case.names.class(), missing) {
            (Some(class), true) if case.says(&["which name matches"]) => format!("Install {class} on every worker"),
            (Some(class), true) => format!("Put the jar with {class} into the plugin's directory on every worker"),
            (Some(class), false) => format!("Leave only one version of the library with {class} beside the plugin"),
            (None, _) => {
                "Compare the plugins installed on the workers: the one that ran it lacks one, or a part".to_owned()
            }
        }
    };
    vec![
        first,
        "Restart those workers one by one: plugins are read when a worker starts".to_owned(),
        RESTART.to_owned(),
    ]
}
