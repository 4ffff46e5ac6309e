//! What the doctor says.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Something works less well than it could.
    Warning,
    /// Something does not work.
    Problem,
}

/// One thing that the doctor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: `cluster orders`, `kafka main`, `database`.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, one sentence.
    pub text: String,
    /// What to do, where something is to be done.
    pub todo: Option<String>,
}

impl Finding {
    pub(super) fn new(subject: &str, severity: Severity, text: impl Into<String>) -> Self {
        Self {
            subject: subject.to_owned(),
            severity,
            text: text.into(),
            todo: None,
        }
    }

    pub(super) fn todo(mut self, todo: impl Into<String>) -> Self {
        self.todo = Some(todo.into());
        self
    }
}
