//! A verdict that quotes what is called a password by now.

use std::sync::Arc;

use crate::secrets::Redactor;
use crate::verdict::Verdict;

/// The verdict without what the redactor strikes out; `None` where it quotes nothing of it.
pub fn struck(verdict: &Verdict, redactor: &Redactor) -> Option<Verdict> {
    let mut next = verdict.clone();
    let mut texts: Vec<&mut Arc<str>> = Vec::new();
    for reason in &mut next.reasons {
        texts.extend([&mut reason.text, &mut reason.evidence]);
    }
    for (_, task) in next.tasks.iter_mut() {
        texts.push(&mut task.text);
        texts.extend(task.root_cause.as_mut());
    }
    if let Some(diagnosis) = &mut next.diagnosis {
        texts.extend([&mut diagnosis.root_cause, &mut diagnosis.why]);
    }
    for text in texts {
        let struck = redactor.strike(text);
        if *struck != **text {
            *text = struck.into();
        }
    }
    (next != *verdict).then_some(next)
}
