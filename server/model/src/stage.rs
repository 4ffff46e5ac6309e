//! Where on its way a record was refused: the frames tell what the message leaves open.

use serde::{Deserialize, Serialize};

use crate::trace::{Exception, simple};

/// Frames of the framework right below a transformation's own.
const TRANSFORMING: &[&str] = &[
    "org.apache.kafka.connect.runtime.TransformationStage.",
    "org.apache.kafka.connect.runtime.TransformationChain.",
];

/// A stage of a record's way through a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A transformation, or the predicate before it; by its class without package, empty when the trace hides it.
    Transformation(String),
    /// A converter; by its class without package.
    Converter(String),
    /// The connector's own `put` or `poll`.
    Connector,
}

impl Stage {
    /// The stage in which a chain of exceptions was thrown, as far as its frames tell. A connector may convert by
    /// itself, so that its own frames count before those of a converter.
    pub(crate) fn of(chain: &[Exception<'_>]) -> Option<Self> {
        let each = || chain.iter().rev();
        each()
            .find_map(transformation)
            .or_else(|| each().any(in_connector).then_some(Self::Connector))
            .or_else(|| each().find_map(converter))
    }

    /// What is said of it in the reason of a diagnosis.
    pub fn sentence(&self) -> String {
        match self {
            Self::Transformation(name) if name.is_empty() => "a transformation refuses a record".to_owned(),
            Self::Transformation(name) => format!("the transformation {name} refuses a record"),
            Self::Converter(name) => format!("the converter {name} cannot convert a record"),
            Self::Connector => "the connector itself refuses a record".to_owned(),
        }
    }
}

fn transformation(exception: &Exception<'_>) -> Option<Stage> {
    let inside = |frame: &str| TRANSFORMING.iter().any(|runtime| frame.starts_with(runtime));
    let at = exception.frames.iter().position(|frame| inside(frame))?;
    let above = at.checked_sub(1).and_then(|above| exception.frames.get(above));
    let name = above
        .filter(|frame| !frame.starts_with("org.apache.kafka.connect.runtime."))
        .and_then(|frame| class_of(frame));
    Some(Stage::Transformation(name.unwrap_or_default().to_owned()))
}

fn in_connector(exception: &Exception<'_>) -> bool {
    exception.frames.iter().any(|frame| {
        (frame.ends_with("Task.put") || frame.ends_with("Task.poll"))
            && !frame.starts_with("org.apache.kafka.connect.runtime.")
    })
}

/// Of the classes that convert within one another the outermost is the converter.
fn converter(exception: &Exception<'_>) -> Option<Stage> {
    let frame = exception.frames.iter().rev().find(|frame| {
        (frame.ends_with(".toConnectData") || frame.ends_with(".fromConnectData"))
            && !frame.starts_with("org.apache.kafka.connect.storage.")
    })?;
    Some(Stage::Converter(class_of(frame)?.to_owned()))
}

/// `ExtractField` of `org.apache.kafka.connect.transforms.ExtractField$Value.apply`.
fn class_of(frame: &str) -> Option<&str> {
    let (class, _) = frame.rsplit_once('.')?;
    simple(class).split('$').next()
}
