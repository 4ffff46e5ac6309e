//! What is known, made ready for asking.

use super::names::Names;
use crate::cause::Cause;
use crate::scope::Scope;
use crate::stage::Stage;
use crate::verdict::{Class, Domain};

/// The step after most mends.
pub(super) const RESTART: &str = "Restart the failed tasks";

/// What is known of a fault when somebody asks what to do.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// What it is about.
    pub scope: &'k Scope,
    /// Whose.
    pub domain: Domain,
    /// What kind.
    pub class: Class,
    /// One line, as a diagnosis has it.
    pub root_cause: &'k str,
    /// Why this class and domain, as a diagnosis has it.
    pub why: &'k str,
    /// What was found, where that says more than the class.
    pub cause: Option<&'k Cause>,
}

/// What the steps for a connector are made of.
pub(super) struct Case<'k> {
    pub known: &'k Known<'k>,
    pub names: Names<'k>,
    pub stage: Option<&'k Stage>,
    /// Whether a converter there is the worker's default.
    pub default_converter: bool,
    /// Root cause and reason, lower case.
    text: String,
}

impl<'k> Case<'k> {
    /// Reads what is known.
    pub fn of(known: &'k Known<'k>) -> Self {
        let (stage, default_converter) = match known.cause {
            Some(Cause::Record {
                stage,
                default_converter,
            }) => (stage.as_ref(), *default_converter),
            _ => (None, false),
        };
        Self {
            known,
            names: Names::read(known.root_cause),
            stage,
            default_converter,
            text: format!("{}\n{}", known.root_cause, known.why).to_lowercase(),
        }
    }

    /// Whether root cause or reason holds one of these, lower case.
    pub fn says(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.text.contains(part))
    }

    /// Whether the platform team owns the fault.
    pub fn of_platform(&self) -> bool {
        self.known.domain == Domain::Infrastructure
    }
}
