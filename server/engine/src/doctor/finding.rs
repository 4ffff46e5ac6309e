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

/// One thing that the doctor found. Whatever is not as it should be says what to do: it cannot be made without.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

/// What was found, before it says what to do.
#[must_use = "a finding says what to do"]
#[derive(Debug)]
pub struct Untold(Finding);

impl Finding {
    /// Something as it should be.
    pub fn good(subject: &str, text: impl Into<String>) -> Self {
        Self::of(subject, Severity::Good, text).0
    }

    /// Something that is not, or not as well as it could be.
    pub fn of(subject: &str, severity: Severity, text: impl Into<String>) -> Untold {
        Untold(Self {
            subject: subject.to_owned(),
            severity,
            text: text.into(),
            todo: None,
        })
    }
}

impl Untold {
    /// With what to do about it.
    pub fn todo(self, todo: impl Into<String>) -> Finding {
        Finding {
            todo: Some(todo.into()),
            ..self.0
        }
    }
}
